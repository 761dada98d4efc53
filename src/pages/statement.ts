import { readFileSync } from 'node:fs';

import type { Page } from './page.ts';

/** What the last run of the tests found, printed by tools/accessibility.ts. */
export type Findings = {
  readonly testedOn: string;
  /** Version of axe-core, and the rules it was asked for. */
  readonly axe: string;
  readonly rules: readonly string[];
  /** States of pages that were looked at. */
  readonly states: number;
  readonly failures: readonly { readonly page: string; readonly what: string }[];
};

const FINDINGS = new URL('./accessibility.generated.json', import.meta.url);

/** The accessibility statement: how the pages were tested, and what fails. */
export function statementPage(): Page {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own tool, checked by its test
  const findings = JSON.parse(readFileSync(FINDINGS, 'utf8')) as Findings;
  return {
    method: 'GET',
    path: '/accessibility',
    handle: () => ({
      view: 'accessibility.njk',
      title: 'Accessibility statement',
      model: findings,
    }),
  };
}
