type Need = {
  readonly service: 'EPS' | 'Tracker' | 'PDS';
  readonly what: string;
  /** Where it comes in: HL7 V3 interaction, FHIR operation. */
  readonly wire: string;
  /** Any one of these lets a person do it; none named: whoever is signed in. */
  readonly anyOf: readonly string[];
  /** It must have been given: that another activity includes it is not enough. */
  readonly isGivenOnly?: boolean;
};

const PRESCRIBE = ['B0420', 'B0440', 'B0058'] as const;
const PREPARE = ['B0278'] as const;
const PHARMACY = ['B0570', 'B0572'] as const;
const MANAGE_PHARMACY = ['B0572'] as const;
/** The tracker's web pages ask for these; the job roles that they name besides are just those with one of them in their baseline. */
const TRACK = ['B0570', 'B0571', 'B0572', 'B0278', 'B0058', 'B0420', 'B0440'] as const;
const SEE_DEMOGRAPHICS = ['B0820'] as const;
const AMEND_DEMOGRAPHICS = ['B0825'] as const;
const ANYBODY = [] as const;

/** What a person needs for each thing that can be asked of the Spine: the only place that says so [IDENTITY 1.5]. */
export const NEEDS = {
  'eps-prepare': eps('prepare a prescription, without signing it', '$prepare', PREPARE),
  'eps-create': eps('send a signed prescription', 'PORX_IN020101SM31', PRESCRIBE),
  'eps-cancel': eps('cancel, as a prescriber', 'PORX_IN030101SM32', PRESCRIBE),
  'eps-cancel-for-prescriber': {
    ...eps('cancel, on behalf of a prescriber', 'PORX_IN030101SM32', ['B0468']),
    isGivenOnly: true, // whoever prepares prescriptions would have it by inclusion, which is not meant
  },
  'eps-release-nominated': eps('download what waits for a pharmacy', 'PORX_IN060102SM30', PHARMACY),
  'eps-release-patient': eps('download one prescription', 'PORX_IN132004SM30', PHARMACY),
  'eps-return': eps('return a prescription', 'PORX_IN100101SM31', PHARMACY),
  'eps-dispense': eps('tell what was dispensed', 'PORX_IN080101SM31', PHARMACY),
  'eps-withdraw': eps('withdraw what was told', 'PORX_IN510101SM31', PHARMACY),
  'eps-rebuild': eps('tell a history of dispensing anew', 'PORX_IN540101UK31', PHARMACY),
  'eps-claim': eps('claim for what was dispensed', 'PORX_IN090101SM31', PHARMACY),
  'eps-claim-amend': eps('amend a claim', 'PORX_IN090101SM31', MANAGE_PHARMACY),
  'eps-verify-signature': eps('verify a signature', '$verify-signature', [...PHARMACY, 'B0068']),
  'eps-validate': eps('check a message', '$validate', ANYBODY),
  'eps-convert': eps('show a message as HL7 V3', '$convert', ANYBODY),
  'tracker-search': tracker('look for prescriptions', 'GET Task; GET RequestGroup'),
  'tracker-detail': tracker('see one prescription', 'QURX_IN000005UK99; GET RequestGroup/{id}'),
  'tracker-clinical-view': tracker('see one prescription in full', 'QURX_IN000005UK98'),
  'tracker-search-legacy': tracker('look for prescriptions', 'PRESCRIPTIONSEARCH_SM01'),
  'tracker-document': tracker('see a message', 'GET_PRESCRIPTION_DOCUMENT_INUK01'),
  'pds-trace': pds('look for a patient', 'GET Patient', SEE_DEMOGRAPHICS),
  'pds-read': pds('see a patient', 'GET Patient/{id}', SEE_DEMOGRAPHICS),
  'pds-read-related': pds(
    'see the people of a patient',
    'GET Patient/{id}/RelatedPerson',
    SEE_DEMOGRAPHICS,
  ),
  'pds-amend': pds('change a patient', 'PATCH Patient/{id}', AMEND_DEMOGRAPHICS),
  'pds-nominate': pds(
    'set or end a nomination',
    'PATCH Patient/{id}, nominated pharmacy',
    AMEND_DEMOGRAPHICS,
  ),
  'pds-create': pds('give a patient an NHS number', 'POST Patient', AMEND_DEMOGRAPHICS),
  'pds-birth': pds('record a birth', 'POST Patient/$process-birth-details', AMEND_DEMOGRAPHICS),
  'pds-poll': pds('fetch an answer that was late', 'GET _poll/{id}', ANYBODY),
} as const satisfies Record<string, Need>;

export type Interaction = keyof typeof NEEDS;

function eps(what: string, wire: string, anyOf: readonly string[]): Need {
  return { service: 'EPS', what, wire, anyOf };
}

function tracker(what: string, wire: string): Need {
  return { service: 'Tracker', what, wire, anyOf: TRACK };
}

function pds(what: string, wire: string, anyOf: readonly string[]): Need {
  return { service: 'PDS', what, wire, anyOf };
}
