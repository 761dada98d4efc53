export { PROBE_ORGANISATIONS, SYNTHETIC_HEADER } from './probe-organisations.ts';
export { type DeskClient, openDesk } from './incidents/desk/handle.ts';
export type { CertificateEnd } from './measures/certificates.ts';
export type { Queues } from './measures/findings.ts';
export { measureJobs } from './measures/jobs.ts';
export type { SiteOrder } from './datacentres/pages.ts';
export { OPERATIONS_VIEWS, operationsPages, type OperationsPagesParts } from './measures/pages.ts';
export { openRecorder, type Recorder } from './measures/record.ts';
export { findingOf } from './measures/repository.ts';
