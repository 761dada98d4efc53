import type { LondonDate } from '../kernel/london.ts';

/** An organisation of the NHS [IDENTITY 1.2]. */
export type Organisation = {
  /** Code in the Organisation Data Service, in upper case. */
  readonly ods: string;
  readonly name: string;
  readonly addressLines: readonly string[];
  readonly city: string;
  readonly postcode: string;
  readonly telephone: string | null;
  readonly openedOn: LondonDate | null;
  /** The last day that it was open. */
  readonly closedOn: LondonDate | null;
};

/** Whoever works at several pharmacies is there under this code, which is no real organisation [IDENTITY 1.1]. */
export const NATIONAL_LOCUM_PHARMACY = 'FFFFF';

export const ODS_CODE = /^[A-Z0-9]{3,10}$/;

/** Whether its last day is over. */
export function isClosedOn({ closedOn }: Organisation, day: LondonDate): boolean {
  return closedOn !== null && closedOn < day;
}
