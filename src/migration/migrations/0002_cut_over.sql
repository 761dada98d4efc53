-- The switch from the old store to this one: where it stands.
create table migration.cut_over (
  export_id uuid primary key,
  -- SHA-256 of the signed plan.
  plan_digest bytea not null,
  state text not null,
  -- Raised by whoever takes it in hand: what one does who had it before is refused.
  epoch bigint not null
);

-- What was done for it, and what was refused; the order of the numbers is that in which it was.
create table migration.step (
  number bigint generated always as identity primary key,
  export_id uuid not null,
  step text not null,
  from_state text not null,
  to_state text not null,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  done_by text not null,
  is_done boolean not null,
  -- Counts and digests that show it; of one that was refused, why.
  evidence json not null
);

-- Comparisons of all ids: up to which change of the old store, and what came of it.
create table migration.report (
  report_id uuid primary key,
  export_id uuid not null,
  change_seq bigint not null,
  at timestamptz not null,
  differences integer not null
);

-- The last change that these rows have in them.
alter table migration.touched add column change_seq bigint not null default 0;
