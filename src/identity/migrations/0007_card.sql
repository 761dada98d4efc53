-- Authorities of this installation; made at the first start. Private keys are PKCS#8.
create table identity.authority (
  name text primary key,
  certificate bytea not null,
  private_key bytea not null,
  created_at timestamptz not null
);

create table identity.card (
  card_number text primary key,
  user_id text not null references identity.person,
  status text not null check (status in ('Issued', 'Active', 'Suspended', 'Revoked', 'Replaced')),
  -- Entries of the passcode since the last right one; raised before an entry is judged.
  wrong_pins smallint not null default 0 check (wrong_pins between 0 and 3),
  -- Since the third was judged wrong.
  locked_at timestamptz,
  is_temporary boolean not null,
  ends_at timestamptz not null,
  replaced_by text,
  -- What opens it when the passcode is forgotten.
  officer_pin text not null,
  -- Null: its keys are in a chip.
  key_file json,
  issued_at timestamptz not null,
  last_used_at timestamptz,
  version integer not null
);
create index card_of_user on identity.card (user_id);
-- A person has one card, whoever employs them; temporary ones aside.
create unique index card_one_each on identity.card (user_id)
  where status in ('Issued', 'Active', 'Suspended') and not is_temporary;

create table identity.card_event (
  card_number text not null references identity.card,
  version integer not null,
  kind text not null,
  data json not null,
  at timestamptz not null,
  -- Who did it; null for an operator at the command line.
  by_user text,
  primary key (card_number, version)
);

create sequence identity.card_number minvalue 900000000001;
-- Running numbers of certificates: a thousand of them share one part of the revocation lists.
create sequence identity.certificate_number minvalue 0;

create table identity.certificate (
  serial text primary key,
  authority text not null references identity.authority,
  shard integer not null,
  card_number text not null references identity.card,
  purpose text not null check (purpose in ('login', 'signing')),
  der bytea not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  revoked_at timestamptz,
  -- As RFC 5280 numbers them.
  revocation_reason smallint
);
create index certificate_of_card on identity.certificate (card_number);
create index certificate_revoked on identity.certificate (authority, shard) where revoked_at is not null;
