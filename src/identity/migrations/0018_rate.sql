-- How much of a minute's allowance of a key the processes have taken. Counts are not worth a write to the log: they
-- are lost in a crash, and a standby that takes over begins anew.
create unlogged table identity.rate (
  key text primary key,
  minute bigint not null,
  taken integer not null,
  -- In the minute before.
  taken_before integer not null
);
