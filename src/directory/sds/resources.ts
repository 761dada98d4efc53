import type { AccreditedSystem, MessageHandler } from '../endpoints/index.ts';
import { INTERACTION_SYSTEM, ODS_SYSTEM, PARTY_KEY_SYSTEM } from './ask.ts';

export type Resource = {
  readonly resourceType: 'Device' | 'Endpoint';
  readonly id: string;
} & Readonly<Record<string, unknown>>;

const DEFINITIONS = 'https://fhir.nhs.uk/StructureDefinition';
const IDS = 'https://fhir.nhs.uk/Id';

/** An accredited system; empty attributes give no element [SDS 1.3]. */
export function deviceOf(system: AccreditedSystem, id: string): Resource {
  const { manufacturerOds: maker, clientOds: client } = system;
  return {
    resourceType: 'Device',
    id,
    extension: [
      ...(maker === null ? [] : [manufacturer(maker)]),
      ...system.interactions.map(interactionOf),
    ],
    identifier: [
      { system: `${IDS}/nhsSpineASID`, value: system.asid },
      { system: PARTY_KEY_SYSTEM, value: system.partyKey },
    ],
    ...(client === null ? {} : { owner: organisation(client) }),
  };
}

/** A message handler, once for each of its addresses; without one, once [SDS 1.3]. */
export function endpointsOf(handler: MessageHandler, newId: () => string): Resource[] {
  const addresses: readonly (string | null)[] =
    handler.endpoints.length === 0 ? [null] : handler.endpoints;
  return addresses.map((address) => endpoint(handler, address, newId()));
}

function endpoint(handler: MessageHandler, address: string | null, id: string): Resource {
  const identifiers = [
    ['nhsMhsFQDN', handler.fqdn],
    ['nhsMhsPartyKey', handler.partyKey],
    ['nhsMhsCPAId', handler.cpaId],
    ['nhsMHSId', handler.mhsId],
  ] as const;
  return {
    resourceType: 'Endpoint',
    id,
    extension: [...reliability(handler), interactionOf(handler.interaction)],
    identifier: identifiers
      .filter(([, value]) => value !== '')
      .map(([name, value]) => ({ system: `${IDS}/${name}`, value })),
    status: 'active',
    connectionType: {
      system: `${TERMINOLOGY}/endpoint-connection-type`,
      code: 'hl7-fhir-msg',
      display: 'HL7 FHIR Messaging',
    },
    managingOrganization: organisation(handler.ods),
    payloadType: [
      { coding: [{ system: `${TERMINOLOGY}/endpoint-payload-type`, code: 'any', display: 'Any' }] },
    ],
    ...(address === null ? {} : { address }),
  };
}

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/** None when nothing is agreed with the party. */
function reliability(handler: MessageHandler): object[] {
  const texts = [
    ['nhsMHSSyncReplyMode', handler.syncReplyMode],
    ['nhsMHSRetryInterval', handler.retryInterval],
    ['nhsMHSRetries', handler.retries],
    ['nhsMHSPersistDuration', handler.persistDuration],
    ['nhsMHSDuplicateElimination', handler.duplicateElimination],
    ['nhsMHSAckRequested', handler.ackRequested],
    ['nhsMHSActor', handler.actor],
  ] as const;
  const extension = texts
    .filter(([, value]) => value !== null && value !== '')
    .map(([url, value]) =>
      typeof value === 'number' ? { url, valueInteger: value } : { url, valueString: value },
    );
  const url = `${DEFINITIONS}/Extension-SDS-ReliabilityConfiguration`;
  return extension.length === 0 ? [] : [{ url, extension }];
}

function interactionOf(value: string): object {
  return {
    url: `${DEFINITIONS}/Extension-SDS-NhsServiceInteractionId`,
    valueReference: { identifier: { system: INTERACTION_SYSTEM, value } },
  };
}

function manufacturer(ods: string): object {
  return {
    url: `${DEFINITIONS}/Extension-SDS-ManufacturingOrganisation`,
    valueReference: organisation(ods),
  };
}

function organisation(value: string): object {
  return { identifier: { system: ODS_SYSTEM, value } };
}

/** What was found, as the answer to a request with this whole address; its parts lie at `path` [SDS 1.3]. */
export function searchset(
  resources: readonly Resource[],
  { id, self, path }: { readonly id: string; readonly self: string; readonly path: string },
): object {
  return {
    resourceType: 'Bundle',
    id,
    type: 'searchset',
    total: resources.length,
    link: [{ relation: 'self', url: self }],
    entry: resources.map((resource) => ({
      fullUrl: `${path}/${resource.id}`,
      resource,
      search: { mode: 'match' },
    })),
  };
}
