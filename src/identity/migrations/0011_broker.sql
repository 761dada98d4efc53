-- Only of sessions at the Spine Security Broker: 1 when the role was chosen for training.
alter table identity.session add column ssb_mode smallint not null default 0;
