-- Since when no file and no operator gives rights alone: from the first start as a live installation.
create table identity.two_person_rule (
  singleton boolean primary key default true check (singleton),
  since timestamptz not null
);
