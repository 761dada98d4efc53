import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Issue } from '../src/gateways/fhir/operation-outcome.ts';
import { CANCEL_ANSWERS } from '../test/validation/cancel-answers.ts';
import { CATALOGUE } from '../test/validation/catalogue.ts';

const PAGE = fileURLToPath(new URL('../docs/reference/validation.md', import.meta.url));

const HEAD = `# Validation rules (reference)

Printed from test/validation by \`node tools/validation.ts\`. Each row has an example that is sent over
HTTP by test/validation/catalogue.test.ts. Sending the same again cannot help, unless what it is about has
changed meanwhile.

| Message | Wrong when | HTTP | Answer | Where | Source |
|---|---|---|---|---|---|`;

/** The catalogue as a page: what is wrong, and what is answered. */
export function validationPage(): string {
  const rows = CATALOGUE.flatMap(({ message, when, status, issues, source }) =>
    issues.map((issue) => {
      const cells = [message, when, status, answerOf(issue), placeOf(issue), source];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  const answers = CANCEL_ANSWERS.map(({ code, when, status, text, item, namesDispenser }) => {
    const named = namesDispenser ? 'yes' : 'no';
    return `| ${code} | ${when} | ${status} | ${text} | ${item} | ${named} |`;
  });
  return `${[HEAD, ...rows, CANCEL_HEAD, ...answers].join('\n')}\n`;
}

const CANCEL_HEAD = `
## Answers to a cancel request

A request that could be processed is answered with a Bundle, whose MedicationRequest has the code and the text
in its first extension [EPS-LIFECYCLE 6.2, 7]; what is answered with an OperationOutcome stands above.
Examples in test/validation/cancel-answers.ts.

| Code | When | HTTP | Text | MedicationRequest.status | Names the pharmacy |
|---|---|---|---|---|---|`;

export function printedPage(): string {
  return readFileSync(PAGE, 'utf8');
}

function answerOf({ severity, code, details, diagnostics }: Issue): string {
  const coding = details?.coding[0];
  const words = [coding?.code, coding?.display, diagnostics].filter((text) => text !== undefined);
  return `${severity}/${code} ${words.join(': ').replaceAll('|', '\\|')}`;
}

function placeOf({ expression }: Issue): string {
  return expression?.[0] ?? '';
}

if (import.meta.main) writeFileSync(PAGE, validationPage());
