import { fail, ok, type Result } from '../../kernel/result.ts';
import type { JobRoleNames } from './job-roles.ts';

const NAME = /^[^"\n\p{C}]{1,80}$/u;
const ROLE = /^R\d{4}$/;
const GROUP = /^S\d{4}:G\d{4}$/;

/**
 * Reads `{"R0260": "General Medical Practitioner", "S0010:G0020": ["Medical and Dental", "Medical"]}`: names of job
 * roles and of staff groups by their codes. All problems at once. Described in docs/reference/roles.md.
 */
export function parseRoleFile(value: unknown): Result<JobRoleNames, readonly string[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(['The file must be an object of codes and names']);
  }
  const problems: string[] = [];
  const roles: Record<string, string> = {};
  const groups: Record<string, readonly [string, string]> = {};
  for (const [code, name] of Object.entries(value)) {
    if (ROLE.test(code)) {
      if (isName(name)) roles[code] = name;
      else problems.push(`${code} must have a name of up to 80 characters without "`);
    } else if (GROUP.test(code)) {
      if (isPair(name)) groups[code] = name;
      else problems.push(`${code} must have two names, of the staff group and of the sub-group`);
    } else {
      problems.push(`${code} must be R and four digits, or as S8000:G8000`);
    }
  }
  if (Object.keys(value).length === 0) problems.push('The file has no code');
  return problems.length === 0 ? ok({ roles, groups }) : fail(problems);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isName);
}
