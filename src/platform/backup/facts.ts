import { bases, sizeOf } from './base.ts';
import { logEnd } from './log.ts';
import type { Store } from './store.ts';

/** How backups are, for those who look after the service; instants in ISO 8601. */
export type BackupFacts = {
  readonly isEncrypted: boolean;
  readonly bases: number;
  /** Null: none is whole. */
  readonly newest: {
    readonly id: string;
    readonly endedAt: string;
    readonly sizeBytes: number;
  } | null;
  /** From here on any second can be restored; null: none can. */
  readonly restorableFrom: string | null;
  /** What was answered before is in the copied log; null: none was copied. */
  readonly logAt: string | null;
  /** Null: nobody has tried to restore one. */
  readonly drill: Drill | null;
};

/** What the last try to restore the newest backup found. */
export type Drill = {
  readonly at: string;
  readonly isGood: boolean;
  readonly restoreSeconds: number;
  readonly checkSeconds: number;
  readonly behindSeconds: number;
};

const DRILL = 'last-drill.json';

export async function noteDrill(store: Store, drill: Drill): Promise<void> {
  await store.note(DRILL, drill);
}

/** No key is needed. */
export async function factsOf(store: Store): Promise<BackupFacts> {
  const all = await bases(store);
  const last = all.at(-1);
  const drill = await store.noted(DRILL);
  return {
    isEncrypted: store.isEncrypted,
    bases: all.length,
    newest:
      last === undefined ? null : { id: last.id, endedAt: last.endedAt, sizeBytes: sizeOf(last) },
    restorableFrom: all[0]?.endedAt ?? null,
    logAt: (await logEnd(store))?.at ?? null,
    drill: isDrill(drill) ? drill : null,
  };
}

function isDrill(value: unknown): value is Drill {
  return (
    typeof value === 'object' && value !== null && 'isGood' in value && 'behindSeconds' in value
  );
}
