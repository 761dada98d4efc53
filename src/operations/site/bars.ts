import { type State, STATES } from '../components.ts';
import { duration } from '../words.ts';

const DAYS = 90;
const DAY_MS = 86_400_000;

/** A change of the state of a component as a whole. */
export type StateChange = { readonly at: string; readonly state: State };

export type Day = {
  /** `2026-11-29`, in UTC. */
  readonly day: string;
  /** The worst of the day; null: nothing was known. */
  readonly worst: State | null;
  /** How long it did not work, wholly or in part. */
  readonly outMs: number;
};

export type Bar = {
  /** From old to new. */
  readonly days: readonly Day[];
  /** Of the time that is known; null when nothing is. */
  readonly availability: number | null;
};

/** The last 90 days of a component, from the changes of its state, old to new [EXPERIENCE 6.5]. */
export function barOf(changes: readonly StateChange[], now: Date): Bar {
  const today = Math.floor(now.getTime() / DAY_MS);
  const spans = spansOf(changes, now);
  const days = Array.from({ length: DAYS }, (_, index) => {
    const from = (today - DAYS + 1 + index) * DAY_MS;
    return dayOf(from, Math.min(from + DAY_MS, now.getTime()), spans);
  });
  const firstDay = (today - DAYS + 1) * DAY_MS;
  const known = spans.filter(({ state }) => state !== 'unknown');
  const knownMs = sum(known.map((span) => overlap(span, firstDay, now.getTime())));
  const outMs = sum(days.map((day) => day.outMs));
  return { days, availability: knownMs === 0 ? null : Math.max(0, 1 - outMs / knownMs) };
}

type Span = { readonly state: State; readonly from: number; readonly until: number };

function spansOf(changes: readonly StateChange[], now: Date): Span[] {
  return changes.map(({ state, at }, index) => {
    const next = changes[index + 1];
    const from = Date.parse(at);
    // A clock that was put back gives no span a length below nothing.
    return {
      state,
      from,
      until: Math.max(from, next === undefined ? now.getTime() : Date.parse(next.at)),
    };
  });
}

function dayOf(from: number, until: number, spans: readonly Span[]): Day {
  const touching = spans.filter((span) => overlap(span, from, until) > 0);
  const out = touching.filter(({ state }) => state === 'full' || state === 'partial');
  return {
    day: new Date(from).toISOString().slice(0, 10),
    worst: FROM_WORST.find((state) => touching.some((span) => span.state === state)) ?? null,
    outMs: sum(out.map((span) => overlap(span, from, until))),
  };
}

const FROM_WORST: readonly State[] = ['full', 'partial', 'degraded', 'maintenance', 'operational'];

function overlap(span: Span, from: number, until: number): number {
  return Math.max(0, Math.min(span.until, until) - Math.max(span.from, from));
}

function sum(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0);
}

/** The same in numbers, for whoever does not see the bar. */
export function barWords({ days, availability }: Bar): string {
  if (availability === null) return 'Nothing known yet';
  const bad = days.filter(({ outMs }) => outMs > 0);
  const lost = sum(bad.map(({ outMs }) => outMs));
  const share = `${floorPercent(availability)}% available`;
  if (bad.length === 0) return `${share} in ${DAYS} days`;
  return `${share} in ${DAYS} days, out for ${duration(lost)} on ${bad.length} ${bad.length === 1 ? 'day' : 'days'}`;
}

/** Never rounded up to a hundred. */
function floorPercent(share: number): string {
  return (Math.floor(share * 10_000) / 100).toFixed(2);
}

const WIDTH = 4;
const HEIGHT = 24;
const COLOURS: Readonly<Record<State | 'none', string>> = {
  operational: '#007f3b',
  degraded: '#ffb81c',
  partial: '#ed8b00',
  full: '#d5281b',
  maintenance: '#005eb8',
  unknown: '#768692',
  none: '#d8dde0',
};

/** A drawing of it; a worse day is taller as well, so that colour is not the only sign. */
export function barPicture({ days }: Bar): string {
  const columns = days.map(({ worst }, index) => {
    const height =
      worst === null ? 4 : worst === 'operational' ? 12 : worst === 'full' ? HEIGHT : 18;
    const colour = COLOURS[worst ?? 'none'];
    return `<rect x="${index * WIDTH}" y="${HEIGHT - height}" width="${WIDTH - 1}" height="${height}" fill="${colour}"/>`;
  });
  const size = `width="${DAYS * WIDTH}" height="${HEIGHT}" viewBox="0 0 ${DAYS * WIDTH} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${columns.join('')}</svg>`;
}

/** For the pages of others: name and state in words and colour. */
export function badge(name: string, state: State): string {
  const words = STATES[state].name;
  const [left, right] = [name.length * 7 + 16, words.length * 7 + 16];
  const dark = state === 'degraded' || state === 'partial' ? '#212b32' : '#fff';
  const text = (x: number, colour: string, what: string): string =>
    `<text x="${x}" y="15" fill="${colour}" font-family="Arial,sans-serif" font-size="12" text-anchor="middle">${escapeXml(what)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="22" role="img" aria-label="${escapeXml(`${name}: ${words}`)}">`,
    `<title>${escapeXml(`${name}: ${words}`)}</title>`,
    `<rect width="${left}" height="22" fill="#425563"/><rect x="${left}" width="${right}" height="22" fill="${COLOURS[state]}"/>`,
    text(left / 2, '#fff', name),
    text(left + right / 2, dark, words),
    '</svg>',
  ].join('');
}

/** Text as it stands in XML, between tags and in attributes; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
