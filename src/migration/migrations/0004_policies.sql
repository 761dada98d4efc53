-- Dirty classes of which every record is held, by the plan, beside those that always are.
alter table migration.export add column holds text[] not null default '{}';
