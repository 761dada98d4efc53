-- What every process of this installation must know and nobody else, as the key of its seals.
create table platform.secret (
  name text primary key,
  bytes bytea not null
);
