import { Worker } from 'node:worker_threads';

import { judgeHere, type Judging } from './judge.ts';
import type { Answered, Asked } from './worker.ts';

/** As many threads as are said share the orders of each question [MIGRATION 10]. Throws `Trouble` as `judgeHere` does. */
export async function judgeInWorkers(authorities: string, workers: number): Promise<Judging> {
  await judgeHere(authorities);
  const threads = Array.from({ length: workers }, () => new Thread(authorities));
  return {
    async judge(orders) {
      const each = Math.ceil(orders.length / threads.length);
      const found = await Promise.all(
        threads.map((thread, at) => thread.judge(orders.slice(at * each, (at + 1) * each))),
      );
      return found.flat();
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

type Waiting = {
  readonly resolve: (found: readonly (string | null)[]) => void;
  readonly reject: (error: unknown) => void;
};

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #fault: unknown = null;

  constructor(authorities: string) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: authorities });
    this.#worker.on('message', ({ number, found }: Answered) => {
      this.#waiting.get(number)?.resolve(found);
      this.#waiting.delete(number);
    });
    this.#worker.once('error', (error) => this.#end(error));
  }

  judge(orders: readonly Uint8Array[]): Promise<readonly (string | null)[]> {
    if (orders.length === 0) return Promise.resolve([]);
    this.#asked += 1;
    // Copied: an order may be a small part of a large buffer, all of which would go along.
    const copies = orders.map((one) => new Uint8Array(one));
    const asked: Asked = { number: this.#asked, orders: copies };
    return new Promise((resolve, reject) => {
      if (this.#fault !== null) {
        reject(this.#fault);
        return;
      }
      this.#waiting.set(asked.number, { resolve, reject });
      this.#worker.postMessage(
        asked,
        copies.map(({ buffer }) => buffer),
      );
    });
  }

  #end(error: unknown): void {
    this.#fault = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
