-- Organisations by the code that the Organisation Data Service gave them.
create table directory.organisation (
  ods text primary key,
  name text not null,
  address_lines text[] not null,
  city text not null,
  postcode text not null,
  telephone text,
  opened_on date,
  -- The last day that it was open; null while it is.
  closed_on date,
  changed_at timestamptz not null,
  check (closed_on >= opened_on)
);
