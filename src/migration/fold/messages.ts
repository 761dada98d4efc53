import {
  INTERACTIONS,
  isReadableXml,
  ownInteraction,
  readOrderMessage,
} from '../../prescriptions/rules.ts';
import type { Group } from '../lx1/read-groups.ts';
import { placeOf, type Row } from '../lx1/tables.ts';
import type { Payloads } from './payloads.ts';
import { idOf } from './record.ts';

/** A message with its bytes. */
export type Message = { readonly row: Row<'MESSAGE'>; readonly bytes: Buffer };

/**
 * The messages of one id. `isDamaged`: the bytes of one are not those that the export names, one that was taken is no XML,
 * or the order cannot be read as the one that its rows tell of, so that nobody could be given it [MIGRATION 4, D20].
 */
export function messagesOf(
  payloads: Pick<Payloads, 'read'>,
  group: Group,
): { readonly messages: readonly Message[]; readonly isDamaged: boolean } {
  let isWhole = true;
  const messages = group.rows.MESSAGE.map(({ row }) => {
    const read = payloads.read(row);
    isWhole &&= read.isWhole;
    return { row, bytes: read.bytes };
  });
  return { messages, isDamaged: !isWhole || !isReadable(group, messages) };
}

/** The message that a prescription came by; undefined where there is none. */
export function orderRowOf({ rows }: Group): Row<'MESSAGE'> | undefined {
  const orderId = rows.PRESCRIPTION[0]?.row.PARENT_MSG_ID;
  return rows.MESSAGE.find(
    ({ row }) => row.MSG_ID === orderId && ownInteraction(row.INTERACTION) === INTERACTIONS.create,
  )?.row;
}

/** Of ids without a prescription nothing is handed out. */
function isReadable(group: Group, messages: readonly Message[]): boolean {
  const [prescription] = group.rows.PRESCRIPTION;
  if (prescription === undefined) return true;
  const row = orderRowOf(group);
  const order = messages.find((one) => one.row === row);
  return (
    order !== undefined &&
    isOrderOf(group, order.bytes) &&
    messages.every((one) => one === order || isRefused(one) || isReadableXml(one.bytes))
  );
}

function isRefused({ row }: Message): boolean {
  return row.OUTCOME !== 'accepted';
}

/** Whether bytes are the order of this prescription, with no item that its rows do not know. */
function isOrderOf({ place, rows }: Group, bytes: Buffer): boolean {
  const read = readOrderMessage(bytes);
  if (!read.ok) return false;
  const known = new Set(rows.ITEM.map(({ row }) => idOf(row.ITEM_ID)));
  const { shortFormId, items } = read.value;
  return placeOf(shortFormId) === place && items.every(({ id }) => known.has(idOf(id)));
}
