-- What happened to a patient is read in the order in which it was written.
create index outbox_patient_changed on platform.outbox (key, id) where topic = 'patient-changed';
