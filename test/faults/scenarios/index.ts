import type { Fault } from '../fault.ts';
import { awayFaults } from './away.ts';
import { certificateFaults } from './certificates.ts';
import { clockFaults } from './clocks.ts';
import { clientFaults } from './clients.ts';
import { databaseFaults } from './databases.ts';
import { deployFaults } from './deploys.ts';
import { diskFaults } from './disks.ts';
import { fullDiskFaults } from './full-disks.ts';
import { linkFaults } from './links.ts';
import { loadFaults } from './load.ts';
import { lockStoreFaults } from './lock-store.ts';
import { overloadFaults } from './overload.ts';
import { poisonFaults } from './poison.ts';
import { pollFaults } from './polls.ts';
import { processFaults } from './processes.ts';
import { retryFaults } from './retries.ts';
import { routingFaults } from './routing.ts';
import { siteFaults } from './sites.ts';
import { standbyFaults } from './standbys.ts';
import { stepFaults } from './steps.ts';

/** All that is done in a whole run. */
export const FAULTS: readonly Fault[] = [
  ...databaseFaults,
  ...lockStoreFaults,
  ...siteFaults,
  ...awayFaults,
  ...clockFaults,
  ...standbyFaults,
  ...routingFaults,
  ...stepFaults,
  ...processFaults,
  ...linkFaults,
  ...diskFaults,
  ...fullDiskFaults,
  ...clientFaults,
  ...certificateFaults,
  ...retryFaults,
  ...poisonFaults,
  ...loadFaults,
  ...overloadFaults,
  ...pollFaults,
  ...deployFaults,
];
