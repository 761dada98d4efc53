import { isSet } from '../../cli/command.ts';
import { ok } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import { PERSONAS } from '../personas.ts';
import { sendClaim } from './dispensing.ts';
import { factOptions, prescriptionOf } from './facts.ts';
import { openJournal } from './journal.ts';
import type { Remembered } from './remembered.ts';

export const claim = clientCommand({
  name: 'claim',
  summary: 'claim payment for a dispensed prescription',
  usage: '[prescription-id]',
  options: [
    { flag: 'amend', help: 'claim anew in place of the last claim' },
    ...factOptions(['longFormId', 'nhsNumber', 'items', 'claimId']),
  ],
  examples: [
    { line: 'spine claim', explanation: 'for the prescription of the last command' },
    {
      line: 'spine claim 0A1B2C-A83008-00001I --amend',
      explanation: 'a correction of the last claim',
    },
    {
      line: 'spine claim 0A1B2C-A83008-00001I --file released.json',
      explanation: 'for one that another client downloaded',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const isAmendment = isSet(invocation, 'amend');
    const found = await prescriptionOf(invocation, session.journal, [
      'longFormId',
      'nhsNumber',
      'items',
      ...(isAmendment ? (['claimId'] as const) : []),
    ]);
    if (!found.ok) return found;
    const persona = invocation.globals.persona ?? PERSONAS.dispenser.name;
    const prescription = asDispensed(found.value);
    const done = await sendClaim({ session, persona, prescription }, isAmendment);
    if (!done.ok) return done;
    const { shortFormId } = prescription;
    const { messageId } = done.value;
    const word = isAmendment ? 'claim amended' : 'claimed';
    return ok({
      text: `${shortFormId}  ${word}\nmessage ${messageId}`,
      data: { prescriptionId: shortFormId, status: 'claimed', amended: isAmendment, messageId },
    });
  },
});

/** Who claims what this client did not dispense says that it was dispensed in full. */
function asDispensed(prescription: Remembered): Remembered {
  if (prescription.dispenses.length > 0) return prescription;
  const items = prescription.items.map((item) =>
    item.outcome === 'WithDispenser'
      ? { ...item, outcome: 'FullyDispensed' as const, supplied: item.medication.quantity }
      : item,
  );
  return { ...prescription, items };
}
