import type { Instant } from '../../kernel/instant.ts';
import { londonDate } from '../../kernel/london.ts';
import type { Database } from '../../platform/database.ts';
import { decide, RELEASE_BATCH_MAX } from '../messages/release/decide.ts';
import type { OdsCode } from '../ods-code.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import * as repository from '../repository.ts';
import { MESSAGE, partyOf } from './dry-run.ts';

/**
 * What automatic download would hand out to an organisation if it asked until it gets nothing more, whether or not it
 * is open to it; what the tripwire would hold back is not in it, and nothing is written [MIGRATION 5, M1].
 */
export async function wouldDownload(
  database: Pick<Database, 'all'>,
  organisation: OdsCode,
  at: Instant,
): Promise<PrescriptionId[]> {
  const today = londonDate(new Date(at));
  const command = {
    by: 'nomination',
    dispenser: partyOf(organisation),
    releaseId: MESSAGE,
    at,
  } as const;
  const got: PrescriptionId[] = [];
  let after: repository.QueuePlace | null = null;
  for (;;) {
    const batch: repository.Placed[] = await repository.waitingBehind(
      database,
      organisation,
      today,
      {
        after,
        most: RELEASE_BATCH_MAX,
      },
    );
    const last = batch.at(-1);
    if (last === undefined) return got;
    after = last;
    const free = batch.filter(({ wasHadBefore }) => !wasHadBefore).map(({ id }) => id);
    const heads = await repository.heads(database, free);
    got.push(...free.filter((id) => decide(heads.get(id)?.state ?? null, command).ok));
  }
}
