import { NEW_PRESCRIPTION } from './repository.ts';

/** The HL7 V3 interaction that a message is, whichever door it came through [EPS-CODES 2, EPS-HL7V3 5]. */
export const INTERACTIONS = {
  create: NEW_PRESCRIPTION,
  cancel: 'PORX_IN030101SM32',
  releaseNominated: 'PORX_IN060102SM30',
  releaseById: 'PORX_IN132004SM30',
  dispense: 'PORX_IN080101SM31',
  claim: 'PORX_IN090101SM31',
  return: 'PORX_IN100101SM31',
  withdraw: 'PORX_IN510101SM31',
  /** Of direct suppliers only: the FHIR interface does not offer it. */
  rebuild: 'PORX_IN540101UK31',
} as const;
