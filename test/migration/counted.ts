/** How often a fault is done: a few times in `npm test`, and as often as is promised in `npm run faults:migration` [MIGRATION 9]. */
export function times(few: number, all: number): number {
  return process.env['OPENSPINE_FAULTS'] === 'all' ? all : few;
}
