import { createHash } from 'node:crypto';

import type { KeptMessage } from './repository.ts';

const MICROSECONDS = '000'; // behind the milliseconds, to twenty digits
const HEX = 6;
const DIGITS = 10;

/** The key by which a query asks for a message, `<20-digit time>_<6 hex>_<10 digits>` [EPS-HL7V3 10.2]. */
export function messageKey({
  messageId,
  interaction,
  receivedAt,
}: Pick<KeptMessage, 'messageId' | 'interaction' | 'receivedAt'>): string {
  const time = `${receivedAt.replaceAll(/\D/g, '')}${MICROSECONDS}`;
  const hash = createHash('sha256').update(`${messageId}\n${interaction}`).digest('hex');
  const number = BigInt(`0x${hash.slice(HEX)}`) % 10n ** BigInt(DIGITS);
  return `${time}_${hash.slice(0, HEX).toUpperCase()}_${String(number).padStart(DIGITS, '0')}`;
}
