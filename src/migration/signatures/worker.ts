import { parentPort, workerData } from 'node:worker_threads';

import { judgeHere } from './judge.ts';

/** Orders to judge, under a number; what is said of them comes back under it. */
export type Asked = { readonly number: number; readonly orders: readonly Uint8Array[] };
export type Answered = { readonly number: number; readonly found: readonly (string | null)[] };

if (parentPort !== null) await serve(parentPort);

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what in-workers.ts has given it
  const judge = await judgeHere(workerData as string);
  const answer = async ({ number, orders }: Asked): Promise<void> => {
    const answered: Answered = { number, found: await judge(orders) };
    port.postMessage(answered);
  };
  // What cannot be judged for a reason of ours ends the thread, and whoever waits is told.
  port.on('message', (asked: Asked) => {
    answer(asked).then(undefined, thrown);
  });
}

function thrown(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
