// Shows: Reliability | twelve stories of six messages in each of their 720 orders: every message has its defined answer, and what becomes of the prescription is as the model says

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { derivedUuid } from '../../src/kernel/uuid.ts';
import { pureSpine } from './pure-spine.ts';
import type { Facts, Message, OfPharmacy } from './reference-message.ts';
import { referenceModel } from './reference-model.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
const MINUTE_MS = 60_000;
const PRESCRIPTION = '000000-A83008-00000';
const PATIENT = '9990000018';
const [ONE, OTHER] = ['FA565', 'FA566'];
const [ITEM, SECOND] = [uuid('item 1'), uuid('item 2')];

function uuid(word: string): string {
  return derivedUuid('permutations', word);
}

const FACTS: Facts = {
  patient: PATIENT,
  surgery: 'A83008',
  items: [ITEM, SECOND],
  nominated: ONE,
  prescribedAt: new Date(START).toISOString(),
  course: 'acute',
};

type Of<Kind> = Extract<Message, { kind: Kind }>;

const create: Message = {
  kind: 'create',
  id: uuid('create'),
  prescription: PRESCRIPTION,
  facts: FACTS,
};
const again: Message = { ...create, id: uuid('create again') };
const download = (pharmacy: string = ONE): Message => ({
  kind: 'download',
  id: uuid(`download ${pharmacy}`),
  pharmacy,
});
const of = (kind: string, pharmacy: string) => ({
  id: uuid(`${kind} ${pharmacy}`),
  prescription: PRESCRIPTION,
  pharmacy,
});
const release = (pharmacy: string): OfPharmacy => ({ kind: 'release', ...of('release', pharmacy) });
const giveBack = (pharmacy: string): OfPharmacy => ({ kind: 'return', ...of('return', pharmacy) });
const cancel = (item: string | null, surgery = 'A83008'): Message => ({
  kind: 'cancel',
  id: uuid(`cancel ${item} ${surgery}`),
  prescription: PRESCRIPTION,
  patient: PATIENT,
  item,
  surgery,
});
const dispense = (
  word: string,
  status: string,
  codes: readonly [string, string],
  replaces: string | null = null,
): Message => ({
  kind: 'dispense',
  ...of(word, ONE),
  patient: PATIENT,
  status,
  items: { [ITEM]: codes[0], [SECOND]: codes[1] },
  replaces,
});
const whole = dispense('whole', '0006', ['0001', '0001']);
const part = dispense('part', '0003', ['0001', '0004']);
const rest = dispense('rest', '0006', ['0001', '0001']);
const amended = dispense('amended', '0006', ['0001', '0002'], whole.id);
const withdraw = (told: Message): Message => ({
  kind: 'withdraw',
  ...of(`withdraw ${told.id}`, ONE),
  notification: told.id,
});
const claim: Of<'claim'> = { kind: 'claim', ...of('claim', ONE), replaces: null };
const claimAgain: Of<'claim'> = { kind: 'claim', ...of('claim again', ONE), replaces: claim.id };

const STORIES: Readonly<Record<string, readonly Message[]>> = {
  'it is dispensed and claimed': [create, download(), whole, claim, claimAgain, cancel(null)],
  'a part, then the rest': [create, download(), part, rest, claim, cancel(ITEM)],
  'a notification is amended': [create, download(), whole, amended, claim, withdraw(whole)],
  'a notification is taken back': [create, download(), whole, withdraw(whole), rest, claim],
  'it is returned': [create, download(), giveBack(ONE), release(OTHER), download(OTHER), whole],
  'it is returned, and cancelled': [create, download(), cancel(null), giveBack(ONE), whole, claim],
  'two pharmacies want it': [
    create,
    release(ONE),
    release(OTHER),
    giveBack(ONE),
    giveBack(OTHER),
    whole,
  ],
  'an item is cancelled, then the other': [
    create,
    cancel(ITEM),
    cancel(SECOND),
    download(),
    whole,
    claim,
  ],
  'two surgeries cancel': [
    create,
    cancel(null),
    cancel(null, 'A99968'),
    download(),
    giveBack(ONE),
    release(OTHER),
  ],
  'it is sent twice': [create, again, download(), cancel(ITEM), giveBack(ONE), whole],
  'a part is taken back': [create, download(), part, withdraw(part), giveBack(ONE), cancel(null)],
  'claimed, then withdrawn': [create, download(), whole, claim, withdraw(whole), giveBack(ONE)],
};

function* ordersOf<One>(all: readonly One[]): Generator<readonly One[]> {
  if (all.length === 0) yield [];
  for (const [place, first] of all.entries()) {
    for (const others of ordersOf(all.toSpliced(place, 1))) yield [first, ...others];
  }
}

describe('in whatever order its messages come', () => {
  for (const [story, messages] of Object.entries(STORIES)) {
    test(story, async () => {
      let orders = 0;
      for (const order of ordersOf(messages)) {
        await comes(order);
        orders += 1;
      }
      assert.equal(orders, 720);
    });
  }
});

/** Each message, and later all of them once more: that has no effect, and the answers are those of before. */
async function comes(order: readonly Message[]): Promise<void> {
  const [spine, model] = [pureSpine(), referenceModel()];
  const told = () => order.map(({ kind, id }) => `${kind} ${id}`).join(', ');
  const answers: string[] = [];
  for (const [place, message] of order.entries()) {
    const at = new Date(START + place * MINUTE_MS).toISOString();
    const { word, raw } = await spine.send(message, at);
    assert.equal(word, model.send(message, at), told());
    assert.deepEqual(await spine.view(PRESCRIPTION), model.view(PRESCRIPTION), told());
    answers.push(raw);
  }
  const end = await spine.view(PRESCRIPTION);
  for (const [place, message] of order.entries()) {
    // Nothing to download is no answer that is kept: somebody may ask again.
    if (message.kind === 'download' && answers[place]?.includes('NoMorePrescriptions')) continue;
    const { raw } = await spine.send(message, new Date(START + 60 * MINUTE_MS).toISOString());
    assert.equal(raw, answers[place], told());
  }
  assert.deepEqual(await spine.view(PRESCRIPTION), end, told());
}
