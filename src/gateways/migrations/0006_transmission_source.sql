-- The address that a message came from: it may be done long after its request was answered.
alter table gateways.transmission add column source_address text;
