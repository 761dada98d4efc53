-- Where some of its ids begin in the files of the export, in their order: a catch-up reads from there. None of packed
-- files, and of what an earlier version has loaded.
alter table migration.unit add column marks json not null default '[]';
