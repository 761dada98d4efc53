import { randomUUID } from 'node:crypto';

import type { PatientChange } from '../../src/demographics/index.ts';
import { brand } from '../../src/kernel/brand.ts';
import { present } from '../../src/kernel/bug.ts';
import { instantOf } from '../../src/kernel/instant.ts';
import type { NhsNumber } from '../../src/kernel/nhs-number.ts';
import { sql } from '../../src/platform/sql.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import { dispense } from '../../src/prescriptions/messages/dispense/handle.ts';
import { releaseById, releaseNominated } from '../../src/prescriptions/messages/release/handle.ts';
import { giveBack } from '../../src/prescriptions/messages/return/handle.ts';
import type { OdsCode } from '../../src/prescriptions/ods-code.ts';
import { patientJob } from '../../src/prescriptions/patients/jobs.ts';
import type { Answer, Spine } from '../../src/prescriptions/perform.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { heads } from '../../src/prescriptions/repository.ts';
import { aParty, newId } from '../../src/prescriptions/testing.ts';
import { envelopeOf } from './handler-spine.ts';
import { deedOf, orderOf } from './repeat-commands.ts';
import type { Kind, Place } from './nomination-model.ts';

const AT = instantOf(new Date('2025-03-03T12:00:00Z'));
const CLOCK = { now: () => new Date(AT), securityNow: () => new Date(AT) };
const ITEMS = [newId()];

/** One patient, two pharmacies and what was prescribed, on a database. */
export class Patient {
  readonly ids: PrescriptionId[] = [];
  readonly #spine: Spine;
  readonly #run: string;
  readonly #number: NhsNumber;

  constructor(spine: Spine, run: number) {
    this.#spine = spine;
    this.#run = run.toString(16).toUpperCase().padStart(4, '0');
    this.#number = brand<NhsNumber>(`8${String(run).padStart(9, '0')}`);
  }

  pharmacy(place: Exclude<Place, null> | 'C'): OdsCode {
    return brand<OdsCode>(`${place}${this.#run}`);
  }

  async send(kind: Kind, place: Place): Promise<void> {
    const number = this.ids.length.toString(16).toUpperCase().padStart(2, '0');
    const id = brand<PrescriptionId>(`${this.#run}${number}-A83008-00000`);
    this.ids.push(id);
    const messageId = newId();
    const order = { prescribedOn: '2025-03-03', daysSupply: 0, items: { [String(ITEMS[0])]: 3 } };
    const made = orderOf(order, { pharmacy: this.pharmacy('A'), items: ITEMS, messageId, at: AT });
    const repeats = kind === 'acute' ? null : made.repeats;
    const treatment = kind === 'acute' ? ('Acute' as const) : made.treatment;
    const nominated = place === null ? null : this.pharmacy(place);
    const command = { ...made, repeats, treatment, nominated, patient: this.#number };
    await create(this.#spine, envelopeOf({ kind: 'create', id: messageId }, AT), id, command);
  }

  /** As the demographics service tells it in the transaction of the change; nobody has followed it yet. */
  async nominate(from: Place, to: Place): Promise<void> {
    const codeOf = (place: Place): string | null => (place === null ? null : this.pharmacy(place));
    const change: PatientChange = {
      nhsNumber: this.#number,
      standing: null,
      nominations: [{ site: 'P1', from: codeOf(from), to: codeOf(to) }],
      actor: {
        userId: 'a person',
        roleProfile: null,
        organisation: null,
        asid: null,
        session: 's',
      },
      requestId: newId(),
      at: AT,
    };
    await this.#spine.database.write(sql`
      insert into platform.outbox (bucket, topic, destination, key, body, due_at)
      values (0, 'patient-changed', 'prescriptions', ${this.#number}, ${JSON.stringify(change)}::json, now())`);
  }

  /** What the job does in its turn; another's turn may have it in hand already. */
  async follow(): Promise<void> {
    const waiting = sql`select 1 from platform.outbox where topic = 'patient-changed' and key = ${this.#number}`;
    do {
      await patientJob(this.#spine, CLOCK).run(() => Promise.resolve(true));
    } while ((await this.#spine.database.all(waiting)).length > 0);
  }

  /** Which of them a pharmacy is given; nothing is left out. */
  async download(place: Exclude<Place, null>): Promise<number[]> {
    const { outcome, prescriptionIds } = await this.askNominated(place);
    return outcome.kind === 'Released'
      ? prescriptionIds.map((id) => this.ids.indexOf(id)).toSorted((a, b) => a - b)
      : [];
  }

  askNominated(place: Exclude<Place, null>): Promise<Answer> {
    const [dispenser, id] = [aParty(this.pharmacy(place)), randomUUID()];
    const command = { by: 'nomination', dispenser, releaseId: newId(), at: AT } as const;
    return releaseNominated(this.#spine, envelopeOf({ kind: 'download', id }, AT), command);
  }

  async release(n: number): Promise<boolean> {
    const command = {
      by: 'id',
      dispenser: aParty(this.pharmacy('C')),
      releaseId: newId(),
      at: AT,
    } as const;
    const envelope = envelopeOf({ kind: 'release', id: randomUUID() }, AT);
    const { outcome } = await releaseById(this.#spine, envelope, this.#id(n), command);
    return outcome.kind === 'Released';
  }

  async giveBack(n: number): Promise<boolean> {
    const command = {
      dispenser: this.pharmacy('C'),
      reason: '0003',
      issue: null,
      release: null,
      at: AT,
    };
    const envelope = envelopeOf({ kind: 'return', id: randomUUID() }, AT);
    return (
      (await giveBack(this.#spine, envelope, this.#id(n), command)).outcome.kind === 'Accepted'
    );
  }

  async dispense(n: number): Promise<boolean> {
    const state = (await heads(this.#spine.database, [this.#id(n)])).get(this.#id(n))?.state;
    if (state?.kind !== 'prescription') return false;
    const messageId = newId();
    const facts = { pharmacy: this.pharmacy('C'), items: ITEMS, messageId, at: AT };
    const deed = deedOf(state, { do: 'dispense', code: '0001' }, facts);
    if (deed.message !== 'dispense') return false;
    const command = { ...deed.command, patient: this.#number };
    const envelope = envelopeOf({ kind: 'dispense', id: messageId }, AT);
    const { outcome } = await dispense(this.#spine, envelope, this.#id(n), command);
    return outcome.kind === 'Accepted';
  }

  #id(n: number): PrescriptionId {
    return present(this.ids[n], 'prescription');
  }
}
