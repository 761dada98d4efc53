import { textOption } from '../../cli/command.ts';
import { ok } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import { PERSONAS } from '../personas.ts';
import {
  RETURN_REASONS,
  type ReturnReason,
  WITHDRAW_REASONS,
  type WithdrawReason,
} from '../sample-messages/index.ts';
import { sendReturn, sendWithdraw } from './dispensing.ts';
import { factOptions, prescriptionOf } from './facts.ts';
import { openJournal } from './journal.ts';
import { keyOf } from './reasons.ts';

const RETURN_DEFAULT: ReturnReason = '0003';
const WITHDRAW_DEFAULT: WithdrawReason = 'OC';

/** `return` is a word of the language: the constant cannot have the command's name. */
export const giveBack = clientCommand({
  name: 'return',
  summary: 'give a downloaded prescription back to the Spine',
  usage: '[prescription-id]',
  options: [
    {
      flag: 'reason',
      value: 'code',
      help: 'why',
      default: RETURN_DEFAULT,
      choices: Object.keys(RETURN_REASONS),
    },
    ...factOptions(['nhsNumber', 'releaseId']),
  ],
  examples: [
    { line: 'spine return', explanation: 'the prescription of the last command' },
    {
      line: 'spine return 0A1B2C-A83008-00001I --reason 0001',
      explanation: 'the patient did not come',
    },
    {
      line: 'spine return 0A1B2C-A83008-00001I --release-id 5f… --nhs-number 9990000018',
      explanation: 'one that another client downloaded',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const needed = ['nhsNumber', 'releaseId'] as const;
    const prescription = await prescriptionOf(invocation, session.journal, needed);
    if (!prescription.ok) return prescription;
    const persona = invocation.globals.persona ?? PERSONAS.dispenser.name;
    const reason = keyOf(RETURN_REASONS, textOption(invocation, 'reason')) ?? RETURN_DEFAULT;
    const act = { session, persona, prescription: prescription.value };
    const done = await sendReturn(act, reason);
    if (!done.ok) return done;
    const { messageId } = done.value;
    const { shortFormId } = prescription.value;
    return ok({
      text: `${shortFormId}  returned: ${RETURN_REASONS[reason]}\nmessage ${messageId}`,
      data: { prescriptionId: shortFormId, status: 'returned', reason, messageId },
    });
  },
});

export const withdraw = clientCommand({
  name: 'withdraw',
  summary: 'take back the last dispense notification',
  usage: '[prescription-id]',
  options: [
    {
      flag: 'reason',
      value: 'code',
      help: 'why',
      default: WITHDRAW_DEFAULT,
      choices: Object.keys(WITHDRAW_REASONS),
    },
    ...factOptions(['nhsNumber', 'dispenseId']),
  ],
  examples: [
    { line: 'spine withdraw', explanation: 'the last notification of the last prescription' },
    {
      line: 'spine withdraw 0A1B2C-A83008-00001I --reason QU',
      explanation: 'the quantity was wrong',
    },
    {
      line: 'spine withdraw 0A1B2C-A83008-00001I --dispense-id 5f… --nhs-number 9990000018',
      explanation: 'a notification that another client sent',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const needed = ['nhsNumber', 'dispenseId'] as const;
    const prescription = await prescriptionOf(invocation, session.journal, needed);
    if (!prescription.ok) return prescription;
    const persona = invocation.globals.persona ?? PERSONAS.dispenser.name;
    const reason = keyOf(WITHDRAW_REASONS, textOption(invocation, 'reason')) ?? WITHDRAW_DEFAULT;
    const withdrawn = prescription.value.dispenses.at(-1)?.messageId ?? '';
    const act = { session, persona, prescription: prescription.value };
    const done = await sendWithdraw(act, reason);
    if (!done.ok) return done;
    const { messageId } = done.value;
    const { shortFormId } = prescription.value;
    return ok({
      text: `${shortFormId}  notification ${withdrawn} withdrawn\nmessage ${messageId}`,
      data: { prescriptionId: shortFormId, status: 'withdrawn', withdrawn, reason, messageId },
    });
  },
});
