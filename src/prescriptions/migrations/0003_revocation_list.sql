-- The last good revocation list of each distribution point, for all processes and for those after them.
create table prescriptions.revocation_list (
  -- SHA-256 of the certificate of the authority that signs it.
  authority text not null,
  uri text not null,
  -- The grace for a list that cannot be had is counted from here; a restart does not begin it again.
  wanted_at timestamptz not null,
  list bytea,
  fetched_at timestamptz,
  primary key (authority, uri)
);
