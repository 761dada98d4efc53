-- Heads of the audit trail: each over the rows that were committed since the one before it, chained to that one and
-- signed with a key that is kept outside the database. A row costs nothing more when it is written.
create table platform.audit_seal (
  number bigint primary key,
  sealed_at timestamptz not null,
  -- How many rows earlier seals hold, and how many are its own.
  before bigint not null,
  rows integer not null,
  -- Every row up to this id is sealed, but those of `waiting`.
  last_id bigint not null,
  -- Ids that nobody had committed: [{"from", "to", "since"}]. Whoever comes late is sealed later.
  waiting json not null,
  previous text not null,
  root text not null,
  key_id text not null,
  signature text not null,
  -- Id and SHA-256 of each row; null once its rows were purged.
  sealed bytea
);
alter table platform.audit_seal alter column sealed set storage external; -- hashes cannot be compressed
create index audit_seal_time on platform.audit_seal (sealed_at);

-- What was done with a patient is found by the NHS number, at the price of an index of ranges.
create index audit_patient on platform.audit using brin (
  nhs_number text_bloom_ops (n_distinct_per_range = 1500, false_positive_rate = 0.02)
) with (pages_per_range = 16, autosummarize = on);
