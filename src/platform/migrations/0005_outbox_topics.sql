-- Each topic is looked for often by whoever delivers it; many rows of others may wait beside it.
drop index platform.outbox_hl7v3_answer;
create index outbox_topic on platform.outbox (topic, due_at);
