import { randomUUID } from 'node:crypto';

import { ORGANISATIONS } from '../../src/local/organisations.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { newShortFormId } from '../../src/local/sample-messages/index.ts';
import type { Message, OfPharmacy } from '../nothing-lost/reference-message.ts';

/** Sends a message until it is answered; gives the answer in the words of the model. */
export type Tell = (message: Message) => Promise<string>;

type Random = () => number;

const PHARMACIES = 500;
const surgery = ORGANISATIONS.surgery.ods;
const patient = PATIENTS.adult.nhsNumber;

/** What the pharmacies and the surgery of one prescription say about it. */
type Voices = {
  readonly tell: Tell;
  readonly random: Random;
  readonly prescription: string;
  readonly items: readonly string[];
};

/**
 * One prescription from its surgery to its claim. Where people may act at once they do: two pharmacies ask for it
 * together, a cancellation meets a notification, the same message comes twice. Answers the prescription's id.
 */
export async function live(tell: Tell, random: Random, prescribedAt: string): Promise<string> {
  const prescription = newShortFormId(surgery, random).slice(0, -1);
  const voices = { tell, random, prescription, items: [randomUUID(), randomUUID()] };
  await twiceSometimes(voices, {
    kind: 'create',
    id: randomUUID(),
    prescription,
    facts: {
      patient,
      surgery,
      items: voices.items,
      nominated: null,
      prescribedAt,
      course: 'acute',
    },
  });
  const [one, other] = [pharmacy(random), pharmacy(random)];
  let holder = await race(voices, one, other);
  if (holder === null) return prescription;
  if (random() < 0.4) {
    await tell(by(holder, voices, 'return'));
    holder = await race(voices, other, one);
  }
  if (holder !== null) await supplied(voices, holder);
  return prescription;
}

/** Two pharmacies ask for it at the same time; answers who has it now. */
async function race(voices: Voices, one: string, other: string): Promise<string | null> {
  const asked = [one, other].map((who) => voices.tell(by(who, voices, 'release')));
  const place = (await Promise.all(asked)).indexOf('released');
  return [one, other][place] ?? null;
}

/** Handed over in two goes, once more after it was taken back; claimed, and claimed otherwise. */
async function supplied(voices: Voices, holder: string): Promise<void> {
  const { tell, random, items } = voices;
  const [first = '', second = ''] = items;
  await tell(dispensed(voices, holder, { [first]: '0001', [second]: '0004' }));
  const rest = dispensed(voices, holder, { [first]: '0001', [second]: '0001' });
  const isMet = random() < 0.3;
  const cancel: Message[] = isMet ? [cancelled(voices, second)] : [];
  const [answer] = await Promise.all([tell(rest), ...cancel.map(tell)]);
  if (answer !== 'accepted') return;
  if (random() < 0.4) {
    await tell({ ...by(holder, voices, 'withdraw'), kind: 'withdraw', notification: rest.id });
    await tell(dispensed(voices, holder, { [first]: '0001', [second]: '0001' }));
  }
  const claim: Message = { ...by(holder, voices, 'claim'), kind: 'claim', replaces: null };
  await twiceSometimes(voices, claim);
  if (random() < 0.5) await tell({ ...claim, id: randomUUID(), replaces: claim.id });
}

async function twiceSometimes({ tell, random }: Voices, message: Message): Promise<void> {
  await Promise.all([tell(message), ...(random() < 0.1 ? [tell(message)] : [])]);
}

function by(who: string, { prescription }: Voices, kind: OfPharmacy['kind']): OfPharmacy {
  return { kind, id: randomUUID(), prescription, pharmacy: who } as OfPharmacy;
}

function dispensed(
  voices: Voices,
  holder: string,
  items: Readonly<Record<string, string>>,
): OfPharmacy {
  const status = Object.values(items).every((code) => code === '0001') ? '0006' : '0003';
  const told = { kind: 'dispense', patient, status, items, replaces: null } as const;
  return { ...by(holder, voices, 'dispense'), ...told };
}

function cancelled({ prescription }: Voices, item: string): Message {
  return { kind: 'cancel', id: randomUUID(), prescription, patient, item, surgery };
}

function pharmacy(random: Random): string {
  return `F${String(Math.floor(random() * PHARMACIES)).padStart(4, '0')}`;
}
