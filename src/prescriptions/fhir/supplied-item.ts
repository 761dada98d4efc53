import type { Bundle, Coding, MedicationDispense, MedicationRequest } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { onlyCoding, onlyContained, onlyIdentifier, onlyMedication } from './only.ts';
import { resourcesOf } from './r4.ts';
import { CODE, ID } from './systems.ts';

type Status = Coding & { readonly code: string };

/** A product that was given for an item; or none, and why [EPS-FHIR 4.7]. */
export type ToldSupply = {
  readonly id: string;
  readonly dispense: MedicationDispense;
  readonly product: Coding;
};

/** An item as it was prescribed, and all products that were given for it. */
export type ToldItem = {
  readonly id: string;
  readonly request: MedicationRequest;
  readonly asked: Coding;
  /** That of the first product [EPS-HL7-MAP 6]. */
  readonly status: Status;
  readonly supplies: readonly [ToldSupply, ...ToldSupply[]];
};

type Told = {
  readonly itemId: string;
  readonly request: MedicationRequest;
  readonly status: Status;
  readonly supply: ToldSupply;
};

/** Several products may be given for one item: it is told once, where it first comes. */
export function readItems(bundle: Bundle): Result<ToldItem[], Issue> {
  const items = new Map<string, ToldItem>();
  for (const dispense of resourcesOf(bundle, 'MedicationDispense')) {
    const told = readSupply(bundle, dispense);
    if (!told.ok) return told;
    const { itemId, request, status, supply } = told.value;
    const key = itemId.toLowerCase();
    const known = items.get(key);
    if (known !== undefined) {
      items.set(key, { ...known, supplies: [...known.supplies, supply] });
      continue;
    }
    const asked = onlyMedication(bundle, request);
    if (!asked.ok) return asked;
    items.set(key, { id: itemId, request, asked: asked.value, status, supplies: [supply] });
  }
  return ok([...items.values()]);
}

function readSupply(bundle: Bundle, dispense: MedicationDispense): Result<Told, Issue> {
  const found = onlyRequest(dispense);
  if (!found.ok) return found;
  const request = found.value;
  const product = onlyMedication(bundle, dispense);
  if (!product.ok) return product;
  const id = readSupplyId(dispense);
  if (!id.ok) return id;
  const type = dispense.type === undefined ? undefined : [dispense.type];
  const status = onlyCoding(type, CODE.itemStatus, 'MedicationDispense.type.coding');
  if (!status.ok) return status;
  const itemId = onlyIdentifier(request.identifier, ID.item, 'MedicationRequest.identifier');
  if (!itemId.ok) return itemId;
  const supply = { id: id.value, dispense, product: product.value };
  return ok({ itemId: itemId.value, request, status: status.value, supply });
}

export function readSupplyId({ identifier }: MedicationDispense): Result<string, Issue> {
  return onlyIdentifier(identifier, ID.dispensedItem, 'MedicationDispense.identifier');
}

/** The item as it was released, in the product that was given for it. */
export function onlyRequest(dispense: MedicationDispense): Result<MedicationRequest, Issue> {
  return onlyContained(dispense, dispense.authorizingPrescription?.[0], 'MedicationRequest');
}
