import { DatabaseUnavailable } from '../../../platform/database.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { Hl7Route } from '../gateway.ts';
import { answerJson, jsonAnswer } from './json.ts';
import type { JsonQueryHandler, QueryHandlers } from './query.ts';
import { answerSoap, type QueryParts } from './soap.ts';

export type {
  JsonAnswer,
  JsonQuery,
  JsonQueryHandler,
  QueryAnswer,
  QueryHandlers,
  SoapQuery,
  SoapQueryHandler,
} from './query.ts';

/** The faces that answer questions [EPS-HL7V3 1]. */
export function queryRoutes(parts: QueryParts, { soap, json }: QueryHandlers): Hl7Route[] {
  const paths = [...new Set(soap.map(({ path }) => path))];
  return [
    ...paths.map(
      (path): Hl7Route => ({
        name: path.slice(1),
        method: 'POST',
        path: new RegExp(`^${path}$`),
        handle: (request, peer) => answerSoap(parts, soap, request, peer),
      }),
    ),
    ...json.map(
      (handler): Hl7Route => ({
        name: handler.name,
        method: 'GET',
        path: new RegExp(`^/mm/${handler.name}$`),
        handle: (request, peer) =>
          inOwnForm(parts, handler, () => answerJson(parts, handler, request, peer)),
      }),
    ),
  ];
}

/** A failure of ours in the form in which was asked; with the database away another try may help. */
async function inOwnForm(
  { onBug }: QueryParts,
  { mediaType, name, refuse }: JsonQueryHandler,
  answer: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof DatabaseUnavailable) {
      const said = jsonAnswer(503, mediaType, refuse(503, 'The Spine cannot answer: try again.'));
      return { ...said, headers: { ...said.headers, 'Retry-After': '5' } };
    }
    onBug(error, name);
    return jsonAnswer(500, mediaType, refuse(500, 'The Spine made a mistake.'));
  }
}
