import type { BesideCount } from './repository.ts';

/** What there is of rows of no prescription, a line for each table. */
export function besideLines(counts: readonly BesideCount[]): string[] {
  return counts.map(({ table, rows, settled, because }) => {
    const reasons = Object.entries(because).map(([why, count]) => `${count}: ${why}`);
    const isWaiting = table === 'OUTBOX' && rows > settled && reasons.length === 0;
    if (isWaiting) reasons.push('they leave when messages are taken here');
    const open = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    return `  ${table.padEnd(16)}${String(rows).padStart(10)} rows, ${settled} taken over${open}`;
  });
}
