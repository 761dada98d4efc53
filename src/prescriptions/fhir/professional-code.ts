import type { Identifier } from 'fhir/r4';

import { ID } from './systems.ts';

/** Spine keeps a code without saying whose it is; on the way out its form tells, the first that fits [EPS-FHIR 6.4]. */
const FORMS: readonly (readonly [form: RegExp, system: string])[] = [
  [/^6\d{5}$/, ID.spurious],
  [/^\d{2}[A-Z]\d{4}[A-Z]$/, ID.nmc],
  [/^G[01234589]\d{6}$/, ID.gmp],
  [/^C\d{7}$/, ID.gmc],
  [/^[A-Z]{2}\d{6}$/, ID.hcpc],
  [/^[389]\d{5}$/, ID.din],
];

export function professionalIdentifier(code: string): Identifier {
  const system = FORMS.find(([form]) => form.test(code))?.[1] ?? ID.professional;
  return { system, value: code };
}

const PROFESSIONAL: readonly string[] = [ID.gmc, ID.gmp, ID.nmc, ID.gphc, ID.hcpc, ID.professional];

/** The codes by which a prescriber is known, as they are sent on: a GMC number without its C [EPS-FHIR 6.4]. */
export function professionalCodes(identifiers: readonly Identifier[] | undefined): string[] {
  return (identifiers ?? []).flatMap(({ system, value }) => {
    if (value === undefined || !PROFESSIONAL.includes(system ?? '')) return [];
    return [system === ID.gmc ? value.replace(/^[Cc]/, '') : value];
  });
}
