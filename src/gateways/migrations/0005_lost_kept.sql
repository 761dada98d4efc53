-- wider: what nobody took keeps its message for a time, so that people can have it sent again
alter table gateways.delivery drop constraint delivery_check1;
-- Not valid: every row of before was held to more, and none need be looked at.
alter table gateways.delivery add constraint delivery_payload_waits
  check (ended_at is not null or payload is not null) not valid;
alter table gateways.delivery add constraint delivery_payload_ends
  check (end_state is distinct from 'acknowledged' or payload is null) not valid;
