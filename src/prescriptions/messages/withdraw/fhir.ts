import { present } from '../../../kernel/bug.ts';
import { instantOf } from '../../../kernel/instant.ts';
import type { TaskOf } from '../../fhir/task.ts';
import type { Withdraw } from './decide.ts';

/** The focus of the Task is the dispense notification that is taken back. */
export function readWithdraw(task: TaskOf, at: Date): Withdraw {
  const { dispenser, reason, issue } = task;
  const notification = present(task.notification, 'notification of a withdrawal that was read');
  return { dispenser, notification, reason, issue, at: instantOf(at) };
}
