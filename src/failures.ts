import { randomUUID } from 'node:crypto';

import type { Identity } from './identity/index.ts';
import type { Shell } from './pages/index.ts';
import type { Failure, HttpRequest, HttpResponse, HttpService } from './platform/http.ts';
import { PutAside } from './platform/in-hand.ts';
import { describeBug, type Log } from './platform/log.ts';
import { plainFailure } from './platform/plain-failure.ts';
import { alternates, type Server } from './served-by.ts';

/** In the form of an interface; null when it was not that one that was asked. */
type InOwnForm = (request: HttpRequest, failure: Failure) => HttpResponse | null;

/** Answers to failures, each in the form of the interface that was asked; a bug leaves a line in the log, and so does what is put aside. */
export function failuresOf(
  { log, identity, pages, server }: { log: Log; identity: Identity; pages: Shell; server: Server },
  inOwnForm: readonly InOwnForm[],
): HttpService['onFailure'] {
  const answerTo: HttpService['onFailure'] = (request, failure) => {
    const id = request.headers['x-request-id'] ?? randomUUID();
    if (failure.kind === 'Bug') tell(log, failure.error, id);
    for (const form of inOwnForm) {
      const answer = form(request, failure);
      if (answer !== null) return answer;
    }
    const signIn = identity.onFailure(request, failure, id);
    return signIn ?? pages.onFailure(request, failure, id) ?? plainFailure(failure);
  };
  return (request, failure) => {
    const answer = answerTo(request, failure);
    if (failure.kind !== 'Unavailable') return answer;
    return { ...answer, headers: { ...alternates(server), ...answer.headers } };
  };
}

function tell(log: Log, error: unknown, requestId: string): void {
  if (error instanceof PutAside)
    log({ event: 'put-aside', requestId, interaction: error.interaction });
  else log({ event: 'bug', requestId, outcome: describeBug(error) });
}
