import { parentPort, workerData } from 'node:worker_threads';

import { readFeed } from '../../src/migration/catch-up/read-feed.ts';

/** In a thread that has little memory: reads a feed to its end, and tells how many changes it has. */
const { folder, exportId, publicKeyPem } = workerData as {
  readonly folder: string;
  readonly exportId: string;
  readonly publicKeyPem: string;
};
let changes = 0;
for await (const transaction of readFeed(folder, { exportId, publicKeyPem, after: 0 })) {
  changes += transaction.length;
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(changes);
