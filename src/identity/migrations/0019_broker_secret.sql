-- Seals challenges and tickets of the broker; each has its turn together with the token key of its generation.
create table identity.broker_secret (
  generation integer primary key,
  bytes bytea not null,
  -- After its turn it still opens what it sealed, until the last ticket of its time is over; null before and during it.
  opens_until timestamptz
);
-- The one that an installation has had until now goes on.
insert into identity.broker_secret (generation, bytes)
select t.generation, s.bytes from identity.signing_turn t, platform.secret s where s.name = 'broker';
delete from platform.secret where name = 'broker';
