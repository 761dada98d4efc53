-- Who did what to which record, written in the transaction of the act; append-only.
create table platform.audit (
  id bigint generated always as identity primary key,
  recorded_at timestamptz not null default now(),
  at timestamptz not null,
  interaction text not null,
  request_id uuid not null,
  message_id uuid,
  user_id text,
  role_profile text,
  organisation text,
  asid text,
  session text,
  prescription_id text,
  nhs_number text,
  outcome text not null
);

-- What must leave the Spine: it goes if, and only if, the change that caused it is kept.
create table platform.outbox (
  bucket smallint not null,
  id bigint generated always as identity,
  topic text not null,
  destination text not null,
  key text not null,
  body json not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  primary key (bucket, due_at, id)
);

-- The business clock of a test installation: one row once it was moved; real time without it.
create table platform.clock (
  singleton boolean primary key default true check (singleton),
  version integer not null,
  instant timestamptz,
  set_at timestamptz not null,
  frozen boolean not null,
  security boolean not null
);

-- Processes that read the clock: a change is done when each has seen it.
create table platform.clock_reader (
  process text primary key,
  seen_version integer not null,
  seen_at timestamptz not null
);
