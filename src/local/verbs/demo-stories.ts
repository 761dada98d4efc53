import { ok, type Result } from '../../kernel/result.ts';
import type { Failure } from '../client/failure.ts';
import { PERSONAS } from '../personas.ts';
import { notAsExpected, type Story } from './demo-story.ts';
import { type Act, sendClaim, sendDispense, sendRelease, sendReturn } from './dispensing.ts';
import type { Choice } from './dispense-plan.ts';
import { patientOf } from './prescribe.ts';
import { type Cancellation, newOrder, sendCancel, sendOrder } from './prescribing.ts';
import { itemsNow, type Remembered } from './remembered.ts';
import type { Done } from './session.ts';
import { track } from './tracking.ts';

type Told = Promise<Result<string, Failure>>;

const { prescriber, dispenser, otherDispenser } = PERSONAS;
const BATCHES_MAX = 40; // a thousand prescriptions waiting before ours: then something is wrong

/** From the surgery to the claim, dispensed in two parts. The value is the prescription's id. */
export async function acute(story: Story, nhsNumber: string): Told {
  const sent = await send(story, nhsNumber);
  if (!sent.ok) return sent;
  const released = await download(story, sent.value.shortFormId);
  if (!released.ok) return released;
  const { session } = story;
  const act: Act = { session, persona: dispenser.name, prescription: released.value };
  const partly = await supply(story, act, { kind: 'Partial', item: 2 });
  if (!partly.ok) return partly;
  const rest = await supply(story, { ...act, prescription: partly.value }, { kind: 'Full' });
  if (!rest.ok) return rest;
  const claimed = await bill(story, { ...act, prescription: rest.value });
  return claimed.ok ? end(story, claimed.value) : claimed;
}

/**
 * Both items are cancelled while nobody has the prescription; a pharmacy then asks for it in vain.
 */
export async function cancelled(story: Story, nhsNumber: string): Told {
  const sent = await send(story, nhsNumber);
  if (!sent.ok) return sent;
  const patient = patientOf(nhsNumber);
  if (!patient.ok) return patient;
  let prescription = sent.value;
  for (const item of sent.value.items) {
    const done = await cancelItem(story, { prescription, item, patient: patient.value });
    if (!done.ok) return done;
    prescription = done.value.prescription;
  }
  const refused = await story.refused(
    dispenser.name,
    () => sendRelease(story.session, dispenser.name, prescription.shortFormId),
    'PRESCRIPTION_CANCELLED',
    { name: 'download', detail: 'refused, as it must be: PRESCRIPTION_CANCELLED' },
  );
  return refused.ok ? end(story, prescription) : refused;
}

/**
 * The nominated pharmacy gives it back; it is not offered there again, and another pharmacy
 * dispenses it.
 */
export async function returned(story: Story, nhsNumber: string): Told {
  const sent = await send(story, nhsNumber);
  if (!sent.ok) return sent;
  const released = await download(story, sent.value.shortFormId);
  if (!released.ok) return released;
  const { session } = story;
  const act: Act = { session, persona: dispenser.name, prescription: released.value };
  const back = await story.step(
    dispenser.name,
    () => sendReturn(act, '0003'),
    ({ messageId }) => ({ name: 'return', detail: 'given back', ids: { message: messageId } }),
  );
  if (!back.ok) return back;
  const offered = await notOfferedAgain(story, sent.value.shortFormId);
  if (!offered.ok) return offered;
  const again = await fetchById(story, otherDispenser.name, sent.value.shortFormId);
  if (!again.ok) return again;
  const other: Act = { session, persona: otherDispenser.name, prescription: again.value };
  const all = await supply(story, other, { kind: 'Full' });
  if (!all.ok) return all;
  const claimed = await bill(story, { ...other, prescription: all.value });
  return claimed.ok ? end(story, claimed.value) : claimed;
}

async function cancelItem(
  story: Story,
  of: Pick<Cancellation, 'prescription' | 'item' | 'patient'>,
): Promise<Result<Done, Failure>> {
  const by = { signer: prescriber, canceller: prescriber, reason: '0001' } as const;
  return story.step(
    prescriber.name,
    () => sendCancel(story.session, { ...of, ...by }),
    ({ messageId }) => ({
      name: 'cancel',
      detail: of.item.medication.display,
      ids: { item: of.item.itemId, message: messageId },
    }),
  );
}

async function send(story: Story, nhsNumber: string): Promise<Result<Remembered, Failure>> {
  const patient = patientOf(nhsNumber);
  if (!patient.ok) return patient;
  const now = await story.session.client.now();
  if (!now.ok) return now;
  const wanted = {
    course: 'acute',
    items: 2,
    patient: patient.value,
    nominated: dispenser.organisation.ods,
    prescriber,
    id: null,
  } as const;
  const order = newOrder(wanted, now.value);
  return story.step(
    prescriber.name,
    () => sendOrder(story.session, order),
    ({ shortFormId }) => ({
      name: 'prescribe',
      detail: `2 items, nominated to ${wanted.nominated}`,
      ids: { prescription: shortFormId, message: order.messageId },
    }),
  );
}

/**
 * Asks until ours is in the batch. What else came stays downloaded, and is remembered for later
 * commands.
 */
async function download(story: Story, shortFormId: string): Promise<Result<Remembered, Failure>> {
  let others = 0;
  const search = async (): Promise<Result<Remembered, Failure>> => {
    for (let batch = 1; batch <= BATCHES_MAX; batch += 1) {
      const released = await sendRelease(story.session, dispenser.name, null);
      if (!released.ok) return released;
      if (released.value === null) break;
      const { prescriptions } = released.value;
      const ours = prescriptions.find((each) => each.shortFormId === shortFormId);
      others += prescriptions.length - (ours === undefined ? 0 : 1);
      if (ours !== undefined) return ok(ours);
    }
    return notOffered(shortFormId);
  };
  return story.step(dispenser.name, search, ({ releaseId }) => ({
    name: 'download',
    detail: others === 0 ? 'by nomination' : `by nomination, with ${others} others`,
    ids: { release: releaseId ?? '' },
  }));
}

/** What was given back must not come again by itself: in 2014 it did [EPS-LIFECYCLE 4.4]. */
async function notOfferedAgain(story: Story, shortFormId: string): Promise<Result<null, Failure>> {
  const ask = async (): Promise<Result<null, Failure>> => {
    const released = await sendRelease(story.session, dispenser.name, null);
    if (!released.ok) return released;
    const prescriptions = released.value?.prescriptions ?? [];
    return prescriptions.some((each) => each.shortFormId === shortFormId)
      ? notAsExpected(`${shortFormId} was given back, and is offered again.`)
      : ok(null);
  };
  return story.step(dispenser.name, ask, () => ({
    name: 'download',
    detail: 'by nomination: it is not offered again, as it must be',
  }));
}

async function fetchById(
  story: Story,
  persona: string,
  shortFormId: string,
): Promise<Result<Remembered, Failure>> {
  const fetch = async (): Promise<Result<Remembered, Failure>> => {
    const released = await sendRelease(story.session, persona, shortFormId);
    if (!released.ok) return released;
    const [ours] = released.value?.prescriptions ?? [];
    return ours === undefined ? notOffered(shortFormId) : ok(ours);
  };
  return story.step(persona, fetch, ({ releaseId }) => ({
    name: 'download',
    detail: 'by its id, at another pharmacy',
    ids: { release: releaseId ?? '' },
  }));
}

async function supply(
  story: Story,
  act: Act,
  choice: Choice,
): Promise<Result<Remembered, Failure>> {
  return prescriptionAfter(
    await story.step(
      act.persona,
      () => sendDispense(act, choice),
      ({ messageId, prescription }) => ({
        name: 'dispense',
        detail: itemsNow(prescription)
          .map((item) => `${item.supplied} of ${item.medication.quantity}`)
          .join(' and '),
        ids: { message: messageId },
      }),
    ),
  );
}

async function bill(story: Story, act: Act): Promise<Result<Remembered, Failure>> {
  return prescriptionAfter(
    await story.step(
      act.persona,
      () => sendClaim(act),
      ({ messageId }) => ({ name: 'claim', detail: 'claimed', ids: { message: messageId } }),
    ),
  );
}

async function end(story: Story, prescription: Remembered): Told {
  const found = await story.step(
    prescriber.name,
    () => track(story.session, prescriber.name, prescription.shortFormId),
    (tracked) => ({
      name: 'track',
      detail: tracked.map(({ status }) => `${status.code} ${status.display}`).join(),
    }),
  );
  return found.ok ? ok(prescription.shortFormId) : found;
}

function prescriptionAfter(done: Result<Done, Failure>): Result<Remembered, Failure> {
  return done.ok ? ok(done.value.prescription) : done;
}

function notOffered(shortFormId: string): Result<never, Failure> {
  return notAsExpected(`${shortFormId} was not among what the pharmacy was given.`);
}
