import { perSecondOf } from './per-second.ts';
import { words } from './words.ts';

/** What an operator sets of the Personal Demographics Service. */
export type PdsConfig = {
  /** Of one application, and of all creations together; null: without limit [PDS 3.1]. */
  readonly requestsPerSecond: number | null;
  readonly createsPerSecond: number | null;
  /** ASID and organisation that are given the ethnic category, as `200000001215 A20047` [PDS 4.6]. */
  readonly ethnicityFor: readonly string[];
};

const CREATES_PER_SECOND = '3'; // [PDS 3.1]

export function pdsConfigOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): PdsConfig {
  const rate = (name: string, otherwise: string): number | null =>
    perSecondOf(name, env[name] ?? otherwise, problems);
  const pairs = words(env['OPENSPINE_PDS_ETHNICITY_FOR']);
  if (!pairs.every((pair) => /^\d{12}:[A-Z0-9]{3,10}$/.test(pair))) {
    problems.push(
      'OPENSPINE_PDS_ETHNICITY_FOR must be pairs of ASID and ODS code, such as 200000001215:A20047',
    );
  }
  return {
    requestsPerSecond: rate('OPENSPINE_PDS_REQUESTS_PER_SECOND', 'none'),
    createsPerSecond: rate('OPENSPINE_PDS_CREATES_PER_SECOND', CREATES_PER_SECOND),
    ethnicityFor: pairs.map((pair) => pair.replace(':', ' ')),
  };
}
