import { ok } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import { PERSONAS } from '../personas.ts';
import { sendRelease } from './dispensing.ts';
import { openJournal } from './journal.ts';
import type { Remembered } from './remembered.ts';
import { personNamed } from './session.ts';

export const release = clientCommand({
  name: 'release',
  summary: 'download prescriptions at a pharmacy',
  usage: '[prescription-id]',
  options: [],
  examples: [
    { line: 'spine release', explanation: 'what waits for the pharmacy FA565, up to 25 at once' },
    {
      line: 'spine release 0A1B2C-A83008-00001I --as other-dispenser',
      explanation: 'one that the patient brought, at another pharmacy',
    },
    { line: 'spine release --as system -o json', explanation: 'as the unattended system does' },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const name = invocation.globals.persona ?? PERSONAS.dispenser.name;
    const person = personNamed(name);
    if (!person.ok) return person;
    const released = await sendRelease(session, name, invocation.words[0] ?? null);
    if (!released.ok) return released;
    const { ods } = person.value.organisation;
    if (released.value === null) {
      const data = { releaseId: null, prescriptions: [], failed: 0 };
      return ok({ text: `No more prescriptions wait for ${ods}.`, data });
    }
    const { releaseId, prescriptions, failed } = released.value;
    const lines = [
      ...prescriptions.map(line),
      ...(failed === 0 ? [] : [`${failed} came with a fault and go back by themselves`]),
      `release ${releaseId}`,
    ];
    const data = { releaseId, prescriptions: prescriptions.map(summary), failed };
    return ok({ text: lines.join('\n'), data });
  },
});

function line(prescription: Remembered): string {
  const { shortFormId, nhsNumber, items } = prescription;
  const products = items.map((item) => `${item.medication.quantity} x ${item.medication.display}`);
  return `${shortFormId}  with dispenser  ${nhsNumber}  ${products.join('; ')}`;
}

function summary(prescription: Remembered): object {
  const { shortFormId, longFormId, nhsNumber, items } = prescription;
  return {
    prescriptionId: shortFormId,
    longFormId,
    nhsNumber,
    items: items.map(({ itemId, medication }) => ({
      itemId,
      medication: medication.display,
      quantity: medication.quantity,
    })),
  };
}
