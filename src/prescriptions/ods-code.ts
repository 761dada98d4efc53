import { type Brand, brand } from '../kernel/brand.ts';

/** The code of an organisation in the Organisation Data Service. */
export type OdsCode = Brand<'OdsCode'>;

/** As Spine checks it [EPS-FHIR 6.3]; null when it is malformed. Codes compare in upper case. */
export function parseOdsCode(text: string): OdsCode | null {
  return /^[A-Za-z0-9-]{1,8}$/.test(text) ? brand<OdsCode>(text.toUpperCase()) : null;
}
