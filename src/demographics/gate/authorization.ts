import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Refusal } from '../outcome.ts';

/** Reads the header as far as the token; what is wrong is told in the gateway's words [PDS 2]. */
export function readAuthorization(header: string | undefined): Result<string, Refusal> {
  if (header === undefined) return fail(denied('Missing Authorization header'));
  const [scheme = '', ...rest] = header.trim().split(/\s+/);
  if (scheme === '') return fail(denied('Empty Authorization header'));
  if (scheme !== 'Bearer') return fail(denied(`Invalid token type '${scheme}', must be 'Bearer'`));
  return rest.length === 0 ? fail(denied('Missing access token')) : ok(header);
}

export function denied(diagnostics: string): Refusal {
  return { code: 'ACCESS_DENIED', diagnostics };
}
