import type { Fault } from '../fault.ts';
import { databaseFaults } from './databases.ts';
import { siteFaults } from './sites.ts';

/** All that is done in a whole run. */
export const FAULTS: readonly Fault[] = [...databaseFaults, ...siteFaults];
