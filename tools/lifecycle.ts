import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ISSUE_STATUSES, ITEM_STATUSES, ITEM_TRANSITIONS } from '../src/prescriptions/statuses.ts';
import { type From, TRANSITIONS } from '../src/prescriptions/transitions.ts';

const PAGE = fileURLToPath(new URL('../docs/reference/lifecycle.md', import.meta.url));

/** The page as it is, and as the tables say that it should be. */
export function lifecyclePage(): { readonly is: string; readonly shouldBe: string } {
  return { is: readFileSync(PAGE, 'utf8'), shouldBe: page() };
}

function page(): string {
  return `# Lifecycle

*Reference.* Printed from \`src/prescriptions/transitions.ts\` and \`statuses.ts\` by \`node tools/lifecycle.ts\`, and tested against the rules. "–": refused. With repeat dispensing each issue has a status of its own; a completed issue begins the next.

## What becomes of an issue

${issueTable()}

"as told": 0003, 0006 or 0007, as the notification says. "as before": as before that notification; with repeat dispensing not below 0003, and only while the next issue still awaits its day. "unchanged": the cancellation waits for a return. \`cancel\` and \`expire\` are of this issue and all that follow; \`release\` of 9001 from its day on, of 0000 by the id only.

## What a notification may make of an item

${itemTable()}
`;
}

function issueTable(): string {
  const statuses = Object.keys(ISSUE_STATUSES).filter((word) => word !== 'CancelledFuture');
  const rows = (statuses as From[]).map((from) => {
    const cells = TRANSITIONS.map(({ to }) => nameOf(to[from]));
    return `| ${ISSUE_STATUSES[from].code} ${ISSUE_STATUSES[from].display} | ${cells.join(' | ')} |`;
  });
  const heads = TRANSITIONS.map(({ act, by }) => `${act} (${by})`);
  return table(['Status', ...heads], rows);
}

function nameOf(to: string | undefined): string {
  if (to === undefined) return '–';
  return Object.entries(ISSUE_STATUSES).find(([word]) => word === to)?.[1].code ?? to;
}

function itemTable(): string {
  const items = Object.entries(ITEM_STATUSES);
  const rows = items.map(([from, { code, display }]) => {
    const allowed: readonly string[] =
      Object.entries(ITEM_TRANSITIONS).find(([word]) => word === from)?.[1] ?? [];
    const cells = items.map(([to]) => (allowed.includes(to) ? 'yes' : '–'));
    return `| ${code} ${display} | ${cells.join(' | ')} |`;
  });
  return table(['From', ...items.map(([, { code }]) => code)], rows);
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...rows].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, page());
