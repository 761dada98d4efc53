/**
 * Where prescriptions of one patient are when nominations change, written from the specification alone
 * [EPS-LIFECYCLE 4, SDS 6; RELIABILITY I7-I9]. It shares no code with the service.
 */
export type Place = 'A' | 'B' | null;
export type Kind = 'acute' | 'repeat';

type Prescription = {
  readonly kind: Kind;
  left: number;
  /** Whom it is nominated to. */
  where: Place;
  stands: 'waits' | 'held' | 'done';
  isReturned: boolean;
};

export class NominationModel {
  readonly #all: Prescription[] = [];
  #nominated: Place = 'A';

  send(kind: Kind, where: Place): void {
    const left = kind === 'acute' ? 0 : 2;
    this.#all.push({ kind, left, where, stands: 'waits', isReturned: false });
  }

  /** Whom the patient had nominated until now. */
  nominate(to: Place): Place {
    const from = this.#nominated;
    this.#nominated = to;
    for (const one of this.#all) {
      const isToCome = one.stands === 'waits' || (one.stands === 'held' && one.left > 0);
      if (one.kind === 'repeat' && isToCome && one.where === from) one.where = to;
    }
    return from;
  }

  queueOf(pharmacy: Place): number[] {
    return this.#all.flatMap(({ stands, isReturned, where }, n) =>
      stands === 'waits' && !isReturned && where !== null && where === pharmacy ? [n] : [],
    );
  }

  download(pharmacy: Place): number[] {
    const found = this.queueOf(pharmacy);
    for (const n of found) this.release(n);
    return found;
  }

  release(n: number): boolean {
    return this.#change(n, 'waits', (one) => {
      one.stands = 'held';
    });
  }

  giveBack(n: number): boolean {
    return this.#change(n, 'held', (one) => {
      Object.assign(one, { stands: 'waits', isReturned: true, where: null });
    });
  }

  /** As dispensed; the next issue is there at once. */
  dispense(n: number): boolean {
    return this.#change(n, 'held', (one) => {
      one.isReturned = false;
      one.stands = one.left > 0 ? 'waits' : 'done';
      one.left -= 1;
    });
  }

  #change(n: number, from: Prescription['stands'], change: (one: Prescription) => void): boolean {
    const one = this.#all[n];
    if (one?.stands !== from) return false;
    change(one);
    return true;
  }
}
