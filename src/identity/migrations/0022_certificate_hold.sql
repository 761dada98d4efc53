-- A part of a revocation list is told from what it was before without reading the certificates in it.
drop index identity.certificate_revoked;
create index certificate_revoked on identity.certificate (authority, shard) include (revoked_at, revocation_reason)
  where revoked_at is not null;

-- What has ended before its certificates, or is suspended, is on the lists.
update identity.certificate t set revoked_at = c.ends_at, revocation_reason = 5
from identity.card c
where c.card_number = t.card_number and t.revoked_at is null and c.ends_at <= now() and c.ends_at < t.not_after;
update identity.certificate t set revocation_reason = 6,
  revoked_at = (select max(at) from identity.card_event e where e.card_number = t.card_number and e.kind = 'Suspended')
from identity.card c
where c.card_number = t.card_number and t.revoked_at is null and c.status = 'Suspended';
