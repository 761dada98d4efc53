import { duration, londonInstant } from '../../words.ts';
import { AUTHORS, type Incident, type IncidentEvent } from '../incident.ts';
import { SEVERITIES } from '../severity.ts';
import { namesOf } from '../../subscriptions/notices.ts';

/** Where people still have to write. */
export const TO_BE_WRITTEN = '(to be written by people)';

/**
 * The report after an incident, in Markdown, from its events; what only people can say is left for them to write
 * [EXPERIENCE 6.4]. `facts`: further lines about what it did.
 */
export function reportOf(
  incident: Incident,
  events: readonly IncidentEvent[],
  facts: readonly string[] = [],
): string {
  const { number, symptom, severity, beganAt, noticedAt, resolvedAt, cells, users } = incident;
  const length = resolvedAt === null ? 'not over yet' : duration(span(beganAt, resolvedAt));
  return [
    `# ${number}: ${text(symptom)}`,
    '',
    `Severity ${severity}. ${resolvedAt === null ? 'Open.' : `Resolved after ${length}.`}`,
    '',
    '## Scope',
    '',
    `- Components: ${namesOf(cells)}`,
    `- Users: ${users.join(', ')}`,
    `- Began ${londonInstant(beganAt)}, noticed ${londonInstant(noticedAt)} (${duration(span(beganAt, noticedAt))} later)`,
    ...(resolvedAt === null ? [] : [`- Resolved ${londonInstant(resolvedAt)}`]),
    '',
    '## Impact',
    '',
    ...facts.map((fact) => `- ${text(fact)}`),
    `- Suggested severity: ${incident.suggestion.severity} (${incident.suggestion.reason})`,
    '',
    '## Updates',
    '',
    updatesOnTime(incident),
    '',
    '## Timeline',
    '',
    '| When (London) | What | Who | Words |',
    '|---|---|---|---|',
    ...events.map(row),
    '',
    ...['Root cause', 'Contributing factors', 'Prevention, with owners', 'Clinical safety'].flatMap(
      (heading) => [`## ${heading}`, '', TO_BE_WRITTEN, ''],
    ),
  ].join('\n');
}

/** Against what the severity promises. */
function updatesOnTime({ updates, severity, publishedAt, resolvedAt }: Incident): string {
  const promised = SEVERITIES[severity].updateEveryMs;
  if (promised === null || publishedAt === null) return 'No times were promised.';
  const until = resolvedAt === null ? [] : [Date.parse(resolvedAt)];
  const times = [...updates.map(({ at }) => Date.parse(at)), ...until]
    .filter((at) => at >= Date.parse(publishedAt))
    .toSorted((one, other) => one - other);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const late = gaps.filter((gap) => gap > promised).length;
  const longest = duration(Math.max(0, ...gaps));
  return late === 0
    ? `All on time: at most ${longest} apart, ${duration(promised)} promised.`
    : `${late} late: up to ${longest} apart, ${duration(promised)} promised.`;
}

function row(event: IncidentEvent): string {
  const who = 'by' in event ? AUTHORS[event.by] : AUTHORS.automatic;
  return `| ${londonInstant(event.at)} | ${event.kind} | ${who} | ${text(wordsOf(event))} |`;
}

function wordsOf(event: IncidentEvent): string {
  switch (event.kind) {
    case 'Detected':
      return event.symptom;
    case 'Confirmed':
      return `severity ${event.severity}${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'PublishedAlone':
      return `severity ${event.severity}, nobody had confirmed it`;
    case 'RecoverySeen':
      return event.isSteady ? 'ten good minutes' : 'five good minutes';
    case 'FailedAgain':
      return '';
    case 'Updated':
    case 'Widened':
    case 'Resolved':
    case 'Dismissed':
    case 'Reviewed':
      return event.text;
  }
}

/** No text of people makes rows, headings or links of its own. */
function text(words: string): string {
  return words.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}

function span(from: string, until: string): number {
  return Math.max(0, Date.parse(until) - Date.parse(from));
}
