import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

import {
  AUTHORITY_CONSTRAINTS,
  AUTHORITY_USAGE,
  certificatePem,
  certify,
  CONTENT_COMMITMENT,
  type Issuer,
  makeKeyPair,
  type Validity,
} from '../../platform/certificates.ts';

/** A prescriber's key, and the certificate of it, DER as base64. */
export type Signer = { readonly key: KeyObject; readonly certificate: string };

/** Who signs the orders of an invented old store. */
export type Signers = {
  /** Whose certificates count: what an operator is told of, in PEM. */
  readonly authorities: string;
  readonly known: Signer;
  /** Certified by somebody of whom nobody is told. */
  readonly unknown: Signer;
  /** With a certificate that had ended before. */
  readonly lapsed: Signer;
};

/** The prescriber of every order. */
const SUBJECT = [{ O: ['nhs'] }, { OU: ['People'] }, { CN: ['555900040101_Ada_Invented'] }];
const AGE: Validity = { from: new Date('1990-01-01'), until: new Date('2100-01-01') };
const ENDED: Validity = { from: new Date('1990-01-01'), until: new Date('1995-01-01') };
/** As cards had at that time [IDENTITY 1.4]: a tenth of a millisecond for each order, so that each is signed for itself. */
const KEY_BITS = 1024;

/** New ones, with new keys. */
export async function newSigners(): Promise<Signers> {
  const [known, unknown] = [await newAuthority('Invented'), await newAuthority('Unheard Of')];
  return {
    authorities: certificatePem(known.certificate),
    known: await newSigner(known, AGE),
    unknown: await newSigner(unknown, AGE),
    lapsed: await newSigner(known, ENDED),
  };
}

type Authority = Issuer & { readonly certificate: Buffer };

async function newAuthority(name: string): Promise<Authority> {
  const { privateKey, publicKey } = await makeKeyPair('rsa');
  const wanted = {
    subject: `O=nhs, CN=${name} Authority`,
    serial: '01',
    publicKey,
    keyType: 'rsa',
    validity: AGE,
    extensions: [AUTHORITY_CONSTRAINTS, AUTHORITY_USAGE],
  } as const;
  const own = { keyType: 'rsa', privateKey, certificate: null } as const;
  return { ...own, certificate: await certify(wanted, own) };
}

async function newSigner(authority: Authority, validity: Validity): Promise<Signer> {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  const certificate = await certify(
    {
      subject: SUBJECT,
      serial: '02',
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      keyType: 'rsa',
      validity,
      extensions: [CONTENT_COMMITMENT],
    },
    authority,
  );
  return { key, certificate: certificate.toString('base64') };
}

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ALGORITHMS = {
  RS1: { hash: 'sha1', method: `${DSIG}rsa-sha1`, digest: `${DSIG}sha1` },
  RS256: {
    hash: 'sha256',
    method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    digest: 'http://www.w3.org/2001/04/xmlenc#sha256',
  },
};

/**
 * A signature over fragments in canonical form, written down from the specification once more: nothing of what verifies
 * signatures is used [EPS-SIGNATURE 2-4].
 */
export function signatureXml(
  fragments: readonly (readonly string[])[],
  { key, certificate }: Signer,
  algorithm: keyof typeof ALGORITHMS,
): string {
  const { hash, method, digest } = ALGORITHMS[algorithm];
  const text = fragments.map((parts) => `<Fragment>${parts.map(declared).join('')}</Fragment>`);
  const hashed = `<FragmentsToBeHashed>${text.join('')}</FragmentsToBeHashed>`;
  const value = createHash(hash).update(hashed).digest('base64');
  const info = `<CanonicalizationMethod Algorithm="${EXCLUSIVE}"></CanonicalizationMethod><SignatureMethod Algorithm="${method}"></SignatureMethod><Reference><Transforms><Transform Algorithm="${EXCLUSIVE}"></Transform></Transforms><DigestMethod Algorithm="${digest}"></DigestMethod><DigestValue>${value}</DigestValue></Reference></SignedInfo>`;
  const signed = sign(hash, Buffer.from(`<SignedInfo xmlns="${DSIG}">${info}`), key);
  return `<Signature xmlns="${DSIG}"><SignedInfo>${info}<SignatureValue>${signed.toString('base64')}</SignatureValue><KeyInfo><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></Signature>`;
}

function declared(element: string): string {
  return element.replace(/^<\w+/, (begin) => `${begin} xmlns="urn:hl7-org:v3"`);
}

const TAG = /<(\w+)((?: \w+="[^"]*")*)(\/?)>/g;

/** Of elements as they are written here: attributes in order, and an end for each beginning. */
export function canonical(xml: string): string {
  return xml.replaceAll(TAG, (_, name: string, attributes: string, empty: string) => {
    const sorted = [...attributes.matchAll(/ \w+="[^"]*"/g)].map(([one]) => one).toSorted();
    return `<${name}${sorted.join('')}>${empty === '' ? '' : `</${name}>`}`;
  });
}
