import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import type { DeskLimits } from '../../src/gateways/hl7v3/index.ts';
import { openHl7Door } from '../../src/hl7v3.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { prescriptionHl7Interactions } from '../../src/prescriptions/index.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { testConfig } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  ANY_HL7_PORT,
  type Hl7Client,
  type Hl7Said,
  openHl7Client,
  wrapped,
} from '../support/hl7v3.ts';

/** What a coordinator makes of an answer [EPS-HL7V3 7.5]. */
export type Understood = {
  /** The root that it found in the text. */
  readonly interaction: string;
  readonly acknowledgement: string;
  readonly displayNames: readonly string[];
  readonly text: string;
};

export type Post = ReturnType<typeof wrapped>;

/** The NHS's FHIR facade, as far as a Spine knows it, before an HL7 V3 door of its own. */
export type Coordinator = {
  /** Sends a message at a time of business. */
  send(payload: string, at: Date): Promise<Understood>;
  /** What it would send: the same transmission, whenever it is sent. */
  posted(payload: string): Post;
  sendPost(post: Post, at: Date): Promise<Understood>;
  /** The same once more, as it repeats what failed: four times at once. */
  sendFourTimes(payload: string, at: Date): Promise<Understood[]>;
  isUp(): Promise<boolean>;
  close(): Promise<void>;
};

const HANDLERS = [
  'PORX_IN070101UK31',
  'PORX_IN070103UK31',
  'MCCI_IN010000UK13',
  'PORX_IN050101UK31',
  'PORX_IN110101UK30',
];
const FIRST_WAIT_MS = 500;
const WAIT_MS = 5_000;
const WAITS_MAX_MS = 25_000;

export async function openCoordinator(
  { url, database }: Pick<TestDatabase, 'url' | 'database'>,
  limits?: DeskLimits,
): Promise<Coordinator> {
  let now = new Date();
  const system = TEST_SYSTEMS.facade;
  const config = testConfig(url, { hl7v3: ANY_HL7_PORT });
  const door = await openHl7Door(config, (entry) => assert.notEqual(entry.event, 'bug'), {
    database,
    clock: { now: () => now, securityNow: () => now },
    interactions: prescriptionHl7Interactions(aSpine(database)),
    ...(limits === undefined ? {} : { limits }),
  });
  assert.ok(door !== null);
  const client = await openHl7Client(database, door.url, system);
  const posted = (payload: string): Post => {
    const [, interaction = ''] = /<(\w+_IN\d{6}\w{4})[\s>]/.exec(payload) ?? [];
    return wrapped({ system, interaction, payload });
  };
  const waiting = door.jobs.find(({ name }) => name === 'hl7v3-waiting');
  const poll = async (first: Hl7Said): Promise<Hl7Said> => {
    if (first.status === 202) await waiting?.run(() => Promise.resolve(true));
    return polled(client, first);
  };
  const sendPost = async (post: Post, at: Date): Promise<Understood> => {
    now = at;
    return understood(await poll(await client.send('/Prescription', post)));
  };
  return {
    send: (payload, at) => sendPost(posted(payload), at),
    posted,
    sendPost,
    sendFourTimes: async (payload, at) => {
      now = at;
      const post = posted(payload);
      const said = await Promise.all([1, 2, 3, 4].map(() => client.send('/Prescription', post)));
      return Promise.all(said.map(async (one) => understood(await poll(one))));
    },
    isUp: async () => (await client.send('/healthcheck')).status === 200,
    close: async () => {
      client.close();
      await door.close();
    },
  };
}

/** Waits for an answer that comes later: half a second, then five each time, and not longer than 25 [EPS-HL7V3 3.1]. */
async function polled(client: Hl7Client, first: Hl7Said): Promise<Hl7Said> {
  let said = first;
  let location = String(first.headers['content-location'] ?? '');
  for (let waited = 0; said.status === 202; waited += WAIT_MS) {
    assert.notEqual(location, '');
    assert.ok(waited <= WAITS_MAX_MS, 'TIMEOUT');
    await delay(waited === 0 ? FIRST_WAIT_MS : WAIT_MS);
    said = await client.send(location.startsWith('/') ? location : `/${location}`, {
      headers: { 'nhsd-asid': client.system.asid },
    });
    location = String(said.headers['content-location'] ?? location);
  }
  return said;
}

/** The first interaction whose start and end tag it finds, whatever else is there [EPS-HL7V3 7.5]. */
function understood({ status, text }: Hl7Said): Understood {
  assert.equal(status, 200, text);
  const interaction = HANDLERS.find((id) =>
    new RegExp(`<(hl7:)?${id}[\\s>][^]*</(hl7:)?${id}>`).test(text),
  );
  assert.ok(interaction !== undefined, text);
  const [, acknowledgement = ''] = /<acknowledgement typeCode="(\w\w)"/.exec(text) ?? [];
  const where = { AA: /$^/g, AR: /<acknowledgementDetail[^]*?displayName="([^"]*)"/g }[
    acknowledgement
  ];
  const reasons = where ?? /<justifyingDetectedIssueEvent[^]*?displayName="([^"]*)"/g;
  const displayNames = [...text.matchAll(reasons)].map(([, name = '']) => name);
  return { interaction, acknowledgement, displayNames, text };
}
