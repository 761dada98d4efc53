-- Head of each prescription: the fold of its events, kept in their transaction.
-- The key is the short-form id without its check character.
create table prescriptions.prescription (
  prescription_id text primary key,
  version integer not null,
  status text not null,
  expires_on date,
  state json not null,
  head_hash bytea not null
) with (fillfactor = 70);

-- The record itself: append-only, numbered without gap, each hash over the one before.
create table prescriptions.event (
  prescription_id text not null,
  number integer not null,
  kind text not null,
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  message_id uuid not null,
  data json not null,
  hash bytea not null,
  primary key (prescription_id, number)
);

-- Every message that had an effect or a refusal: its bytes as received, and what it was answered.
-- An id names a message among those of its interaction: public clients cancel under the id of the order.
create table prescriptions.message (
  message_id uuid,
  interaction text not null,
  received_at timestamptz not null,
  prescription_ids text[] not null,
  digest bytea not null,
  body bytea not null,
  outcome json not null,
  primary key (message_id, interaction)
);

-- Bodies are signed text of some 12 kB: compressing them with pglz costs the server more than writing them.
-- Where it has lz4, that is used.
do $$ begin
  if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then
    alter table prescriptions.message alter body set compression lz4;
  else
    alter table prescriptions.message alter body set storage external;
  end if;
end $$;

-- The automatic-download queue as facts: a row is one stay of an issue in a pharmacy's queue.
-- A second stay needs a named person, so what left never comes back by itself.
create table prescriptions.download_queue (
  organisation text not null,
  prescription_id text not null,
  issue smallint not null,
  entry smallint not null default 1,
  prescribed_at timestamptz not null,
  available_on date not null,
  expires_on date not null,
  entered_at timestamptz not null,
  entered_by uuid not null,
  renominated_by text,
  left_at timestamptz,
  left_by uuid,
  left_because text check (left_because in ('taken', 'pulled', 'cancelled', 'expired', 'moved')),
  primary key (organisation, prescription_id, issue, entry),
  check (entry = 1 or renominated_by is not null),
  check ((left_at is null) = (left_because is null))
) with (fillfactor = 80);

create index download_queue_waiting
  on prescriptions.download_queue (organisation, prescribed_at, prescription_id)
  where left_at is null;

create table prescriptions.patient_prescription (
  nhs_number text not null,
  prescription_id text not null,
  primary key (nhs_number, prescription_id)
);
