import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { certificatesEnding, endpointKeys } from './directory/index.ts';
import { authorityCertificates } from './identity/index.ts';
import { type CertificateEnd, firstToEnd } from './kernel/certificate-end.ts';
import { certificateJob, type Watched, watchedIn } from './operations/index.ts';
import { REAL_CLOCK } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import {
  type Database,
  DatabaseUnavailable,
  openDatabase,
  PATIENCE_MS,
} from './platform/database.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { Metrics } from './platform/measures/metrics.ts';

const IN_DATABASE = 'certificates';
const inFilesOf = (datacentre: string): string => `${IN_DATABASE}-${datacentre}`;
const DATACENTRES = ['a', 'b'] as const;

/** All certificates that this installation depends on or has given out, the first to end first. */
export async function certificateEnds(database: Database): Promise<CertificateEnd[]> {
  const files = await Promise.all(
    DATACENTRES.map((datacentre) => watchedIn(database, inFilesOf(datacentre))),
  );
  return firstToEnd([...(await endsInDatabase(database, null)), ...files.flat()]);
}

/** The same of a database that is opened for it. */
export async function certificateEndsAt(url: string): Promise<CertificateEnd[]> {
  const database = openDatabase({ url, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    return await certificateEnds(database);
  } finally {
    await database.close();
  }
}

/** Warns 60, 30, 7 and 1 days before one ends, and when it has: of the database once, of files once a datacentre. */
export function certificateJobs(
  database: Database,
  config: Config,
  log: Log,
  now: () => Date = () => REAL_CLOCK.now(),
): readonly Job[] {
  const standing = { database, now, warn: (end: Watched) => warn(log, end) };
  const soon = () => endsInDatabase(database, new Date(now().getTime() + SOON_MS));
  return [
    certificateJob({ ...standing, name: IN_DATABASE, ends: soon }),
    certificateJob({
      ...standing,
      name: inFilesOf(config.datacentre),
      ends: () => endsInFiles(config, log),
    }),
  ];
}

const SOON_MS = 90 * 86_400_000; // longer than the first warning; of 20,000 suppliers the others are not kept

function warn(log: Log, { what, whose, serial, endsAt, warned }: Watched): void {
  log({
    event: warned === 'ended' ? 'certificate-ended' : 'certificate-ends',
    certificate: `${what} ${whose}, serial number ${serial}`,
    endsAt: endsAt.toISOString(),
    outcome: warned === 'ended' ? 'ended' : `within ${warned} d`,
  });
}

/** Of what the last look has found; what is renewed drops out at the next. */
export function certificateGauge(metrics: Metrics, database: Database, datacentre: string): void {
  const about = {
    name: 'openspine_certificate_end_timestamp_seconds',
    help: 'When a certificate ends, in seconds since 1970; of message handlers those that end within 90 days',
    labels: ['what', 'whose', 'serial'],
  };
  const names = [IN_DATABASE, inFilesOf(datacentre)];
  metrics.gauge(about, async () =>
    (await keptIn(database, names)).map(({ what, whose, serial, endsAt }) => ({
      labels: { what, whose, serial },
      value: endsAt.getTime() / 1_000,
    })),
  );
}

/** None with the database away: the other numbers are told all the same. */
async function keptIn(database: Database, names: readonly string[]): Promise<readonly Watched[]> {
  try {
    return (await Promise.all(names.map((name) => watchedIn(database, name)))).flat();
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}

/** `before`: of message handlers those alone that end before it; null: all. */
async function endsInDatabase(database: Database, before: Date | null): Promise<CertificateEnd[]> {
  const own = (await endpointKeys(database)).map(({ name, certificate }) =>
    endOf('this service', name, certificate),
  );
  const cards = (await authorityCertificates(database)).map(({ name, certificate }) =>
    endOf('authority of cards', name, certificate),
  );
  const theirs = (await certificatesEnding(database, before)).map(
    ({ partyKey: whose, serial, expiresAt: endsAt }) => ({
      what: 'message handler',
      whose,
      serial,
      endsAt,
    }),
  );
  return [...own, ...cards, ...theirs];
}

/** A file that cannot be read is told of, and the others are looked at all the same. */
async function endsInFiles(config: Config, log: Log): Promise<CertificateEnd[]> {
  const what = `file of datacentre ${config.datacentre.toUpperCase()}`;
  const each = filesOf(config).map(async (file) => {
    try {
      const text = await readFile(file, 'utf8');
      return pemsIn(text).map((pem) => endOf(what, file, pem));
    } catch (error) {
      log({ event: 'certificate-unusable', requestId: file, outcome: String(error) });
      return [];
    }
  });
  return (await Promise.all(each)).flat();
}

function filesOf(config: Config): readonly string[] {
  const { cardPort, signatureAuthorities, securityKeyRoots, hl7v3, watchedCertificates } = config;
  const named = [
    cardPort?.certificate,
    signatureAuthorities,
    securityKeyRoots,
    hl7v3?.supplierAuthorities,
    ...watchedCertificates,
  ];
  return [...new Set(named.filter((file) => file !== null && file !== undefined))];
}

function pemsIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function endOf(what: string, whose: string, certificate: Buffer | string): CertificateEnd {
  const { validToDate: endsAt, serialNumber } = new X509Certificate(certificate);
  return { what, whose, serial: serialNumber.toLowerCase(), endsAt };
}
