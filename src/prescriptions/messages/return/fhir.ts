import { instantOf } from '../../../kernel/instant.ts';
import type { TaskOf } from '../../fhir/task.ts';
import { FIRST_ISSUE } from '../../issues.ts';
import type { Return } from './decide.ts';

export function readReturn(task: TaskOf, at: Date): Return {
  const { dispenser, reason, issue } = task;
  // The release that a Task names is looked at by nobody [EPS-FHIR 7.1].
  return { dispenser, reason, issue: issue ?? FIRST_ISSUE, release: null, at: instantOf(at) };
}
