-- Messages that leave for parties over HL7 V3: one row each, by its own eb:MessageId, kept after its end.
create table gateways.delivery (
  message_id uuid primary key,
  party text not null,
  interaction text not null,
  conversation_id text not null,
  -- eb:MessageId of the message that it answers.
  ref_to_message_id text not null,
  -- The HL7 message, while it waits.
  payload text,
  -- Business time, as all times here but the hold.
  queued_at timestamptz not null,
  next_at timestamptz not null,
  ended_at timestamptz,
  end_state text check (end_state in ('acknowledged', 'refused', 'given-up')),
  attempts integer not null default 0,
  -- Why the last attempt failed.
  last_failure text,
  -- Until when a process has it in hand; real time.
  held_until timestamptz not null,
  check ((ended_at is null) = (end_state is null)),
  check ((ended_at is null) = (payload is not null))
);
create index delivery_due on gateways.delivery (next_at) where ended_at is null;
create index delivery_answer on gateways.delivery (ref_to_message_id);
create index delivery_conversation on gateways.delivery (conversation_id);
