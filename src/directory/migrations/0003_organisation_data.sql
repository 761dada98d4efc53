-- What the Organisation Data Service says beside the address.
alter table directory.organisation
  -- 1: an organisation, 2: a site of one; null: nobody said.
  add column record_class smallint check (record_class in (1, 2)),
  -- False also for one that is dormant or only proposed.
  add column is_active boolean not null default true,
  add column county text not null default '',
  add column country text not null default '',
  -- [{"kind": "fax", "value": "…"}], the telephone apart.
  add column contacts jsonb not null default '[]',
  -- By the service's own account; null where it gave none.
  add column last_changed_on date;

create table directory.organisation_role (
  ods text not null,
  -- Number of the role at this organisation; where the source has none, the role itself.
  unique_id text not null,
  role_id text not null,
  is_primary boolean not null,
  is_active boolean not null,
  starts_on date,
  ends_on date,
  primary key (ods, unique_id)
);
create index organisation_role_by_role on directory.organisation_role (role_id, ods);

-- From an organisation to another one, as RE4: is commissioned by, RE6: is operated by.
create table directory.organisation_relation (
  ods text not null,
  -- Where the source has none: csv:, and the code of the other one.
  unique_id text not null,
  relation_id text not null,
  target_ods text not null,
  is_active boolean not null,
  starts_on date,
  ends_on date,
  primary key (ods, unique_id)
);
create index organisation_relation_target on directory.organisation_relation (target_ods);

create table directory.organisation_succession (
  predecessor_ods text not null,
  successor_ods text not null,
  succeeded_on date,
  primary key (predecessor_ods, successor_ods)
);
create index organisation_succession_successor on directory.organisation_succession (successor_ods);

-- What was read of two organisations of which one may not be known yet.
create table directory.waiting_link (
  link_number bigint generated always as identity,
  kind text not null check (kind in ('relation', 'succession')),
  ods text not null,
  unique_id text not null,
  -- Null: RE6 when the other one is a headquarters of pharmacies, else RE4.
  relation_id text,
  target_ods text not null,
  is_active boolean not null,
  starts_on date,
  ends_on date,
  primary key (kind, ods, unique_id)
);
create unique index waiting_link_number on directory.waiting_link (link_number);

-- What dispenses electronic prescriptions otherwise than its role says, as dispensing practices (P3).
create table directory.eps_site (
  ods text not null,
  site_type text not null check (site_type in ('P1', 'P2', 'P3')),
  live_from date,
  live_until date,
  primary key (ods, site_type),
  check (live_until >= live_from)
);

-- Files of the Organisation Data Service, and how far each has come.
create table directory.ods_import (
  import_id uuid primary key,
  file_name text not null,
  file_digest bytea not null,
  began_at timestamptz not null,
  finished_at timestamptz,
  rows_done integer not null default 0,
  added integer not null default 0,
  changed integer not null default 0
);
create index ods_import_digest on directory.ods_import (file_digest);

create table directory.ods_refusal (
  import_id uuid not null,
  row_number integer not null,
  ods text,
  reason text not null
);
create index ods_refusal_import on directory.ods_refusal (import_id, row_number);

-- Organisations that a file closed.
create table directory.ods_closing (
  import_id uuid not null,
  ods text not null,
  closed_on date not null,
  primary key (import_id, ods)
);
