-- Of what a message that leaves is a part, for whoever follows messages through doors and processes; null: it is not followed.
alter table gateways.delivery add column traceparent text;
