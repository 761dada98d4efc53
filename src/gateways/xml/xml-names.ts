const LOCAL_START =
  'A-Z_a-z\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const NAME_START = `:${LOCAL_START}`;
const ANY_NAME = new RegExp(
  `[${NAME_START}][${NAME_START}\\-.0-9\\xb7\\u0300-\\u036f\\u203f\\u2040]*`,
  'uy',
);
const LOCAL_NAME = new RegExp(`^[${LOCAL_START}][^:]*$`, 'u');

/** Whether a part of a name is one by itself: XML Names 1.0, 4. */
export function isLocalName(part: string): boolean {
  return LOCAL_NAME.test(part);
}

// Nearly all names are of ASCII: whether a character begins a name, or goes on with one.
const ASCII_MAX = 0x7f;
const FIRST = 2;
const LATER = 1;
const ASCII_NAME = Uint8Array.from({ length: ASCII_MAX + 1 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[:A-Z_a-z]/.test(character)) return FIRST;
  return /[-.\d]/.test(character) ? LATER : 0;
});

/** Messages say the same names again and again; of those in one place the last one is remembered. */
const REMEMBERED = 8_192;
const REMEMBERED_MAX = 64; // characters
const remembered = Array.from({ length: REMEMBERED }, () => '');

/** The name that stands at a place of a text; empty when none does. */
export function nameAt(text: string, from: number): string {
  let at = from;
  let place = 0;
  let code = text.charCodeAt(at);
  if (code <= ASCII_MAX && ASCII_NAME[code] === FIRST) {
    do {
      place = (place * 31 + code) & (REMEMBERED - 1);
      at += 1;
      code = text.charCodeAt(at);
    } while (code <= ASCII_MAX && ASCII_NAME[code] !== 0);
  }
  if (at === from || code > ASCII_MAX) return anyNameAt(text, from);
  const name = text.slice(from, at);
  const known = remembered[place] ?? '';
  if (known === name) return known;
  return name.length > REMEMBERED_MAX ? name : remember(name, place);
}

/** As the engine keeps the names of members: one for all that are equal, and no slice that holds its whole text. */
function remember(name: string, place: number): string {
  const [kept = name] = Object.keys({ [name]: true });
  remembered[place] = kept;
  return kept;
}

function anyNameAt(text: string, from: number): string {
  ANY_NAME.lastIndex = from;
  return ANY_NAME.exec(text)?.[0] ?? '';
}
