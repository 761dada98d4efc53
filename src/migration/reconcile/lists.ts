import { createHash } from 'node:crypto';

/** Lists of organisations, each as how many are in it and the sum of their hashes: as small for millions as for ten. */
export class Lists {
  readonly #lists = new Map<string, { count: number; sum: bigint }>();
  readonly #opened: string | null;
  /** Of the organisation that is opened. */
  readonly #lines = new Set<string>();

  /** `opened`: whose list is kept line by line; null: nobody's. */
  constructor(opened: string | null) {
    this.#opened = opened;
  }

  add(organisation: string, line: string): void {
    const list = this.#lists.get(organisation) ?? { count: 0, sum: 0n };
    list.count += 1;
    list.sum += hashOf(line);
    this.#lists.set(organisation, list);
    if (organisation === this.#opened) this.#lines.add(line);
  }

  get size(): number {
    return this.#lists.size;
  }

  /** What is not the same in another's lists, in words; of the one that is opened, which lines. */
  differing(other: Lists, name: string): string[] {
    const all = [...new Set([...this.#lists.keys(), ...other.#lists.keys()])].toSorted();
    return all
      .filter((one) => this.#value(one) !== other.#value(one))
      .map(
        (one) =>
          `${name} of ${one}: ${other.#count(one)} where ${this.#count(one)} were${this.#opening(one, other)}`,
      );
  }

  #opening(organisation: string, other: Lists): string {
    if (organisation !== this.#opened) return '';
    const [gone, more] = [
      this.#lines.difference(other.#lines),
      other.#lines.difference(this.#lines),
    ];
    return ` (missing: ${[...gone].join(', ') || 'none'}; more: ${[...more].join(', ') || 'none'})`;
  }

  #count(organisation: string): number {
    return this.#lists.get(organisation)?.count ?? 0;
  }

  #value(organisation: string): string {
    const { count, sum } = this.#lists.get(organisation) ?? { count: 0, sum: 0n };
    return `${count}:${sum}`;
  }
}

function hashOf(line: string): bigint {
  return createHash('sha256').update(line).digest().readBigUInt64BE();
}
