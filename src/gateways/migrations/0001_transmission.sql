-- Messages that came over HL7 V3: one row for each transmission, by who sent it and its eb:MessageId.
create table gateways.transmission (
  party text not null,
  message_id uuid not null,
  conversation_id text not null,
  cpa_id text not null,
  interaction text not null,
  -- ASIDs for which the sender's certificate speaks.
  asids text[] not null,
  -- Reliable messaging: its answer is sent, not fetched.
  is_reliable boolean not null,
  received_at timestamptz not null,
  digest bytea not null,
  -- The HL7 message, while it waits for its answer.
  payload bytea,
  -- The HL7 answer, as long as it may be asked for again.
  answer text,
  answered_at timestamptz,
  -- Until when a process has it in hand; real time.
  held_until timestamptz not null,
  attempts integer not null,
  primary key (party, message_id)
);
create index transmission_waiting on gateways.transmission (held_until) where answered_at is null;
create index transmission_kept on gateways.transmission (answered_at) where answer is not null;
create index transmission_conversation on gateways.transmission (conversation_id);
