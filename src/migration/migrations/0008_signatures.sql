-- By which authorities the signatures of old orders are judged, in PEM; null: nobody has begun to. Up to which id that is
-- done, how many orders those are, and when all of it was; what a catch-up brings since is judged as it comes.
alter table migration.export add column authorities text;
alter table migration.export add column judged_to text;
alter table migration.export add column judged integer not null default 0;
alter table migration.export add column judged_at timestamptz;

-- Ids of orders whose signature is not good, and what is wrong with it.
create table migration.bad_signature (
  place text primary key,
  because text not null
);
