-- How many records were made for each day of birth: who makes one has looked at all that were made before.
create table demographics.birth_day (
  birth_on date primary key,
  created integer not null
);
