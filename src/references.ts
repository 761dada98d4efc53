import { countNominations } from './demographics/nomination/repository.ts';
import type { ReferencesTo } from './directory/index.ts';

/** Patients who have nominated them. */
const nominations: ReferencesTo = async (database, codes) => {
  const counts = await countNominations(database, codes);
  return counts.map(({ ods, site, patients }) => ({
    ods,
    what: `patients' nominations (${site})`,
    count: patients,
  }));
};

/** What of higher capabilities points at organisations of the directory. */
export const REFERENCES: readonly ReferencesTo[] = [nominations];
