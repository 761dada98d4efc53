-- Ids that the feed brought, of which the export had no row.
alter table migration.export add column feed_ids integer not null default 0;
