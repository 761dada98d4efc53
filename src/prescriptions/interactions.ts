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

export type MessageName = keyof typeof INTERACTIONS;

export const MESSAGE_NAMES: readonly MessageName[] = Object.keys(INTERACTIONS).filter(
  (name): name is MessageName => name in INTERACTIONS,
);

/** Of the same: the NHS facade sends SM, direct suppliers UK [EPS-HL7V3 5]. */
export const OTHER_IDS: Readonly<Record<MessageName, readonly string[]>> = {
  create: ['PORX_IN020101UK31', 'PORX_IN020102UK31', 'PORX_IN020101UK04', 'PORX_IN020102UK04'],
  cancel: ['PORX_IN030101UK32'],
  releaseNominated: ['PORX_IN060102UK30'],
  releaseById: ['PORX_IN132004UK30'],
  dispense: ['PORX_IN080101UK31'],
  claim: ['PORX_IN090101UK31'],
  return: ['PORX_IN100101UK31'],
  withdraw: ['PORX_IN510101UK31'],
  rebuild: [],
};

const OWN_IDS: ReadonlyMap<string, string> = new Map(
  MESSAGE_NAMES.flatMap((name) =>
    OTHER_IDS[name].map((other): [string, string] => [other, INTERACTIONS[name]]),
  ),
);

/** The id under which an interaction is known here; itself where it has no other. */
export function ownInteraction(id: string): string {
  return OWN_IDS.get(id) ?? id;
}
