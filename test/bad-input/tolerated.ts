import { AMEND, CLAIM_AMEND, type Kind, RELEASE_PATIENT } from './kinds.ts';
import type { Mutation } from './mutations.ts';

/** Why a message may do without what stood at a place, or have it twice. */
type Tolerance = {
  readonly because: string;
  readonly removed?: RegExp;
  readonly repeated?: RegExp;
};

/** A whole part of a message that nobody looks at. */
function unused(because: string, where: RegExp): Tolerance {
  return { because, removed: where, repeated: where };
}

const ANYWHERE: readonly Tolerance[] = [
  {
    because: 'people read it, the code beside it counts [EPS-SIGNATURE 2.7]',
    removed: /\.(display|unit)$/,
  },
  {
    because: 'a code or an identifier that stands alone is not looked up by its system',
    removed: /\.(identifier|\w*Identifier|valueCoding|quantity|expectedSupplyDuration)\.system$/,
  },
  {
    because: 'nobody refers to it',
    removed: /^(Bundle|Parameters|Task|Claim)\.id$|\.resource\.id$/,
  },
  {
    because: 'nobody refers to these entries',
    removed: /\((MessageHeader|MedicationRequest|MedicationDispense|Provenance)\)\.fullUrl$/,
  },
  unused(
    'unchecked [EPS-FHIR 4.1]',
    /\(MessageHeader\)\.resource\.(sender|destination|focus|reason)\b/,
  ),
  unused('not used of an organisation', /\(?(Organization|owner)\)(\.resource)?\.(active|type)\b/),
  {
    because: 'an address is as complete as it is',
    removed: /\.address\[0\]\.(use|line|city|postalCode)/,
    repeated: /\.address\[0\]\.line/,
  },
  { because: 'a telephone is a telephone', removed: /\.telecom\[0\]\.system$/ },
];

const PEOPLE: readonly Tolerance[] = [
  {
    because: 'the first job role counts [EPS-SIGNATURE 2.2]',
    repeated: /\(PractitionerRole\)\.resource\.code\[0\]/,
  },
  {
    because: 'a person may have several telephones',
    repeated: /\(PractitionerRole\)\.resource\.telecom\[0\]$/,
  },
  {
    because: 'a name is as complete as it is',
    removed: /\.name\[0\]\.(use|given|prefix)/,
    repeated: /\.name\[0\]\.(given|prefix)/,
  },
  unused('V81999 without it [EPS-FHIR 4.2]', /\.generalPractitioner\b/),
  unused('not used here', /\(MedicationRequest\)\.resource\.(authoredOn$|category\[0\])/),
];

const ORDER: readonly Tolerance[] = [
  ...PEOPLE,
  unused(
    'a user id is not asked for beside the professional code',
    /\(Practitioner\)\.resource\.identifier\[0\]/,
  ),
  {
    because: 'the code alone decides [EPS-CODES 1]',
    removed: /\.courseOfTherapyType\.coding\[0\]\.system$/,
    repeated: /\.courseOfTherapyType\.coding\[0\]$/,
  },
  {
    because: 'needed for repeat dispensing only [EPS-FHIR 4.2]',
    removed: /\.expectedSupplyDuration(\.value)?$/,
  },
  {
    because: 'an unknown type is only logged [EPS-LIFECYCLE 3]',
    removed: /\(DM-PrescriptionType\)\.valueCoding\.code$/,
  },
  unused('its meaning is fixed', /\(Provenance\)\.resource\.signature\[0\]\.type\b/),
  {
    because: 'what it is about and who made it is told by the signature',
    repeated: /\(Provenance\)\.resource\.(agent|target)\[0\]$/,
  },
];

const CANCEL: readonly Tolerance[] = [
  ...PEOPLE,
  unused(
    'a canceller is known by the user id [EPS-FHIR 4.3]',
    /\(Practitioner\)\.resource\.identifier\[1\]/,
  ),
  unused(
    'of the item only its id counts [EPS-FHIR 4.3]',
    /\(MedicationRequest\)\.resource\.(courseOfTherapyType|medicationCodeableConcept)\.coding/,
  ),
  unused(
    'of the item only its id counts [EPS-FHIR 4.3]',
    /\(MedicationRequest\)\.resource\.(groupIdentifier\.extension\(DM-PrescriptionId\)\.|extension\(DM-PrescriptionType\)|dispenseRequest\.(extension\(|expectedSupplyDuration))/,
  ),
  {
    because: 'of the item only its id counts',
    repeated: /\.dosageInstruction\[0\]$/,
  },
  { because: 'whom the organisation answers to is not asked of a canceller', removed: /\.partOf$/ },
];

/** Kept of whoever has a prescription, as far as it is given. */
const DISPENSER: readonly Tolerance[] = [
  unused(
    'shown when it is given',
    /\(?(Organization|owner)\)(\.resource)?\.(name$|address\b|telecom(\[0\])?$)/,
  ),
  {
    because: 'shown when it is given; in entries of a Bundle it is asked for [EPS-FHIR 5.3]',
    removed: /\.(contained|parameter)\(\w+\)(\.resource)?\.telecom\[0\]\.(use|value)$/,
  },
  {
    because: 'one is asked for; more may be given [EPS-HL7-MAP 2]',
    repeated: /\((PractitionerRole|agent)\)(\.resource)?\.telecom\[0\]$/,
  },
  {
    because: 'the first job role counts',
    repeated: /\((PractitionerRole|agent)\)(\.resource)?\.code\[0\]/,
  },
];

const RELEASE: readonly Tolerance[] = [
  ...DISPENSER,
  unused('unchecked [EPS-FHIR 4.4]', /\.parameter\(status\)/),
];

const TASK: readonly Tolerance[] = [
  ...DISPENSER,
  unused(
    'unused or ignored [EPS-FHIR 4.6]',
    /^Task\.(owner|reasonCode|extension\(Provenance-agent\)|extension$)/,
  ),
  { because: 'each coding is looked at', repeated: /^Task\.code\.coding\[0\]$/ },
];

const RETURN: readonly Tolerance[] = [
  ...TASK,
  unused('unchecked or unused [EPS-FHIR 4.6]', /^Task\.(code|for)\b/),
  {
    because: 'not checked against the release [EPS-FHIR 7.1]',
    removed: /^Task\.focus\.identifier\.value$/,
  },
];

const WITHDRAW: readonly Tolerance[] = [
  ...TASK,
  unused(
    'a withdrawal tells no telephone and no job role [EPS-HL7-MAP 8]',
    /\(PractitionerRole\)\.(code|telecom)\b/,
  ),
  { because: 'the code alone counts', removed: /^Task\.code\.coding\[0\]\.system$/ },
];

const DISPENSE: readonly Tolerance[] = [
  ...DISPENSER,
  unused(
    'of the contained item its id, its product and the id of its prescription count [EPS-FHIR 4.7]',
    /\.contained\(MedicationRequest\)\.(category|courseOfTherapyType|dispenseRequest|dosageInstruction|extension|groupIdentifier\.extension\(\S+\)\.|requester|subject|substitution)/,
  ),
  {
    because: 'several products may be given for one item [EPS-FHIR 4.7]',
    repeated: /^Bundle\.entry\(MedicationDispense\)$/,
  },
  {
    because: 'the first counts [EPS-FHIR 4.7]',
    repeated: /\.(authorizingPrescription|performer)\[0\]$/,
  },
  unused(
    'not used',
    /\(MedicationDispense\)\.resource\.dosageInstruction|^Bundle\.timestamp$|\.subject\.type$/,
  ),
  {
    because: 'the first counts',
    repeated: /\(ODS-OrganisationRelationships\)(\.extension\(reimbursementAuthority\))?$/,
  },
];

const CLAIM: readonly Tolerance[] = [
  ...DISPENSER,
  unused(
    'not used [EPS-FHIR 4.8]',
    /^Claim\.(extension\(Provenance-agent\)|extension$|payee\.party|patient\.identifier\.value)/,
  ),
  unused('fixed codes [EPS-FHIR 4.8]', /^Claim\.(payee\.type|priority|type)\.coding\[0\]/),
  unused(
    'a claim needs no check of items [EPS-LIFECYCLE 5.4]',
    /^Claim\.item\[0\]\.(programCode|productOrService\.coding)/,
  ),
  {
    because: 'a claim needs no check of items',
    removed: /\(EPS-TaskBusinessStatus\)\.valueCoding\.code$/,
  },
  unused(
    'a claim needs no check of items',
    /\.detail\[0\]\.(quantity|subDetail|productOrService\.coding)/,
  ),
  {
    because: 'a claim needs no check of items',
    removed: /\.detail\[0\]\.extension\(\w+\)\.value\w+(\.identifier)?\.value$/,
  },
  { because: 'the endorsement needs no code', removed: /\.programCode\[1\]\.coding\[0\]\.code$/ },
  {
    because: 'items may have several endorsements',
    repeated: /\.detail\[0\](\.programCode\[1\](\.coding\[0\])?)?$/,
  },
  unused('the long id is not compared', /\.extension\(UUID\)\./),
];

const OF_KIND: Readonly<Record<string, readonly Tolerance[]>> = {
  order: ORDER,
  cancel: CANCEL,
  'nominated release': RELEASE,
  'patient release': RELEASE,
  return: RETURN,
  dispense: DISPENSE,
  amend: DISPENSE,
  withdraw: WITHDRAW,
  claim: CLAIM,
  'claim amend': CLAIM,
};

/** Why the contract lets this change pass; null when it does not. */
export function toleratedBecause(kind: Kind, { change, path }: Mutation): string | null {
  if (change !== 'removed' && change !== 'repeated') return null;
  const tolerances = [...ANYWHERE, ...(OF_KIND[kind.name] ?? [])];
  return tolerances.find((tolerance) => tolerance[change]?.test(path))?.because ?? null;
}

/** Without this the message is a good one of another kind. */
export function makesAnotherMessage(kind: Kind, { change, path }: Mutation): boolean {
  if (change !== 'removed') return false;
  if (kind === RELEASE_PATIENT) return path === 'Parameters.parameter(group-identifier)';
  if (kind === CLAIM_AMEND) return /^Claim\.extension(\(replacementOf\))?$/.test(path);
  return kind === AMEND && path === 'Bundle.entry(MessageHeader).resource.extension';
}
