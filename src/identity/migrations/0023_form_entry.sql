-- Wrong entries of a passcode at a form, by whom no card proves to be there: they count in that browser alone.
create table identity.form_entry (
  -- A digest of what the browser shows.
  browser text not null,
  card_number text not null references identity.card,
  wrong smallint not null check (wrong between 1 and 3),
  last_at timestamptz not null,
  primary key (browser, card_number)
);
create index form_entry_last on identity.form_entry (last_at);
