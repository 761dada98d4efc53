import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { needed, told } from './backup-commands.ts';
import { gigabytesPerHour, isSound, reportLines, type RestoreReport } from './restore-report.ts';
import { findStore, PORT_BASE } from './store-command.ts';
import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import {
  choose,
  type Done,
  noteDrill,
  openStore,
  type RecordKeeper,
  type Recovered,
  restore,
  type Store,
} from '../platform/backup/index.ts';
import { openSource } from '../platform/backup/source.ts';
import { Trouble } from '../platform/trouble.ts';

const FROM = { flag: 'from', value: 'dir', help: 'the folder with the backups' };

/** Brings backups back, for use or to see that they can be [RELIABILITY F31]. */
export function restoreCommands(keeper: RecordKeeper): readonly Command[] {
  return [restoreCommand(keeper), drillCommand(keeper)];
}

function restoreCommand(keeper: RecordKeeper): Command {
  return {
    name: 'restore',
    summary: 'bring a backup back into a new folder, as it was at an instant, and check it',
    usage: '[<share of the recovery key> …]',
    options: [
      FROM,
      { flag: 'into', value: 'dir', help: 'the folder for the database; not there yet' },
      { flag: 'to', value: 'instant', help: 'the last second that counts (else all there is)' },
    ],
    examples: [
      {
        line: 'spine restore --from ./backups --into ./spine-data',
        explanation: 'All that there is; spine up --data ./spine-data then runs on it.',
      },
      {
        line: 'spine restore --from ./backups --into ./before --to 2026-11-29T08:59:59Z',
        explanation: 'As it was then, with a list of what came later and must be sent again.',
      },
      {
        line: 'spine restore --from /backup/spine --into ./data share-1.txt share-3.txt share-4.txt',
        explanation: 'From encrypted backups.',
      },
    ],
    run: async (invocation) => {
      const into = needed(invocation, 'into', 'the folder for the database');
      const { store, until } = await opened(invocation);
      const kind = (await choose(store, until)).base.kind;
      const { report } = await restored({ store, keeper, into, until });
      const repeated = await listRepeated(report, into);
      const next = {
        one: `next         spine up --data ${into}`,
        two: `next         spine up --datacentres 2 --data ${into}`,
        external: `next         start PostgreSQL on ${join(into, 'postgres')}`,
      }[kind];
      invocation.output.result([...reportLines(report), ...repeated, next].join('\n'), report);
      return isSound(report) ? EXIT.ok : EXIT.verificationFailed;
    },
  };
}

async function listRepeated({ toBeRepeated }: RestoreReport, into: string): Promise<string[]> {
  if (toBeRepeated.length === 0) return ['to repeat    nothing that the backups know of'];
  const file = join(into, 'to-be-repeated.ndjson');
  await writeFile(file, toBeRepeated.map((one) => `${JSON.stringify(one)}\n`).join(''), {
    mode: 0o600,
  });
  return [`to repeat    ${toBeRepeated.length} that came later; their senders and ids: ${file}`];
}

function drillCommand(keeper: RecordKeeper): Command {
  return {
    name: 'drill',
    summary: 'restore the newest backup into a place of its own, check it, and remove it',
    usage: '[<share of the recovery key> …]',
    options: [
      FROM,
      { flag: 'scratch', value: 'dir', help: 'where there is room for it (else temporary files)' },
      PORT_BASE,
    ],
    examples: [
      {
        line: 'spine drill --from ./backups',
        explanation: 'Also against the Spine that runs, if one does: nothing may be missing.',
      },
      {
        line: 'spine drill --from /backup/spine share-2.txt share-3.txt share-5.txt',
        explanation: 'Of encrypted backups, with three people.',
      },
      {
        line: 'spine drill --from ./backups -o json',
        explanation: 'The report as data; exit code 5 when something is not as it should be.',
      },
    ],
    run: (invocation) => drill(keeper, invocation),
  };
}

async function drill(keeper: RecordKeeper, invocation: Invocation): Promise<number> {
  const { store } = await opened(invocation);
  const scratch = await mkdtemp(
    join(textOption(invocation, 'scratch') ?? tmpdir(), 'openspine-drill-'),
  );
  try {
    const live = findStore(invocation);
    const { base, goesTo } = await choose(store, null);
    const isSame = 'url' in live && (await systemOf(live.url)) === base.system;
    const asked = new Date();
    const { report, extra } = await restored({
      store,
      keeper,
      into: scratch,
      until: null,
      look: async ({ url }) => (isSame ? compared(keeper, url, live.url, goesTo) : null),
    });
    const behindSeconds = Math.max(0, (asked.getTime() - goesTo.getTime()) / 1000);
    const result = { ...report, behindSeconds, against: extra };
    const isGood = isSound(report) && (extra === null || isNothing(extra));
    await noteDrill(store, { at: asked.toISOString(), isGood, ...result });
    if (isSame) await told(keeper, live.url, store);
    invocation.output.result(
      [
        ...reportLines(report),
        `log          up to ${behindSeconds.toFixed(1)} s before the drill`,
        liveLine(extra),
      ].join('\n'),
      result,
    );
    return isGood ? EXIT.ok : EXIT.verificationFailed;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the database that runs has and the restored one should have too. */
type Against = { readonly strayed: readonly string[]; readonly missing: readonly Done[] };

function isNothing({ strayed, missing }: Against): boolean {
  return strayed.length === 0 && missing.length === 0;
}

function liveLine(against: Against | null): string {
  if (against === null) return 'live         none runs here to hold it against';
  const { strayed, missing } = against;
  return isNothing(against)
    ? 'live         every head is in its chain there, and nothing is missing'
    : `DIFFERS      ${strayed.length} heads are in no chain of the live one, ${missing.length} acts are missing`;
}

const LONGEST_TRANSACTION_MS = 10_000; // a statement of ours takes 5 s at most [PLATFORM 1.3]

async function compared(
  keeper: RecordKeeper,
  url: string,
  liveUrl: string,
  goesTo: Date,
): Promise<Against> {
  const strayed = await keeper.strayedFrom(url, liveUrl);
  const later = await keeper.doneSince(url, liveUrl);
  const surely = goesTo.getTime() - LONGEST_TRANSACTION_MS; // what began then was answered before the log ends
  return {
    strayed,
    missing: later.filter(({ recordedAt }) => Date.parse(recordedAt) < surely),
  };
}

/** Null where no database answers. */
async function systemOf(url: string): Promise<string | null> {
  try {
    const source = await openSource(url);
    await source.close();
    return source.facts.system;
  } catch (error) {
    if (error instanceof Trouble) return null;
    throw error;
  }
}

type Work<Extra> = {
  readonly store: Store;
  readonly keeper: RecordKeeper;
  readonly into: string;
  readonly until: Date | null;
  /** Looks at it while it answers. */
  readonly look?: (recovered: Recovered) => Promise<Extra>;
};

async function restored<Extra>({
  store,
  keeper,
  into,
  until,
  look,
}: Work<Extra>): Promise<{ readonly report: RestoreReport; readonly extra: Extra | null }> {
  const { base, goesTo } = await choose(store, until);
  const started = performance.now();
  const recovered = await restore(store, base, { into, until });
  try {
    const restoredAt = performance.now();
    const record = await keeper.check(recovered.url, base.mark);
    const checkedAt = performance.now();
    const extra = look === undefined ? null : await look(recovered);
    const toBeRepeated =
      until !== null && until < goesTo
        ? await later({ store, keeper, into, until }, recovered)
        : [];
    const { sizeBytes, lastAt } = recovered;
    const report: RestoreReport = {
      base: base.id,
      restoredTo: (until ?? goesTo).toISOString(),
      lastTransactionAt: lastAt?.toISOString() ?? null,
      sizeBytes,
      restoreSeconds: (restoredAt - started) / 1000,
      checkSeconds: (checkedAt - restoredAt) / 1000,
      gigabytesPerHour: gigabytesPerHour(sizeBytes, (checkedAt - started) / 1000),
      record,
      toBeRepeated,
    };
    return { report, extra };
  } finally {
    await recovered.stop();
  }
}

/** Brings the same back once more, to the end of the log, and says what is there that is not here. */
async function later(
  { store, keeper, into, until }: Work<unknown>,
  recovered: Recovered,
): Promise<Done[]> {
  const place = `${into}.later`;
  const { base } = await choose(store, until);
  const whole = await restore(store, base, { into: place, until: null });
  try {
    return await keeper.doneSince(recovered.url, whole.url);
  } finally {
    await whole.stop();
    await rm(place, { recursive: true, force: true });
  }
}

async function opened(invocation: Invocation) {
  const from = needed(invocation, 'from', 'the folder with the backups');
  const shares = await Promise.all(invocation.words.map((file) => readFile(file, 'utf8')));
  const store = await openStore(from, shares);
  return { store, until: instantOf(textOption(invocation, 'to')) };
}

function instantOf(typed: string | null): Date | null {
  if (typed === null) return null;
  const instant = new Date(typed);
  if (!Number.isNaN(instant.getTime()) && /(Z|[+-]\d\d:\d\d)$/.test(typed)) return instant;
  throw new Trouble(
    `--to is an instant with its zone, not "${typed}"`,
    'write it as 2026-11-29T08:59:59Z or 2026-11-29T08:59:59+00:00',
  );
}
