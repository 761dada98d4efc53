-- How many ids the export has, as well as can be told before they are read; 0 of what an earlier version has begun.
alter table migration.export add column ids_expected integer not null default 0;

-- The last catch-up: from where, how far, and up to where the feed goes. Times of the old store's commits are by its clock.
create table migration.catch_up (
  export_id uuid primary key,
  began_at timestamptz not null,
  from_seq bigint not null,
  reached_at timestamptz,
  applied_commit_at timestamptz,
  -- The highest number that was seen in the feed; null: nobody has looked.
  last_seq bigint,
  last_commit_at timestamptz,
  looked_at timestamptz
);
