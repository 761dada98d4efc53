import { isSet, textOption } from '../../cli/command.ts';
import {
  DISPENSING_SITES,
  type DispensingSite,
  isDispensingSite,
} from '../../kernel/dispensing-site.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Client } from '../client/client.ts';
import { clientCommand, type Report } from '../client/command.ts';
import type { Failure } from '../client/failure.ts';
import { listAt, textAt } from '../client/json.ts';
import { PATIENTS } from '../patients.ts';
import { PERSONAS } from '../personas.ts';

const PDS = '/personal-demographics/FHIR/R4/Patient';
const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';

/** Where a Patient has each kind of nomination [PDS 4.5]. */
const URLS: Readonly<Record<DispensingSite, string>> = {
  P1: `${UK}NominatedPharmacy`,
  P2: `${UK}MedicalApplianceSupplier`,
  P3: `${UK}PreferredDispenserOrganization`,
};

export const nominate = clientCommand({
  name: 'nominate',
  summary: 'nominate a dispenser for a patient, or end a nomination',
  usage: '[ods-code]',
  options: [
    { flag: 'patient', value: 'nhs-number', help: 'whose', default: PATIENTS.adult.nhsNumber },
    {
      flag: 'kind',
      value: 'kind',
      help: 'pharmacy, appliance contractor or dispensing doctor',
      default: 'P1',
      choices: Object.keys(DISPENSING_SITES),
    },
    { flag: 'end', help: 'end the nomination of this kind' },
    { flag: 'note', value: 'text', help: "what to keep of the patient's consent" },
  ],
  examples: [
    { line: 'spine nominate VNE51', explanation: 'by the receptionist of the surgery' },
    {
      line: 'spine nominate FXX01 --kind P2 --patient 9990000026 --note "asked by telephone"',
      explanation: 'who supplies appliances',
    },
    { line: 'spine nominate --end --curl', explanation: 'no pharmacy any more, and the curl' },
  ],
  async work(invocation, client) {
    const [word = ''] = invocation.words;
    const to = isSet(invocation, 'end') ? null : word.toUpperCase();
    if (to === '') return fail({ kind: 'WrongUse', text: 'Name the dispenser, or say --end.' });
    const kind = textOption(invocation, 'kind') ?? '';
    const nhsNumber = (textOption(invocation, 'patient') ?? '').replaceAll(/[\s-]/g, '');
    return change(client, {
      persona: invocation.globals.persona ?? PERSONAS.receptionist.name,
      nhsNumber,
      site: isDispensingSite(kind) ? kind : 'P1',
      to,
      note: textOption(invocation, 'note'),
    });
  },
});

type Wanted = {
  readonly persona: string;
  readonly nhsNumber: string;
  readonly site: DispensingSite;
  /** Null: none any more. */
  readonly to: string | null;
  readonly note: string | null;
};

async function change(
  client: Client,
  { persona, nhsNumber, site, to, note }: Wanted,
): Promise<Result<Report, Failure>> {
  const token = await client.tokenOf(persona);
  if (!token.ok) return token;
  const path = `${PDS}/${encodeURIComponent(nhsNumber)}`;
  const found = await client.call({ method: 'GET', path, token: token.value });
  if (!found.ok) return found;
  const place = listAt(found.value.body, 'extension').findIndex(
    (one) => textAt(one, 'url') === URLS[site],
  );
  const from = textAt(found.value.body, 'extension', place, ...CODE);
  if (to === null && place === -1) {
    return fail({ kind: 'WrongUse', text: `${nhsNumber} has no nomination of kind ${site}.` });
  }
  const changed = await client.call({
    method: 'PATCH',
    path,
    token: token.value,
    headers: {
      'If-Match': `W/"${textAt(found.value.body, 'meta', 'versionId') ?? ''}"`,
      'Content-Type': 'application/json-patch+json',
      ...(note === null ? {} : { 'X-Consent-Note': encodeURIComponent(note) }),
    },
    body: { patches: patchesOf(site, place, to) },
  });
  if (!changed.ok) return changed;
  const was = from === null ? '' : ` (was ${from})`;
  return ok({
    text: `${nhsNumber}  ${site} ${DISPENSING_SITES[site]}: ${to ?? 'none'}${was}`,
    data: { nhsNumber, site, nominated: to, before: from },
  });
}

const CODE = ['valueReference', 'identifier', 'value'] as const;

function patchesOf(site: DispensingSite, place: number, to: string | null): object[] {
  const path = `/extension/${place}`;
  if (to === null) {
    return [
      { op: 'test', path: `${path}/url`, value: URLS[site] },
      { op: 'remove', path },
    ];
  }
  const value = { url: URLS[site], valueReference: { identifier: { system: ODS, value: to } } };
  return place === -1
    ? [{ op: 'add', path: '/extension/-', value }]
    : [{ op: 'replace', path, value }];
}
