/** Letters that no decomposition takes apart, as they are written without accents. */
const LETTERS: Readonly<Record<string, string>> = {
  Ø: 'O',
  Æ: 'AE',
  Œ: 'OE',
  ẞ: 'SS',
  Ł: 'L',
  Đ: 'D',
  Ð: 'D',
  Þ: 'TH',
  Ħ: 'H',
  Ŧ: 'T',
  ı: 'I',
};

/** As most names are: nothing to take apart. */
const PLAIN = /^[A-Z]+(?:[ '-][A-Z]+)*$/i;

/** A name as it is compared: in capitals, without accents, with single spaces. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text.toUpperCase();
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[ØÆŒẞŁĐÐÞĦŦ]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const SOUNDS: Readonly<Record<string, string>> = {
  ...of('BFPV', '1'),
  ...of('CGJKQSXZ', '2'),
  ...of('DT', '3'),
  ...of('L', '4'),
  ...of('MN', '5'),
  ...of('R', '6'),
};

function of(letters: string, sound: string): Record<string, string> {
  return Object.fromEntries([...letters].map((letter) => [letter, sound]));
}

/** How a folded name sounds: American Soundex, a letter and three digits; empty for what has no Latin letter [PDS 5.3]. */
export function soundOf(folded: string): string {
  const letters = folded.replaceAll(/[^A-Z]/g, '');
  const [first] = letters;
  if (first === undefined) return '';
  let sound = first;
  let last = SOUNDS[first] ?? '';
  for (const letter of letters.slice(1)) {
    const next = SOUNDS[letter] ?? '';
    if (next !== '' && next !== last) sound += next;
    if (letter !== 'H' && letter !== 'W') last = next;
  }
  return sound.slice(0, 4).padEnd(4, '0');
}
