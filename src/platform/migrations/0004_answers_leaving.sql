-- Answers to parties of HL7 V3 are looked for often, and are few among what waits for others.
create index outbox_hl7v3_answer on platform.outbox (due_at) where topic = 'hl7v3-answer';
