-- What software a system says that it is; null: it said nothing.
alter table operations.site add column agent text;
