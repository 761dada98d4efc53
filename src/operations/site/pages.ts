import {
  COMPONENT_IDS,
  COMPONENTS,
  DATACENTRES,
  STATES,
  USER_GROUP_IDS,
  USER_GROUPS,
} from '../components.ts';
import { type Incident, isPublic, isOpen } from '../incidents/incident.ts';
import { blocksOf } from '../incidents/report/blocks.ts';
import { LEVELS } from '../incidents/severity.ts';
import { wholeOf } from '../monitor/states.ts';
import { parseNumber } from '../numbers.ts';
import { openPlainPages, type PlainPages, type View } from '../../pages/index.ts';
import { incidentPath, reportPath } from '../subscriptions/notices.ts';
import { londonInstant } from '../words.ts';
import { badge, barPicture } from './bars.ts';
import { atomOf, jsonFeedOf } from './feeds.ts';
import {
  componentItems,
  incidentItem,
  maintenanceItem,
  OUT_OF_DATE_MS,
  summaryOf,
} from './machine.ts';
import {
  filterWords,
  type HistoryFilter,
  historyModel,
  historyPath,
  incidentModel,
  maintenancePageModel,
  nowModel,
} from './model.ts';
import { OPENAPI } from './openapi.ts';
import type { Snapshot } from './snapshot.ts';

/** A file of the site: its address without the slash in front, and what stands in it. */
export type SiteFile = { readonly path: string; readonly body: string };

const MENU = [
  { href: '/', text: 'Now' },
  { href: '/history/', text: 'History' },
  { href: '/maintenance/', text: 'Maintenance' },
  { href: '/subscribe/', text: 'Subscribe' },
  { href: '/suppliers/', text: 'For suppliers' },
];

export function openStatusPages(options: {
  readonly version: string;
  readonly helpContact: string;
}): PlainPages {
  return openPlainPages({ ...options, views: [new URL('./views/', import.meta.url)], menu: MENU });
}

/** Where a page has room for the warning that it may be out of date. */
export const OUT_OF_DATE_MARK = '<!-- out of date -->';

export function outOfDateNotice(writtenAt: Date): string {
  const minutes = OUT_OF_DATE_MS / 60_000;
  return `<div class="app-out-of-date" role="region" aria-label="Out of date"><p><strong>This page may be out of date.</strong> It was last written at ${londonInstant(writtenAt.toISOString())}, more than ${minutes} minutes ago.</p></div>`;
}

/** The whole site, as files that any web server can serve. */
export function filesOf(
  snapshot: Snapshot,
  pages: PlainPages,
  offers: { readonly email: boolean },
): SiteFile[] {
  return [...pageFiles(snapshot, pages, offers), ...machineFiles(snapshot), ...pictures(snapshot)];
}

function pageFiles(
  snapshot: Snapshot,
  pages: PlainPages,
  offers: { readonly email: boolean },
): SiteFile[] {
  const written = londonInstant(snapshot.now.toISOString());
  const draw = (path: string, view: View): SiteFile => {
    const model = { ...view.model, written };
    const drawn = pages.draw({ headers: {}, path }, { ...view, model });
    return { path: `${path.slice(1)}index.html`, body: drawn.body.toString() };
  };
  const filters: readonly HistoryFilter[] = [
    {},
    ...COMPONENT_IDS.map((component) => ({ component })),
    ...LEVELS.map((severity) => ({ severity })),
  ];
  const now = nowModel(snapshot);
  return [
    draw('/', { view: 'status-now.njk', title: 'Service status', model: now }),
    ...filters.map((filter) =>
      draw(historyPath(filter), {
        view: 'status-history.njk',
        title: [filterWords(filter), 'History'].filter((words) => words !== null).join(' - '),
        model: historyModel(snapshot, filter),
      }),
    ),
    ...snapshot.incidents.map((incident) =>
      draw(incidentPath(incident.number), {
        view: 'status-incident.njk',
        title: `${incident.number} ${incident.symptom}`,
        model: { ...incidentModel(incident, snapshot.now), channels: channelsOf(offers.email) },
      }),
    ),
    ...snapshot.incidents.flatMap((incident) =>
      incident.report === null ? [] : [draw(reportPath(incident.number), reportView(incident))],
    ),
    draw('/maintenance/', {
      view: 'status-maintenance.njk',
      title: 'Maintenance',
      model: maintenancePageModel(snapshot),
    }),
    draw('/subscribe/', subscribeView(offers, NOTHING_CHOSEN)),
    draw('/suppliers/', {
      view: 'status-suppliers.njk',
      title: 'For suppliers',
      model: { url: snapshot.url, badges: badgesOf(snapshot) },
    }),
  ];
}

function reportView({ number, symptom, report }: Incident): View {
  return {
    view: 'status-report.njk',
    title: `${number} report: ${symptom}`,
    model: { number, symptom, path: incidentPath(number), blocks: blocksOf(report ?? '') },
  };
}

export type Chosen = {
  readonly channel: string;
  readonly address: string;
  readonly severity: string;
  readonly maintenance: boolean;
  readonly components: readonly string[];
  readonly sites: readonly string[];
  readonly users: readonly string[];
  /** Number of the only one; empty: all. */
  readonly incident: string;
};

const NOTHING_CHOSEN: Chosen = {
  channel: '',
  address: '',
  severity: '4',
  maintenance: true,
  components: [],
  sites: [],
  users: [],
  incident: '',
};

export function subscribeView(
  { email }: { readonly email: boolean },
  { components, sites, users, incident, ...chosen }: Chosen,
): View {
  const number = parseNumber(incident, 'INC');
  return {
    view: 'status-subscribe.njk',
    title: 'Subscribe',
    model: {
      ...chosen,
      email,
      incident: number.ok ? number.value : null,
      channels: channelsOf(email),
      sites: DATACENTRES.map((id) => ({
        value: id,
        text: `Datacentre ${id.toUpperCase()}`,
        checked: sites.includes(id),
      })),
      users: USER_GROUP_IDS.map((id) => ({
        value: id,
        text: `${USER_GROUPS[id].charAt(0).toUpperCase()}${USER_GROUPS[id].slice(1)}`,
        checked: users.includes(id),
      })),
      components: COMPONENT_IDS.map((id) => ({
        value: id,
        text: COMPONENTS[id].name,
        checked: components.includes(id),
      })),
    },
  };
}

/** How somebody can be told. */
function channelsOf(email: boolean): readonly object[] {
  const webhook = { value: 'webhook', text: 'By a webhook' };
  return email ? [{ value: 'email', text: 'By email' }, webhook] : [webhook];
}

function badgesOf({ states }: Snapshot) {
  return COMPONENT_IDS.map((id) => ({
    id,
    name: COMPONENTS[id].name,
    state: STATES[wholeOf(states[id])].name,
  }));
}

function machineFiles(snapshot: Snapshot): SiteFile[] {
  const api = (name: string, value: unknown): SiteFile => ({
    path: `status/v1/${name}`,
    // Nowhere markup, whatever a reader takes it for.
    body: `${JSON.stringify(value).replaceAll('<', '\\u003c')}\n`,
  });
  const { incidents, maintenance } = snapshot;
  const items = incidents.filter((one) => isPublic(one) || isOpen(one));
  return [
    api('summary', summaryOf(snapshot)),
    api('components', { components: componentItems(snapshot) }),
    api('incidents/index', { incidents: items.map((one) => incidentItem(snapshot, one)) }),
    ...items.map((one) => api(`incidents/${one.number}`, incidentItem(snapshot, one))),
    api('maintenance', { maintenance: maintenance.map(maintenanceItem) }),
    api('feed.json', jsonFeedOf(snapshot)),
    api('openapi', OPENAPI),
    { path: 'status/v1/feed.atom', body: atomOf(snapshot) },
  ];
}

function pictures(snapshot: Snapshot): SiteFile[] {
  return COMPONENT_IDS.flatMap((id) => [
    { path: `bars/${id}.svg`, body: barPicture(snapshot.bars[id]) },
    {
      path: `status/v1/badge/${id}.svg`,
      body: badge(COMPONENTS[id].name, wholeOf(snapshot.states[id])),
    },
  ]);
}
