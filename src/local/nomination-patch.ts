import type { DispensingSite } from '../kernel/dispensing-site.ts';
import { listAt, textAt } from './client/json.ts';

const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** Where a Patient has each kind of nomination [PDS 4.5]. */
const URLS: Readonly<Record<DispensingSite, string>> = {
  P1: `${UK}NominatedPharmacy`,
  P2: `${UK}MedicalApplianceSupplier`,
  P3: `${UK}PreferredDispenserOrganization`,
};

/** A nomination in a Patient: its place among the extensions, -1 when there is none, and the ODS code. */
export type Nominated = { readonly place: number; readonly ods: string | null };

export function nominatedIn(patient: unknown, site: DispensingSite): Nominated {
  const place = listAt(patient, 'extension').findIndex((one) => textAt(one, 'url') === URLS[site]);
  return { place, ods: textAt(patient, 'extension', place, ...CODE) };
}

const CODE = ['valueReference', 'identifier', 'value'] as const;

/** JSON Patch that nominates `to`; null: nobody any more, where somebody is. */
export function nominationPatches(
  site: DispensingSite,
  { place }: Pick<Nominated, 'place'>,
  to: string | null,
): object[] {
  const path = `/extension/${place}`;
  if (to === null) {
    return [
      { op: 'test', path: `${path}/url`, value: URLS[site] },
      { op: 'remove', path },
    ];
  }
  const value = { url: URLS[site], valueReference: { identifier: { system: ODS, value: to } } };
  return place === -1
    ? [{ op: 'add', path: '/extension/-', value }]
    : [{ op: 'replace', path, value }];
}
