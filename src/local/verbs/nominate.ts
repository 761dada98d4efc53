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
import { textAt } from '../client/json.ts';
import { nominatedIn, nominationPatches } from '../nomination-patch.ts';
import { PATIENTS } from '../patients.ts';
import { PERSONAS } from '../personas.ts';

const PDS = '/personal-demographics/FHIR/R4/Patient';

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
  const { place, ods: from } = nominatedIn(found.value.body, site);
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
    body: { patches: nominationPatches(site, { place }, to) },
  });
  if (!changed.ok) return changed;
  const was = from === null ? '' : ` (was ${from})`;
  return ok({
    text: `${nhsNumber}  ${site} ${DISPENSING_SITES[site]}: ${to ?? 'none'}${was}`,
    data: { nhsNumber, site, nominated: to, before: from },
  });
}
