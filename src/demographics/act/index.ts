import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { parseFhirJson } from '../../gateways/fhir/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { type Answer, refused } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { copyOf, type Json } from '../json.ts';
import { type Refusal, UNAVAILABLE } from '../outcome.ts';
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

/**
 * The answer to a write, if it comes within this time; else that it may be asked for again: what was begun goes on, and
 * its answer is kept for the same request [PDS 1.1, 9].
 */
export async function answeredWithin(work: Promise<Answer>, waitMs: number): Promise<Answer> {
  const isOver = new AbortController();
  const late = delay(waitMs, UNAVAILABLE, { signal: isOver.signal }).then(refused, () => work);
  try {
    return await Promise.race([work, late]);
  } finally {
    isOver.abort();
  }
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
