-- The audit line of an event is found by the time at which both were recorded, in one transaction. The trail is
-- written in the order of that, so that an index of ranges is enough, which costs a message next to nothing.
create index audit_recorded on platform.audit using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);
