const HEADERS = [
  'MIME-Version: 1.0',
  'Content-Disposition: attachment; filename="smime.p7m"',
  'Content-Type: application/x-pkcs7-mime; name="smime.p7m"',
  'Content-Transfer-Encoding: base64',
];

/** A card's answer to a challenge: a MIME part in base64 [IDENTITY 2.2]. */
export function writeSmime(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,76}/g) ?? [];
  return Buffer.from([...HEADERS, '', ...lines, ''].join('\r\n')).toString('base64');
}

/** The DER in it; null when it is not such a part. */
export function readSmime(response: string): Buffer | null {
  const part = fromBase64(response)?.toString('latin1') ?? '';
  const [head = '', body, ...more] = part.split(/\r?\n\r?\n/);
  const isBase64 = /^Content-Transfer-Encoding:\s*base64\s*$/im.test(head);
  const isAnswer = /^Content-Type:\s*application\/(x-)?pkcs7-mime\b/im.test(head);
  const hasEnded = more.every((text) => text.trim() === '');
  return isBase64 && isAnswer && hasEnded ? fromBase64(body ?? '') : null;
}

/** Null unless it is base64 in its one canonical spelling; white space does not count. */
export function fromBase64(text: string): Buffer | null {
  const packed = text.replaceAll(/\s+/g, '');
  const bytes = Buffer.from(packed, 'base64');
  return bytes.toString('base64') === packed && packed !== '' ? bytes : null;
}
