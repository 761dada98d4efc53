-- The series that is printed on a card; null: it is a file, or nobody has told.
alter table identity.card add series smallint check (series between 1 and 99);
alter table identity.card drop constraint card_status_check,
  add constraint card_status_check
    check (status in ('Issued', 'Active', 'Suspended', 'Revoked', 'Replaced', 'Blocked'));

-- Series that are not used any more.
create table identity.blocked_series (
  series smallint primary key check (series between 1 and 99),
  blocked_at timestamptz not null
);
