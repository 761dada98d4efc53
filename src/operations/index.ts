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
export { PROBE_ORGANISATIONS, SYNTHETIC_HEADER } from './probe-organisations.ts';
export { openStore, type Store } from './store/repository.ts';
export { type DeskClient, openDesk } from './incidents/desk/handle.ts';
export type { CertificateEnd } from './measures/certificates.ts';
export type { Queues } from './measures/findings.ts';
export { measureJobs } from './measures/jobs.ts';
export type { SiteOrder } from './datacentres/pages.ts';
export { OPERATIONS_VIEWS, operationsPages, type OperationsPagesParts } from './measures/pages.ts';
export { openRecorder, type Recorder } from './measures/record.ts';
export { findingOf } from './measures/repository.ts';
