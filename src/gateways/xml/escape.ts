/** Text of an element; quotes stay as they are [EPS-SIGNATURE 2.7]. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Value of an attribute in double quotes. */
export function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const NO_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const REPLACEMENT = '\ufffd';

/** Without control characters, halves of pairs and the like: XML has no form for them, escaped or not. */
export function asXmlCharacters(text: string): string {
  return text.replaceAll(NO_XML, REPLACEMENT);
}
