-- Work that one process does at a time, of whichever datacentre: it has the lease until it gives it back or does not renew it.
create table platform.lease (
  name text primary key,
  holder uuid not null,
  held_until timestamptz not null
);
