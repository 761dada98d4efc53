// Shows: Signatures | a signature is verified over the recomputed prescription, up to the installation's own authorities, with revocation lists
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import * as x509 from '@peculiar/x509';
import fc from 'fast-check';

import { FINDINGS, type Finding } from './finding.ts';
import {
  believingIn,
  infoOf,
  issue,
  type Issued,
  newKeys,
  parsed,
  signatureXml,
} from './testing.ts';
import { type Signed, type VerifyParts, verifySignature } from './verify.ts';

const AT = new Date('2026-01-05T09:30:00Z');
const SIGNER = '555900010101';
const NAME = `O=nhs, OU=People, CN=${SIGNER}_Asha_Synthetic-Moor`;

const expected: Omit<Signed, 'signature'> = {
  expectedSignedInfo: infoOf('the prescription'),
  at: AT,
  prescriber: { userId: SIGNER, family: 'Synthetic-Moor' },
  isSha1Allowed: false,
};

let root: Issued;
let sub: Issued;
let stranger: Issued;
let signer: Issued;
let server: Server;
let crl: Buffer | null = null;
let url: string;
let list: (...entries: x509.X509CrlEntryParams[]) => Promise<Buffer>;

before(async () => {
  server = createServer((_, response) => {
    response.writeHead(crl === null ? 404 : 200).end(crl ?? undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/one.crl`;
  const [rootKeys, subKeys, keys] = await Promise.all([newKeys(), newKeys(), newKeys()]);
  const ca = { isAuthority: true };
  root = await issue({ ...ca, name: 'O=nhs, CN=Root', keys: rootKeys, issuer: null, serial: '01' });
  sub = await issue({ ...ca, name: 'O=nhs, CN=Sub', keys: subKeys, issuer: root, serial: '02' });
  // The same name, another key: whoever only reads names believes it.
  stranger = await issue({ ...ca, name: 'O=nhs, CN=Sub', keys, issuer: null, serial: '02' });
  signer = await issue({ name: NAME, keys, issuer: sub, serial: '0a', listAt: url });
  list = async (...entries) => {
    const made = await x509.X509CrlGenerator.create({
      issuer: sub.certificate.subjectName,
      thisUpdate: new Date(Date.now() - 60_000),
      nextUpdate: new Date(Date.now() + 3_600_000),
      signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      signingKey: sub.keys.pair.privateKey,
      entries,
    });
    return Buffer.from(made.rawData);
  };
});

after(() => server.close());

function believing(): VerifyParts {
  return believingIn(root, sub);
}

function check(xml: string, parts: VerifyParts, now = new Date()) {
  return verifySignature(parts, { ...expected, signature: parsed(xml) }, now);
}

function findings(xml: string, also: Partial<Signed> = {}): readonly Finding[] {
  const signed = { ...expected, ...also, signature: parsed(xml) };
  return verifySignature(believing(), signed, new Date()).findings;
}

function signed(by: Issued = signer): string {
  return signatureXml(expected.expectedSignedInfo('RS256'), by);
}

describe('a signature', () => {
  test('that is right, of a trusted person, has no finding', () => {
    assert.deepEqual(findings(signed()), []);
  });

  test('without its parts, or with one of them twice, is of no valid format', () => {
    const info = /<SignedInfo>.*<\/SignedInfo>/.exec(signed())?.[0] ?? '';
    const wrong = [
      '<Signature/>',
      signed().replace(info, ''),
      signed().replace(info, info + info),
      signed().replace(/<SignatureValue>.*<\/SignatureValue>/, '<SignatureValue/>'),
      signed().replace(/(<SignatureValue>.*<\/SignatureValue>)/, '$1$1'),
      signed().replace('http://www.w3.org/2000/09/xmldsig#', 'urn:other'),
      `<Wrapper>${signed()}</Wrapper>`,
    ];
    for (const xml of wrong) assert.deepEqual(findings(xml), ['FormatInvalid'], xml.slice(0, 80));
  });

  test('with a chain in PEM, or with text that is no certificate, is refused by those names', () => {
    const pem = signed().replace(
      '<X509Certificate>',
      '<X509Certificate>-----BEGIN CERTIFICATE-----',
    );
    assert.deepEqual(findings(pem), ['SeveralCertificates']);
    const none = signed().replace(
      /<X509Certificate>.*<\/X509Certificate>/,
      '<X509Certificate>AAAA</X509Certificate>',
    );
    assert.deepEqual(findings(none), ['CertificateInvalid']);
  });

  test('of another prescription does not match; of another key is invalid', () => {
    const other = signatureXml(infoOf('another')('RS256'), signer);
    assert.deepEqual(findings(other), ['OtherPrescription']);
    assert.deepEqual(findings(signed({ ...signer, keys: sub.keys })), ['SignatureInvalid']);
  });

  test('with SHA-1 is taken only where that is allowed', () => {
    const old = signatureXml(expected.expectedSignedInfo('RS1'), signer, 'sha1');
    assert.deepEqual(findings(old), ['AlgorithmNotAllowed']);
    assert.deepEqual(findings(old, { isSha1Allowed: true }), []);
  });

  test('with another algorithm, an URI, an id or a further transform does not match', () => {
    const info = expected.expectedSignedInfo('RS256');
    const changed = [
      info.replace('rsa-sha256', 'hmac-sha256'),
      info.replace('rsa-sha256', 'ecdsa-sha256'),
      info.replace('<Reference>', '<Reference URI="#x">'),
      info.replace('<SignedInfo ', '<SignedInfo Id="a" '),
      info.replace('</Transforms>', '<Transform Algorithm="urn:x"></Transform></Transforms>'),
      info.replace(/(<Reference>.*<\/Reference>)/, '$1$1'),
    ];
    for (const text of changed) {
      const found = findings(signatureXml(text, signer));
      assert.ok(found.includes('OtherPrescription'), text);
    }
  });

  test('of somebody else, though trusted, is not the prescriber’s', () => {
    assert.deepEqual(
      findings(signed(), {
        prescriber: { userId: '555900020101', family: null },
      }),
      ['OtherPerson'],
    );
  });
});

describe('a certificate', () => {
  test('of an authority that only has the right name is not trusted', async () => {
    const forged = await issue({ name: NAME, keys: signer.keys, issuer: stranger, serial: '0a' });
    assert.deepEqual(findings(signed(forged)), ['CertificateNotTrusted']);
  });

  test('for signing in, or of a person who plays authority, is not trusted', async () => {
    const { keys } = signer;
    const usage = x509.KeyUsageFlags.digitalSignature;
    const login = await issue({ name: NAME, keys, issuer: sub, serial: '0b', usage });
    assert.deepEqual(findings(signed(login)), ['KeyNotForSigning']);
    const below = await issue({ name: NAME, keys, issuer: signer, serial: '0c' });
    assert.deepEqual(findings(signed(below)), ['CertificateNotTrusted']);
  });

  test('counts if it was valid when the prescription was signed, whatever it is now', async () => {
    const from = new Date('2025-06-01T00:00:00Z');
    const to = new Date('2026-01-06T00:00:00Z');
    const old = await issue({ name: NAME, keys: signer.keys, issuer: sub, serial: '0d', from, to });
    assert.deepEqual(findings(signed(old)), []);
    assert.deepEqual(findings(signed(old), { at: to }), ['CertificateExpired']);
    assert.deepEqual(findings(signed(old), { at: from }), ['CertificateExpired']);
  });
});

describe('a revocation list', () => {
  /** First asked in the background; then known. */
  async function asked(served: Buffer | null, laterMs = 0) {
    crl = served;
    const parts = believing();
    assert.deepEqual(check(signed(), parts), { findings: [], unlisted: [url] });
    await parts.lists.settled();
    return check(signed(), parts, new Date(Date.now() + laterMs));
  }

  test('that does not name the certificate leaves nothing open', async () => {
    assert.deepEqual(await asked(await list()), { findings: [], unlisted: [] });
  });

  test('that cannot be had is done without for a day, which is told, and not longer', async () => {
    assert.deepEqual(await asked(null), { findings: [], unlisted: [url] });
    const nextDay = await asked(null, 86_401_000);
    assert.deepEqual(nextDay, { findings: ['RevocationUnknown'], unlisted: [url] });
  });

  test('that somebody else signed counts as none', async () => {
    const changed = await list({ serialNumber: '0a', revocationDate: AT });
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    assert.deepEqual(await asked(changed), { findings: [], unlisted: [url] });
  });

  test('revokes from its date on; at any time when a key was compromised', async () => {
    const later = new Date(AT.getTime() + 1000);
    const { superseded, keyCompromise } = x509.X509CrlReason;
    const of = async (revocationDate: Date, reason: x509.X509CrlReason) =>
      (await asked(await list({ serialNumber: '0a', revocationDate, reason }))).findings;
    assert.deepEqual(await of(AT, superseded), ['CertificateRevoked']);
    assert.deepEqual(await of(later, superseded), []);
    assert.deepEqual(await of(later, keyCompromise), ['CertificateRevoked']);
  });
});

describe('a revoked authority', () => {
  test('takes what it certified with it, also when its list is out of date', async () => {
    const at = new Date(Date.now() + 7_200_000);
    const below = await issue({
      name: 'O=nhs, CN=Sub',
      keys: sub.keys,
      issuer: root,
      serial: '0e',
      isAuthority: true,
      listAt: url,
    });
    const made = await x509.X509CrlGenerator.create({
      issuer: root.certificate.subjectName,
      thisUpdate: new Date(Date.now() - 60_000),
      nextUpdate: new Date(Date.now() + 3_600_000),
      signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      signingKey: root.keys.pair.privateKey,
      entries: [{ serialNumber: '0e', revocationDate: AT }],
    });
    crl = Buffer.from(made.rawData);
    const plain = await issue({ name: NAME, keys: signer.keys, issuer: below, serial: '0f' });
    const parts = believingIn(root, below);
    check(signed(plain), parts);
    await parts.lists.settled();
    assert.deepEqual(check(signed(plain), parts).findings, ['CaCertificateRevoked']);
    crl = null;
    const stale = check(signed(plain), parts, at);
    assert.deepEqual(stale, { findings: ['CaCertificateRevoked'], unlisted: [url] });
  });
});

describe('whatever byte is changed', () => {
  test('of the signed text, the signature or the certificate, it does not verify', () => {
    const xml = Buffer.from(signed());
    const from = xml.indexOf('<SignedInfo>');
    fc.assert(
      fc.property(
        fc.integer({ min: from, max: xml.length - 1 }),
        fc.integer({ min: 1, max: 127 }),
        (at, flip) => {
          const changed = Buffer.from(xml);
          changed[at] = (changed[at] ?? 0) ^ flip;
          const text = changed.toString('utf8');
          // One white space in a tag is as good as another: then nothing was changed.
          if (isDeepStrictEqual(parsed(text), parsed(signed()))) return;
          assert.notDeepEqual(findings(text), []);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('each finding has its own text', () => {
    assert.equal(new Set(Object.values(FINDINGS)).size, Object.keys(FINDINGS).length);
  });
});
