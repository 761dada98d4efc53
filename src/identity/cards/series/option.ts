import type { Option } from '../../../cli/command.ts';
import { parseSeries } from './series.ts';

/** For a command that makes a card. */
export const SERIES: Option = {
  flag: 'series',
  value: '1 to 99',
  help: 'as it is printed on the card, which ends when its series is blocked',
};

/** What was typed, if anything was; null: it is no series. */
export function seriesIn(text: string | null): { readonly series?: number } | null {
  if (text === null) return {};
  const series = parseSeries(text);
  return series === null ? null : { series };
}

export const SERIES_WRONG = '--series is a number from 1 to 99';
