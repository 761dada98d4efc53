-- Finds what is known of a request, a message or a prescription. A btree for each would cost every message more than its
-- audit line does; this one is written once for 16 pages, and passes over all but one in fifty that hold nothing asked for.
create index audit_ids on platform.audit using brin (
  request_id uuid_bloom_ops (n_distinct_per_range = 1500, false_positive_rate = 0.02),
  message_id uuid_bloom_ops (n_distinct_per_range = 1500, false_positive_rate = 0.02),
  prescription_id text_bloom_ops (n_distinct_per_range = 1500, false_positive_rate = 0.02)
) with (pages_per_range = 16, autosummarize = on);
create index outbox_key on platform.outbox (key);
