/** Kinds of dispenser that a patient can nominate one of each, and that a prescription may go to [EPS-CODES 1, SDS 5]. */
export const DISPENSING_SITES = {
  P1: 'pharmacy',
  P2: 'appliance contractor',
  P3: 'dispensing doctor',
} as const;
export type DispensingSite = keyof typeof DISPENSING_SITES;

export function isDispensingSite(code: string): code is DispensingSite {
  return Object.hasOwn(DISPENSING_SITES, code);
}
