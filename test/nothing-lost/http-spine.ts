import { derivedUuid } from '../../src/kernel/uuid.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import * as sample from '../../src/local/sample-messages/index.ts';
import { type PrescriptionId, shortForm } from '../../src/prescriptions/prescription-id.ts';
import { issueStatusOf, itemStatusOf } from '../../src/prescriptions/statuses.ts';
import { codeOf, type Pair, releasedIds, type Reply, trackedAs } from './datacentres.ts';
import * as request from './messages.ts';
import type { System } from './play.ts';
import type { Message } from './reference-message.ts';

/** Two datacentres over HTTP: messages go to the one and to the other in turn. */
export function httpSpine(pair: Pair): System {
  const sent = new Map<string, request.Sent>();
  let count = 0;
  return {
    send: async (message) => {
      const content = JSON.stringify(message);
      const made = sent.get(content) ?? requestOf(message);
      sent.set(content, made);
      const reply = await pair.send(made, (count += 1) % 2 === 0 ? 0 : 1);
      return { word: wordOf(message, reply), raw: reply.text };
    },
    view: async (prescription) => trackedAs(await pair.track(shortFormOf(prescription))),
    // The tracker shows who has it, else to whom it is nominated; of what came too early it knows nothing.
    shows: ({ status, items, nominated, holder }) =>
      status === '9005' ? null : { status, items, owner: holder ?? nominated },
  };
}

/** A message of the model as it goes over the wire; made once and sent again, it is the same message. */
export function requestOf(message: Message): request.Sent {
  if (message.kind === 'download') {
    return { ...request.poll(request.pharmacist(message.pharmacy)), requestId: message.id };
  }
  const written = writtenOf(message);
  if (message.kind === 'create') return request.create(written, message.id);
  if (message.kind === 'cancel') {
    const canceller =
      message.surgery === request.SURGERY.organisation.ods
        ? request.SURGERY
        : request.OTHER_SURGERY;
    return request.cancel(written, { messageId: message.id, canceller });
  }
  const by = request.pharmacist(message.pharmacy);
  const messageId = message.id;
  switch (message.kind) {
    case 'release':
      return { ...request.release(written, by), requestId: message.id };
    case 'return':
      return request.giveBack(written, by, messageId);
    case 'withdraw':
      return request.withdraw(written, message.notification, by, messageId);
    case 'claim':
      return request.claim(written, { by, messageId, ...replaced(message.replaces) });
    case 'dispense': {
      const outcomes = Object.values(message.items).map((code) => itemStatusOf(code));
      return request.dispense(written, {
        by,
        messageId,
        outcomes: outcomes as sample.ItemOutcome[],
        status: issueStatusOf(message.status) as sample.IssueOutcome,
        ...replaced(message.replaces),
      });
    }
  }
}

function replaced(id: string | null): { readonly replaces?: string } {
  return id === null ? {} : { replaces: id };
}

/** What the message itself says of the prescription: it may come before the prescription does. */
function writtenOf(message: Exclude<Message, { kind: 'download' }>): request.Written {
  const facts = message.kind === 'create' ? message.facts : null;
  const patient = 'patient' in message ? message.patient : facts?.patient;
  return request.aPrescription({
    shortFormId: shortFormOf(message.prescription),
    longFormId: derivedUuid('long form', message.prescription),
    course: facts?.course ?? 'acute',
    items: itemsOf(message).map((itemId, n) => ({ itemId, medication: sample.medication(n) })),
    patient: patient === PATIENTS.older.nhsNumber ? PATIENTS.older : PATIENTS.adult,
    nominated: facts?.nominated ?? null,
    ...(facts === null ? {} : { authoredAt: new Date(facts.prescribedAt) }),
  });
}

function itemsOf(message: Exclude<Message, { kind: 'download' }>): readonly string[] {
  if (message.kind === 'create') return message.facts.items;
  if (message.kind === 'dispense') return Object.keys(message.items);
  if (message.kind === 'cancel' && message.item !== null) return [message.item];
  return [derivedUuid('any item', message.prescription)];
}

function shortFormOf(prescription: string): string {
  return shortForm(prescription as PrescriptionId);
}

/** An answer in the words of the model. */
export function wordOf({ kind }: Message, reply: Reply): string {
  const { body } = reply;
  const code = codeOf(reply);
  if (code === 'informational') return 'accepted';
  if (code === 'released' && kind === 'release') return code;
  if (code === 'released') {
    return [code, ...releasedIds(reply).map((id) => id.slice(0, -1))].join(' ');
  }
  const holder =
    code === 'PRESCRIPTION_WITH_ANOTHER_DISPENSER'
      ? body.contained[0].identifier[0].value
      : requestIn(body)?.dispenseRequest?.performer.identifier.value;
  return holder === undefined ? code : `${code} ${holder}`;
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever came
function requestIn(body: any): any {
  const entries: { resource: { resourceType: string } }[] = body.entry ?? [];
  return entries.find(({ resource }) => resource.resourceType === 'MedicationRequest')?.resource;
}
