import type { Installation } from './installation.ts';
import type { Ran } from './load.ts';
import { BATCH, type Kind, KINDS } from './prescriptions.ts';
import { INTERACTIONS } from '../src/prescriptions/interactions.ts';

/** How many messages of each kind were acknowledged, or stand in the database. */
export class Ledger {
  readonly counts = new Map<Kind, number>();

  /** What the database holds; the datacentres' own synthetic journeys are in it. */
  static async read(installation: Installation): Promise<Ledger> {
    const rows = await installation.rows<{ interaction: string; count: number }>(
      'select interaction, count(*)::int as count from prescriptions.message group by interaction',
    );
    const ledger = new Ledger();
    for (const kind of KINDS) {
      const row = rows.find(({ interaction }) => interaction === INTERACTIONS[kind]);
      ledger.counts.set(kind, row?.count ?? 0);
    }
    return ledger;
  }

  add({ answered }: Pick<Ran, 'answered'>): void {
    for (const kind of KINDS) this.counts.set(kind, this.of(kind) + (answered[kind] ?? 0));
  }

  of(kind: Kind): number {
    return this.counts.get(kind) ?? 0;
  }
}

/** Everything that was acknowledged is there, and nothing else. */
export async function assureKept(
  installation: Installation,
  before: Ledger,
  acknowledged: readonly Ledger[],
): Promise<void> {
  const after = await Ledger.read(installation);
  const since = (kind: Kind): number => acknowledged.reduce((sum, one) => sum + one.of(kind), 0);
  for (const kind of KINDS) {
    assureEqual(`messages ${kind}`, after.of(kind) - before.of(kind), since(kind));
  }
  const [row] = await installation.rows<Kept>(`
    select (select count(*)::int from prescriptions.prescription) as heads,
      (select count(*)::int from prescriptions.event where kind = 'Created' and
        data -> 'signature' ->> 'findings' = '[]' and data -> 'signature' ->> 'unlisted' = '[]') as signed,
      (select count(*)::int from prescriptions.event where kind = 'Released') as released,
      (select count(*)::int from platform.outbox where topic = 'claim') as claims`);
  const released =
    before.of('releaseById') + since('releaseNominated') * BATCH + since('releaseById');
  assureEqual('prescriptions', row?.heads, before.of('create') + since('create'));
  assureEqual('good signatures', row?.signed, before.of('create') + since('create'));
  assureEqual('releases', row?.released, released);
  assureEqual('claims to be sent', row?.claims, before.of('claim') + since('claim'));
}

type Kept = {
  readonly heads: number;
  readonly signed: number;
  readonly released: number;
  readonly claims: number;
};

function assureEqual(what: string, kept: number | undefined, acknowledged: number): void {
  if (kept === acknowledged) return;
  throw new Error(`${what}: ${acknowledged} were acknowledged, the database holds ${kept}`);
}
