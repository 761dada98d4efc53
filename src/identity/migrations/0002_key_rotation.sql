-- A key that is no longer signed with still verifies until the last token of its time is over; null while it is used, or not yet.
alter table identity.signing_key add column verifies_until timestamptz;

-- Whose turn it is to sign. The key of the next generation is made, and shown, before its turn comes.
create table identity.signing_turn (
  singleton boolean primary key default true check (singleton),
  generation integer not null,
  since timestamptz not null
);
insert into identity.signing_turn (generation, since)
select max(generation), max(created_at) from identity.signing_key having count(*) > 0;
