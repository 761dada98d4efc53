const NOTICED_MS = 4_000; // at most: a connection whose other end is silent is given up then

/**
 * What all connections of a process know of their server. While the writes move to another site in good order, whoever asks waits here: nothing is under way then that
 * could break, and nobody is refused [RELIABILITY P9].
 */
export class Gate {
  #held: PromiseWithResolvers<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** When it went away, as the first connection noticed; null while none is being looked for. */
  awaySince: number | null = null;
  /** When it last answered anything. */
  heardAt = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  #quiet: PromiseWithResolvers<void> | null = null;

  get underWay(): number {
    return this.#underWay;
  }

  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** Lets nothing more pass for so long at most; resolves when nothing is under way any more, or that time is over. */
  async hold(mostMs: number): Promise<void> {
    this.#held ??= Promise.withResolvers();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.release(), mostMs);
    if (this.#underWay === 0) return;
    this.#quiet ??= Promise.withResolvers();
    await Promise.race([this.#quiet.promise, this.#held.promise]);
  }

  release(): void {
    clearTimeout(this.#timer);
    const held = this.#held;
    this.#held = null;
    held?.resolve();
  }

  /** Resolves when it may be asked. */
  async pass(): Promise<void> {
    while (this.#held !== null) await this.#held.promise;
  }

  /** For how long nothing was heard of it, once it is away; null: it is there. */
  awayMs(): number | null {
    if (this.awaySince === null) return null;
    return performance.now() - Math.max(this.heardAt, this.awaySince - NOTICED_MS);
  }

  began(): void {
    this.#underWay += 1;
  }

  ended(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    this.#quiet?.resolve();
    this.#quiet = null;
  }
}
