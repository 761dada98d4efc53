import type { Fault } from '../fault.ts';
import { clientFaults } from './clients.ts';
import { databaseFaults } from './databases.ts';
import { diskFaults } from './disks.ts';
import { siteFaults } from './sites.ts';

/** All that is done in a whole run. */
export const FAULTS: readonly Fault[] = [
  ...databaseFaults,
  ...siteFaults,
  ...diskFaults,
  ...clientFaults,
];
