import {
  DISPENSING_SITES,
  type DispensingSite,
  isDispensingSite,
} from '../../kernel/dispensing-site.ts';
import { ODS_SYSTEM, URLS } from '../codes.ts';
import { type JsonMap, mapsAt, textAt } from '../json.ts';

/** Where a patient's nominations stand in the record, by the kind of dispenser [PDS 4.5]. */
export const NOMINATED_IN: Readonly<Record<DispensingSite, string>> = {
  P1: URLS.pharmacy,
  P2: URLS.appliance,
  P3: URLS.dispensingDoctor,
};

/** One kind of nomination before and after; null: there is none. */
export type NominationChange = {
  readonly site: DispensingSite;
  /** ODS code, in upper case. */
  readonly from: string | null;
  readonly to: string | null;
};

export const SITES: readonly DispensingSite[] =
  Object.keys(DISPENSING_SITES).filter(isDispensingSite);

/** ODS code of the dispenser of this kind that the patient has nominated, in upper case; null: none. */
export function nominatedAt(patient: JsonMap, site: DispensingSite): string | null {
  const extension = mapsAt(patient, 'extension').find(({ url }) => url === NOMINATED_IN[site]);
  const code = textAt(extension, 'valueReference', 'identifier', 'value');
  return code === '' ? null : code.toUpperCase();
}

/** The patient with another dispenser of this kind nominated; null: with none. */
export function nominating(patient: JsonMap, site: DispensingSite, ods: string | null): JsonMap {
  const url = NOMINATED_IN[site];
  const others = mapsAt(patient, 'extension').filter((one) => one['url'] !== url);
  const own = { url, valueReference: { identifier: { system: ODS_SYSTEM, value: ods } } };
  return { ...patient, extension: ods === null ? others : [...others, own] };
}

export function nominationChanges(before: JsonMap | null, after: JsonMap): NominationChange[] {
  return SITES.flatMap((site) => {
    const from = before === null ? null : nominatedAt(before, site);
    const to = nominatedAt(after, site);
    return from === to ? [] : [{ site, from, to }];
  });
}
