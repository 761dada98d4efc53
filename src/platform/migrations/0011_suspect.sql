-- Requests that processes had in hand when they died, by SHA-256 of method, path and body: one that three died of is done no more.
create table platform.suspect (
  digest bytea primary key,
  deaths integer not null,
  died_at timestamptz not null
);
