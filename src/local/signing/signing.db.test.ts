// Shows: Signatures | a test installation has authorities of its own and signs prescriptions with a key for each prescriber
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';

import { createDatabase } from '../../../test/support/database.ts';
import { present } from '../../kernel/bug.ts';
import { PERSONAS } from '../personas.ts';
import { type SigningMaterial, signingMaterial } from './material.ts';
import { signatureData } from './sign.ts';

async function firstStart(starts: number): Promise<SigningMaterial[]> {
  const made = await createDatabase();
  try {
    return await Promise.all(Array.from({ length: starts }, () => signingMaterial(made.database)));
  } finally {
    await made.drop();
  }
}

function certificatesOf({ authorities }: SigningMaterial): X509Certificate[] {
  const found = authorities.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return found.map((pem) => new X509Certificate(pem));
}

describe('the signing material of a test installation', () => {
  test('is made once, though two processes start at the same time', async () => {
    const [one, other] = await firstStart(2);
    assert.deepEqual(one, other);
  });

  test('certifies each prescriber through an authority to a root', async () => {
    const [made] = await firstStart(1);
    const material = present(made, 'material');
    const [root, authority] = certificatesOf(material);
    assert.ok(root !== undefined && authority !== undefined);
    assert.ok(root.verify(root.publicKey) && authority.verify(root.publicKey));
    assert.deepEqual(Object.keys(material.signers), ['prescriber', 'other-prescriber', 'nurse']);
    for (const { certificate } of Object.values(material.signers)) {
      const person = new X509Certificate(Buffer.from(certificate, 'base64'));
      assert.ok(person.checkIssued(authority) && person.verify(authority.publicKey));
      assert.equal(person.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    }
  });

  test('signs what was prepared, with the key of the certificate that it sends along', async () => {
    const [made] = await firstStart(1);
    const key = present(made?.signers[PERSONAS.prescriber.name], 'key of the prescriber');
    const info = '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">prepared</SignedInfo>';
    const data = signatureData(key, Buffer.from(info).toString('base64'), 'RS256');
    const xml = Buffer.from(data, 'base64').toString();
    assert.match(xml, /#"><SignedInfo>prepared<\/SignedInfo><SignatureValue>/);
    const textOf = (name: string): Buffer =>
      Buffer.from(new RegExp(`<${name}>(.*)</${name}>`).exec(xml)?.[1] ?? '', 'base64');
    const { publicKey, subject } = new X509Certificate(textOf('X509Certificate'));
    assert.match(subject, /CN=555900010101_Asha_Synthetic-Moor/);
    assert.ok(verify('sha256', Buffer.from(info), publicKey, textOf('SignatureValue')));
  });
});
