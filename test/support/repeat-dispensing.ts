import type { Bundle, Extension } from 'fhir/r4';

import { all } from '../../src/local/sample-messages/testing.ts';

/** How many issues a prescription of a test has, if nothing else is said. */
export const ISSUES = 3;
const INFORMATION = 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-RepeatInformation';

/** An order of repeat dispensing, made of one of repeat prescribing. */
export function repeatDispensing(message: object, issues = ISSUES): Bundle {
  const bundle = structuredClone(message) as Bundle;
  for (const request of all(bundle, 'MedicationRequest')) {
    request.intent = 'original-order';
    request.courseOfTherapyType = {
      coding: [
        {
          system: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-course-of-therapy',
          code: 'continuous-repeat-dispensing',
          display: 'Continuous long term (repeat dispensing)',
        },
      ],
    };
    const start = request.authoredOn?.slice(0, 10) ?? '';
    const year = Number(start.slice(0, 4)) + 1;
    const end = `${year}${start.slice(4).replace('02-29', '02-28')}`;
    request.dispenseRequest = {
      ...request.dispenseRequest,
      numberOfRepeatsAllowed: issues - 1,
      validityPeriod: { start, end },
    };
  }
  return bundle;
}

/** The message with its repeat numbers: this issue of so many. */
export function numbered(message: object, issue: number, issues = ISSUES): object {
  const numbers: Record<string, number> = {
    numberOfRepeatsIssued: issue - 1,
    numberOfRepeatsAllowed: issues - 1,
  };
  return JSON.parse(JSON.stringify(message), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('url' in value)) return value;
    const number = numbers[String(value.url)];
    return number === undefined ? value : { ...value, valueInteger: number };
  }) as object;
}

/** A Task has no repeat number unless it is added. */
export function ofIssue<Told extends { readonly extension?: Extension[] | undefined }>(
  task: Told,
  issue: number,
): Told {
  const counts = [{ url: 'numberOfRepeatsIssued', valueInteger: issue - 1 }];
  const extension = [...(task.extension ?? []), { url: INFORMATION, extension: counts }];
  return { ...task, extension };
}
