import { textOption } from '../../cli/command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import type { Failure } from '../client/failure.ts';
import { PERSONAS } from '../personas.ts';
import { CANCEL_REASONS, type CancelReason } from '../sample-messages/index.ts';
import { factOptions, prescriptionOf } from './facts.ts';
import { openJournal } from './journal.ts';
import { patientOf, prescriberOf } from './prescribe.ts';
import { sendCancel } from './prescribing.ts';
import { keyOf } from './reasons.ts';
import type { Remembered, RememberedItem } from './remembered.ts';
import { personNamed } from './session.ts';

const REASON_DEFAULT: CancelReason = '0001';

export const cancel = clientCommand({
  name: 'cancel',
  summary: 'cancel one item of a prescription, or with its last item all of it',
  usage: '[prescription-id]',
  options: [
    {
      flag: 'item',
      value: 'k|guid',
      help: 'which item: its number from 1, or its id',
      default: '1',
    },
    {
      flag: 'reason',
      value: 'code',
      help: 'why',
      default: REASON_DEFAULT,
      choices: Object.keys(CANCEL_REASONS),
    },
    { flag: 'signed-by', value: 'persona', help: 'who prescribed it, if not the one who cancels' },
    ...factOptions(['longFormId', 'nhsNumber', 'items']),
  ],
  examples: [
    { line: 'spine cancel', explanation: 'item 1 of the prescription of the last command' },
    {
      line: 'spine cancel 0A1B2C-A83008-00001I --item 2 --reason 0004',
      explanation: 'item 2, on clinical grounds',
    },
    {
      line: 'spine cancel 0A1B2C-A83008-00001I --as nurse',
      explanation: 'by somebody else of the surgery than the signer',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const needed = ['longFormId', 'nhsNumber', 'items'] as const;
    const found = await prescriptionOf(invocation, session.journal, needed);
    if (!found.ok) return found;
    const canceller = personNamed(invocation.globals.persona ?? PERSONAS.prescriber.name);
    if (!canceller.ok) return canceller;
    const signer = prescriberOf(textOption(invocation, 'signed-by') ?? found.value.prescriber);
    if (!signer.ok) return signer;
    const patient = patientOf(found.value.nhsNumber);
    if (!patient.ok) return patient;
    const item = itemOf(found.value, textOption(invocation, 'item') ?? '1');
    if (!item.ok) return item;
    const now = await client.now();
    if (!now.ok) return now;
    const reason = keyOf(CANCEL_REASONS, textOption(invocation, 'reason')) ?? REASON_DEFAULT;
    const done = await sendCancel(session, {
      prescription: withTime(found.value, now.value),
      item: item.value,
      patient: patient.value,
      signer: signer.value,
      canceller: canceller.value,
      reason,
    });
    if (!done.ok) return done;
    const { messageId } = done.value;
    const { shortFormId } = found.value;
    const { itemId, medication } = item.value;
    return ok({
      text: `${shortFormId}  item cancelled: ${medication.display}\nmessage ${messageId}`,
      data: {
        prescriptionId: shortFormId,
        status: 'cancelled',
        itemId,
        reason,
        messageId,
      },
    });
  },
});

function itemOf(prescription: Remembered, wanted: string): Result<RememberedItem, Failure> {
  const { items, shortFormId } = prescription;
  const item = items.find(({ itemId }) => itemId === wanted) ?? items[Number(wanted) - 1];
  if (item !== undefined) return ok(item);
  const text = `${shortFormId} has ${items.length} items; --item ${wanted} is none of them`;
  return fail({ kind: 'WrongUse', text });
}

/** A prescription known by flags alone has no time of its own: the message then says now. */
function withTime(prescription: Remembered, now: Date): Remembered {
  return prescription.authoredAt === ''
    ? { ...prescription, authoredAt: now.toISOString() }
    : prescription;
}
