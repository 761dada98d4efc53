import type { Bundle } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { type Kind, sendAs } from '../bad-input/kinds.ts';
import { OF_NOTHING_ELSE, type Rule } from './catalogued.ts';

export type Told = Partial<Rule> & { readonly issues: readonly Issue[] };

export function ofKind(kind: Kind, when: string, told: Told, as = kind.as as string): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: kind.name,
    source: '[EPS-FHIR 5.3]',
    when,
    send: (spine, facts) => sendAs(spine, kind, kind.build(facts), as),
    ...told,
  };
}

/** The message with something else in it. */
export function changing(
  kind: Kind,
  when: string,
  change: (bundle: Bundle) => void,
  ...issues: readonly Issue[]
): Rule {
  return ofKind(kind, when, {
    issues,
    send: (spine, facts) => {
      const bundle = kind.build(facts) as Bundle;
      change(bundle);
      return sendAs(spine, kind, bundle);
    },
  });
}
