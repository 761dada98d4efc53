-- Patients by NHS number. The state is the fold of their events, kept in their transaction.
create table demographics.patient (
  nhs_number text primary key,
  version integer not null,
  superseded_by text,
  -- Only of a record that a search may find, and only a whole date.
  birth_on date,
  state json not null
) with (fillfactor = 80);
create index patient_birth on demographics.patient (birth_on) where birth_on is not null;

-- Where a search begins that does not know the day of birth: folded names, and how they sound.
create table demographics.search_key (
  key text collate "C" not null,
  birth_on date not null,
  nhs_number text not null,
  primary key (key, birth_on, nhs_number)
);

-- The record itself: append-only, one event for each version.
create table demographics.event (
  nhs_number text not null,
  version integer not null,
  kind text not null,
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  request_id uuid not null,
  data json not null,
  primary key (nhs_number, version)
);

-- What a write was answered: the same request that comes again is not done again.
create table demographics.answered (
  request_id uuid not null,
  -- SHA-256 of what was asked.
  digest bytea not null,
  at timestamptz not null,
  status smallint not null,
  headers json not null,
  body json not null,
  primary key (request_id, digest)
);

-- The first nine digits of numbers that are given out here, of which some have no check digit. The range is one of
-- test data; an operator who may give out others alters the sequence.
create sequence demographics.nhs_number minvalue 591000000 maxvalue 599999999;
