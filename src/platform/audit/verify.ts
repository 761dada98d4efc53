import type { KeyObject } from 'node:crypto';

import { hashOf, isSignedBy, NO_SEAL, type Seal, type Sealed } from './seal.ts';
import { type Finding, verifyRows } from './verify-rows.ts';

export type { Finding, FindingKind } from './verify-rows.ts';

/** What seals are held against. */
export type Trust = {
  /** Public keys by their ids, the ones of earlier years too. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Hashes of seals by their numbers, from a copy outside the database; null: there is none. */
  readonly copied: ReadonlyMap<number, string> | null;
  /** ISO 8601: rows that were sealed before may have been purged. */
  readonly purgedBefore: string;
};

export type Verified = {
  readonly seals: number;
  readonly rows: number;
  /** Seals whose rows were purged: only their heads could be held against each other. */
  readonly purged: number;
  readonly findings: readonly Finding[];
};

const FINDINGS_MAX = 10_000; // of what is wrong; more of it tells nobody more

/** Goes through seals one after the other, from any of them on [RELIABILITY 7.5]. */
export class AuditVerifier {
  readonly #trust: Trust;
  readonly #findings: Finding[] = [];
  #last: Seal | null = null;
  #seals = 0;
  #rows = 0;
  #purged = 0;

  constructor(trust: Trust) {
    this.#trust = trust;
  }

  /** `sealed` is null when its rows were purged. */
  add(seal: Seal, sealed: Sealed | null, lines: readonly string[]): void {
    this.#head(seal);
    this.#last = seal;
    this.#seals += 1;
    this.#rows += lines.length;
    if (sealed === null) this.#withoutRows(seal);
    else this.#find(verifyRows(seal, sealed, lines));
  }

  /** A row that no seal holds, though later ones are sealed; it stands behind a position. */
  neverSealed(id: number, at: { readonly seal: number; readonly position: number }): void {
    const text = 'a row stands behind this position that was never sealed';
    this.#find([{ kind: 'inserted', ...at, id, text }]);
  }

  /** `lastNumber` of the last seal that there must be; null: some of the middle were looked at. */
  end(lastNumber: number | null): Verified {
    if (lastNumber !== null) this.#tail(lastNumber);
    const { length } = this.#findings;
    return {
      seals: this.#seals,
      rows: this.#rows,
      purged: this.#purged,
      findings: this.#findings.slice(0, Math.min(length, FINDINGS_MAX)),
    };
  }

  #find(findings: readonly Finding[]): void {
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(...findings);
  }

  #withoutRows({ number, sealedAt, before }: Seal): void {
    this.#purged += 1;
    if (sealedAt < this.#trust.purgedBefore) return;
    const text = `the rows of seal ${number} are gone, and it is too young for that`;
    this.#find([{ kind: 'missing', seal: number, position: before + 1, id: null, text }]);
  }

  #head(seal: Seal): void {
    const last = this.#last;
    const { number } = seal;
    const key = this.#trust.keys.get(seal.keyId);
    const copy = this.#trust.copied?.get(number);
    const wrong = (holds: boolean, text: string): void => {
      if (!holds) this.#find([{ kind: 'seal', seal: number, position: null, id: null, text }]);
    };
    wrong(key !== undefined, `seal ${number} was made with a key that is not known: ${seal.keyId}`);
    wrong(key === undefined || isSignedBy(seal, key), `the signature of seal ${number} is wrong`);
    wrong(
      copy === undefined || copy === hashOf(seal),
      `seal ${number} is not the one that was copied`,
    );
    if (last === null) {
      wrong(number > 1 || seal.previous === NO_SEAL, 'the first seal names one before it');
      return;
    }
    wrong(
      number === last.number + 1,
      `between seals ${last.number} and ${number} some are missing`,
    );
    const isNext = seal.previous === hashOf(last) && seal.before === last.before + last.rows;
    wrong(number !== last.number + 1 || isNext, `seal ${number} does not follow the one before it`);
  }

  /** Seals that must be there and are not; rows that are gone up to the end were cut off. */
  #tail(lastNumber: number): void {
    const last = this.#last;
    const end = last === null ? 0 : last.before + last.rows;
    let further = lastNumber;
    for (const number of this.#trust.copied?.keys() ?? []) further = Math.max(further, number);
    if (further > (last?.number ?? 0)) {
      const text = `there were seals up to ${further}: they are gone with their rows`;
      this.#find([{ kind: 'truncated', seal: further, position: end + 1, id: null, text }]);
    }
    const gone = new Map(
      this.#findings.flatMap((one, place) =>
        one.kind === 'missing' ? [[one.position, place]] : [],
      ),
    );
    for (let position = end; ; position -= 1) {
      const place = gone.get(position);
      const finding = place === undefined ? undefined : this.#findings[place];
      if (place === undefined || finding === undefined) return;
      const text = 'the trail was cut off at this position';
      this.#findings[place] = { ...finding, kind: 'truncated', text };
    }
  }
}
