import { X509Certificate } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { recordedSignatures } from '../../prescriptions/index.ts';
import { json, parsed, textOf } from '../http.ts';
import {
  currentList,
  LIST_NAMES,
  listPath,
  type Reason,
  REASONS,
  revoke,
  signingMaterial,
} from './index.ts';
import { isAlgorithm, signatureData } from './sign.ts';

export type SigningParts = {
  readonly database: Database;
  /** Has this process fetch the revocation lists again. */
  readonly renewLists: () => Promise<void>;
};

/** The test authority and its prescribers' keys, which never leave the installation. */
export function signingRoutes(parts: SigningParts): HttpRoute[] {
  const { database } = parts;
  return [
    { method: 'POST', path: '/_local/sign', handle: (request) => sign(database, request) },
    {
      method: 'POST',
      path: '/_local/signing/revoke',
      handle: (request) => onRevoke(parts, request),
    },
    {
      method: 'GET',
      path: '/_local/signatures',
      handle: ({ query }) => signatures(database, query['prescriptions']),
    },
    ...LIST_NAMES.map(
      (name): HttpRoute => ({
        method: 'GET',
        path: listPath(name),
        handle: async () => ({
          status: 200,
          headers: { 'Content-Type': 'application/pkix-crl' },
          body: await currentList(database, name),
        }),
      }),
    ),
  ];
}

/** Stands for the signing service and the prescriber's card. */
async function sign(database: Database, request: HttpRequest): Promise<HttpResponse> {
  const body = parsed(request.body);
  const key = await signerOf(database, textOf(body, 'persona'));
  if ('refusal' in key) return key.refusal;
  const digest = textOf(body, 'digest') ?? '';
  const algorithm = textOf(body, 'algorithm') ?? '';
  if (digest === '' || !isAlgorithm(algorithm)) {
    return json(400, { error: 'digest and algorithm must be as $prepare answers them.' });
  }
  return json(200, { signature: signatureData(key.signer, digest, algorithm) });
}

async function signerOf(database: Database, name: string | null) {
  const { signers } = await signingMaterial(database);
  const signer = Object.hasOwn(signers, name ?? '') ? signers[name ?? ''] : undefined;
  if (signer !== undefined) return { signer };
  const names = Object.keys(signers).join(', ');
  return {
    refusal: json(400, { error: `'${name ?? ''}' signs no prescriptions. Known: ${names}.` }),
  };
}

/** The lists name it from now on; this process looks at once, and others within seconds. */
async function onRevoke(parts: SigningParts, request: HttpRequest): Promise<HttpResponse> {
  const body = parsed(request.body);
  const persona = textOf(body, 'persona');
  const key = await signerOf(parts.database, persona);
  if ('refusal' in key) return key.refusal;
  const reason = textOf(body, 'reason') ?? 'unspecified';
  if (!isReason(reason)) {
    return json(400, { error: `reason must be one of ${Object.keys(REASONS).join(', ')}.` });
  }
  const certificate = Buffer.from(key.signer.certificate, 'base64');
  const serial = new X509Certificate(certificate).serialNumber.toLowerCase();
  await revoke(parts.database, { serial, reason, at: new Date() });
  await parts.renewLists();
  return json(200, { persona, serial, reason });
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
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
