import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ACTIVITIES } from '../src/identity/rbac/activities.ts';
import { JOB_ROLES, STAFF_GROUPS } from '../src/identity/rbac/job-roles.ts';
import { NEEDS } from '../src/identity/rbac/needs.ts';

const PAGE = fileURLToPath(new URL('../docs/reference/roles.md', import.meta.url));

const HEAD = `# Roles and activities (reference)

Printed from src/identity/rbac by \`node tools/roles.ts\`. A person acts in one role profile at a time. Its
activities are those of the baseline of its job role, those that it was given, and all that these include, step
by step. Source: IDENTITY 1.5.`;

const FURTHER = `The national list has 392 job roles (R0001 to R9756); named here are those that the public record of EPS needs
and names. Further ones are data, not program: \`spine role import FILE\` takes names by their codes, of job roles and
of staff groups, and they are there at once for positions, grants and files of people. What a file names goes before
what stands here. What a job role lets somebody do hangs on its code, in the table above.

\`\`\`json
{ "R9001": "An Example Role", "S9000:G9000": ["Staff group", "Sub-group"] }
\`\`\``;

/** Who may do what, as a page. */
export function rolesPage(): string {
  const parts = [
    HEAD,
    '## What each interaction needs',
    table(['Service', 'To', 'Wire', 'Any one of'], Object.values(NEEDS).map(needRow)),
    '## Activities',
    'Held through: whoever has one of these has the activity too. Baseline: job roles that have it without being given it.',
    table(
      ['Code', 'Name', 'Held through', 'Baseline'],
      Object.entries(ACTIVITIES).map(activityRow),
    ),
    '## Job roles',
    FURTHER,
    table(['Code', 'Name'], Object.entries(JOB_ROLES)),
    '## Staff groups',
    'Only the names of the first are public; the others are ours. A file of people may give others (`jobRoleName`).',
    table(
      ['Code', 'Staff group', 'Sub-group'],
      Object.entries(STAFF_GROUPS).map(([code, names]) => [code, ...names]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function printedRolesPage(): string {
  return readFileSync(PAGE, 'utf8');
}

type Need = (typeof NEEDS)[keyof typeof NEEDS];

function needRow(need: Need): string[] {
  const anyOf: readonly string[] = need.anyOf;
  const isGivenOnly = 'isGivenOnly' in need && need.isGivenOnly;
  const words = anyOf.length === 0 ? 'nothing' : anyOf.join(', ');
  return [need.service, need.what, need.wire, isGivenOnly ? `${words}, given` : words];
}

function activityRow([code, { name, heldThrough, baseline }]: [
  string,
  (typeof ACTIVITIES)[string],
]): string[] {
  return [code, name ?? '(not public)', heldThrough.join(' '), baseline.join(' ')];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, rolesPage());
