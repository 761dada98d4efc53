import type { Random } from '../sample-messages/index.ts';

/** A small generator of numbers from 0 up to 1 (mulberry32): the same seed, the same row on every machine. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Those of one of many, whatever others drew before. */
export function randomOfOne(seed: number, index: number): Random {
  return randomOf(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
}

export function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** As `pick`, the first ones oftener: names and places are not evenly spread. */
export function pickEarly<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  const place = random() * random();
  return items[Math.floor(place * items.length)] ?? items[0];
}
