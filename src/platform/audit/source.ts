import { AsyncLocalStorage } from 'node:async_hooks';

import { plainAddress } from '../address.ts';

const addresses = new AsyncLocalStorage<string>();

/** Does a request: lines of the audit that are written meanwhile say where it came from [RELIABILITY 7.5]. Null: nobody knows. */
export function comingFrom<Done>(address: string | null, work: () => Done): Done {
  return address === null ? work() : addresses.run(plainAddress(address), work);
}

/** IP address of whoever sent the request that is being done; null: nobody did (a command, a job). */
export function sourceAddress(): string | null {
  return addresses.getStore() ?? null;
}
