-- Rows of the old store that are of no prescription, by the values of their keys: each as it is there now.
create table migration.beside (
  export_id uuid not null,
  table_name text not null,
  key text collate "C" not null,
  row json not null,
  -- What it says is done here.
  is_settled boolean not null default false,
  -- Why it is not; null: nobody has looked yet.
  because text,
  primary key (export_id, table_name, key)
);
create index beside_open on migration.beside (table_name, key) where not is_settled;

-- Parts of such tables that are there whole: how many rows came, and how many of those were there twice.
create table migration.beside_part (
  export_id uuid not null,
  table_name text not null,
  part integer not null,
  came integer not null,
  twice integer not null,
  primary key (export_id, table_name, part)
);

-- Messages that the old store wrote itself: what they belong to, as long as they may have to be delivered from here.
create table migration.sent (
  message_id uuid primary key,
  place text not null,
  conversation text not null,
  ref_to text not null
);
create index sent_place on migration.sent (place);
