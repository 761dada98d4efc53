import { shownAddress } from '../address.ts';
import {
  CONFIDENTIALITY_SYSTEM,
  NHS_NUMBER_SYSTEM,
  NOMINATION_URLS,
  SENSITIVITIES,
  type Sensitivity,
  URLS,
  VERIFICATION_SYSTEM,
} from '../codes.ts';
import { type Json, type JsonMap, isMap, listAt, mapsAt, textAt, without } from '../json.ts';
import type { Reader } from '../reader.ts';
import { type PatientRecord, sensitivityOf } from '../record.ts';

const RESTRICTED = [
  'address',
  'telecom',
  'contact',
  'generalPractitioner',
  'managingOrganization',
] as const;
const VERY_RESTRICTED = [...RESTRICTED, 'name', 'birthDate'] as const;
const RESTRICTED_URLS = [...NOMINATION_URLS, URLS.birthPlace];

/** A Patient as this reader may see it on retrieval, update and creation [PDS 4.6]. */
export function viewOf({ nhsNumber, version, patient }: PatientRecord, reader: Reader): JsonMap {
  const sensitivity = sensitivityOf(patient);
  const hidden = hiddenOn(sensitivity, reader);
  const seen = shown(patient, reader, hidden);
  const extension = listAt(patient, 'extension')
    .filter((one) => hidden.length === 0 || !RESTRICTED_URLS.includes(textAt(one, 'url')))
    .flatMap((one) => shownExtension(one, reader));
  return { ...head(nhsNumber, version, sensitivity), ...seen, ...members('extension', extension) };
}

const SEARCH_NAMES = ['usual', 'nickname', 'temp'];

/** The part of a Patient that a search gives [PDS 5.5]; of a sensitive one always the stripped form [PDS 4.6]. */
export function searchViewOf(record: PatientRecord, reader: Reader): JsonMap {
  const { nhsNumber, version, patient } = record;
  const sensitivity = sensitivityOf(patient);
  const hidden = sensitivity === 'R' ? RESTRICTED : hiddenOn(sensitivity, reader);
  const { name, address, ...others } = shown(patient, reader, hidden);
  const extension = listAt(patient, 'extension').filter((one) => textAt(one, 'url') === URLS.death);
  return {
    ...head(nhsNumber, version, sensitivity),
    ...(name === undefined ? {} : members('name', having(name, 'use', SEARCH_NAMES))),
    ...without(others, ['managingOrganization', 'multipleBirthInteger']),
    ...(address === undefined ? {} : members('address', having(address, 'use', ['home']))),
    ...members('extension', extension),
  };
}

function having(list: Json, member: string, values: readonly string[]): Json[] {
  return mapsAt(list).filter((one) => values.includes(textAt(one, member)));
}

function hiddenOn(sensitivity: Sensitivity, { mode }: Reader): readonly string[] {
  if (sensitivity === 'U') return [];
  if (mode === 'privileged') return sensitivity === 'R' ? [] : VERY_RESTRICTED;
  return RESTRICTED;
}

/** What every answer holds of a record. */
function head(nhsNumber: string, version: number, sensitivity: Sensitivity): JsonMap {
  const display = SENSITIVITIES[sensitivity];
  return {
    resourceType: 'Patient',
    id: nhsNumber,
    identifier: [identifierOf(nhsNumber)],
    meta: {
      versionId: String(version),
      security: [{ system: CONFIDENTIALITY_SYSTEM, code: sensitivity, display }],
    },
  };
}

function identifierOf(nhsNumber: string): JsonMap {
  const coding = {
    system: VERIFICATION_SYSTEM,
    version: '1.0.0',
    code: '01',
    display: 'Number present and verified',
  };
  return {
    system: NHS_NUMBER_SYSTEM,
    value: nhsNumber,
    extension: [{ url: URLS.verification, valueCodeableConcept: { coding: [coding] } }],
  };
}

const HEAD = ['resourceType', 'id', 'identifier', 'meta', 'extension'];

function shown(patient: JsonMap, { grants }: Reader, hidden: readonly string[]): JsonMap {
  const { address, ...others } = without(patient, [...HEAD, ...hidden]);
  const kept = Object.entries(others).filter(([, value]) => !isEmptyList(value));
  if (address === undefined) return Object.fromEntries(kept);
  const addresses = mapsAt(address).map((one) => shownAddress(one, grants.emptyAddressLines));
  return { ...Object.fromEntries(kept), ...members('address', addresses) };
}

function isEmptyList(value: Json): boolean {
  return Array.isArray(value) && value.length === 0;
}

function members(name: string, list: readonly Json[]): JsonMap {
  return list.length === 0 ? {} : { [name]: [...list] };
}

/** Reasons that tell of a secret service or a secret life; others read that there is some reason [PDS 4.6]. */
const CONFIDENTIAL = ['AFN', 'SDN', 'LDN'];
const CONSENT_SHOWN = ['1', '2'];

function shownExtension(extension: Json, reader: Reader): Json[] {
  const { grants, mode, seesEthnicity } = reader;
  switch (textAt(extension, 'url')) {
    case URLS.removal:
      return [shownRemoval(extension, grants.confidentialRemovals || mode === 'privileged')];
    case URLS.consent:
      return grants.sharingConsent && CONSENT_SHOWN.includes(consentOf(extension))
        ? [extension]
        : [];
    case URLS.ethnicity:
      return seesEthnicity ? [extension] : [];
    default:
      return [extension];
  }
}

function consentOf(extension: Json): string {
  const value = mapsAt(extension, 'extension').find((one) => one['url'] === 'consentValue');
  return (
    textAt(value, 'valueCodeableConcept', 'coding', 0, 'code') ||
    textAt(value, 'valueCoding', 'code')
  );
}

function shownRemoval(extension: Json, seesConfidential: boolean): Json {
  if (!isMap(extension)) return extension;
  const parts = listAt(extension, 'extension').map((part) => {
    const code = textAt(part, 'valueCodeableConcept', 'coding', 0, 'code');
    const isOpen = code === 'LDN' ? false : seesConfidential || !CONFIDENTIAL.includes(code);
    return isOpen || !isMap(part) ? part : withOtherReason(part);
  });
  return { ...extension, extension: parts };
}

function withOtherReason(part: JsonMap): JsonMap {
  if (textAt(part, 'url') !== 'removalFromRegistrationCode') return part;
  const system = textAt(part, 'valueCodeableConcept', 'coding', 0, 'system');
  const coding = [{ system, code: 'ORR', display: 'Other Reason' }];
  return { ...part, valueCodeableConcept: { coding } };
}
