import { SPANS, type Span } from './spans.ts';
import type { Counted } from './repository.ts';
import { addTimes, percentileMs } from './times.ts';

/** One bar of the chart and one line of the table that has the same numbers. */
export type Bar = {
  readonly from: Date;
  readonly requests: number;
  readonly refused: number;
  /** Not done by our fault, or for want of room. */
  readonly errors: number;
  readonly halfMs: number | null;
  readonly mostMs: number | null;
};

/** Numbers by time: a bar for each part of the span, also where nothing came. */
export function barsOf(rows: readonly Counted[], span: Span, at: Date): Bar[] {
  const { seconds, bar } = SPANS[span];
  const barMs = bar * 1_000;
  const last = Math.floor(at.getTime() / barMs) * barMs;
  const byBar = Map.groupBy(rows, ({ beganAt }) => Math.floor(beganAt.getTime() / barMs) * barMs);
  return Array.from({ length: seconds / bar }, (_, place) => {
    const from = last - (seconds / bar - 1 - place) * barMs;
    return { from: new Date(from), ...sumsOf(byBar.get(from) ?? []) };
  });
}

export type Sums = Omit<Bar, 'from'>;

export function sumsOf(rows: readonly Counted[]): Sums {
  const sum = (read: (row: Counted) => number): number =>
    rows.reduce((total, row) => total + read(row), 0);
  const times = addTimes(rows.map((row) => row.times));
  return {
    requests: sum(allOf),
    refused: sum(({ refused, denied, limited }) => refused + denied + limited),
    errors: sum(errorsOf),
    halfMs: percentileMs(times, 0.5),
    mostMs: percentileMs(times, 0.99),
  };
}

export function allOf({
  accepted,
  refused,
  denied,
  limited,
  unavailable,
  failed,
}: Counted): number {
  return accepted + refused + denied + limited + unavailable + failed;
}

export function errorsOf({ unavailable, failed }: Counted): number {
  return unavailable + failed;
}

const WIDTH = 720;
const HEIGHT = 160;

/** A drawing in units of its own: `x` and `y` from the left and the top. */
export type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly Box[];
  readonly errors: readonly Box[];
  /** Points of a line; empty: there is none. */
  readonly line: string;
  /** What the top of the drawing stands for. */
  readonly most: number;
};

type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** Requests as bars, the errors among them as the lower part of each. */
export function drawRequests(bars: readonly Bar[]): Drawing {
  const most = Math.max(1, ...bars.map(({ requests }) => requests));
  const box = (read: (bar: Bar) => number) => bars.flatMap((bar, place) => boxOf(place, read(bar)));
  const boxOf = (place: number, value: number): Box[] => {
    if (value === 0) return [];
    const width = WIDTH / bars.length;
    const height = Math.max(1, (value / most) * HEIGHT);
    return [{ x: place * width, y: HEIGHT - height, width: Math.max(1, width - 1), height }].map(
      rounded,
    );
  };
  return {
    ...EMPTY,
    most,
    bars: box(({ requests }) => requests),
    errors: box(({ errors }) => errors),
  };
}

/** In how many milliseconds 99 in 100 were answered, as a line that leaves out where nothing came. */
export function drawTimes(bars: readonly Bar[]): Drawing {
  const most = Math.max(1, ...bars.map(({ mostMs }) => mostMs ?? 0));
  const points = bars.flatMap(({ mostMs }, place) =>
    mostMs === null
      ? []
      : [`${round(((place + 0.5) * WIDTH) / bars.length)},${round(HEIGHT * (1 - mostMs / most))}`],
  );
  return { ...EMPTY, most, line: points.join(' ') };
}

const EMPTY = { width: WIDTH, height: HEIGHT, bars: [], errors: [], line: '' };

function rounded({ x, y, width, height }: Box): Box {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
