export { COMPONENT_IDS, type Component, type Datacentre } from './components.ts';
export { parseStatusConfig, type StatusConfig } from './config.ts';
export { type Monitor, openMonitor, REAL_TIME, type Timekeeper } from './monitor/jobs.ts';
export type { Step } from './monitor/observed.ts';
export {
  doorJourneys,
  goJourneys,
  type Journey,
  type RunStep,
  StepFailed,
  transportJourney,
} from './monitor/probes.ts';
export { startStatusSite, type StatusSite } from './handle.ts';
export { PROBE_ORGANISATIONS } from './probe-organisations.ts';
export { openStore, type Store } from './store/repository.ts';
