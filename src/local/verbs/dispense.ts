import { type Invocation, isSet, textOption } from '../../cli/command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { clientCommand, type Report } from '../client/command.ts';
import type { Failure } from '../client/failure.ts';
import { PERSONAS } from '../personas.ts';
import { outcomeOf } from '../sample-messages/index.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../prescriptions/statuses.ts';
import type { Choice } from './dispense-plan.ts';
import { sendDispense } from './dispensing.ts';
import { factOptions, prescriptionOf } from './facts.ts';
import { openJournal } from './journal.ts';
import { itemsNow, outcomeOfCode } from './remembered.ts';
import type { Done } from './session.ts';

export const dispense = clientCommand({
  name: 'dispense',
  summary: 'notify what was dispensed',
  usage: '[prescription-id]',
  options: [
    { flag: 'full', help: 'all that is still open, in full (this is the default)' },
    {
      flag: 'partial',
      value: 'k',
      help: 'only half of item k, counted from 1; the others in full',
    },
    {
      flag: 'item-status',
      value: 'code,code',
      help: 'status of each item: 0001 full, 0002 not, 0003 partial, 0004 owing, 0008 untouched',
    },
    { flag: 'amend', help: 'say anew what the last notification said' },
    ...factOptions(['longFormId', 'nhsNumber', 'releaseId', 'items', 'dispenseId']),
  ],
  examples: [
    { line: 'spine dispense', explanation: 'the prescription of the last command, in full' },
    {
      line: 'spine dispense 0A1B2C-A83008-00001I --partial 2',
      explanation: 'item 2 in part, the others in full',
    },
    {
      line: 'spine dispense 0A1B2C-A83008-00001I --amend --item-status 0001,0002',
      explanation: 'the last notification corrected: item 2 was not dispensed',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const choice = choiceOf(invocation);
    if (!choice.ok) return choice;
    const found = await prescriptionOf(invocation, session.journal, [
      'longFormId',
      'nhsNumber',
      'releaseId',
      'items',
    ]);
    if (!found.ok) return found;
    const persona = invocation.globals.persona ?? PERSONAS.dispenser.name;
    const act = { session, persona, prescription: found.value };
    const done = await sendDispense(act, choice.value, isSet(invocation, 'amend'));
    return done.ok ? ok(report(done.value)) : done;
  },
});

function choiceOf(invocation: Invocation): Result<Choice, Failure> {
  const statuses = textOption(invocation, 'item-status');
  if (statuses !== null) {
    const codes = statuses.split(',').map((code) => code.trim());
    const outcomes = codes.flatMap((code) => outcomeOfCode(code) ?? []);
    return outcomes.length === codes.length
      ? ok({ kind: 'Outcomes', outcomes })
      : wrong('--item-status takes codes such as 0001,0003, one for each item');
  }
  const partial = textOption(invocation, 'partial');
  if (partial === null) return ok({ kind: 'Full' });
  const item = Number(partial);
  return Number.isInteger(item) && item >= 1
    ? ok({ kind: 'Partial', item })
    : wrong('--partial takes the number of an item, counted from 1');
}

function report({ messageId, prescription }: Done): Report {
  const items = itemsNow(prescription);
  const status = ISSUE_STATUSES[outcomeOf(items)];
  const itemLines = items.map(({ medication, outcome, supplied }, index) => {
    const { code, display } = ITEM_STATUSES[outcome];
    const amount = `${supplied} of ${medication.quantity}`;
    return `  ${index + 1}  ${code} ${display}  ${amount}  ${medication.display}`;
  });
  const head = `${prescription.shortFormId}  ${status.code} ${status.display}`;
  return {
    text: [head, ...itemLines, `message ${messageId}`].join('\n'),
    data: {
      prescriptionId: prescription.shortFormId,
      status: status.code,
      messageId,
      items: items.map(({ itemId, outcome, supplied }) => ({
        itemId,
        status: ITEM_STATUSES[outcome].code,
        supplied,
      })),
    },
  };
}

function wrong(text: string): Result<never, Failure> {
  return fail({ kind: 'WrongUse', text });
}
