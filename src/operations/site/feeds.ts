import { type Incident, isPublic, type Update } from '../incidents/incident.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import { incidentPath, namesOf } from '../subscriptions/notices.ts';
import { londonInstant } from '../words.ts';
import { escapeXml } from './bars.ts';
import type { Snapshot } from './snapshot.ts';

type Entry = {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly at: string;
  readonly text: string;
};

const ENTRIES_MAX = 100;
const TITLE = 'OpenSpine service status';

/** Every update of every incident that is public, and each maintenance as it now is; newest first. */
function entriesOf({ url, incidents, maintenance }: Snapshot): Entry[] {
  const told = incidents.filter((one) => isPublic(one) && one.severity !== 5);
  return [
    ...told.flatMap((incident) =>
      incident.updates.map((update, index) =>
        updateEntry(url, incident, update, incident.updates.length - index),
      ),
    ),
    ...maintenance.map((one) => maintenanceEntry(url, one)),
  ]
    .toSorted((one, other) => other.at.localeCompare(one.at))
    .slice(0, ENTRIES_MAX);
}

function updateEntry(url: string, incident: Incident, update: Update, order: number): Entry {
  const { number, severity, symptom, cells } = incident;
  const { at, stage, text, todo, notTodo, fallback } = update;
  return {
    id: `${url}${incidentPath(number)}#update-${order}`,
    title: `${number} severity ${severity}, ${stage}: ${symptom}`,
    url: `${url}${incidentPath(number)}`,
    at,
    text: [text, todo, notTodo, fallback, `Affected: ${namesOf(cells)}`]
      .filter((words) => words !== null)
      .join('\n'),
  };
}

function maintenanceEntry(url: string, maintenance: Maintenance): Entry {
  const { number, title, effect, from, until, state, reason, changedAt, version } = maintenance;
  const window = `${londonInstant(from)} until ${londonInstant(until)}`;
  return {
    id: `${url}/maintenance/#${number}-${version}`,
    title: `${number} maintenance ${state.replace('-', ' ')}: ${title}`,
    url: `${url}/maintenance/`,
    at: changedAt,
    text: [window, effect, reason].filter((words) => words !== null).join('\n'),
  };
}

/** RFC 4287. */
export function atomOf(snapshot: Snapshot): string {
  const { url, now } = snapshot;
  const entries = entriesOf(snapshot).map(
    ({ id, title, url: link, at, text }) => `  <entry>
    <id>${escapeXml(id)}</id>
    <title type="text">${escapeXml(title)}</title>
    <link rel="alternate" href="${escapeXml(link)}"/>
    <updated>${at}</updated>
    <content type="text">${escapeXml(text)}</content>
  </entry>`,
  );
  const updated = entriesOf(snapshot)[0]?.at ?? now.toISOString();
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">',
    `  <id>${escapeXml(`${url}/`)}</id>`,
    `  <title type="text">${TITLE}</title>`,
    `  <link rel="self" href="${escapeXml(`${url}/status/v1/feed.atom`)}"/>`,
    `  <link rel="alternate" href="${escapeXml(`${url}/`)}"/>`,
    `  <updated>${updated}</updated>`,
    '  <author><name>OpenSpine</name></author>',
    ...entries,
    '</feed>',
    '',
  ].join('\n');
}

/** JSON Feed 1.1. */
export function jsonFeedOf(snapshot: Snapshot): object {
  const { url } = snapshot;
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: TITLE,
    home_page_url: `${url}/`,
    feed_url: `${url}/status/v1/feed.json`,
    language: 'en-GB',
    items: entriesOf(snapshot).map(({ id, title, url: link, at, text }) => ({
      id,
      url: link,
      title,
      content_text: text,
      date_published: at,
    })),
  };
}
