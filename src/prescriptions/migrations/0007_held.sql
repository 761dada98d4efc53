-- What a migration or its tripwire ever held: few, and found without a look at all that there is.
create index event_held on prescriptions.event (prescription_id) where kind = 'MigrationHeld';
