-- Two records of one person, and a file of people, are asked about and decided like access.
alter table identity.access_request
  drop constraint access_request_kind_check,
  add constraint access_request_kind_check check (kind in ('grant', 'end', 'merge', 'import')),
  alter column user_id drop not null,
  -- The record that goes; `user_id` is the one that stays.
  add column merged_user_id text references identity.person,
  -- A file of people as it came.
  add column file json,
  add constraint access_request_whole check (
    (kind = 'import') = (user_id is null) and (kind = 'import') = (file is not null)
    and (kind = 'merge') = (merged_user_id is not null));

-- The record of the same person that stayed.
alter table identity.person add column merged_into text references identity.person;
