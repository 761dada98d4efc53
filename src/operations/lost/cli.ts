import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import {
  lostDeliveries,
  type LostDelivery,
  requeueDeliveries,
} from '../../gateways/hl7v3/index.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { byCommand } from '../audit/repository.ts';
import { textProblem } from '../incidents/texts.ts';
import { REASON_MAX } from './pages.ts';

const LOST_MAX = 10_000;

/** Messages that no supplier took, and what can be done about them [EXPERIENCE 5]. */
export const lostCommands: readonly Command[] = [
  storeCommand({
    name: 'delivery lost',
    summary: 'list messages of HL7 V3 that no supplier took, the last first',
    options: [{ flag: 'party', value: 'key', help: 'for one party' }],
    examples: [
      { line: 'spine delivery lost', explanation: 'a line each, and why' },
      { line: 'spine delivery lost --party A83008-900101', explanation: 'for one supplier' },
      { line: 'spine delivery lost -o ndjson', explanation: 'for a program' },
    ],
    work: listed,
  }),
  storeCommand({
    name: 'delivery requeue',
    summary: 'send messages again that no supplier took; who did so and why is in the audit trail',
    usage: '[message-id ...]',
    options: [
      { flag: 'party', value: 'key', help: 'all that are lost for this party' },
      { flag: 'reason', value: 'text', help: 'why they will be taken now; nothing of a patient' },
    ],
    examples: [
      {
        line: 'spine delivery requeue 0F7D4A3E-9A5B-4C57-8A44-2F4F0A9D2F10 --reason "Its endpoint is back"',
        explanation: 'one, under the id that it had',
      },
      {
        line: 'spine delivery requeue --party A83008-900101 --reason "New certificate"',
        explanation: 'all of one supplier',
      },
      { line: 'spine delivery lost', explanation: 'which there are' },
    ],
    work: requeued,
  }),
];

async function listed({ values, output }: Invocation, database: Database): Promise<number> {
  const party = typeof values['party'] === 'string' ? values['party'] : null;
  const lost = await lostDeliveries(database, { most: LOST_MAX, party });
  output.result(lost.length === 0 ? 'None is lost.' : lost.map(lineOf).join('\n'), lost);
  return EXIT.ok;
}

async function requeued(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [party, reason] = [textOption(invocation, 'party'), textOption(invocation, 'reason')];
  const named = words.map((word) => parseUuid(word));
  const problem =
    reason === null
      ? 'say why: --reason "…"'
      : (textProblem(reason, REASON_MAX) ??
        (named.includes(null)
          ? 'the id of a message is a UUID'
          : (named.length === 0) === (party === null)
            ? 'name messages, or a party with --party'
            : null));
  if (problem !== null || reason === null) {
    output.progress(`spine delivery requeue: ${problem}`);
    return EXIT.wrongUse;
  }
  const ofParty = party === null ? [] : await lostDeliveries(database, { most: LOST_MAX, party });
  const meant =
    party === null
      ? named.filter((one) => one !== null)
      : ofParty.filter(({ isForgotten }) => !isForgotten).map(({ messageId }) => messageId);
  const about = { at: new Date(), reason, by: byCommand('delivery requeue') };
  const done = await requeueDeliveries(database, meant, about);
  const left = meant.filter((one) => !done.includes(one));
  for (const id of left) {
    output.progress(`${id}: nothing to send again; spine delivery lost lists what there is`);
  }
  output.result(`${done.length} sent again`, { requeued: done, left });
  return left.length === 0 ? EXIT.ok : EXIT.refused;
}

function lineOf(lost: LostDelivery): string {
  const { messageId, party, interaction, endedAt, end, reason, isForgotten } = lost;
  const note = isForgotten ? '  too old to be sent again' : '';
  return `${messageId}  ${party}  ${interaction}  ${endedAt.toISOString()}  ${end}: ${reason ?? ''}${note}`;
}
