-- The synthetic journey that each datacentre has to pass before it says that it is ready.
create table local.journey_probe (
  datacentre text primary key,
  passed_at timestamptz not null
);
