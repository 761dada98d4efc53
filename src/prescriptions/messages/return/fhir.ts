import { instantOf } from '../../../kernel/instant.ts';
import type { TaskOf } from '../../fhir/task.ts';
import type { Return } from './decide.ts';

export function readReturn(task: TaskOf, at: Date): Return {
  const { dispenser, reason, issue } = task;
  return { dispenser, reason, issue, at: instantOf(at) };
}
