import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/**
 * Carries a message over to another form, in one expression: a fault is noted and reading goes on;
 * the first fault is the answer [EPS-FHIR 5.4].
 */
export class Translation {
  #fault: Issue | null = null;

  refuse(issue: Issue): void {
    this.#fault ??= issue;
  }

  /** The value; where there is none, something in its place, as what it goes into will not be used. */
  take<Value, Other>(result: Result<Value, Issue>, instead: Other): Value | Other {
    if (result.ok) return result.value;
    this.refuse(result.error);
    return instead;
  }

  whole<Value>(value: Value): Result<Value, Issue> {
    return this.#fault === null ? ok(value) : fail(this.#fault);
  }
}
