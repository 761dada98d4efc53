import { readFile } from 'node:fs/promises';

import { type Invocation, type Option, textOption } from '../../cli/command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Failure } from '../client/failure.ts';
import { parseJson } from '../client/json.ts';
import { medication } from '../sample-messages/index.ts';
import type { Journal } from './journal.ts';
import { readPrescription, readReleased } from './released.ts';
import type { Remembered, RememberedItem } from './remembered.ts';

/** Facts that a message may need and the journal may lack, each with the flag that gives it. */
const FACTS = {
  longFormId: { flag: 'long-id', value: 'guid', help: 'long-form id of the prescription' },
  nhsNumber: { flag: 'nhs-number', value: 'number', help: "the patient's NHS number" },
  releaseId: { flag: 'release-id', value: 'guid', help: 'identifier of the release response' },
  dispenseId: {
    flag: 'dispense-id',
    value: 'guid',
    help: 'message id of the last dispense notification',
  },
  claimId: { flag: 'claim-id', value: 'guid', help: 'message id of the last claim' },
  items: { flag: 'item-ids', value: 'guid,guid', help: 'ids of all items, in their order' },
} as const satisfies Record<string, Option>;

export type Fact = keyof typeof FACTS;

const FILE: Option = {
  flag: 'file',
  value: 'json',
  help: 'take the prescription from this file: a release response or a prescription Bundle',
};

export function factOptions(facts: readonly Fact[]): readonly Option[] {
  return [FILE, ...facts.map((fact) => FACTS[fact])];
}

/**
 * The prescription that a command is about: from the file, or remembered, or from the flags alone.
 */
export async function prescriptionOf(
  invocation: Invocation,
  journal: Journal,
  needed: readonly Fact[],
): Promise<Result<Remembered, Failure>> {
  const [id = null] = invocation.words;
  const file = textOption(invocation, 'file');
  const found = file === null ? ok(await journal.find(id)) : await fromFile(file, id);
  if (!found.ok) return found;
  const base = found.value ?? (id === null ? null : unknownButFor(id));
  if (base === null) {
    return fail({ kind: 'WrongUse', text: 'Say which prescription: none is remembered here yet.' });
  }
  const prescription = withFlags(base, invocation);
  const missing = needed.find((fact) => isMissing(prescription, fact));
  if (missing === undefined) return ok(prescription);
  const { flag, help } = FACTS[missing];
  return fail({
    kind: 'FactUnknown',
    fact: `${help} (${prescription.shortFormId})`,
    flag: `--${flag}`,
  });
}

export async function readJsonFile(file: string): Promise<Result<unknown, Failure>> {
  try {
    const json = parseJson(await readFile(file, 'utf8'));
    return json === null ? wrong(`${file} holds no JSON.`) : ok(json);
  } catch {
    return wrong(`${file} cannot be read.`);
  }
}

async function fromFile(
  file: string,
  id: string | null,
): Promise<Result<Remembered | null, Failure>> {
  const json = await readJsonFile(file);
  if (!json.ok) return json;
  const released = readReleased(json.value)?.prescriptions ?? [];
  const prescription =
    released.find((each) => each.shortFormId === id) ??
    released[0] ??
    readPrescription(json.value, null);
  return prescription === null ? wrong(`${file} holds no prescription.`) : ok(prescription);
}

function unknownButFor(shortFormId: string): Remembered {
  return {
    shortFormId,
    longFormId: '',
    course: 'acute',
    nhsNumber: '',
    nominated: null,
    prescriber: null,
    authoredAt: '',
    items: [],
    releaseId: null,
    dispenses: [],
    claimId: null,
  };
}

function withFlags(base: Remembered, invocation: Invocation): Remembered {
  const text = (fact: Fact): string | null => textOption(invocation, FACTS[fact].flag);
  const dispenseId = text('dispenseId');
  return {
    ...base,
    longFormId: text('longFormId') ?? base.longFormId,
    nhsNumber: text('nhsNumber')?.replaceAll(' ', '') ?? base.nhsNumber,
    releaseId: text('releaseId') ?? base.releaseId,
    claimId: text('claimId') ?? base.claimId,
    items: itemsFrom(text('items')) ?? base.items,
    dispenses:
      dispenseId === null
        ? base.dispenses
        : [...base.dispenses.slice(0, -1), { messageId: dispenseId, items: base.items }],
  };
}

/** Items of which only the ids are known get sample products: the Spine compares ids alone. */
function itemsFrom(ids: string | null): readonly RememberedItem[] | null {
  if (ids === null) return null;
  return ids.split(',').map((itemId, index) => ({
    itemId: itemId.trim(),
    medication: medication(index),
    outcome: 'WithDispenser',
    supplied: 0,
  }));
}

function isMissing(prescription: Remembered, fact: Fact): boolean {
  switch (fact) {
    case 'items':
      return prescription.items.length === 0;
    case 'dispenseId':
      return prescription.dispenses.length === 0;
    case 'longFormId':
    case 'nhsNumber':
    case 'releaseId':
    case 'claimId':
      return (prescription[fact] ?? '') === '';
  }
}

function wrong(text: string): Result<never, Failure> {
  return fail({ kind: 'WrongUse', text });
}
