import type { CertificateEnd } from '../../kernel/certificate-end.ts';
import { londonDate } from '../../kernel/london.ts';
import type {
  Link,
  Page,
  PageAnswer,
  PageRequest,
  Redirect,
  View,
  Visitor,
} from '../../pages/index.ts';
import { type Download, problemOf } from '../../pages/index.ts';
import type { ForOperators, Operator } from '../../identity/index.ts';
import { DOOR_WORDS } from './door-words.ts';
import { componentModel } from './component.ts';
import type { Flow, Queues } from './findings.ts';
import { flowModel, stuckModel } from './flow.ts';
import { jobsModel } from './job-rows.ts';
import { findingOf, jobTurns, measuresSince, processesSince, sitesSince } from './repository.ts';
import { siteRows, SITE_DAYS, SILENT_HOURS, type SystemCertificate } from './sites.ts';
import {
  auditCheckPage,
  auditPage,
  type AuditPagesParts,
  auditRows,
  patientAuditPage,
} from '../audit/pages.ts';
import { backupsPage } from '../backups/pages.ts';
import { certificateRows } from '../certificates/rows.ts';
import {
  type DatacentrePagesParts,
  datacentresPage,
  orderDatacentres,
} from '../datacentres/pages.ts';
import {
  incidentPage,
  type IncidentPagesParts,
  incidentsPage,
  newIncidentPage,
  orderIncident,
  probesPage,
  watchedAt,
} from '../incidents/pages.ts';
import { lostPage, type LostPagesParts, requeueLost } from '../lost/pages.ts';
import { maintenancePage, newMaintenancePage, orderMaintenance } from '../maintenance/pages.ts';
import { reconciliationPage, reconciliationRows } from '../reconcile/pages.ts';
import { contactsPage, orderContact } from '../suppliers/pages.ts';
import { refusalsAt } from './since.ts';
import { SPANS, spanOf } from './spans.ts';
import { wallModel } from './wall-model.ts';

export type OperationsPagesParts = AuditPagesParts &
  IncidentPagesParts &
  DatacentrePagesParts &
  LostPagesParts & {
    readonly forOperators: ForOperators;
    /** All that run out, the first to end first. */
    readonly certificates: () => Promise<readonly CertificateEnd[]>;
    readonly certificatesOfSystems: () => Promise<readonly SystemCertificate[]>;
    /** How often one application may come through one base of FHIR; null: as often as it likes. */
    readonly requestsPerMinute: number | null;
    /** How far copies of the database are behind, in seconds; null: there is none. */
    readonly lagSeconds: () => Promise<number | null>;
    /** What is moved from an older Spine, and how far it has come. */
    readonly migration: () => Promise<View>;
  };

export const OPERATIONS_VIEWS = new URL('./views/', import.meta.url);

const LINKS: readonly Link[] = [
  { href: '/ops', text: 'Now' },
  { href: '/ops/incidents', text: 'Incidents and maintenance' },
  { href: '/ops/probes', text: 'Probes' },
  { href: '/ops/datacentres', text: 'Datacentres' },
  { href: '/ops/flow', text: 'Prescription flow' },
  { href: '/ops/sites', text: 'Sites and suppliers' },
  { href: '/ops/jobs', text: 'Jobs' },
  { href: '/ops/certificates', text: 'Certificates' },
  { href: '/ops/backups', text: 'Backups' },
  { href: '/ops/reconciliation', text: 'Reconciliation' },
  { href: '/ops/audit', text: 'Audit' },
  { href: '/ops/migration', text: 'Migration' },
];

const WALL_MS = 900_000; // an interface that nobody has asked for so long is not on the wall

/** What those who look after the service see of it [EXPERIENCE 5]. */
export function operationsPages(parts: OperationsPagesParts): readonly Page[] {
  const page = (
    path: string,
    handle: (request: PageRequest, by: Operator) => Promise<View | Download | Redirect>,
    method: Page['method'] = 'GET',
  ): Page => ({
    method,
    path,
    handle: parts.forOperators(async (request, visitor, by) => {
      const answer = await handle(request, by);
      return 'view' in answer ? inFrame(answer, visitor, request) : answer;
    }),
  });
  return [
    page('/ops', () => wall(parts)),
    page('/ops/components/:interface', (request) => component(parts, request)),
    page('/ops/flow', () => flow(parts)),
    page('/ops/flow/:list', (request) => stuck(parts, request)),
    page('/ops/sites', (request) => sites(parts, request)),
    page('/ops/jobs', () => jobs(parts)),
    page('/ops/jobs/lost/:message', (request) => lostPage(parts, request)),
    page('/ops/jobs/lost/:message', (request, by) => requeueLost(parts, request, by), 'POST'),
    page('/ops/certificates', () => certificates(parts)),
    page('/ops/reconciliation', (request) => reconciliationPage(parts.database, request)),
    page('/ops/reconciliation/rows', (request) => reconciliationRows(parts.database, request)),
    page('/ops/audit', (request, by) => auditPage(parts, request, by)),
    page('/ops/audit/rows', (request, by) => auditRows(parts, request, by)),
    page('/ops/audit/patient', (request, by) => patientAuditPage(parts, request, by)),
    page('/ops/audit/check', (_request, by) => auditCheckPage(parts, by)),
    page('/ops/backups', () => backupsPage(parts.database)),
    page('/ops/datacentres', () => datacentresPage(parts)),
    page('/ops/datacentres', (request, by) => orderDatacentres(parts, request, by), 'POST'),
    page('/ops/probes', () => probesPage(parts)),
    page('/ops/incidents', () => incidentsPage(parts)),
    page('/ops/incidents/new', async () => newIncidentPage()),
    page('/ops/incidents/new', (request, by) => orderIncident(parts, request, by), 'POST'),
    page('/ops/incidents/:number', (request) => incidentPage(parts, request)),
    page('/ops/incidents/:number', (request, by) => orderIncident(parts, request, by), 'POST'),
    page('/ops/maintenance/new', async () => newMaintenancePage()),
    page('/ops/maintenance/new', (request, by) => orderMaintenance(parts, request, by), 'POST'),
    page('/ops/maintenance/:number', (request) => maintenancePage(parts, request)),
    page('/ops/maintenance/:number', (request, by) => orderMaintenance(parts, request, by), 'POST'),
    page('/ops/contacts', () => contactsPage(parts)),
    page('/ops/contacts', (request, by) => orderContact(parts, request, by), 'POST'),
    page('/ops/migration', () => parts.migration()),
  ];
}

function inFrame(view: View, visitor: Visitor, { path, address }: PageRequest): PageAnswer {
  const parts = LINKS.map((link) => ({ ...link, isCurrent: link.href === path }));
  return { ...view, visitor, model: { ...view.model, parts, address, now: new Date() } };
}

async function wall(parts: OperationsPagesParts) {
  const { database, clock, certificates: ends, lagSeconds } = parts;
  const at = new Date();
  const [rows, processes, queues, first, lag, watched] = await Promise.all([
    measuresSince(database, 60, new Date(at.getTime() - WALL_MS)),
    processesSince(database, new Date(at.getTime() - WALL_MS)),
    findingOf<Queues>(database, 'queues'),
    ends(),
    lagSeconds(),
    watchedAt(parts, at),
  ]);
  const now = { at, businessAt: clock.now() };
  const numbers = wallModel({ rows, processes, queues, next: first[0] ?? null, lag }, now);
  const model = { ...numbers, watched };
  return { view: 'operations/wall.njk', title: 'Operations', model };
}

async function component(
  { database }: OperationsPagesParts,
  { parts, query, requestId }: PageRequest,
) {
  const door = parts['interface'] ?? '';
  if (!Object.hasOwn(DOOR_WORDS, door)) return problemOf({ kind: 'NotFound' }, requestId);
  const span = spanOf(query('span'));
  const at = new Date();
  const { seconds, row } = SPANS[span];
  const since = new Date(at.getTime() - seconds * 1_000);
  const [rows, refusals] = await Promise.all([
    measuresSince(database, row, since, door),
    measuresSince(database, row, since, refusalsAt(door)),
  ]);
  const model = componentModel(door, { rows, refusals }, { span, at });
  return { view: 'operations/component.njk', title: `${model.name}: ${model.spanText}`, model };
}

async function flow({ database, clock }: OperationsPagesParts) {
  const at = new Date();
  const [found, queues, rows] = await Promise.all([
    findingOf<Flow>(database, 'flow'),
    findingOf<Queues>(database, 'queues'),
    measuresSince(database, 3600, new Date(at.getTime() - 86_400_000), 'message'),
  ]);
  const model = flowModel({ found, queues, rows }, { at, businessAt: clock.now() });
  return { view: 'operations/flow.njk', title: 'Prescription flow', model };
}

async function stuck({ database }: OperationsPagesParts, { parts, requestId }: PageRequest) {
  const list = parts['list'];
  if (list !== 'waiting' && list !== 'held') return problemOf({ kind: 'NotFound' }, requestId);
  const found = await findingOf<Flow>(database, 'flow');
  const day = londonDate(new Date(Date.now() - SILENT_HOURS * 3_600_000));
  const polled = await sitesSince(database, day, { word: '', silentSince: null });
  const model = stuckModel(list, found, new Set(polled.map(({ organisation }) => organisation)));
  return { view: 'operations/stuck.njk', title: model.heading, model };
}

async function sites(parts: OperationsPagesParts, { query }: PageRequest) {
  const { database, certificatesOfSystems: ends, requestsPerMinute: most } = parts;
  const at = new Date();
  const word = query('word').toUpperCase();
  const isSilent = query('silent') === 'yes';
  const silentSince = isSilent ? new Date(at.getTime() - SILENT_HOURS * 3_600_000) : null;
  const day = londonDate(new Date(at.getTime() - SITE_DAYS * 86_400_000));
  const rows = siteRows(await sitesSince(database, day, { word, silentSince }), await ends(), at);
  const model = { word, isSilent, rows, days: SITE_DAYS, hours: SILENT_HOURS, most };
  return { view: 'operations/sites.njk', title: 'Sites and suppliers', model };
}

async function jobs({ database, lost }: OperationsPagesParts) {
  const at = new Date();
  const [turns, queues, gone] = await Promise.all([
    jobTurns(database),
    findingOf<Queues>(database, 'queues'),
    lost.list(),
  ]);
  const model = { ...jobsModel(turns, queues, at), lost: gone };
  return { view: 'operations/jobs.njk', title: 'Jobs', model };
}

async function certificates({ certificates: ends }: OperationsPagesParts) {
  const rows = certificateRows(await ends(), new Date());
  return { view: 'operations/certificates.njk', title: 'Certificates', model: { rows } };
}
