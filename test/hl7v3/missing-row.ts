import { type Hl7Journey, instead } from './hl7-journey.ts';

export type Edit = (xml: string) => string;
export type Row = readonly [what: string, edit: Edit, text: string];

export const RECORD = '<recordTarget';
export const AUTHOR = '<author contextControlCode="OP"';
export const ACT_AUTHOR = '<effectiveTime';

export const nullId = instead(
  /(<[A-Za-z]+ (?:classCode="[A-Z]+" moodCode="[A-Z]+")>\s*)<id root="[^"]+"\/>/,
  '$1',
);

export type Kind = {
  readonly send: (journey: Hl7Journey) => Promise<unknown>;
  readonly rows: readonly Row[];
};
