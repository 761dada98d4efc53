import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { signed } from '../../../bench/sign.ts';
import { PERSONAS } from '../../../src/local/personas.ts';
import { type Site, SITES } from '../../../src/platform/replicated-postgres.ts';
import { recordedSignatures } from '../../../src/prescriptions/index.ts';
import {
  issue,
  type Issued,
  lengthened,
  listOf,
  newKeys,
} from '../../../src/prescriptions/signature/testing.ts';
import { post } from '../../nothing-lost/datacentres.ts';
import * as message from '../../nothing-lost/messages.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { settingOf, startedAgain } from '../settings.ts';
import { type System, tokensOf } from '../system.ts';

/** Certificates of an authority that is not this installation’s own, and its lists of revoked ones. */
export const certificateFaults: readonly Fault[] = [
  {
    id: 'F25',
    name: 'lists of revoked certificates are long, slow, dead, wrong or old, and certificates have ended',
    times: 1,
    missing: always,
    gapMaxMs: 5_000,
    happen: endedAndRevoked,
  },
];

const HOUR_MS = 3_600_000;
const ENTRIES = 1_000_000;
const KNOWN_WITHIN_MS = 10_000; // [RELIABILITY F25], as is the next
const ORDERS_PER_SECOND = 60;
const SECONDS = 5;
const ANSWER_MS = 5_000;
const AGAIN_MS = 200;

const NOTHING_WRONG = { findings: [], isUnlisted: false };
const UNLISTED = { findings: [], isUnlisted: true };
const only = (finding: string) => ({ findings: [finding], isUnlisted: false });

type Case = {
  readonly what: string;
  readonly serial?: string;
  /** What its distribution point answers: nothing, not even that, a word, or a list; none: the long list. */
  readonly list?: 'never' | 'refusal' | 'of another' | { readonly endedHoursAgo: number };
  readonly endedHoursAgo?: number;
  readonly expected: { readonly findings: readonly string[]; readonly isUnlisted: boolean };
};

const CASES: readonly Case[] = [
  { what: 'not in a list of a million', expected: NOTHING_WRONG },
  {
    what: 'in a list of a million',
    serial: '10000005',
    expected: only('Certificate is revoked'),
  },
  { what: 'whose list is never answered', list: 'never', expected: UNLISTED },
  { what: 'whose list is not to be had', list: 'refusal', expected: UNLISTED },
  { what: 'whose list somebody else signed', list: 'of another', expected: UNLISTED },
  { what: 'whose list is an hour old', list: { endedHoursAgo: 1 }, expected: UNLISTED },
  {
    what: 'whose list is more than a day old',
    list: { endedHoursAgo: 25 },
    expected: {
      findings: ['Certificate revocation list is not available'],
      isUnlisted: true,
    },
  },
  { what: 'that has ended', endedHoursAgo: 1, expected: only('Certificate expired when signed') },
];

/** Processes that trust a further authority; they go on as they were afterwards. */
async function endedAndRevoked({ system }: Scene): Promise<string[]> {
  const authority = await newAuthority('CN=A Test Authority');
  const lists = await startLists(authority);
  try {
    const file = join(system.folder, 'authorities.pem');
    writeFileSync(file, authority.certificate.toString('pem'));
    await startedAgain(system, [settingOf('OPENSPINE_SIGNATURE_AUTHORITIES', file)]);
    const sender = await senderOf(system);
    const wrong: string[] = [];
    for (const one of CASES) {
      const card = await cardOf(authority, one, lists.uriOf(one.list));
      for (const site of SITES) wrong.push(...(await looked(sender, site, card, one)));
    }
    const before = lists.asked();
    wrong.push(...(await steadily(sender, await cardOf(authority, {}, lists.uriOf()))));
    const askedAgain = lists.asked() - before;
    return askedAgain === 0
      ? wrong
      : [...wrong, `a list that is known was fetched ${askedAgain} x`];
  } finally {
    lists.close();
    await startedAgain(system, []);
  }
}

function newAuthority(name: string): Promise<Issued> {
  const wanted = { isAuthority: true, name: `O=nhs, ${name}`, issuer: null, serial: '02' };
  return newKeys().then((keys) => issue({ ...wanted, keys }));
}

function cardOf(
  authority: Issued,
  { serial = '0b', endedHoursAgo }: Pick<Case, 'serial' | 'endedHoursAgo'>,
  listAt: string,
): Promise<Issued> {
  const to = endedHoursAgo === undefined ? {} : { to: hoursAgo(endedHoursAgo) };
  const name = `O=nhs, OU=People, CN=${PERSONAS.prescriber.userId}_Synthetic`;
  return issue({ name, keys: authority.keys, issuer: authority, serial, listAt, ...to });
}

function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * HOUR_MS);
}

/** The distribution points of an authority. */
async function startLists(authority: Issued) {
  const other = await newAuthority('CN=Another');
  const [from, inTwoDays] = [hoursAgo(72), hoursAgo(-48)];
  const answers = new Map<string, Buffer | null>([
    ['/long', lengthened(await listOf(authority, { from, until: inTwoDays }), authority, ENTRIES)],
    ['/of%20another', await listOf(authority, { from, until: inTwoDays, signer: other })],
    ['/1', await listOf(authority, { from, until: hoursAgo(1) })],
    ['/25', await listOf(authority, { from, until: hoursAgo(25) })],
    ['/refusal', null],
  ]);
  let asked = 0;
  const server = createServer(({ url = '' }, response) => {
    if (url === '/long') asked += 1;
    const answer = answers.get(url);
    if (answer !== undefined) response.writeHead(answer === null ? 503 : 200).end(answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uriOf: (list?: Case['list']): string => {
      const name = typeof list === 'object' ? String(list.endedHoursAgo) : (list ?? 'long');
      return `http://127.0.0.1:${port}/${encodeURIComponent(name)}`;
    },
    /** How often the long one was. */
    asked: (): number => asked,
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Sender = {
  /** Sends an order signed with the card; answers how long its answer took, and what was found of the signature. */
  readonly order: (
    site: Site,
    card: Issued,
  ) => Promise<{ readonly tookMs: number; readonly found: Case['expected'] }>;
};

async function senderOf({ database, ports }: System): Promise<Sender> {
  const tokens = await tokensOf(database);
  return {
    order: async (site, card) => {
      const written = message.aPrescription();
      const unsigned = message.create(written);
      const order = signed(JSON.parse(unsigned.body.toString()), {
        certificate: Buffer.from(card.certificate.rawData).toString('base64'),
        privateKey: pemOf(card),
      });
      const sent = { ...unsigned, body: Buffer.from(JSON.stringify(order)) };
      const url = `http://127.0.0.1:${ports[SITES.indexOf(site)]}`;
      for (;;) {
        const since = performance.now();
        const { status, text } = await post(url, sent, tokens);
        const tookMs = performance.now() - since;
        if (status === 503 || status === 429) {
          await delay(AGAIN_MS); // too much comes: the same again, later
        } else {
          if (status !== 200) throw new Error(`an order is answered ${status} ${text}`);
          const [check] = await recordedSignatures(database, [written.shortFormId]);
          const { findings = [], unlisted = [] } = check ?? {};
          return { tookMs, found: { findings, isUnlisted: unlisted.length > 0 } };
        }
      }
    },
  };
}

function pemOf({ keys }: Issued): string {
  const key = { key: Buffer.from(keys.pem, 'base64'), format: 'der', type: 'pkcs8' } as const;
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' });
}

/** No order waits for a list; what the list says is known soon. */
async function looked(
  { order }: Sender,
  site: Site,
  card: Issued,
  { what, expected }: Case,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const until = performance.now() + KNOWN_WITHIN_MS; ; ) {
    const { tookMs, found } = await order(site, card);
    if (tookMs > ANSWER_MS) wrong.push(`an order by one ${what} took ${tookMs.toFixed(0)} ms`);
    if (JSON.stringify(found) === JSON.stringify(expected)) return wrong;
    if (performance.now() > until) {
      return [...wrong, `by one ${what}, at ${site}: ${JSON.stringify(found)}`];
    }
    await delay(AGAIN_MS);
  }
}

/** So many orders a second, at both; answers what is wrong with any. */
async function steadily({ order }: Sender, card: Issued): Promise<string[]> {
  const orders = Array.from({ length: ORDERS_PER_SECOND * SECONDS }, async (_, n) => {
    await delay((1_000 / ORDERS_PER_SECOND) * n);
    const { tookMs, found } = await order(SITES[n % SITES.length] ?? 'a', card);
    const isGood = tookMs <= ANSWER_MS && found.findings.length === 0 && !found.isUnlisted;
    return isGood ? [] : [`an order of many: ${tookMs.toFixed(0)} ms, ${JSON.stringify(found)}`];
  });
  return (await Promise.all(orders)).flat();
}
