-- An export of an older store that is moved here; one installation takes one.
create table migration.export (
  export_id uuid primary key,
  source text not null,
  as_of timestamptz not null,
  -- SHA-256 of the signed manifest.
  manifest_digest bytea not null,
  -- The last change of the old store that is in here.
  change_seq bigint not null,
  loaded_at timestamptz
);

-- What was written at once: it is there whole, or not at all, and is never written twice.
create table migration.unit (
  export_id uuid not null,
  part integer not null,
  first_row integer not null,
  -- The first id in it, without its check character.
  first_place text not null,
  ids integer not null,
  -- Rows of each table: how many came, and how many of those are kept apart.
  rows json not null,
  -- SHA-256 of all that was written.
  digest bytea not null,
  loaded_at timestamptz not null default now(),
  primary key (export_id, part, first_row)
);

-- Parts of which every row was read.
create table migration.part (
  export_id uuid not null,
  part integer not null,
  primary key (export_id, part)
);

-- Which ids are of which dirty class; `place` is the id without its check character.
create table migration.dirty (
  export_id uuid not null,
  class text not null,
  place text not null,
  primary key (export_id, class, place)
);

-- Rows that do not come into the store, whole.
create table migration.quarantine (
  export_id uuid not null,
  part integer not null,
  table_name text not null,
  row_number integer not null,
  class text not null,
  place text not null,
  row json not null,
  primary key (export_id, part, table_name, row_number)
);

-- The old store's rows of the ids that its changes since the export were about: what comes next is applied to these.
create table migration.touched (
  place text primary key,
  rows json not null
);
