import type { Extension } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { onlyExtensionIfAny } from './only.ts';
import { extension } from './r4.ts';
import { invalidValue } from './rules.ts';

type Name = 'numberOfRepeatsIssued' | 'numberOfRepeatsAllowed';

/** A repeat number of EPS-RepeatInformation as the rules count it, from one; the wire counts from zero [EPS-CODES 3]. */
export function repeatCount(information: Extension | null, name: Name): number | null {
  const value = extension(information ?? undefined, name)?.valueInteger;
  return value === undefined ? null : value + 1;
}

/**
 * The same, where it decides which issue a message is about: told twice, or as another type than integer,
 * it is refused, as the message would be taken for one about the current issue [EPS-FHIR 5.4, 7.11].
 */
export function readRepeatCount(
  information: Extension | null,
  name: Name,
  path: string,
): Result<number | null, Issue> {
  const told = onlyExtensionIfAny(information?.extension, name, `${path}.extension`);
  if (!told.ok) return told;
  if (told.value !== null && told.value.valueInteger === undefined) {
    return fail(invalidValue('Required field missing.', `${path}.extension.valueInteger`));
  }
  return ok(repeatCount(information, name));
}
