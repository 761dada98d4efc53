-- A count is of a minute or of a second: the period is counted since 1970. What was counted is not worth keeping.
drop table identity.rate;
create unlogged table identity.rate (
  key text not null,
  period_ms integer not null,
  period bigint not null,
  taken integer not null,
  -- In the period before.
  taken_before integer not null,
  primary key (key, period_ms)
);
