/** How long the measures of one row are added up, in seconds. */
export type SpanSeconds = 60 | 3600;

/** What a page shows at once: the last hour, day or month [EXPERIENCE 5]. */
export const SPANS = {
  '1h': { text: 'Last hour', seconds: 3_600, row: 60, bar: 60, bars: 'minute' },
  '24h': { text: 'Last 24 hours', seconds: 86_400, row: 3600, bar: 3_600, bars: 'hour' },
  '30d': { text: 'Last 30 days', seconds: 2_592_000, row: 3600, bar: 86_400, bars: 'day' },
} as const satisfies Record<
  string,
  {
    readonly text: string;
    readonly seconds: number;
    readonly row: SpanSeconds;
    /** Of one bar of the chart, and one line of its table. */
    readonly bar: number;
    readonly bars: string;
  }
>;
export type Span = keyof typeof SPANS;

export function spanOf(text: string): Span {
  return text === '24h' || text === '30d' ? text : '1h';
}
