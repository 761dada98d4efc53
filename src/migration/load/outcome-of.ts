import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { type Outcome, ownInteraction } from '../../prescriptions/rules.ts';
import type { Moved } from '../fold/fold-group.ts';
import { idOf } from '../fold/record.ts';
import type { Row } from '../lx1/tables.ts';

/**
 * What a message was answered, built again from how the old store has it, so that a repeat after the switch is no
 * new message [MIGRATION 3]. Of a record that is gone it was seen, and is refused.
 */
export function outcomeOf(
  row: Row<'MESSAGE'>,
  at: Instant,
  moved: Pick<Moved, 'fate' | 'facts'>,
): Outcome {
  return { ...answerOf(row, at, moved), isRebuilt: true };
}

function answerOf(
  row: Row<'MESSAGE'>,
  at: Instant,
  { fate, facts }: Pick<Moved, 'fate' | 'facts'>,
): Outcome {
  if (fate === 'tombstone')
    return { kind: 'Refused', rejection: { kind: 'DuplicatePrescription' }, at };
  if (row.OUTCOME !== 'accepted') {
    const detail = `refused before the migration: ${row.OUTCOME}`;
    return { kind: 'Refused', rejection: { kind: 'Unprocessable', detail }, at };
  }
  const interaction = ownInteraction(row.INTERACTION);
  if (interaction === CANCEL) {
    const id = idOf(row.MSG_ID);
    const did = facts.find(({ messageId }) => messageId === id)?.event.kind;
    const code = CODES[did ?? ''] ?? 'R-0001';
    return { kind: 'CancelAnswered', code, detail: null, performer: null, at };
  }
  const by = RELEASES[interaction];
  if (by === undefined) return { kind: 'Accepted', at };
  return { kind: 'Released', by, releaseId: derivedUuid('release response', idOf(row.MSG_ID)), at };
}

const CANCEL = 'PORX_IN030101SM32';

/** By what a cancellation did [EPS-LIFECYCLE 7]. */
const CODES: Readonly<Record<string, 'R-0001' | 'R-0002' | 'R-0008'>> = {
  CancellationPended: 'R-0002',
  CancellationHeld: 'R-0008',
};

const RELEASES: Readonly<Record<string, 'nomination' | 'id'>> = {
  PORX_IN060102SM30: 'nomination',
  PORX_IN132004SM30: 'id',
};
