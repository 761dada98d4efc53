import { hash, randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';

import { type Actor, NO_APPLICATION } from '../../src/gateways/actor.ts';
import type { FhirResponse } from '../../src/gateways/fhir/interaction.ts';
import { parseFhirJson } from '../../src/gateways/fhir/json.ts';
import type { Hl7Answer, Hl7Request } from '../../src/gateways/hl7v3/interaction.ts';
import { hl7Name } from '../../src/gateways/hl7v3/names.ts';
import { readMessage } from '../../src/gateways/hl7v3/read-message.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { present } from '../../src/kernel/bug.ts';
import { parseUuid, type Uuid } from '../../src/kernel/uuid.ts';
import type { Database } from '../../src/platform/database.ts';
import {
  COMPATIBLE,
  prescriptionHl7Interactions,
  prescriptionInteractions,
  type Settings,
  type Spine,
  trialInteractions,
} from '../../src/prescriptions/index.ts';
import { Reading } from '../../src/prescriptions/hl7v3/reading.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { PERSONAS } from '../../src/local/personas.ts';

/** A system that is accredited, and whose it is. */
export type System = {
  readonly organisation: string | null;
  readonly asid?: string;
  /** Whom its messages name. */
  readonly user?: Pick<Actor, 'role'>;
};

/** The FHIR door and the HL7 V3 door of one Spine, without what stands before them. */
export type Doors = {
  readonly fhir: (path: string, body: Buffer | object, at: Date) => Promise<FhirResponse>;
  /** Sends a whole message. */
  readonly hl7: (xml: string, at: Date, system?: System) => Promise<Hl7Answer>;
  /** What a FHIR message is in HL7 V3. */
  readonly convert: (body: object, at: Date) => Promise<string>;
};

export const NOBODYS: System = { organisation: null };

/** `told`: more that the Spine is told with. */
export function openDoors(
  database: Database,
  settings: Settings = COMPATIBLE,
  told: Pick<Spine, 'onUnreadable'> = {},
): Doors {
  const spine = { ...aSpine(database, settings), ...told };
  const fhir = [...prescriptionInteractions(spine), ...trialInteractions(spine)];
  const hl7 = prescriptionHl7Interactions(spine);
  const call: Doors['fhir'] = async (path, body, at) => {
    const interaction = present(
      fhir.find((one) => one.method === 'POST' && one.path === path),
      path,
    );
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const resource = parseFhirJson(bytes);
    assert.ok(resource.ok);
    return interaction.handle({
      base: 'legacy',
      actor: { ...ACTOR, organisation: null, asid: null },
      requestId: randomUUID(),
      query: {},
      body: bytes,
      resource: resource.value,
      at,
    });
  };
  return {
    fhir: call,
    hl7: (xml, at, system = NOBODYS) => {
      const { request, act } = requestOf(xml, at, system);
      const interaction = hl7.find(({ ids }) => ids.includes(request.interaction));
      return present(interaction, request.interaction).handle(request, act);
    },
    convert: async (body, at) => {
      const { status, resource } = await call('/$convert', body, at);
      assert.ok(status === 200 && typeof resource === 'string', JSON.stringify(resource));
      return resource;
    },
  };
}

const ACTOR = {
  ...NO_APPLICATION,
  userId: null,
  roleProfile: null,
  session: 'a session',
  scopes: new Set([...PERSONAS.prescriber.scopes, ...PERSONAS.dispenser.scopes]),
} as const;

const A_USER = '555900020101';
const A_ROLE_PROFILE = '555900020102';

function requestOf(xml: string, at: Date, system: System) {
  const { organisation, asid = '200000001285', user } = system;
  const person = user === undefined ? {} : { ...user, userId: A_USER, roleProfile: A_ROLE_PROFILE };
  const root = parsed(xml);
  const message = readMessage(root, root.name);
  assert.ok(message.ok, JSON.stringify(message));
  const request: Hl7Request = {
    actor: { ...ACTOR, ...person, organisation, asid },
    requestId: newUuid(),
    replyTo: null,
    interaction: root.name,
    message: message.value.message,
    body: Buffer.from(xml),
    digest: hash('sha256', xml, 'buffer'),
    at,
    alongside: null,
  };
  return { request, act: message.value.act };
}

function newUuid(): Uuid {
  return present(parseUuid(randomUUID()), 'GUID');
}

/** A request of which nobody looks at more than its interaction and its id. */
export function aRequest(interaction: string, id: Uuid): Hl7Request {
  return {
    actor: { ...ACTOR, organisation: null, asid: null },
    requestId: newUuid(),
    replyTo: null,
    interaction,
    message: {
      id,
      creationTime: '20260105093000',
      receiverAsid: '',
      senderAsid: '',
      author: null,
    },
    body: Buffer.alloc(0),
    digest: hash('sha256', '', 'buffer'),
    at: new Date('2026-01-05T09:30:00Z'),
    alongside: null,
  };
}

/** XML as the gateway reads it. */
export function parsed(xml: string): Element {
  const read = parseXml(xml, { nameOf: hl7Name });
  assert.ok(read.ok, read.ok ? '' : read.error);
  return read.value;
}

/** What is at the end of a path in the focal act of an answer. */
export function told(answer: Pick<Hl7Answer, 'subject'>, ...path: readonly string[]): Element {
  const from = new Reading();
  const act = parseXml(present(answer.subject, 'focal act'));
  assert.ok(act.ok);
  const found = from.whole(from.only(act.value, ...path));
  assert.ok(found.ok, JSON.stringify(found));
  return found.value;
}

/** `0005 Prescription not found` of each reason or detail of an answer. */
export function reasonsOf({ reasons, details }: Hl7Answer): string[] {
  return [...reasons, ...details].map(({ codeSystem, code, displayName }) =>
    [codeSystem.split('.').slice(-2).join('.'), code, displayName].join(' '),
  );
}
