import { randomUUID } from 'node:crypto';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { CertifiedRequest } from '../../../platform/mutual-tls.ts';
import type { Hl7Peer } from '../directory.ts';
import type { Hl7Author } from '../interaction.ts';
import { actorOf } from '../sender.ts';
import type { JsonQuery, JsonQueryHandler } from './query.ts';
import { accredited, type QueryParts } from './soap.ts';

/** Answers a question in a query string; who asks stands in headers [EPS-HL7V3 10.1]. */
export async function answerJson(
  parts: QueryParts,
  handler: JsonQueryHandler,
  request: CertifiedRequest,
  peer: Hl7Peer,
): Promise<HttpResponse> {
  const refused = (status: 400 | 403, text: string): HttpResponse =>
    jsonAnswer(status, handler.mediaType, handler.refuse(status, text));
  const asid = request.headers['spine-from-asid'] ?? '';
  const system = await accredited(parts, peer, asid, handler.name);
  if (!system.ok) return refused(403, system.error);
  const author = authorOf(request.headers);
  if (!author.ok) return refused(400, author.error);
  const { partyKey } = peer;
  const query: JsonQuery = {
    actor: await actorOf(parts.directory, {
      partyKey,
      system: system.value,
      author: author.value,
    }),
    requestId: requestIdOf(request.headers),
    at: parts.clock.now(),
    parameters: request.query,
  };
  const { status, mediaType, body } = await handler.handle(query);
  return jsonAnswer(status, mediaType, body);
}

export function jsonAnswer(status: number, mediaType: string, body: object): HttpResponse {
  const headers = { 'Content-Type': mediaType, 'Cache-Control': 'no-cache' };
  return { status, headers, body: JSON.stringify(body) };
}

type Headers = CertifiedRequest['headers'];

/** A person has a user id and a role profile; null: a system asks by itself. */
function authorOf(
  headers: Headers,
): Result<Pick<Hl7Author, 'userId' | 'roleProfile'> | null, string> {
  const userId = headers['spine-userid'] ?? '';
  const roleProfile = headers['spine-roleprofileid'] ?? '';
  if (userId === '' && roleProfile === '') return ok(null);
  return NUMBER.test(userId) && NUMBER.test(roleProfile)
    ? ok({ userId, roleProfile })
    : fail('Spine-UserId and Spine-RoleProfileId must both be numbers, or neither be there');
}

const NUMBER = /^\d{1,15}$/;

/** A request without an id, or with one that is none, gets one. */
function requestIdOf(headers: Headers) {
  const told = headers['nhsd-request-id'] ?? headers['x-request-id'] ?? '';
  const id = parseUuid(told) ?? parseUuid(randomUUID());
  if (id === null) throw new Error('a random GUID is one');
  return id;
}
