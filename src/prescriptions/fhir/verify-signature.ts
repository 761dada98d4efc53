import type { Bundle, MedicationRequest, OperationOutcome, Parameters } from 'fhir/r4';

import type {
  FhirInteraction,
  FhirRequest,
  FhirResponse,
} from '../../gateways/fhir/interaction.ts';
import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import { actOf, bundleOf, documentOf, readKeptOrder } from '../kept-order.ts';
import { fragmentsOf } from '../messages/create/hl7v3.ts';
import type { Spine } from '../perform.ts';
import type { Prescription } from '../prescription.ts';
import { prescriptionKey, shortForm } from '../prescription-id.ts';
import * as repository from '../repository.ts';
import { FINDINGS } from '../signature/finding.ts';
import { refusedResponse } from './answer.ts';
import { wrongResource } from './process-message.ts';
import { asMessage, extension, identifierValue, resolve, resourcesOf } from './r4.ts';
import { byRules } from './refusal.ts';
import { scopeIssue } from './scopes.ts';
import { checkFragments, prescriberOf } from './signature-check.ts';
import { CODE, EXTENSION, ID } from './systems.ts';

/** `$verify-signature`, kept for older clients: each prescription's signature, and whether it is the one that Spine has [EPS-SIGNATURE 6]. */
export function verifySignatureInteraction(spine: Spine): FhirInteraction {
  return {
    method: 'POST',
    path: '/$verify-signature',
    bases: ['legacy', 'dispensing'],
    takesSearchset: true,
    handle: (request) => onVerify(spine, request),
  };
}

async function onVerify(spine: Spine, request: FhirRequest): Promise<FhirResponse> {
  const scope = scopeIssue(request, spine.settings, {
    half: 'Dispensing',
    acts: ['eps-verify-signature'],
  });
  if (scope !== null) return refusedResponse(request, byRules([scope]));
  const bundle = asMessage(request.resource);
  if (bundle?.resourceType !== 'Bundle') return wrongResource(request, 'Bundle');
  const prescriptions =
    bundle.type === 'searchset'
      ? resourcesOf(bundle, 'Bundle').filter(({ type }) => type === 'message')
      : [bundle];
  const parameter: NonNullable<Parameters['parameter']> = [];
  for (const [place, prescription] of prescriptions.entries()) {
    const resource = outcomeOf(await findingsOf(spine, prescription, request));
    const { identifier } = prescription;
    parameter.push({
      name: String(place),
      part: [
        {
          name: 'messageIdentifier',
          valueReference: identifier === undefined ? {} : { identifier },
        },
        { name: 'result', resource },
      ],
    });
  }
  return { status: 200, resource: { resourceType: 'Parameters', parameter } };
}

/** What is wrong with Spine's own copy, then where the given one differs. */
async function findingsOf(spine: Spine, given: Bundle, { at }: FhirRequest): Promise<string[]> {
  const [request] = resourcesOf(given, 'MedicationRequest');
  const key = prescriptionKey(request?.groupIdentifier?.value ?? '');
  const head = key === null ? undefined : (await repository.heads(spine.database, [key])).get(key);
  const state = head?.state;
  if (state?.kind !== 'prescription') return [differs('Prescription Short Form Id')];
  const bodies = await repository.orders(spine.database, [state.orderId]);
  const order = readKeptOrder(present(bodies.get(state.orderId), 'document of an order'));
  const kept = bundleOf(order);
  const signed = {
    author: documentOf(order, instantOf(at)).author,
    fragments: (): string => fragmentsOf(actOf(order, instantOf(at))),
    prescriber: prescriberOf(kept),
  };
  // Which application signed it is no longer known: SHA-1 is taken from any.
  const { findings } = checkFragments(spine, signed, true);
  return [...findings.map((finding) => FINDINGS[finding]), ...differences(given, kept, state)];
}

/** The field names as the contract spells them [EPS-SIGNATURE 6]. */
function differences(given: Bundle, kept: Bundle, state: Prescription): string[] {
  const [request] = resourcesOf(given, 'MedicationRequest');
  const [original] = resourcesOf(kept, 'MedicationRequest');
  const fields = [
    ['Prescription Id', longForm(request), longForm(original)],
    ['Prescription Short Form Id', request?.groupIdentifier?.value, shortForm(state.id)],
    ['Nhs Number', nhsNumber(given), state.patient],
    [
      'Repeats Issued',
      repeatsIssued(request),
      state.treatment === 'Acute' ? null : state.currentIssue - 1,
    ],
  ] as const;
  return fields
    .filter(([, one, other]) => plain(one) !== plain(other))
    .map(([name]) => differs(name));
}

function differs(name: string): string {
  return `${name} does not match`;
}

/** Ids are written in either case. */
function plain(value: string | number | null | undefined): string {
  return String(value ?? '').toLowerCase();
}

function longForm(request: MedicationRequest | undefined): string | null {
  const found = extension(request?.groupIdentifier, EXTENSION.longFormId);
  return found?.valueIdentifier?.value ?? null;
}

function nhsNumber(bundle: Bundle): string | null {
  const [request] = resourcesOf(bundle, 'MedicationRequest');
  const patient = resolve(bundle, request?.subject, 'Patient');
  return identifierValue(patient?.identifier, ID.nhsNumber) ?? null;
}

/** What a release says of a repeat; an acute prescription has none. */
function repeatsIssued(request: MedicationRequest | undefined): number | null {
  const information = extension(request?.basedOn?.[0], EXTENSION.epsRepeatInformation) ?? undefined;
  return extension(information, 'numberOfRepeatsIssued')?.valueInteger ?? null;
}

function outcomeOf(texts: readonly string[]): OperationOutcome {
  if (texts.length === 0) {
    return {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational' }],
    };
  }
  return {
    resourceType: 'OperationOutcome',
    issue: texts.map((display) => ({
      severity: 'error',
      code: 'invalid',
      details: { coding: [{ system: CODE.spineError, code: 'INVALID', display }] },
      expression: ['Provenance.signature.data'],
    })),
  };
}
