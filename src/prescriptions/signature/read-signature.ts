import { fail, ok, type Result } from '../../kernel/result.ts';
import { canonicalXml } from '../hl7v3/canonical.ts';
import {
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  XML_SIGNATURE,
} from '../hl7v3/signed-info.ts';
import type { Element } from '../../gateways/xml/element.ts';
import type { Finding } from './finding.ts';

/** The parts of an XML signature that are checked. */
export type ReadSignature = {
  /** In canonical form: what the signature value is over. */
  readonly signedInfo: string;
  /** Null when it names another method than those of [EPS-SIGNATURE 3]. */
  readonly algorithm: SignatureAlgorithm | null;
  readonly value: Buffer;
  /** DER. */
  readonly certificate: Buffer;
};

/**
 * Takes an XML signature apart. It has exactly the elements of [EPS-SIGNATURE 4], once each and
 * without attributes: what has more (a second SignedInfo, an Object, an id) could show one thing to
 * this check and another to the next, and is refused.
 */
export function readSignature(signature: Element | null): Result<ReadSignature, Finding> {
  if (signature?.name !== 'Signature' || !isBare(signature)) return fail('FormatInvalid');
  const parts = childrenNamed(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  const keyInfo = parts?.[2];
  const data = keyInfo && isBare(keyInfo) ? childrenNamed(keyInfo, ['X509Data'])?.[0] : undefined;
  const holder = data && isBare(data) ? childrenNamed(data, ['X509Certificate'])?.[0] : undefined;
  const value = textOf(parts?.[1]);
  const certificate = textOf(holder);
  const info = parts?.[0];
  if (info === undefined || value === '' || certificate === '') return fail('FormatInvalid');
  if (/(BEGIN|END) CERTIFICATE/.test(certificate)) return fail('SeveralCertificates');
  const bytes = fromBase64(value);
  const der = fromBase64(certificate);
  if (der === null) return fail('CertificateInvalid');
  if (bytes === null) return fail('FormatInvalid');
  const signedInfo = canonicalXml(inherited(info), XML_SIGNATURE);
  return ok({ signedInfo, algorithm: algorithmOf(info), value: bytes, certificate: der });
}

/** No attribute but the namespace of signatures. */
function isBare({ attributes }: Element): boolean {
  return Object.entries(attributes).every(
    ([name, value]) => name === 'xmlns' && value === XML_SIGNATURE,
  );
}

/** The children, if they are these and no others, in this order. */
function childrenNamed({ children }: Element, names: readonly string[]): readonly Element[] | null {
  if (typeof children === 'string' || children.length !== names.length) return null;
  return children.every(({ name }, place) => name === names[place]) ? children : null;
}

function textOf(element: Element | undefined): string {
  if (element === undefined || !isBare(element)) return '';
  return typeof element.children === 'string' ? element.children.trim() : '';
}

/** Null unless it is base64 in its one canonical spelling; white space does not count. */
function fromBase64(text: string): Buffer | null {
  const packed = text.replaceAll(/\s+/g, '');
  const bytes = Buffer.from(packed, 'base64');
  return bytes.toString('base64') === packed ? bytes : null;
}

/** Without namespace declarations that only repeat the inherited one, as exclusive canonical form leaves them out. */
function inherited(element: Element): Element {
  const { xmlns, ...others } = element.attributes;
  const { name, children } = element;
  return {
    name,
    attributes: xmlns === XML_SIGNATURE ? others : element.attributes,
    children: typeof children === 'string' ? children : children.map(inherited),
  };
}

function algorithmOf({ children }: Element): SignatureAlgorithm | null {
  if (typeof children === 'string') return null;
  const named = children.find(({ name }) => name === 'SignatureMethod')?.attributes['Algorithm'];
  const known: readonly SignatureAlgorithm[] = ['RS256', 'RS1'];
  return known.find((name) => SIGNATURE_ALGORITHMS[name].signature === named) ?? null;
}
