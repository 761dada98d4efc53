import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { hl7Frame, type SendOptions, type Wrapping, wrapped } from '../support/hl7v3.ts';
import { RETURN } from './door.ts';

/** A post, what is wrong with it, and the answers that are right for it. */
export type BadPost = {
  readonly what: string;
  readonly post: SendOptions;
  readonly expected: readonly Verdict[];
};

/** The form of an answer: a SOAP fault, an ebXML error or acknowledgement, an HL7 answer by its type. */
export type Verdict = 'fault' | 'error' | 'acknowledged' | 'AA' | 'AE' | 'AR';

export const system = TEST_SYSTEMS.facade;

/** A message that is well, but for what is said. */
export function message(more: Partial<Wrapping> = {}): Required<SendOptions> {
  const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>' });
  return { method: 'POST', ...wrapped({ system, interaction: RETURN, payload, ...more }) };
}

export const frame = (): string => hl7Frame({ system, interaction: RETURN, subject: '<Act/>' });
