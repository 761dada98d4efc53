import { type Invocation, type Option, textOption } from '../../../cli/command.ts';
import { parseSeries } from './series.ts';

/** For a command that makes a card. */
export const SERIES: Option = {
  flag: 'series',
  value: '1 to 99',
  help: 'as it is printed on the card, which ends when its series is blocked',
};

/** Null: what was typed is none. */
export function seriesIn(invocation: Invocation): { readonly series?: number } | null {
  const text = textOption(invocation, 'series');
  if (text === null) return {};
  const series = parseSeries(text);
  return series === null ? null : { series };
}

export const SERIES_WRONG = '--series is a number from 1 to 99';
