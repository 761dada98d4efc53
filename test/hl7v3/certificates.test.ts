// Shows: HL7 V3 | client certificates: who has none or another's is not heard, whoever's has ended or was revoked is told so; new ones take over

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';

import { directoryCommands } from '../../src/directory/cli.ts';
import {
  certifyParty,
  endpointValidity,
  makeAuthority,
} from '../../src/directory/endpoints/certificates.ts';
import { findCertificates, keepCertificate } from '../../src/directory/endpoints/repository.ts';
import {
  endpointAuthority,
  fingerprintOf,
  issueCertificate,
  listenerKey,
  revokeCertificate,
} from '../../src/directory/index.ts';
import { ranOn } from '../../src/cli/testing.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { certificatePem, newSerial, privateKeyPem } from '../../src/platform/certificates.ts';
import { hl7Frame, openHl7Client, send, wrapped } from '../support/hl7v3.ts';
import { RETURN_UK, testDoor } from './door.ts';

const system = TEST_SYSTEMS.pharmacy;
const { client, door, database, ledger, url } = testDoor(system, { lookEveryMs: 100 });

/** A way in with any certificate, or none. */
async function knock(shown: { readonly cert?: string; readonly key?: string }): Promise<string> {
  const authority = await endpointAuthority(database(), new Date());
  const agent = new Agent({ ...shown, ca: certificatePem(authority.certificate) });
  try {
    return String((await send(agent, `${door().url}/healthcheck`, {})).status);
  } catch {
    return 'closed';
  } finally {
    agent.destroy();
  }
}

/** Runs `spine …` on this database: its exit code and what it says. */
async function spine(...words: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await ranOn(url(), directoryCommands([]), words);
  return { code, said: stdout + stderr };
}

describe('whoever comes', () => {
  test('without a certificate is not heard', async () => {
    assert.equal(await knock({}), 'closed');
  });

  test('with one of an authority of the same name is not heard', async () => {
    const at = new Date();
    const other = await makeAuthority(newSerial(), at);
    const made = await certifyParty(other, system.partyKey, {
      serial: newSerial(),
      validity: endpointValidity(at),
    });
    const cert = certificatePem(made.certificate);
    assert.equal(await knock({ cert, key: privateKeyPem(made.privateKey) }), 'closed');
  });

  test('with one of our authority that the directory does not know is not heard', async () => {
    const made = await certifyParty(
      await endpointAuthority(database(), new Date()),
      system.partyKey,
      {
        serial: newSerial(),
        validity: endpointValidity(new Date()),
      },
    );
    const cert = certificatePem(made.certificate);
    assert.equal(await knock({ cert, key: privateKeyPem(made.privateKey) }), 'closed');
  });

  test('with the certificate of another party is refused as its message says', async () => {
    const other = TEST_SYSTEMS.otherPharmacy;
    const payload = hl7Frame({ system: other, interaction: RETURN_UK, subject: '<Act/>' });
    const wrapping = { interaction: RETURN_UK, payload };
    const asOther = await client().send('/Prescription', wrapped({ ...wrapping, system: other }));
    assert.match(asOther.text, /eb:errorCode="SecurityFailure"/);
    const asSelf = await client().send('/Prescription', wrapped({ ...wrapping, system }));
    assert.match(asSelf.text, /typeCode="AR"[\s\S]*ASID 999000000202 is not of the sender/);
  });
});

describe('a revoked certificate', { concurrency: true }, () => {
  test('ends a connection on which nobody asks anything, within a minute', async () => {
    const { partyKey, asid } = system;
    const issued = await issueCertificate(database(), { partyKey, asids: [asid] }, new Date());
    assert.ok(issued.ok);
    const { hostname, port } = new URL(door().url);
    const socket = connect({
      host: hostname,
      port: Number(port),
      cert: certificatePem(issued.value.certificate),
      key: privateKeyPem(issued.value.privateKey),
      ca: certificatePem((await endpointAuthority(database(), new Date())).certificate),
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    const ended = once(socket.resume(), 'close');
    await delay(200);
    assert.equal(socket.destroyed, false);
    await revokeCertificate(database(), issued.value.serial, new Date());
    assert.ok(await Promise.race([ended, delay(60_000, null, { ref: false })]));
  });

  test('is refused at the next handshake, and its open connections end', async () => {
    const theirs = await openHl7Client(database(), door().url, system);
    assert.equal((await theirs.send('/healthcheck')).status, 200);
    assert.ok(await revokeCertificate(database(), theirs.serial, new Date()));
    await delay(5_100); // what the door knows of it is that old at most
    for (const connection of ['open before', 'new']) {
      const refused = await theirs.send('/healthcheck');
      assert.equal(refused.status, 403, connection);
      assert.match(refused.text, new RegExp(`certificate ${theirs.serial} was revoked at 20`));
    }
    assert.equal(refusals(theirs.serial).length, 1, 'told once a minute');
    theirs.close();
    assert.equal(await revokeCertificate(database(), theirs.serial, new Date()), false);
  });
});

describe('a certificate that has ended', () => {
  test('is refused with its reason, to the sender and in the log, and nothing is done', async () => {
    const at = new Date();
    const validity = {
      from: new Date(at.getTime() - 7_200_000),
      until: new Date(at.getTime() - 1),
    };
    const serial = newSerial();
    const authority = await endpointAuthority(database(), at);
    const made = await certifyParty(authority, system.partyKey, { serial, validity });
    const { certificate } = made;
    await keepCertificate(
      database(),
      {
        fingerprint: fingerprintOf(certificate),
        serial,
        partyKey: system.partyKey,
        asids: [system.asid],
        certificate,
        issuedAt: validity.from,
        expiresAt: validity.until,
        revokedAt: null,
      },
      null,
    );
    const agent = new Agent({
      keepAlive: true,
      cert: certificatePem(certificate),
      key: privateKeyPem(made.privateKey),
      ca: certificatePem(authority.certificate),
    });
    const payload = hl7Frame({ system, interaction: RETURN_UK, subject: '<Act/>' });
    const post = wrapped({ system, interaction: RETURN_UK, payload });
    const handled = ledger.requests.length;
    const refused = await send(agent, `${door().url}/Prescription`, post);
    assert.equal(refused.status, 403);
    assert.equal(refused.headers['connection'], 'close');
    assert.match(refused.text, /The sender may not ask this/);
    assert.match(refused.text, new RegExp(`${serial} ended at 20[^;]*; whoever runs this Spine`));
    assert.equal(ledger.requests.length, handled);
    assert.deepEqual(refusals(serial), [
      `certificate-refused ended message handler ${system.partyKey}, serial number ${serial}`,
    ]);
    assert.match((await spine('cert', 'list')).said, new RegExp(`${serial}  over`));
    agent.destroy();
  });
});

/** What the log has of refusals of a certificate. */
function refusals(serial: string): readonly string[] {
  return door().logged.filter((line) => line.includes('refused') && line.endsWith(serial));
}

describe('spine cert', () => {
  test('issues a certificate in files, of which only the owner reads the key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openspine-cert-'));
    try {
      const words = ['--party', system.partyKey, '--asid', system.asid, '--out', folder];
      const { code } = await spine('cert', 'issue', ...words);
      assert.equal(code, 0);
      const key = join(folder, `${system.partyKey}.key`);
      assert.equal((await stat(key)).mode & 0o777, 0o600);
      const cert = await readFile(join(folder, `${system.partyKey}.pem`), 'utf8');
      assert.equal(await knock({ cert, key: await readFile(key, 'utf8') }), '200');
      const authority = await readFile(join(folder, 'endpoint-ca.pem'), 'utf8');
      assert.match(authority, /^-----BEGIN CERTIFICATE-----\n/);
      assert.equal((await spine('cert', 'ca', '--out', folder)).code, 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('issues none for a system that the directory does not have for that party', async () => {
    const { code, said } = await spine(
      'cert',
      'issue',
      '--party',
      'FA565-900201',
      '--asid',
      '999000000202',
    );
    assert.equal(code, 1);
    assert.match(said, /no accredited system 999000000202 of party FA565-900201/);
    assert.equal((await spine('cert', 'issue', '--party', 'FA565-900201')).code, 2);
  });

  test('rotates one: both count for seven days; then lists and revokes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openspine-cert-'));
    try {
      const { serial } = client();
      const rotated = await spine('cert', 'rotate', serial, '--out', folder, '-o', 'json');
      assert.equal(rotated.code, 0);
      const [old] = await findCertificates(database(), { serial });
      const days = ((old?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000;
      assert.ok(days > 6.9 && days < 7.1, String(days));
      assert.equal((await client().send('/healthcheck')).status, 200);
      const next = /"serial":\s*"([0-9a-f]{32})"/.exec(rotated.said)?.[1] ?? '';
      assert.notEqual(next, serial);
      const cert = await readFile(join(folder, `${system.partyKey}.pem`), 'utf8');
      const key = await readFile(join(folder, `${system.partyKey}.key`), 'utf8');
      assert.equal(await knock({ cert, key }), '200');
      assert.equal((await spine('cert', 'revoke', next)).code, 0);
      assert.equal((await spine('cert', 'revoke', next)).code, 1);
      assert.match((await spine('cert', 'list')).said, new RegExp(`${next}  revoked`));
      assert.equal((await spine('cert', 'rotate', next, '--out', folder)).code, 1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("the listener's own certificate", () => {
  test('is shown as soon as it is another one, without a restart', async () => {
    const shown = (): Promise<Buffer | undefined> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(door().url);
        const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
        socket.once('error', reject);
        socket.once('secureConnect', () => {
          resolve(socket.getPeerX509Certificate()?.raw);
          socket.destroy();
        });
      });
    const first = await shown();
    const asked = { datacentre: 'a', names: ['spine.example'] } as const;
    const other = await listenerKey(database(), asked, new Date());
    const isOwn = (one: Buffer | undefined): boolean =>
      one !== undefined && first?.equals(one) === false && !one.equals(other.certificate);
    for (let n = 0; n < 100 && !isOwn(await shown()); n += 1) await delay(50);
    assert.ok(isOwn(await shown()), 'one of its own names');
    const theirs = await openHl7Client(database(), door().url, system);
    assert.equal((await theirs.send('/healthcheck')).status, 200);
    theirs.close();
    assert.equal((await client().send('/healthcheck')).status, 200, 'who was there goes on');
  });

  test('is kept over restarts, and made anew for other names', async () => {
    const asked = { datacentre: 'b', names: ['spine.example', '10.1.2.3'] } as const;
    const at = new Date();
    const first = await listenerKey(database(), asked, at);
    assert.ok(first.certificate.equals((await listenerKey(database(), asked, at)).certificate));
    const later = new Date(at.getTime() + 700 * 86_400_000);
    const renewed = await listenerKey(database(), asked, later);
    assert.ok(!first.certificate.equals(renewed.certificate));
    const other = await listenerKey(database(), { ...asked, names: ['spine.example'] }, later);
    assert.ok(!renewed.certificate.equals(other.certificate));
  });
});
