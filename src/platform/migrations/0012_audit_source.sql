-- The address that a request came from; null of what no request did, and of lines from before this.
alter table platform.audit add column source_address text;
