import { type Done, extentIn, type Order, problem, type Reading } from '../incidents/desk/order.ts';
import { instantIn } from '../london-fields.ts';
import type { MaintenanceCommand, MaintenanceRejection, Plan } from './maintenance.ts';

export const MAINTENANCE_ACTS = ['plan', 'start', 'end', 'cancel'] as const;
export type MaintenanceAct = (typeof MAINTENANCE_ACTS)[number];
export type MaintenanceOrder = Order<MaintenanceAct>;
export type MaintenanceDone = Done<MaintenanceRejection>;

const DATE_AND_TIME = 'Enter a date and a time in London';

/** Of an order to plan it; its times are London's. */
export function planOf({ fields, components }: MaintenanceOrder, at: Date): Reading<Plan> {
  const of = (name: string): string => fields[name] ?? '';
  const [from, until] = [instantIn(of('from')), instantIn(of('until'))];
  if (from === null) return problem('from', DATE_AND_TIME);
  if (until === null) return problem('until', DATE_AND_TIME);
  const { cells, users } = extentIn(fields, components);
  return { at, title: of('title'), effect: of('effect'), from, until, cells, users };
}

/** Of an order about one that is planned or under way. */
export function maintenanceCommandOf(
  { act, fields }: MaintenanceOrder,
  at: Date,
): MaintenanceCommand {
  if (act === 'cancel') return { at, kind: 'Cancel', reason: fields['reason'] ?? '' };
  return { at, kind: act === 'start' ? 'Start' : 'End' };
}
