import 'reflect-metadata';

import { setImmediate as turn } from 'node:timers/promises';

import { X509CrlEntry } from '@peculiar/x509';

import { type DerPart, derPart, SEQUENCE } from './der-parts.ts';

/** What a list says of a serial number (hexadecimal, without noughts in front); null: nothing. */
export type RevokedEntries = (serial: string) => X509CrlEntry | null;

const AT_ONCE = 20_000; // entries, in some ten milliseconds; then whoever waits has a turn
const SPARE = 2; // places for each entry, so that few of them collide

/**
 * Finds entries without taking all of them apart: of a million each is looked at once, some at a time, and one
 * that is asked for is read then [RELIABILITY F25]. `part`: the sequence of entries in the list; null: it has none.
 * Throws RangeError where they are no entries.
 */
export async function revokedEntries(list: Buffer, part: DerPart | null): Promise<RevokedEntries> {
  if (part === null) return () => null;
  const starts: number[] = [];
  for (let start = part.content; start < part.end; start = entryEnd(list, start)) {
    starts.push(start);
    if (starts.length % AT_ONCE === 0) await turn();
  }
  const places = new Uint32Array(SPARE * starts.length + 1); // of entries in the list; nought: nobody's
  for (const [count, start] of starts.entries()) {
    places[freePlace(places, hashOf(serialAt(list, start)))] = start;
    if (count % AT_ONCE === 0) await turn();
  }
  return (serial) => {
    const wanted = Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex');
    for (let place = hashOf(wanted) % places.length; ; place = (place + 1) % places.length) {
      const start = places[place] ?? 0;
      if (start === 0) return null;
      if (serialAt(list, start).equals(wanted)) return entryAt(list, start);
    }
  };
}

function freePlace(places: Uint32Array, hash: number): number {
  let place = hash % places.length;
  while (places[place] !== 0) place = (place + 1) % places.length;
  return place;
}

function entryEnd(list: Buffer, start: number): number {
  const { tag, end } = derPart(list, start);
  if (tag !== SEQUENCE) throw new RangeError('an entry of a revocation list is none');
  return end;
}

/** Without noughts in front. */
function serialAt(list: Buffer, start: number): Buffer {
  const { content, end } = derPart(list, derPart(list, start).content);
  let from = content;
  while (from < end - 1 && list[from] === 0) from += 1;
  return list.subarray(from, end);
}

function entryAt(list: Buffer, start: number): X509CrlEntry {
  return new X509CrlEntry(new Uint8Array(list.subarray(start, derPart(list, start).end)));
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
