import { isOnToken, PIN_STDIN, TOKEN_OPTIONS } from '../../agent/token-options.ts';
import { type Invocation, isSet, type Option, textOption } from '../../cli/command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { clientCommand, type Report } from '../client/command.ts';
import type { Failure } from '../client/failure.ts';
import { textAt } from '../client/json.ts';
import { findPatient, type Patient, PATIENTS } from '../patients.ts';
import { nhsNumberCheckDigit } from '../../kernel/nhs-number.ts';
import { findPersona, isPrescriber, PERSONAS, type Prescriber } from '../personas.ts';
import { readJsonFile } from './facts.ts';
import { openJournal } from './journal.ts';
import { newOrder, sendOrder, type Wanted } from './prescribing.ts';
import { readPrescription } from './released.ts';
import { PATHS, post, type Session } from './session.ts';
import { signWithCard } from './token-signing.ts';

const ITEMS_MAX = 4; // one to four items to a prescription [EPS-FHIR 4.2]

const OPTIONS: readonly Option[] = [
  {
    flag: 'type',
    value: 'type',
    help: 'treatment type',
    default: 'acute',
    choices: ['acute', 'repeat'],
  },
  { flag: 'items', value: 'n', help: 'how many items, 1 to 4', default: '1' },
  { flag: 'patient', value: 'nhs-number', help: 'for whom', default: PATIENTS.adult.nhsNumber },
  {
    flag: 'nominate',
    value: 'ods',
    help: 'pharmacy that it goes to',
    default: PERSONAS.dispenser.organisation.ods,
  },
  { flag: 'no-nomination', help: 'let any pharmacy ask for it' },
  { flag: 'id', value: 'short-form-id', help: 'prescription id, if not a new one' },
  { flag: 'file', value: 'json', help: 'send this message as it is instead' },
  ...TOKEN_OPTIONS,
  { flag: 'pin', value: 'digits', help: 'passcode of the card' },
  PIN_STDIN,
];

export const prescribe = clientCommand({
  name: 'prescribe',
  summary: 'send a signed prescription',
  options: OPTIONS,
  examples: [
    { line: 'spine prescribe', explanation: 'one item, nominated to FA565, signed' },
    {
      line: 'spine prescribe --type repeat --items 3 --nominate VNE51',
      explanation: 'repeat prescribing of three items, for another pharmacy',
    },
    {
      line: 'spine prescribe --file bundle.json --curl',
      explanation: 'your own message, and the curl',
    },
  ],
  async work(invocation, client) {
    const session = {
      client,
      journal: openJournal(client.address, process.env),
      ...(isOnToken(invocation) ? { sign: signWithCard(invocation) } : {}),
    };
    const prescriber = prescriberOf(invocation.globals.persona);
    if (!prescriber.ok) return prescriber;
    const file = textOption(invocation, 'file');
    if (file !== null) return sendFile(session, prescriber.value, file);
    const wanted = wantedBy(invocation, prescriber.value);
    if (!wanted.ok) return wanted;
    const now = await client.now();
    if (!now.ok) return now;
    const order = newOrder(wanted.value, now.value);
    const sent = await sendOrder(session, order);
    if (!sent.ok) return sent;
    const { shortFormId, longFormId, messageId, nominated } = order;
    const where = nominated === null ? 'any pharmacy may ask for it' : `nominated to ${nominated}`;
    return ok({
      text: `${shortFormId}  accepted, ${where}\nmessage ${messageId}`,
      data: {
        prescriptionId: shortFormId,
        longFormId,
        status: 'accepted',
        messageId,
        nominated,
        nhsNumber: order.patient.nhsNumber,
        authoredAt: order.authoredAt.toISOString(),
        items: order.items.map(({ itemId, medication }) => ({
          itemId,
          medication: medication.display,
          quantity: medication.quantity,
        })),
      },
    });
  },
});

export function prescriberOf(name: string | null): Result<Prescriber, Failure> {
  const persona = findPersona(name ?? PERSONAS.prescriber.name);
  if (persona !== null && isPrescriber(persona)) return ok(persona);
  return fail({ kind: 'WrongUse', text: `"${name}" signs no prescriptions. See: spine who` });
}

/**
 * A patient of the test system, or one made up for any good number of the range that nobody is
 * given.
 */
export function patientOf(nhsNumber: string): Result<Patient, Failure> {
  const digits = nhsNumber.replaceAll(/[\s-]/g, '');
  const known = findPatient(digits);
  if (known !== null) return ok(known);
  const isGood =
    /^999\d{7}$/.test(digits) && String(nhsNumberCheckDigit(digits.slice(0, 9))) === digits.at(9);
  if (isGood) return ok({ ...PATIENTS.adult, nhsNumber: digits });
  const text = `${nhsNumber} is no NHS number of the test range 999. Another can be sent with --file`;
  return fail({ kind: 'WrongUse', text });
}

function wantedBy(invocation: Invocation, prescriber: Prescriber): Result<Wanted, Failure> {
  const items = Number(textOption(invocation, 'items'));
  if (!Number.isInteger(items) || items < 1 || items > ITEMS_MAX) {
    return fail({ kind: 'WrongUse', text: `--items is from 1 to ${ITEMS_MAX}` });
  }
  const patient = patientOf(textOption(invocation, 'patient') ?? '');
  if (!patient.ok) return patient;
  return ok({
    course: textOption(invocation, 'type') === 'repeat' ? 'repeat' : 'acute',
    items,
    patient: patient.value,
    nominated: isSet(invocation, 'no-nomination') ? null : textOption(invocation, 'nominate'),
    prescriber,
    id: textOption(invocation, 'id'),
  });
}

async function sendFile(
  session: Session,
  prescriber: Prescriber,
  file: string,
): Promise<Result<Report, Failure>> {
  const bundle = await readJsonFile(file);
  if (!bundle.ok) return bundle;
  const answer = await post(session, prescriber.name, PATHS.prescribe, bundle.value);
  if (!answer.ok) return answer;
  const sent = readPrescription(bundle.value, null);
  if (sent !== null) await session.journal.keep({ ...sent, prescriber: prescriber.name });
  const prescriptionId = sent?.shortFormId ?? null;
  const messageId = textAt(bundle.value, 'identifier', 'value');
  return ok({
    text: `${prescriptionId ?? file}  accepted\nmessage ${messageId ?? 'without id'}`,
    data: { prescriptionId, status: 'accepted', messageId },
  });
}
