// Shows: Migration | messages from before the switch come again through the HL7 V3 door, from the facade and under the ids of suppliers, are answered as then, and have no effect
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type Hl7Door, openHl7Door } from '../../src/hl7v3.ts';
import { present } from '../../src/kernel/bug.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump } from '../../src/migration/testing.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { prescriptionHl7Interactions } from '../../src/prescriptions/index.ts';
import { INTERACTIONS, ownInteraction } from '../../src/prescriptions/interactions.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { testConfig } from '../support/config.ts';
import { ANY_HL7_PORT, type Hl7Client, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { asSystemsSend, type Came, INTERACTION } from './real-messages.ts';
import { aStore, loadInto, open, type Store } from './store.ts';

const FACADE = TEST_SYSTEMS.facade;

let store: Store;
let dump: Dump;
let door: Hl7Door;
let client: Hl7Client;

/** What the old store took, as its systems send it once more. */
let came: readonly Came[];

before(async () => {
  store = await aStore();
  const made = await aDump({ prescriptions: 200, perPart: 100, dirt: 0, seed: 84 });
  ({ dump, came } = await asSystemsSend(made.dump, store.database));
  await loadInto(store, dump);
  await open(store);
  const config = testConfig(store.url, { hl7v3: ANY_HL7_PORT });
  const { database } = store;
  const interactions = prescriptionHl7Interactions(aSpine(database));
  const opened = await openHl7Door(config, () => undefined, {
    database,
    clock: REAL_CLOCK,
    interactions,
  });
  door = present(opened, 'door');
  client = await openHl7Client(database, door.url, FACADE);
});
after(async () => {
  client.close();
  await door.close();
});

type Said = { readonly code: string; readonly interaction: string; readonly text: string };

async function send(body: string): Promise<Said> {
  const [, interaction = ''] = INTERACTION.exec(body) ?? [];
  const { text } = await client.send(
    '/Prescription',
    wrapped({ system: FACADE, interaction, payload: body }),
  );
  const [, answer = ''] = INTERACTION.exec(text) ?? [];
  const [, code = ''] = /<acknowledgement\b[^>]*typeCode="(\w\w)"/.exec(text) ?? [];
  return { code, interaction: answer, text };
}

async function everything(): Promise<object[]> {
  return store.rows.all(`
    select count(*) as events, (select count(*) from prescriptions.message) as messages,
      (select count(*) from prescriptions.download_queue where left_at is null) as waiting
    from prescriptions.event`);
}

describe('a message that an old store answered', () => {
  test('is there after the load with all that the old store says', async () => {
    assert.deepEqual((await reconcile(store.database, dump)).differences, []);
  });

  test('has the answer of then when it comes again, and no effect', async () => {
    const before = await everything();
    const kinds = new Set<string>();
    for (const { row, body } of came) {
      const { code, interaction, text } = await send(body);
      const about = `${row.INTERACTION} ${row.PRESC_ID} ${row.OUTCOME}: ${text}`;
      const own = ownInteraction(row.INTERACTION);
      // One that waits for a return was taken, and is told of as not done [EPS-HL7V3 5].
      const isWaiting = own === INTERACTIONS.cancel && text.includes('<value code="0002"');
      assert.equal(code, row.OUTCOME === 'accepted' && !isWaiting ? 'AA' : 'AE', about);
      const isRelease = own === INTERACTIONS.releaseNominated || own === INTERACTIONS.releaseById;
      const refusal = isRelease ? 'PORX_IN110101UK30' : APPLICATION;
      assert.equal(interaction, row.OUTCOME === 'accepted' ? answerTo(own) : refusal, about);
      if (isRelease && row.OUTCOME === 'accepted') {
        assert.ok(text.includes(`extension="${row.PRESC_ID}"`), about);
      }
      kinds.add(row.INTERACTION);
    }
    assert.deepEqual(await everything(), before);
    assert.ok(kinds.size >= 10, [...kinds].join(' '));
  });

  test('has the same answer as often as it comes', async () => {
    const one = present(
      came.find(({ row }) => row.INTERACTION === INTERACTIONS.releaseNominated),
      'release',
    );
    const [first, second] = [await send(one.body), await send(one.body)];
    const subject = ({ text }: Said): string =>
      present(/<subject[\s\S]*<\/subject>/.exec(text), 'act')[0];
    assert.equal(subject(second), subject(first));
  });

  test('is refused with other content under its id', async () => {
    const one = present(
      came.find(({ row }) => ownInteraction(row.INTERACTION) === INTERACTIONS.return),
      'return',
    );
    const other = one.body.replace(/(<pertinentReturnReason[\s\S]*?code=")\d{4}/, '$10003');
    assert.notEqual(other, one.body);
    assert.equal((await send(other)).code, 'AR');
  });
});

const APPLICATION = 'MCCI_IN010000UK13';

function answerTo(own: string): string {
  if (own === INTERACTIONS.cancel) return 'PORX_IN050101UK31';
  if (own === INTERACTIONS.releaseNominated) return 'PORX_IN070101UK31';
  return own === INTERACTIONS.releaseById ? 'PORX_IN070103UK31' : APPLICATION;
}
