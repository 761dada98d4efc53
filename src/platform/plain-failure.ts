import type { Failure, HttpResponse } from './http.ts';

const PLAIN: Record<Failure['kind'], { status: number; error: string }> = {
  NotFound: { status: 404, error: 'There is nothing at this address.' },
  BadRequest: { status: 400, error: 'The request cannot be read.' },
  Unavailable: { status: 503, error: 'The service cannot answer just now. Try again.' },
  Bug: { status: 500, error: 'The service made a mistake. It has been logged.' },
};

/** The answer where no interface has a form of its own. */
export function plainFailure(failure: Failure): HttpResponse {
  const { status, error } = PLAIN[failure.kind];
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...(status === 503 ? { 'Retry-After': '1' } : {}),
    },
    body: JSON.stringify({ error }),
  };
}
