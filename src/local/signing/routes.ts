import type { Database } from '../../platform/database.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { recordedSignatures } from '../../prescriptions/index.ts';
import { json, parsed, textOf } from '../http.ts';
import { ALL_PERSONAS, isPrescriber } from '../personas.ts';
import { signingKeyOf } from './card-key.ts';
import { isAlgorithm, signatureData } from './sign.ts';

/** Signing with the cards of test prescribers, whose keys never leave the installation. */
export function signingRoutes(database: Database): HttpRoute[] {
  return [
    { method: 'POST', path: '/_local/sign', handle: (request) => sign(database, request) },
    {
      method: 'GET',
      path: '/_local/signatures',
      handle: ({ query }) => signatures(database, query['prescriptions']),
    },
  ];
}

/** Stands for the signing service and the prescriber who enters the passcode. */
async function sign(database: Database, request: HttpRequest): Promise<HttpResponse> {
  const body = parsed(request.body);
  const name = textOf(body, 'persona') ?? '';
  const prescribers = ALL_PERSONAS.filter(isPrescriber);
  const prescriber = prescribers.find((persona) => persona.name === name);
  if (prescriber === undefined) {
    const names = prescribers.map((persona) => persona.name).join(', ');
    return json(400, { error: `'${name}' signs no prescriptions. Known: ${names}.` });
  }
  const digest = textOf(body, 'digest') ?? '';
  const algorithm = textOf(body, 'algorithm') ?? '';
  if (digest === '' || !isAlgorithm(algorithm)) {
    return json(400, { error: 'digest and algorithm must be as $prepare answers them.' });
  }
  const key = await signingKeyOf(database, prescriber);
  if (!key.ok) return json(400, { error: key.error });
  return json(200, { signature: signatureData(key.value, digest, algorithm) });
}

const ASKED_MAX = 200; // prescriptions in one question

/** What the verification of prescriptions' signatures found when they came, by their ids with commas between. */
async function signatures(
  database: Database,
  asked: string | readonly string[] | undefined,
): Promise<HttpResponse> {
  const ids = typeof asked === 'string' ? asked.split(',').slice(0, ASKED_MAX) : [];
  return json(200, { signatures: await recordedSignatures(database, ids) });
}
