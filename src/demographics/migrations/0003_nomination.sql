-- Which dispenser of each kind (P1, P2, P3) a patient nominated: a row is one stay, for as long as nobody ended it.
-- What is there now is what the record says; both are written in one statement.
create table demographics.nomination (
  nhs_number text not null,
  site text not null,
  -- Version of the record that began it.
  version integer not null,
  ods text not null,
  -- When, by whom, in whose name, with which note of the patient's consent.
  began json not null,
  ended json,
  primary key (nhs_number, site, version)
);

create index nomination_now on demographics.nomination (ods, site) where ended is null;
