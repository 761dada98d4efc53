-- What the processes of a datacentre counted, added up: minutes for a day, hours for a month.
create table operations.measure (
  span_seconds integer not null check (span_seconds in (60, 3600)),
  began_at timestamptz not null,
  datacentre text not null,
  -- `message`: messages of the prescription service, whichever door they came through; they have no times.
  interface text not null,
  interaction text not null,
  accepted integer not null,
  refused integer not null,
  denied integer not null,
  limited integer not null,
  unavailable integer not null,
  failed integer not null,
  -- How many took as long as each limit of time and longer than the one before; the last: longer than all.
  times integer[] not null,
  primary key (span_seconds, began_at, datacentre, interface, interaction)
);

-- What came for an organisation by a system, day by day in London.
create table operations.site (
  day date not null,
  organisation text not null,
  asid text not null,
  interface text not null,
  accepted integer not null,
  refused integer not null,
  denied integer not null,
  limited integer not null,
  unavailable integer not null,
  failed integer not null,
  last_at timestamptz not null,
  primary key (day, organisation, asid, interface)
);
create index site_of_organisation on operations.site (organisation, day);

-- Processes that are there, and how they are; real time, as all times here but those of prescriptions.
create table operations.process (
  id uuid primary key,
  datacentre text not null,
  told_at timestamptz not null,
  figures json not null
);

-- The last turns of a job in a datacentre.
create table operations.job (
  job text not null,
  datacentre text not null,
  every_ms integer not null,
  turned_at timestamptz not null,
  outcome text not null,
  done_at timestamptz,
  failed_at timestamptz,
  failures integer not null,
  primary key (job, datacentre)
);

-- What one process looks up for all, and when.
create table operations.finding (
  name text primary key,
  looked_at timestamptz not null,
  found json not null
);
