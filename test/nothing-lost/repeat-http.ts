import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { present } from '../../src/kernel/bug.ts';
import { addDays, parseLondonDate } from '../../src/kernel/london.ts';
import type { ItemOutcome } from '../../src/local/sample-messages/index.ts';
import { medication } from '../../src/local/sample-messages/index.ts';
import type { Known } from '../../src/prescriptions/evolve.ts';
import type { Prescription } from '../../src/prescriptions/prescription.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { heads } from '../../src/prescriptions/repository.ts';
import { numbered, repeatDispensing } from '../support/repeat-dispensing.ts';
import { codeOf, type Pair, trackedAs } from './datacentres.ts';
import * as message from './messages.ts';
import type { Sent, Written } from './messages.ts';
import type { RepeatOrder, RepeatView } from './repeat-model.ts';
import { type Code, lastTold, type Step, toldItems } from './repeat-commands.ts';
import { viewOf } from './repeat-rules.ts';

/** A prescription of repeat dispensing in two datacentres, which messages go to in turn; each at noon of a day. */
export class RepeatOverHttp {
  readonly #pair: Pair;
  readonly #written: Written;
  readonly #order: RepeatOrder;
  #today: string;
  #turn = 0;

  private constructor(pair: Pair, order: RepeatOrder) {
    this.#pair = pair;
    this.#order = order;
    this.#today = order.prescribedOn;
    this.#written = message.aPrescription({
      course: 'repeat',
      items: Object.keys(order.items).map((itemId, n) => ({ itemId, medication: medication(n) })),
      nominated: 'FA565',
      authoredAt: new Date(`${order.prescribedOn}T12:00:00Z`),
    });
  }

  static async sent(pair: Pair, order: RepeatOrder): Promise<RepeatOverHttp> {
    const made = new RepeatOverHttp(pair, order);
    await made.#setClock();
    const create = ofRepeatDispensing(message.create(made.#written), {
      issues: made.#issues(),
      daysSupply: order.daysSupply,
    });
    assert.equal(await made.#send(create), 'informational');
    return made;
  }

  get today(): string {
    return this.#today;
  }

  /** Null when the record is gone. */
  async kept(): Promise<RepeatView | null> {
    return viewOf(await this.#state());
  }

  /** As it is kept; and what the tracker says of the current issue must be that. */
  async view(): Promise<RepeatView | null> {
    const view = viewOf(await this.#state());
    const tracked = trackedAs(await this.#pair.track(this.#written.shortFormId));
    const current = view?.issues[view.current - 1];
    assert.equal(tracked?.status, current?.status);
    assert.deepEqual(tracked?.items, current?.items);
    return view;
  }

  async act(step: Exclude<Step, { do: 'pass' }>): Promise<boolean | string> {
    const state = await this.#state();
    assert.equal(state.kind, 'prescription');
    if (state.kind !== 'prescription') return false;
    const code = await this.#send(this.#messageOf(state, step));
    if (step.do === 'cancel') return code;
    const isRelease = step.do === 'release' || step.do === 'download';
    return code === (isRelease ? 'released' : 'informational');
  }

  /** The clock is moved, and with it all that falls due is done. */
  async pass(days: number): Promise<void> {
    this.#today = addDays(present(parseLondonDate(this.#today), 'day'), days);
    await this.#setClock();
  }

  #messageOf(state: Prescription, step: Exclude<Step, { do: 'pass' }>): Sent {
    const written = this.#written;
    switch (step.do) {
      case 'release':
        return message.release(written);
      case 'download':
        return message.poll();
      case 'return':
        return withIssue(message.giveBack(written), state.currentIssue);
      case 'cancel': {
        const item = present(written.items[step.item ?? 0], 'item');
        return changed(message.cancel(written, { item }), (body) =>
          repeatDispensing(body, this.#issues()),
        );
      }
      case 'claim':
        return this.#about(message.claim(written), step.issue);
      case 'withdraw': {
        const notification = lastTold(state, step.issue) ?? randomUUID();
        return withIssue(message.withdraw(written, notification), step.issue);
      }
      case 'dispense':
        return this.#told(state, state.currentIssue, step.code);
      case 'amend':
        return this.#told(state, step.issue, step.code, lastTold(state, step.issue));
    }
  }

  /** A replacement of nothing names something that nobody sent. */
  #told(state: Prescription, issue: number, code: Code, replaces?: string | null): Sent {
    const isAmendment = replaces !== undefined;
    const standing = isAmendment ? lastTold(state, issue) : null;
    const items = toldItems(state, issue, { code, replaces: standing });
    const written = {
      ...this.#written,
      items: items.map(({ id }) =>
        present(
          this.#written.items.find(({ itemId }) => itemId === id),
          'item',
        ),
      ),
    };
    const sent = message.dispense(written, {
      outcomes: items.map(({ status }) => status as ItemOutcome),
      ...(isAmendment ? { replaces: replaces ?? randomUUID() } : {}),
    });
    return this.#about(sent, issue);
  }

  /** With the numbers of that issue, and handed over today. */
  #about(sent: Sent, issue: number): Sent {
    const at = `${this.#today}T12:00:00+00:00`;
    return changed(sent, (body) => {
      const text = JSON.stringify(numbered(body, issue, this.#issues()));
      return JSON.parse(text, (key, value: unknown) =>
        key === 'whenHandedOver' ? at : value,
      ) as object;
    });
  }

  #issues(): number {
    return Math.max(...Object.values(this.#order.items));
  }

  async #state(): Promise<Known> {
    const id = present(prescriptionKey(this.#written.shortFormId), 'key');
    const head = (await heads(this.#pair.database, [id])).get(id);
    return present(head?.state ?? null, 'prescription');
  }

  async #send(sent: Sent): Promise<string> {
    this.#turn += 1;
    return codeOf(await this.#pair.send(sent, this.#turn % 2 === 0 ? 0 : 1));
  }

  async #setClock(): Promise<void> {
    const answer = await fetch(`${this.#pair.addresses[0]}/_local/clock`, {
      method: 'PUT',
      body: JSON.stringify({ instant: `${this.#today}T12:00:00Z`, frozen: true }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }
}

/** A return or a withdrawal says the issue itself: without, it is of the first. */
function withIssue(sent: Sent, issue: number): Sent {
  return changed(sent, (body) => ({
    ...body,
    extension: [...(body.extension ?? []), repeatsIssued(issue)],
  }));
}

function repeatsIssued(issue: number) {
  return {
    url: 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-RepeatInformation',
    extension: [{ url: 'numberOfRepeatsIssued', valueInteger: issue - 1 }],
  };
}

/** An order of repeat prescribing as one of repeat dispensing. */
export function ofRepeatDispensing(
  sent: Sent,
  { issues, daysSupply }: { readonly issues: number; readonly daysSupply: number },
): Sent {
  return changed(sent, (body) => {
    const bundle = repeatDispensing(body, issues);
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType !== 'MedicationRequest') continue;
      const supply = resource.dispenseRequest?.expectedSupplyDuration;
      if (supply !== undefined) supply.value = daysSupply;
    }
    return bundle;
  });
}

// oxlint-disable-next-line typescript/no-explicit-any -- any message
export function changed(sent: Sent, change: (body: any) => object): Sent {
  const body: unknown = JSON.parse(sent.body.toString());
  return { ...sent, body: Buffer.from(JSON.stringify(change(body))) };
}
