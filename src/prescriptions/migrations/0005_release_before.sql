-- Who had which issue in the store that was before this one. For ever: nothing that somebody had is handed to the same
-- pharmacy by itself again, unless a named person nominated it anew.
create table prescriptions.release_before (
  prescription_id text not null,
  issue smallint not null,
  organisation text not null,
  released_at timestamptz not null,
  primary key (prescription_id, issue, organisation)
);

-- A stay ends too when a person must decide, or when the store before this one had withdrawn it.
alter table prescriptions.download_queue drop constraint download_queue_left_because_check;
alter table prescriptions.download_queue add constraint download_queue_left_because_check
  check (left_because in ('taken', 'pulled', 'cancelled', 'expired', 'moved', 'held', 'withdrawn'));
