import { type Sql, sql } from '../../../platform/sql.ts';
import { auditLine } from '../../record.ts';
import { type CardEvent, REVOCATION_REASONS, type RevocationReason } from '../card.ts';
import { type By, IS_REVOCABLE, revokingCertificates } from '../repository.ts';

/**
 * Parts of a statement that revokes every card of a person: `with …, PARTS select`. They are called `card`,
 * `card_event`, `card_certificate` and `card_audit`. Sessions are the caller's business.
 */
export function revokingCardsOf(
  userId: string,
  reason: RevocationReason,
  by: By,
  onlyIf: Sql,
): Sql {
  const event: CardEvent = { kind: 'Revoked', reason };
  const { kind, ...data } = event;
  const outcome = `${kind}: a card of ${userId}`;
  return sql`card as (
      update identity.card set status = 'Revoked', version = version + 1
      where user_id = ${userId} and status in ('Issued', 'Active', 'Suspended') and ${onlyIf}
      returning card_number, version),
    card_event as (
      insert into identity.card_event (card_number, version, kind, data, at, by_user)
      select card_number, version, ${kind}::text, ${JSON.stringify(data)}::json, ${by.at}::timestamptz,
        ${by.userId}::text from card),
    card_certificate as (
      ${revokingCertificates(REVOCATION_REASONS[reason], by.at)}
      where ${IS_REVOCABLE} and card_number in (select card_number from card)),
    card_audit as (${auditLine({ ...by, interaction: 'card', outcome })} from card)`;
}
