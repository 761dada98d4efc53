-- What no supplier took is looked at by people; there is little of it.
create index delivery_lost on gateways.delivery (ended_at) where end_state in ('refused', 'given-up');
