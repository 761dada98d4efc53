import type { Answer, Client } from '../client/client.ts';
import type { Failure } from '../client/failure.ts';
import { findPersona, type Person, personOf } from '../personas.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Journal } from './journal.ts';
import type { Remembered } from './remembered.ts';

/** One run of a command: the installation it talks to, and what is remembered of it. */
export type Session = {
  readonly client: Client;
  readonly journal: Journal;
  /** Who signs orders, if not the signing service of a test installation. */
  readonly sign?: SignDigest;
};

/** Signs a `digest` of `$prepare`; the Signature XML in base64. */
export type SignDigest = (digest: string, algorithm: string) => Promise<Result<string, Failure>>;

/** A message that was accepted, and the prescription as it now is. */
export type Done = { readonly messageId: string; readonly prescription: Remembered };

const PRESCRIBING = '/fhir-prescribing/FHIR/R4';
const DISPENSING = '/fhir-dispensing/FHIR/R4';

export const PATHS = {
  prepare: `${PRESCRIBING}/$prepare`,
  convert: `${PRESCRIBING}/$convert`,
  prescribe: `${PRESCRIBING}/$process-message`,
  dispense: `${DISPENSING}/$process-message`,
  release: `${DISPENSING}/Task/$release`,
  task: `${DISPENSING}/Task`,
  claim: `${DISPENSING}/Claim`,
  // The newer bases have no tracker: it answers 403 there for everybody [EPS-FHIR 3].
  track: '/electronic-prescriptions/FHIR/R4/Task',
} as const;

/** Posts a message as this persona. */
export async function post(
  session: Session,
  persona: string,
  path: string,
  body: unknown,
): Promise<Result<Answer, Failure>> {
  const token = await session.client.tokenOf(persona);
  if (!token.ok) return token;
  return session.client.call({ method: 'POST', path, body, token: token.value });
}

/** The person whom messages of this persona name. */
export function personNamed(name: string): Result<Person, Failure> {
  const persona = findPersona(name);
  if (persona?.kind === 'without-role') {
    return fail({ kind: 'WrongUse', text: `"${name}" has no role to send a message in.` });
  }
  if (persona !== null) return ok(personOf(persona));
  return fail({
    kind: 'WrongUse',
    text: `There is no persona "${name}". See them with: spine who`,
  });
}
