import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ISSUE_STATUSES, ITEM_STATUSES, type ItemStatus } from '../src/prescriptions/statuses.ts';
import { type Cause, type To, TRANSITIONS } from '../src/prescriptions/transitions.ts';

const PAGE = fileURLToPath(new URL('../docs/reference/lifecycle.md', import.meta.url));

const HEAD = `# Life cycle (reference)

Printed from src/prescriptions/transitions.ts by \`node tools/lifecycle.ts\`, and tested against the rules
themselves for every status and everything that may happen (src/prescriptions/transitions.test.ts).
Whatever is not listed is refused or changes nothing. Source: EPS-LIFECYCLE 2.`;

/** The transition tables as a page: statuses, what happens to an issue, what happens to its items. */
export function lifecyclePage(): string {
  const parts = [
    HEAD,
    '## Statuses of an issue',
    table(['Status', 'Name'], statuses(ISSUE_STATUSES)),
    '## Statuses of an item',
    table(['Status', 'Name'], statuses(ITEM_STATUSES)),
    '## What may happen to an issue',
    table(['What', 'By', 'From', 'To'], causes().flatMap(issueRows)),
    '## What may happen to an item',
    table(['What', 'From', 'To'], causes().flatMap(itemRows)),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function printedPage(): string {
  return readFileSync(PAGE, 'utf8');
}

function causes(): readonly Cause[] {
  return Object.values(TRANSITIONS);
}

function issueRows({ what, by, issue }: Cause): string[][] {
  return rowsOf(issue).map(({ from, to }) => [
    what,
    by,
    issueName(from),
    to.map(issueName).join(', '),
  ]);
}

function itemRows({ what, item }: Cause): string[][] {
  return rowsOf(item)
    .filter(({ from, to }) => to.some((status) => status !== from))
    .map(({ from, to }) => [what, itemCode(from), to.map(itemCode).join(', ')]);
}

function rowsOf<From extends string, To>(
  table: Readonly<Partial<Record<From, readonly To[]>>>,
): { readonly from: From; readonly to: readonly To[] }[] {
  const rows: { from: From; to: readonly To[] }[] = [];
  for (const from in table) rows.push({ from, to: table[from] ?? [] });
  return rows;
}

function itemCode(status: ItemStatus): string {
  return ITEM_STATUSES[status].code;
}

function issueName(status: To): string {
  return status === 'Gone' ? 'gone' : ISSUE_STATUSES[status].code;
}

function statuses(of: Record<string, { readonly code: string; readonly display: string }>) {
  return Object.values(of).map(({ code, display }) => [code, display]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, lifecyclePage());
