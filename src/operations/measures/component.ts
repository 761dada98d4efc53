import { barsOf, drawRequests, drawTimes, sumsOf } from './chart.ts';
import { DOOR_WORDS } from './door-words.ts';
import type { Counted } from './repository.ts';
import { SPANS, type Span } from './spans.ts';
import { milliseconds, percent } from './words.ts';

/** Charts of one interface, a table with the same numbers, what came of each interaction, and which rules refused. */
export function componentModel(
  door: string,
  { rows, refusals }: { readonly rows: readonly Counted[]; readonly refusals: readonly Counted[] },
  { span, at }: { readonly span: Span; readonly at: Date },
) {
  const bars = barsOf(rows, span, at);
  const { text, bars: unit } = SPANS[span];
  const requests = drawRequests(bars);
  const times = drawTimes(bars);
  const byCode = Map.groupBy(refusals, ({ interaction }) => interaction);
  const byInteraction = Map.groupBy(rows, ({ interaction }) => interaction);
  return {
    door,
    name: DOOR_WORDS[door] ?? door,
    span,
    spanText: text.toLowerCase(),
    unit,
    tabs: Object.entries(SPANS).map(([one, { text: words }]) => ({
      href: `/ops/components/${door}?span=${one}`,
      text: words,
      isCurrent: one === span,
    })),
    total: shown(sumsOf(rows)),
    requests,
    times,
    bars: bars.map((bar) => ({ from: bar.from, ...shown(bar) })),
    refusals: [...byCode]
      .map(([code, own]) => ({
        code,
        count: own.reduce((sum, { refused }) => sum + refused, 0),
        lastAt: new Date(Math.max(...own.map(({ beganAt }) => beganAt.getTime()))),
      }))
      .toSorted((one, other) => other.count - one.count),
    interactions: [...byInteraction]
      .map(([interaction, own]) => ({ interaction, ...shown(sumsOf(own)) }))
      .toSorted((one, other) => other.requests - one.requests),
  };
}

function shown(sums: ReturnType<typeof sumsOf>) {
  const { requests, refused, errors, halfMs, mostMs } = sums;
  return {
    requests,
    refused,
    errors,
    errorShare: percent(requests === 0 ? 0 : errors / requests),
    half: milliseconds(halfMs),
    most: milliseconds(mostMs),
  };
}
