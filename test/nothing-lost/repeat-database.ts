import assert from 'node:assert/strict';

import { brand } from '../../src/kernel/brand.ts';
import { present } from '../../src/kernel/bug.ts';
import { type Instant, instantOf } from '../../src/kernel/instant.ts';
import { addDays, type LondonDate } from '../../src/kernel/london.ts';
import { parseUuid, type Uuid } from '../../src/kernel/uuid.ts';
import type { Known } from '../../src/prescriptions/evolve.ts';
import { timeOf } from '../../src/prescriptions/index.ts';
import { cancel } from '../../src/prescriptions/messages/cancel/handle.ts';
import { claim } from '../../src/prescriptions/messages/claim/handle.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import { dispense } from '../../src/prescriptions/messages/dispense/handle.ts';
import { releaseById, releaseNominated } from '../../src/prescriptions/messages/release/handle.ts';
import { giveBack } from '../../src/prescriptions/messages/return/handle.ts';
import { withdraw } from '../../src/prescriptions/messages/withdraw/handle.ts';
import type { OdsCode } from '../../src/prescriptions/ods-code.ts';
import type { Answer, Spine } from '../../src/prescriptions/perform.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { heads } from '../../src/prescriptions/repository.ts';
import { newId } from '../../src/prescriptions/testing.ts';
import { envelopeOf } from './handler-spine.ts';
import { type Deed, deedOf, orderOf, type Step } from './repeat-commands.ts';
import type { RepeatOrder, RepeatView } from './repeat-model.ts';
import { viewOf } from './repeat-rules.ts';

/** Several prescriptions of repeat dispensing on a database, on the same day of the same clock. */
export class RepeatWorld {
  readonly #spine: Spine;
  #today: LondonDate;

  constructor(spine: Spine, today: string) {
    this.#spine = spine;
    this.#today = brand<LondonDate>(today);
  }

  get today(): string {
    return this.#today;
  }

  get noon(): Instant {
    return noonOf(this.#today);
  }

  /** All that falls due is done by the job, each on its day. */
  async pass(days: number): Promise<void> {
    const until = addDays(this.#today, days);
    const span = { from: new Date(this.noon), until: new Date(noonOf(until)) };
    await timeOf(this.#spine).passTime(span, () => Promise.resolve());
    this.#today = until;
  }

  /** A prescription that is nominated to a pharmacy of its own. */
  async sent(order: RepeatOrder, run: number): Promise<RepeatOnDatabase> {
    const name = run.toString(16).toUpperCase().padStart(6, '0');
    const id = brand<PrescriptionId>(`${name}-A83008-00000`);
    const pharmacy = brand<OdsCode>(`P${name}`);
    const one = new RepeatOnDatabase(this.#spine, this, { id, pharmacy, order });
    await one.create();
    return one;
  }
}

type About = {
  readonly id: PrescriptionId;
  readonly pharmacy: OdsCode;
  readonly order: RepeatOrder;
};

/** One of them, and the messages about it. */
export class RepeatOnDatabase {
  readonly id: PrescriptionId;
  readonly #spine: Spine;
  readonly #world: RepeatWorld;
  readonly #about: About;

  constructor(spine: Spine, world: RepeatWorld, about: About) {
    this.id = about.id;
    this.#spine = spine;
    this.#world = world;
    this.#about = about;
  }

  async create(): Promise<void> {
    const command = orderOf(this.#about.order, this.#circumstances());
    const { messageId, at } = command;
    const envelope = envelopeOf({ kind: 'create', id: messageId }, at);
    const { outcome } = await create(this.#spine, envelope, this.id, command);
    assert.equal(outcome.kind, 'Accepted');
  }

  async view(): Promise<RepeatView | null> {
    return viewOf(await this.#state());
  }

  async act(step: Exclude<Step, { do: 'pass' }>): Promise<boolean | string> {
    const state = await this.#state();
    if (state.kind !== 'prescription') return assert.fail('a record that is gone gets no message');
    const circumstances = this.#circumstances();
    const deed = deedOf(state, step, circumstances);
    const { outcome } = await this.#send(deed, circumstances.messageId);
    return outcome.kind === 'CancelAnswered' ? outcome.code : outcome.kind !== 'Refused';
  }

  #send(deed: Deed, messageId: Uuid): Promise<Answer> {
    const [spine, id] = [this.#spine, this.id];
    const { message, command } = deed;
    const isDownload = message === 'release' && command.by === 'nomination';
    const kind = isDownload ? 'download' : message;
    const envelope = envelopeOf({ kind, id: messageId }, command.at);
    switch (deed.message) {
      case 'release':
        return isDownload
          ? releaseNominated(spine, envelope, deed.command)
          : releaseById(spine, envelope, id, deed.command);
      case 'return':
        return giveBack(spine, envelope, id, deed.command);
      case 'withdraw':
        return withdraw(spine, envelope, id, deed.command);
      case 'claim':
        return claim(spine, envelope, id, deed.command);
      case 'dispense':
        return dispense(spine, envelope, id, deed.command);
      case 'cancel':
        return cancel(spine, envelope, id, deed.command);
    }
  }

  #circumstances() {
    const { pharmacy, order } = this.#about;
    const items = Object.keys(order.items).map((item) => present(parseUuid(item), 'item'));
    return { pharmacy, items, messageId: newId(), at: this.#world.noon };
  }

  async #state(): Promise<Known> {
    const head = (await heads(this.#spine.database, [this.id])).get(this.id);
    return present(head?.state ?? null, 'prescription');
  }
}

function noonOf(day: LondonDate): Instant {
  return instantOf(new Date(`${day}T12:00:00Z`));
}
