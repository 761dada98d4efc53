-- The day on which time does something to a prescription next, by the business clock: it becomes ready,
-- expires, is given up unclaimed, or is deleted.
alter table prescriptions.prescription add column due_on date;

create index prescription_due on prescriptions.prescription (due_on, prescription_id)
  where due_on is not null;
