import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { CODE } from './systems.ts';

/** A check of a message: no issues, or what is wrong, in the contract's words. */
export type Rule<Message> = (message: Message) => readonly Issue[];

/** All rules speak, in their written order [EPS-FHIR 5.3]. */
export function applyRules<Message>(rules: readonly Rule<Message>[], message: Message): Issue[] {
  return rules.flatMap((rule) => rule(message));
}

export function valueIssue(diagnostics: string, expression?: string): Issue {
  const issue = { code: 'value', severity: 'error', diagnostics } as const;
  return expression === undefined ? issue : { ...issue, expression: [expression] };
}

export function invalidIssue(diagnostics: string): Issue {
  return { code: 'invalid', severity: 'error', diagnostics };
}

/** The values differ: they are shown, each once [EPS-FHIR 5.3]. */
export function differIssue(type: string, path: string, values: readonly unknown[]): Issue[] {
  if (values.every((value) => value === values[0])) return [];
  const distinct = [...new Set(values.map((value) => JSON.stringify(value) ?? ''))];
  if (distinct.length <= 1) return [];
  const received = JSON.stringify(
    distinct.map((text): unknown => (text === '' ? null : JSON.parse(text))),
  );
  const text = `Expected all ${type}s to have the same value for ${path}. Received ${received}.`;
  return [valueIssue(text, `Bundle.entry.resource.ofType(${type}).${path}`)];
}

/** A message that cannot be carried over to what Spine keeps: one issue, the first [EPS-FHIR 5.4, shape A]. */
export function untranslatable(code: string, text: string, path: string | null): Issue {
  const details = { coding: [{ system: CODE.gatewayError, code, display: text }] };
  return { code: 'invalid', severity: 'fatal', details, expression: [path] };
}

export function invalidValue(text: string, path: string | null): Issue {
  return untranslatable('INVALID_VALUE', text, path);
}

/** Exactly one of the list is as wanted [EPS-FHIR 5.4]. */
export function onlyOne<Item>(
  list: readonly Item[] | undefined,
  path: string | null,
  condition: string | null = null,
  isWanted: (item: Item) => boolean = () => true,
): Result<Item, Issue> {
  if (list === undefined) return fail(invalidValue('Required field missing.', path));
  const found = list.filter(isWanted);
  const [first] = found;
  if (first === undefined) return fail(tooFew(condition, path));
  return found.length > 1 ? fail(tooMany('1 element', condition, path)) : ok(first);
}

/** Null when there is none [EPS-FHIR 5.4]. */
export function atMostOne<Item>(
  list: readonly Item[],
  path: string,
  condition: string | null = null,
): Result<Item | null, Issue> {
  return list.length > 1
    ? fail(tooMany('at most 1 element', condition, path))
    : ok(list[0] ?? null);
}

export function tooFew(condition: string | null, path: string | null): Issue {
  const text = `Too few values submitted. Expected 1 element${where(condition)}.`;
  return untranslatable('TOO_FEW_VALUES_SUBMITTED', text, path);
}

function tooMany(expected: string, condition: string | null, path: string | null): Issue {
  const text = `Too many values submitted. Expected ${expected}${where(condition)}.`;
  return untranslatable('TOO_MANY_VALUES_SUBMITTED', text, path);
}

function where(condition: string | null): string {
  return condition === null ? '' : ` where ${condition}`;
}
