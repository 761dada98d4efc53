/** By which classes the two stores may differ, and in what: anything else is a fault of the loader [MIGRATION 4, 6]. */
const MAY_DIFFER: Readonly<Record<string, readonly string[]>> = {
  fate: ['D0'], // in the store only where the plan keeps such apart
  about: ['D14', 'D22', 'D23', 'D24'],
  issues: ['D6', 'D13', 'D16', 'D22', 'D23'],
  waitsFor: ['D6', 'D8', 'D11', 'D12', 'D13', 'D15', 'D16', 'D18', 'D20', 'D21', 'D25', 'D26'],
  had: ['D14', 'D22', 'D23', 'D24'],
  pending: ['D6'],
  messages: ['D20', 'D22'],
  meaning: ['D2', 'D6', 'D13', 'D15', 'D16', 'D22', 'D23', 'D24'],
  answers: ['D0', 'D2', 'D6', 'D13', 'D15', 'D16', 'D20', 'D22', 'D23', 'D24'],
  due: ['D0', 'D2', 'D5', 'D8', 'D6', 'D13', 'D15', 'D16', 'D22', 'D23', 'D24'],
};

/** The class that explains a difference; null when none does. `holds`: what is held by the plan waits in no queue. */
export function isExplained(
  field: string,
  classes: readonly string[],
  holds: readonly string[],
): string | null {
  const byPlan = field === 'waitsFor' ? holds : [];
  const may = [...(MAY_DIFFER[field] ?? []), ...byPlan];
  return may.find((name) => classes.includes(name)) ?? null;
}
