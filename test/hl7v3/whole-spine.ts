import assert from 'node:assert/strict';
import { after } from 'node:test';

import type { TestSystem } from '../../src/local/systems.ts';
import type { Log } from '../../src/platform/log.ts';
import { type Settings, testSpine, type TestSpine } from '../support/server.ts';
import {
  ANY_HL7_PORT,
  type Hl7Client,
  type Hl7Said,
  openHl7Client,
  wrapped,
  type Wrapping,
} from '../support/hl7v3.ts';

const FACADE_ASID = '200000001285'; // whose messages `$convert` makes

/** One Spine with all its doors, and the clients of its systems. */
export type WholeSpine = {
  readonly spine: () => TestSpine;
  readonly client: (system: TestSystem) => Promise<Hl7Client>;
  /** A FHIR message as the system would send it. */
  readonly hl7Of: (body: object, system: TestSystem) => Promise<string>;
  /** Posts a message, as a facade does or as a message handler. */
  readonly post: (path: string, wrapping: Omit<Wrapping, 'interaction'>) => Promise<Hl7Said>;
};

export const FACADE = '/Prescription';
export const RELIABLE = '/reliablemessaging/reliablerequest';

export function wholeSpine(settings: Settings = {}, log?: Log): WholeSpine {
  const spine = testSpine({ ...settings, hl7v3: ANY_HL7_PORT }, log);
  const clients = new Map<string, Promise<Hl7Client>>();
  after(async () => {
    for (const one of clients.values()) (await one).close();
  });
  const client = (system: TestSystem): Promise<Hl7Client> => {
    const { database, datacentre } = spine();
    const known =
      clients.get(system.asid) ?? openHl7Client(database, datacentre.hl7v3Url ?? '', system);
    clients.set(system.asid, known);
    return known;
  };
  return {
    spine,
    client,
    hl7Of: async (body, { asid }) => {
      const { status, text } = await spine().call('/fhir-prescribing/FHIR/R4/$convert', { body });
      assert.equal(status, 200, text);
      return text.replaceAll(`extension="${FACADE_ASID}"`, `extension="${asid}"`);
    },
    post: async (path, wrapping) => {
      const interaction = interactionOf(wrapping.payload);
      return (await client(wrapping.system)).send(path, wrapped({ ...wrapping, interaction }));
    },
  };
}

function interactionOf(payload: string): string {
  const [, interaction = ''] = /<(?:\w+:)?(\w+_IN\d{6}\w{4})[\s>]/.exec(payload) ?? [];
  return interaction;
}
