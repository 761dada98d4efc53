import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { type AgentServer, startAgent } from '../../src/agent/browser/server.ts';
import { enrol } from '../../src/agent/enrol.ts';
import { attemptsFolder, cardOf, type TokenCard } from '../../src/agent/token/card.ts';
import type { TokenKeyType } from '../../src/agent/token/objects.ts';
import { openReader, type Reader, theCard } from '../../src/agent/token/reader.ts';
import type { Database } from '../../src/platform/database.ts';

/** Cards without a reader: SoftHSM2, installed by tools/machine.mjs. */
export const MODULE = process.env['SOFTHSM2_MODULE'] ?? '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '246813';
export const OFFICER_PIN = '87654321';

/** Why this machine has no cards; false when it has. Where CI is set, it must. */
export function cannotUseTokens(): string | false {
  if (existsSync(MODULE)) return false;
  const reason = `no SoftHSM2 at ${MODULE}: node tools/machine.mjs installs it (as root)`;
  if (process.env['CI'] !== undefined) throw new Error(reason);
  return reason;
}

/** A test that needs a card in a reader: skipped by its name where there can be none. */
export function tokenTest(name: string, run: () => Promise<void>): void {
  test(name, { skip: cannotUseTokens(), timeout: 60_000 }, run);
}

/** Cards of a test file with these labels, fresh from their maker; all are in the reader, and gone afterwards. */
export function testTokens(labels: readonly string[]): void {
  if (cannotUseTokens() !== false) return;
  const folder = mkdtempSync(join(tmpdir(), 'openspine-tokens-'));
  before(() => {
    mkdirSync(join(folder, 'tokens'));
    const settings = join(folder, 'softhsm2.conf');
    const lines = [`directories.tokendir = ${folder}/tokens`, 'objectstore.backend = file'];
    writeFileSync(settings, `${[...lines, 'log.level = ERROR'].join('\n')}\n`);
    // Read by the library when it is loaded, here and in programs that a test starts.
    process.env['SOFTHSM2_CONF'] = settings;
    process.env['OPENSPINE_AGENT_STATE'] = join(folder, 'attempts');
    for (const label of labels) {
      const words = ['--init-token', '--free', '--label', label, '--pin', PIN];
      execFileSync('softhsm2-util', [...words, '--so-pin', OFFICER_PIN], { stdio: 'pipe' });
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

/** A card for that user, active and with its certificates; answers its number. */
export async function enrolled(
  database: Database,
  label: string,
  userId: string,
  keyType: TokenKeyType = 'p256',
): Promise<string> {
  const opened = await (await tokenCard(label)).open(PIN);
  assert.ok(opened.ok, label);
  const wanted = { userId, keyType, replaces: true };
  const cards = { database, pkiUrl: 'http://pki.openspine.invalid' };
  const done = await enrol(cards, opened.value, wanted, { userId: null, at: new Date() });
  await opened.value.close();
  assert.ok(done.ok, JSON.stringify(done));
  return done.value.cardNumber;
}

export async function tokenCard(label: string): Promise<TokenCard> {
  const reader = await openReader(MODULE, label);
  return cardOf(reader, theCard(reader), attemptsFolder(process.env));
}

/** A reader into which a test puts one card or another; empty at first. */
export async function testReader(): Promise<Reader & { put(label: string): Promise<void> }> {
  let now = await openReader(MODULE, 'no card has this label');
  return {
    cryptoki: now.cryptoki,
    find: () => now.find(),
    put: async (label) => {
      now = await openReader(MODULE, label);
    },
  };
}

/** Listens for browsers as `spine agent` does. */
export async function testAgent(
  reader: Reader,
  services: readonly string[],
  port = 0,
): Promise<AgentServer> {
  return startAgent({
    reader,
    services,
    port,
    folder: attemptsFolder(process.env),
    version: 'test',
    helpContact: 'Ask the person who runs this test.',
    onBug: (error) => process.stderr.write(`${String(error)}\n`),
  });
}
