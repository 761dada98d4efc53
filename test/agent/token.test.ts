// Shows: Identity | a card in a PKCS#11 token (SoftHSM2) is enrolled and logs in at the broker; three wrong passcodes lock it
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';

import { agentCommands } from '../../src/agent/cli.ts';
import { CKA, CKO, CKU } from '../../src/agent/token/codes.ts';
import { openReader, theCard } from '../../src/agent/token/reader.ts';
import { ran, type Ran, ranOn } from '../../src/cli/testing.ts';
import {
  cardsOf,
  certificatesOf,
  changeCard,
  isFinal,
  renewCard,
} from '../../src/identity/cards/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import { cardsOf as cardsIn, handIn } from '../support/cards.ts';
import { MODULE, OFFICER_PIN, PIN, testTokens, tokenCard, tokenTest } from './tokens.ts';

const pair = testPair();
const { dispenser, nurse, prescriber } = PERSONAS;
testTokens(['NHS-RSA', 'NHS-P256', 'NHS-ATTEMPTS', 'NHS-OTHER']);

// They start with a card in a file, and are to have one in a token.
async function handInAll(): Promise<void> {
  const cards = cardsIn(pair().database);
  for (const { userId } of [dispenser, nurse, prescriber]) await handIn(cards, userId);
}

/** The one card that a person has. */
async function numberOf(userId: string): Promise<string> {
  const [card, other] = (await cardsOf(pair().database, userId)).filter((one) => !isFinal(one));
  assert.ok(card !== undefined && other === undefined);
  return card.cardNumber;
}

/** Some verb with the card of that label, where the store is at hand. */
function spine(verb: string, label: string, ...more: readonly string[]): Promise<Ran> {
  const words = ['card', verb, '--module', MODULE, '--token', label, ...more];
  return ranOn(pair().url, agentCommands, [...words, '--at', pair().addresses[1]]);
}

function enrol(label: string, userId: string, ...more: readonly string[]): Promise<Ran> {
  return spine('enrol', label, userId, '--pin', PIN, ...more);
}

const PRIVATE_EXPONENT = 0x123;

describe('a card in a token', () => {
  before(handInAll);

  for (const [label, keys, { userId, roleProfileId }] of [
    ['NHS-RSA', 'rsa', dispenser],
    ['NHS-P256', 'p256', prescriber],
  ] as const) {
    tokenTest(`with ${keys} keys is enrolled and logs in at either datacentre`, async () => {
      const enrolled = await enrol(label, userId, '--keys', keys);
      assert.equal(enrolled.code, 0, enrolled.stderr);
      assert.match(enrolled.stdout, new RegExp(`^9\\d{11}  ${userId}  in the card "${label}"`));
      const login = await spine('login', label, '--pin', PIN, '-o', 'json');
      assert.equal(login.code, 0, login.stderr);
      const told = JSON.parse(login.stdout);
      assert.equal(told.userId, userId);
      assert.equal(told.attributes.ssbSessionRoleUid[0], roleProfileId);
    });
  }

  tokenTest('never gives its private keys away, and shows none without the passcode', async () => {
    const reader = await openReader(MODULE, 'NHS-RSA');
    const session = reader.cryptoki.openSession(theCard(reader).slot);
    const keys = () => reader.cryptoki.find(session, [[CKA.CLASS, CKO.PRIVATE_KEY]]);
    assert.equal(keys().length, 0);
    await reader.cryptoki.login(session, CKU.USER, PIN);
    const found = keys();
    assert.equal(found.length, 2);
    for (const key of found) {
      const read = (type: number) => reader.cryptoki.attribute(session, key, type);
      assert.deepEqual([...(read(CKA.SENSITIVE) ?? [])], [1]);
      assert.deepEqual([...(read(CKA.EXTRACTABLE) ?? [])], [0]);
      assert.equal(read(PRIVATE_EXPONENT), null);
    }
    reader.cryptoki.logout(session);
    reader.cryptoki.closeSession(session);
  });

  tokenTest('is not given to a second person, nor a second one to the same person', async () => {
    const taken = await enrol('NHS-RSA', nurse.userId);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /was enrolled before, for another card/);
    const second = await enrol('NHS-OTHER', dispenser.userId);
    assert.match(second.stderr, /has a card.*--replace/);
    const replaced = await enrol('NHS-OTHER', dispenser.userId, '--replace');
    assert.equal(replaced.code, 0, replaced.stderr);
    const old = await spine('login', 'NHS-RSA', '--pin', PIN);
    assert.match(old.stderr, /cert_revoked; it concerns the card/);
    assert.equal((await spine('login', 'NHS-OTHER', '--pin', PIN)).code, 0);
  });

  tokenTest('gets the new certificates when it is enrolled again after its renewal', async () => {
    const { database } = pair();
    const by = { userId: null, at: new Date() };
    const cardNumber = await numberOf(prescriber.userId);
    assert.ok((await renewCard(cardsIn(database), cardNumber, { by, isInPerson: true })).ok);
    const before = await (await tokenCard('NHS-P256')).certificate('login');
    assert.equal((await enrol('NHS-P256', prescriber.userId)).code, 0);
    const after = await (await tokenCard('NHS-P256')).certificate('login');
    const kept = await certificatesOf(database, cardNumber);
    const newest = kept.find(({ purpose }) => purpose === 'login')?.der;
    assert.deepEqual(
      [after?.equals(newest ?? Buffer.of()), after?.equals(before ?? Buffer.of())],
      [true, false],
    );
    assert.equal(await numberOf(prescriber.userId), cardNumber);
  });

  tokenTest('that was taken away, or is over, is refused by the broker for that', async () => {
    const { database } = pair();
    const by = { userId: null, at: new Date() };
    const end = { kind: 'EndNow' } as const;
    const cardNumber = await numberOf(dispenser.userId);
    assert.ok((await changeCard(cardsIn(database), cardNumber, end, { by })).ok);
    const over = await spine('login', 'NHS-OTHER', '--pin', PIN);
    assert.deepEqual([over.code, /cert_expired/.test(over.stderr)], [1, true], over.stderr);
  });

  tokenTest('that is not there or was never enrolled is told apart', async () => {
    const nobody = await spine('login', 'NHS-NOBODY', '--pin', PIN);
    assert.match(nobody.stderr, /no such card in the reader/);
    const empty = await spine('login', 'NHS-ATTEMPTS', '--pin', PIN);
    assert.match(empty.stderr, /no log-in certificate/);
    const several = await ran(agentCommands, ['card', 'login', '--module', MODULE, '--at', 'x']);
    assert.match(several.stderr, /several cards: .*NHS-RSA/);
    const module = await ran(agentCommands, ['card', 'login', '--module', '/x.so', '--at', 'x']);
    assert.match(module.stderr, /\/x\.so cannot be used/);
  });
});

describe('wrong passcodes of a card in a token', () => {
  before(handInAll);

  tokenTest(
    'twenty at once: three count and lock it, for a program started later too',
    async () => {
      const card = await tokenCard('NHS-ATTEMPTS');
      const tries = Array.from({ length: 20 }, () => card.open('999999'));
      const said = (await Promise.all(tries)).map((tried) => (tried.ok ? null : tried.error));
      assert.deepEqual(
        said.flatMap((error) => (error?.kind === 'PinWrong' ? [error.left] : [])),
        [2, 1, 0],
      );
      assert.equal(said.filter((error) => error?.kind === 'CardInState').length, 17);
      const later = await card.open(PIN);
      assert.deepEqual(later, { ok: false, error: { kind: 'CardInState', state: 'Locked' } });
      const login = inProcess(['card', 'enrol', '555900010101', '--pin-stdin'], `${PIN}\n`);
      assert.deepEqual([login.status, /is locked/.test(login.stderr)], [1, true], login.stderr);
    },
  );

  tokenTest("are forgotten when the officer's PIN gives it a new passcode", async () => {
    assert.equal(await (await tokenCard('NHS-ATTEMPTS')).unblock('11111111', '135790'), false);
    const malformed = inProcess(['card', 'unblock'], `${OFFICER_PIN}\n12\n`);
    assert.deepEqual([malformed.status, /6 to 8 digits/.test(malformed.stderr)], [2, true]);
    const done = inProcess(['card', 'unblock'], `${OFFICER_PIN}\n135790\n`);
    assert.equal(done.status, 0, done.stderr);
    const enrolled = inProcess(['card', 'enrol', nurse.userId, '--pin-stdin'], '135790\n');
    assert.equal(enrolled.status, 0, enrolled.stderr);
  });
});

/** As somebody else starts it on the same machine. */
function inProcess(words: readonly string[], input: string) {
  const program = fileURLToPath(new URL('../../bin/spine.ts', import.meta.url));
  const token = ['--module', MODULE, '--token', 'NHS-ATTEMPTS'];
  return spawnSync(process.execPath, [program, ...words, ...token], {
    input,
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: pair().url },
  });
}
