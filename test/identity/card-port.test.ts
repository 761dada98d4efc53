// Shows: Sign-in | the card port shows a renewed certificate without a restart; one that does not fit its key, or whose key others can read, is not taken

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';

import { openCardPort } from '../../src/identity/card-port/index.ts';
import type { CertificatePort } from '../../src/platform/certificate-port.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import type { LogEntry } from '../../src/platform/log.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();
const LOOK_EVERY_MS = 50;

describe('the files of the card port', { timeout: 60_000 }, () => {
  let folder = '';
  let port: CertificatePort;
  const logged: LogEntry[] = [];
  const file = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openspine-card-port-'));
    for (const name of ['old', 'new']) selfSigned(file(`${name}.crt`), file(`${name}.key`));
    await put('old.crt', 'old.key');
    port = await opened();
  });
  after(async () => {
    await port.close();
    await rm(folder, { recursive: true });
  });

  function opened(): Promise<CertificatePort> {
    return openCardPort({
      cards: { database: database().database, pkiUrl: 'http://pki.invalid' },
      clock: REAL_CLOCK,
      log: (entry) => logged.push(entry),
      host: '127.0.0.1',
      signInUrl: 'http://sign-in.invalid',
      settings: { port: 0, url: 'unused', certificate: file('crt'), key: file('key') },
      lookEveryMs: LOOK_EVERY_MS,
    });
  }

  async function put(certificate: string, key?: string): Promise<void> {
    await copyFile(file(certificate), file('crt'));
    if (key !== undefined) await copyFile(file(key), file('key'));
  }

  /** The port's certificate, as who comes now is shown it. */
  function shown(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: port.port, rejectUnauthorized: false });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? 'none');
        socket.destroy();
      });
    });
  }

  async function fingerprint(name: string): Promise<string> {
    return new X509Certificate(await readFile(file(name))).fingerprint256;
  }

  /** Waits for what the port says next of its files. */
  async function complaint(): Promise<string> {
    const before = logged.length;
    while (logged.length === before) await delay(LOOK_EVERY_MS);
    assert.equal(logged.at(-1)?.event, 'certificate-unusable');
    return String(logged.at(-1)?.outcome);
  }

  test('are read again: half a renewal changes nothing and is logged, a whole one is shown', async () => {
    assert.equal(await shown(), await fingerprint('old.crt'));
    await put('new.crt');
    assert.match(await complaint(), /the certificate is of another key/);
    assert.equal(await shown(), await fingerprint('old.crt'));
    await put('new.crt', 'new.key');
    const wanted = await fingerprint('new.crt');
    while ((await shown()) !== wanted) await delay(LOOK_EVERY_MS);
  });

  test('that are empty or gone leave what was shown', async () => {
    const before = await shown();
    for (const name of ['crt', 'key']) {
      await writeFile(file(name), '');
      await complaint();
      assert.equal(await shown(), before);
      await put('new.crt', 'new.key');
    }
    await rm(file('key'));
    while (!/ENOENT/.test(await complaint())) await delay(LOOK_EVERY_MS);
    assert.equal(await shown(), before);
    await put('new.crt', 'new.key');
  });

  test('that others can read, or its group can change, are not used, now or at the start', async () => {
    const before = await shown();
    for (const mode of [0o604, 0o620, 0o644, 0o666, 0o777]) {
      await chmod(file('key'), mode);
      const words = `the mode of ${file('key')} is 0${mode.toString(8)}`;
      while (!(await complaint()).includes(words)) await delay(LOOK_EVERY_MS);
      await assert.rejects(opened(), (error) => error instanceof Trouble);
    }
    assert.equal(await shown(), before);
    for (const mode of [0o400, 0o640]) {
      await chmod(file('key'), mode);
      await (await opened()).close();
    }
  });
});

function selfSigned(certificate: string, key: string): void {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'].concat([
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
    { stdio: 'ignore' },
  );
}
