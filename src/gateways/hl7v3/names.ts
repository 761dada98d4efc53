import type { NameOf } from '../xml/parse-xml.ts';

/** Namespaces of messages and of what carries them [EPS-HL7V3 2.2]. */
export const NAMESPACES = {
  hl7: 'urn:hl7-org:v3',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  eb: 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd',
  xlink: 'http://www.w3.org/1999/xlink',
  payload: 'urn:hl7-org:transport/ebXML/DSTUv1.0',
} as const;

const SIGNATURE_NAMES: ReadonlySet<string> = new Set([
  'Signature',
  'SignedInfo',
  'CanonicalizationMethod',
  'SignatureMethod',
  'Reference',
  'Transforms',
  'Transform',
  'DigestMethod',
  'DigestValue',
  'SignatureValue',
  'KeyInfo',
  'X509Data',
  'X509Certificate',
]);

/**
 * Names of an HL7 V3 message: elements of HL7, and those of an XML signature, by their names alone. Whatever
 * is of another namespace is called `{namespace}name`, so that no reader takes it for what it is not.
 */
export const hl7Name: NameOf = (namespace, local) => {
  const isKnown =
    namespace === NAMESPACES.hl7 ||
    (namespace === NAMESPACES.signature && SIGNATURE_NAMES.has(local));
  return isKnown ? local : `{${namespace}}${local}`;
};

const PREFIXES: Readonly<Record<string, string>> = {
  [NAMESPACES.soap]: 'soap',
  [NAMESPACES.eb]: 'eb',
  [NAMESPACES.xlink]: 'xlink',
  [NAMESPACES.payload]: 'hl7ebxml',
};

/** Names of an ebXML header: `eb:From`, `soap:Body`, whatever prefixes the sender uses. */
export const ebxmlName: NameOf = (namespace, local) =>
  `${PREFIXES[namespace] ?? `{${namespace}}`}:${local}`;
