import { hash } from 'node:crypto';

export const LEAF_BYTES = 32;

/** SHA-256 of a line of the trail, as the leaf of a tree [RFC6962 2.1]. */
export function leafOf(line: string): Buffer {
  return hash('sha256', `\0${line}`, 'buffer');
}

/** Root of the tree over at least one leaf, 32 bytes each, one after the other [RFC6962 2.1]. */
export function rootOf(leaves: Buffer): Buffer {
  let level: Buffer[] = [];
  for (let from = 0; from < leaves.length; from += LEAF_BYTES) {
    level.push(leaves.subarray(from, from + LEAF_BYTES));
  }
  while (level.length > 1) level = pairsOf(level);
  return level[0] ?? Buffer.alloc(LEAF_BYTES);
}

const NODE = Buffer.from([1]);

/** The one that is left over goes up as it is. */
function pairsOf(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let place = 0; place < level.length; place += 2) {
    const pair = level.slice(place, place + 2);
    const [left, right] = pair;
    if (left === undefined) break;
    above.push(
      right === undefined ? left : hash('sha256', Buffer.concat([NODE, left, right]), 'buffer'),
    );
  }
  return above;
}
