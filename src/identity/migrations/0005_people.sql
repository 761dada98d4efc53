-- People who work for the NHS, with the ids that the national directory gave them.
create table identity.person (
  user_id text primary key,
  title text,
  given text not null,
  family text not null,
  email text,
  status text not null check (status in ('active', 'inactive')),
  id_assurance_level smallint not null,
  -- Code as prescriber or practitioner.
  prescriber_code text,
  -- Numbers in professional registers, by the name of the register.
  professional_ids json not null,
  -- Invented, for tests.
  synthetic boolean not null,
  changed_at timestamptz not null
);

-- A person in an organisation.
create table identity.membership (
  membership_id text primary key,
  user_id text not null references identity.person,
  ods text not null,
  opened_on date,
  closed_on date,
  unique (user_id, ods),
  check (closed_on >= opened_on)
);

-- What a person may do for an organisation: one job role, and what was added to it.
create table identity.role_profile (
  role_profile_id text primary key,
  user_id text not null,
  ods text not null,
  job_role text not null,
  job_role_name text not null,
  areas_of_work json not null,
  activities text[] not null,
  workgroups json not null,
  starts_on date,
  -- The last day of it; null while nobody has set one.
  ends_on date,
  -- The primary key is the id alone: the id of another person's profile is refused, not taken over.
  unique (user_id, role_profile_id),
  foreign key (user_id, ods) references identity.membership (user_id, ods),
  check (ends_on >= starts_on)
);

-- Ids for people, memberships and role profiles that are made here.
create sequence identity.user_number minvalue 500000000001 maxvalue 599999999999 start 556000000001;
