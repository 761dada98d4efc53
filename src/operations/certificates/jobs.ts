import type { CertificateEnd } from '../../kernel/certificate-end.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { findingOf, keepFinding } from '../measures/repository.ts';
import { type Watched, warningsDue } from './warnings.ts';

/** As it is kept, with its times as texts. */
type Kept = {
  readonly ends: readonly (Omit<Watched, 'endsAt'> & { readonly endsAt: string })[];
};

export type WatchParts = {
  readonly database: Database;
  /** Of the job, and of what it keeps for all processes. */
  readonly name: string;
  readonly ends: () => Promise<readonly CertificateEnd[]>;
  /** Real time: by it TLS judges certificates, whatever a test does to the clock. */
  readonly now: () => Date;
  /** Told once of each warning that a certificate has passed; again only when what was told could not be kept. */
  readonly warn: (end: Watched) => void;
};

const LOOK_EVERY_MS = 3_600_000;
const ASK_EVERY_MS = 60_000;

/** Looks every hour for certificates that are about to end. */
export function certificateJob({ database, name, ends, now, warn }: WatchParts): Job {
  return {
    name,
    everyMs: ASK_EVERY_MS,
    hasWork: async () => {
      const last = await findingOf(database, name);
      return last === null || now().getTime() - last.lookedAt.getTime() >= LOOK_EVERY_MS;
    },
    run: async () => {
      const at = now();
      const { watched, due } = warningsDue(await ends(), await watchedIn(database, name), at);
      for (const one of due) warn(one);
      await keepFinding(database, name, { lookedAt: at, found: { ends: watched } });
    },
  };
}

/** What the last look of a job has kept. */
export async function watchedIn(database: Database, name: string): Promise<readonly Watched[]> {
  const last = await findingOf<Kept>(database, name);
  return (last?.found.ends ?? []).map((end) => ({ ...end, endsAt: new Date(end.endsAt) }));
}
