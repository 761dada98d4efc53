import type { Component } from '../components.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import type { Cells } from '../monitor/states.ts';
import type { Bar } from './bars.ts';

/** All that the status site shows, at one moment. */
export type Snapshot = {
  readonly now: Date;
  /** Where readers find it, without a slash at the end. */
  readonly url: string;
  readonly states: Readonly<Record<Component, Cells>>;
  /** Since when each component is as it is. */
  readonly since: Readonly<Record<Component, string>>;
  /** Newest first; dismissed ones are not here. */
  readonly incidents: readonly Incident[];
  readonly maintenance: readonly Maintenance[];
  readonly bars: Readonly<Record<Component, Bar>>;
  /** When probes last came through all of their steps or not; null: none was made yet. */
  readonly lastCheckedAt: Date | null;
  /** The looking has only begun, and some of what is looked at has not been seen yet. */
  readonly isBeginning: boolean;
};
