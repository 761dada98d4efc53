import { type Json, type JsonMap, isMap, listAt } from './json.ts';

/** Lines have places: premises, number and street, locality, post town, county [PDS 4.3]. */
export const LINES = 5;

/** All five places; a shorter list fills from the first. */
export function placedLines(address: Json): string[] {
  const lines = listAt(address, 'line').map((line) =>
    typeof line === 'string' ? line.trim() : '',
  );
  return Array.from({ length: LINES }, (_, place) => lines[place] ?? '');
}

const ABSENT: JsonMap = {
  extension: [
    { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
  ],
};

/** The address as an application wants it: blank lines left out, or in their places as null [PDS 4.6]. */
export function shownAddress(address: Json, keepsBlanks: boolean): Json {
  if (!isMap(address) || !('line' in address)) return address;
  const lines = placedLines(address);
  if (!keepsBlanks) return { ...address, line: lines.filter((line) => line !== '') };
  return {
    ...address,
    line: lines.map((line) => (line === '' ? null : line)),
    _line: lines.map((line) => (line === '' ? ABSENT : null)),
  };
}

/**
 * The other way: what came back with as many lines as were shown goes to the places that they came from; otherwise
 * lines stand as they were sent.
 */
export function storedAddress(sent: JsonMap, before: Json | undefined): JsonMap {
  const { _line: _marks, ...address } = sent;
  if (!Array.isArray(address['line'])) return address;
  const lines = address['line'].map((line) => (line === null ? '' : line));
  const places = before === undefined ? [] : takenPlaces(before);
  if (lines.length !== places.length || lines.length === LINES) return { ...address, line: lines };
  const placed: Json[] = Array.from({ length: LINES }, () => '');
  for (const [nth, place] of places.entries()) placed[place] = lines[nth] ?? '';
  return { ...address, line: placed };
}

function takenPlaces(address: Json): number[] {
  return placedLines(address).flatMap((line, place) => (line === '' ? [] : [place]));
}

/** In capitals and without spaces, as it is compared. */
export function postcodeKey(text: string): string {
  return text.toUpperCase().replaceAll(/\s/g, '');
}

/** `ZZ99 3VZ` and its kind: no place of the country [PDS 4.3]. */
export function isPseudoPostcode(text: string): boolean {
  return postcodeKey(text).startsWith('ZZ99');
}
