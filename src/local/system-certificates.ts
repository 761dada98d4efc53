import { endpointAuthority, issueCertificate, systemsWithAsids } from '../directory/index.ts';
import { certificatePem, privateKeyPem } from '../platform/certificates.ts';
import type { Database } from '../platform/database.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { json, parsed, textOf } from './http.ts';

const PATH = '/_local/system-certificate';

/**
 * Gives what a system of HL7 V3 shows of itself (`POST {"asid": …}`, PEM): 400 when the directory has no such system.
 * A certificate of its own at each call; those from before count on.
 */
export function systemCertificateRoute(database: Database, spineParty: string): HttpRoute {
  return { method: 'POST', path: PATH, handle: (request) => issue(database, spineParty, request) };
}

async function issue(
  database: Database,
  spineParty: string,
  { body }: HttpRequest,
): Promise<HttpResponse> {
  const asid = textOf(parsed(body), 'asid') ?? '';
  const [system] = await systemsWithAsids(database, [asid]);
  if (system === undefined) {
    return json(400, { error: `There is no system with the ASID '${asid}': spine system list` });
  }
  const { partyKey } = system;
  const now = new Date();
  const issued = await issueCertificate(database, { partyKey, asids: [asid] }, now);
  if (!issued.ok) return json(400, { error: issued.error });
  const authority = await endpointAuthority(database, now);
  return json(200, {
    asid,
    partyKey,
    spineParty,
    certificate: certificatePem(issued.value.certificate),
    key: privateKeyPem(issued.value.privateKey),
    authorities: certificatePem(authority.certificate),
  });
}
