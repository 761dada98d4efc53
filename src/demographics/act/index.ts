import { createHash } from 'node:crypto';

import { parseFhirJson } from '../../gateways/fhir/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import type { Ask } from '../gate/ask.ts';
import { copyOf, type Json } from '../json.ts';
import type { Refusal } from '../outcome.ts';
import type { Act } from '../repository.ts';

/** What a service of the PDS works with. */
export type PatientParts = {
  readonly database: Database;
  /** Address under which clients reach this installation, without a path. */
  readonly publicUrl: string;
};

export function actOf({ requestId, actor, at, reader }: Ask, interaction: string): Act {
  return { requestId, actor, interaction, at, access: reader.mode };
}

/** The body of a write; refused when it is no JSON that a FHIR door takes [PDS 9]. */
export function bodyOf({ body }: Ask): Result<Json, Refusal> {
  const parsed = parseFhirJson(body);
  if (parsed.ok) return ok(copyOf(parsed.value));
  return fail({ code: 'VALIDATION_ERROR', diagnostics: parsed.error.diagnostics ?? '' });
}

/** What was asked and by whom, so that the same request is known when it comes again. */
export function digestOf({ method, path, headers, body, actor }: Ask): Buffer {
  const { application, asid, userId, patient } = actor;
  const who = JSON.stringify([application.id, asid, userId, patient]);
  const head = `${who}\n${method} ${path}\n${headers['if-match'] ?? ''}\n`;
  return createHash('sha256').update(head).update(body).digest();
}

/** Ids of items that this request makes: eight hexadecimal digits [PDS 4.1]. */
export function idsOf({ requestId }: Ask): () => string {
  let count = 0;
  return () => {
    count += 1;
    return derivedUuid('item', requestId, String(count)).slice(0, 8).toUpperCase();
  };
}
