import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import { bySpine, type Refusal } from '../../fhir/refusal.ts';
import type { TaskOf } from '../../fhir/task.ts';
import type { Withdraw } from './decide.ts';

/** The focus of the Task is the dispense notification that is taken back. */
export function readWithdraw(task: TaskOf, at: Date): Result<Withdraw, Refusal> {
  const notification = parseUuid(task.focus ?? '');
  if (notification === null) {
    return fail(bySpine('only a single dispense notification ref may be provided'));
  }
  if (task.nhsNumber === null) return fail(bySpine('Patient NHS Number not found'));
  const { dispenser, reason, issue } = task;
  return ok({ dispenser, notification, reason, issue, at: instantOf(at) });
}
