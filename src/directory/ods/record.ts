import type { LondonDate } from '../../kernel/london.ts';

/** From when until when; null: it is not said. The last day counts. */
export type Days = { readonly startsOn: LondonDate | null; readonly endsOn: LondonDate | null };

/** What an organisation is, as `RO182`, a pharmacy [SDS 3]. */
export type Role = Days & {
  readonly roleId: string;
  /** Number of the role at this organisation; where the source has none, the role itself. */
  readonly uniqueId: string;
  readonly isPrimary: boolean;
  readonly isActive: boolean;
};

/** What an organisation is to another one [SDS 3]. */
export type Link = Days & {
  readonly kind: 'relation' | 'succession';
  /** Of a succession: the one that went before. */
  readonly ods: string;
  readonly uniqueId: string;
  /** As `RE6`; null where the source does not say: it depends on what the other one is. */
  readonly relationId: string | null;
  readonly target: string;
  readonly isActive: boolean;
};

/** A record of the Organisation Data Service [SDS 2]. */
export type OdsRecord = {
  readonly ods: string;
  readonly name: string;
  readonly recordClass: 1 | 2 | null;
  readonly isActive: boolean;
  readonly addressLines: readonly string[];
  readonly city: string;
  readonly county: string;
  readonly postcode: string;
  readonly country: string;
  readonly telephone: string | null;
  readonly contacts: readonly { readonly kind: string; readonly value: string }[];
  readonly openedOn: LondonDate | null;
  /** The last day that it was open. */
  readonly closedOn: LondonDate | null;
  /** Null: the source does not say when, so that it replaces what differs. */
  readonly lastChangedOn: LondonDate | null;
  readonly roles: readonly Role[];
};

/** What one row of a file says. */
export type OdsItem = {
  readonly record: OdsRecord | null;
  readonly links: readonly Link[];
  /** Parts that were left out, and why. */
  readonly refused: readonly string[];
};

/** Why a row is not taken, and whose it is as far as that can be read. */
export type RowFault = { readonly ods: string | null; readonly reason: string };

/** Letters of a control of a terminal or another encoding are none of a name. */
const TEXT = /^[^\p{Cc}\p{Cs}\uFFFD]*$/u;
const TEXT_MAX = 200;

export function isText(text: string): boolean {
  return text.length <= TEXT_MAX && TEXT.test(text);
}

/** What is wrong with a record first; null: nothing. */
export function recordFault(record: OdsRecord, codeShape: RegExp): string | null {
  const { ods, name, addressLines, city, county, postcode, country, telephone } = record;
  if (!codeShape.test(ods)) return 'the code is no ODS code';
  if (name === '') return 'there is no name';
  const texts = [name, ...addressLines, city, county, postcode, country, telephone ?? ''];
  const all = [...texts, ...record.contacts.flatMap(({ kind, value }) => [kind, value])];
  if (!all.every(isText)) {
    return `a text is longer than ${TEXT_MAX} letters, or has control characters: is it another encoding?`;
  }
  const { openedOn, closedOn, roles } = record;
  if (openedOn !== null && closedOn !== null && closedOn < openedOn) {
    return `it closes (${closedOn}) before it opens (${openedOn})`;
  }
  const primary = roles.filter((role) => role.isPrimary).length;
  if (primary > 1 || (primary === 0 && roles.length > 0)) {
    return `${primary} of its roles are primary, and exactly one must be`;
  }
  return null;
}
