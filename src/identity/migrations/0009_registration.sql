-- How a person's identity was proved, and by whom.
create table identity.evidence (
  user_id text not null references identity.person,
  level smallint not null,
  -- Kinds of the documents that were seen; their numbers are not kept.
  documents text[] not null,
  checked_by text,
  checked_at timestamptz not null
);
create index evidence_of_user on identity.evidence (user_id);

-- Who may ask for access for an organisation.
create table identity.sponsor (
  user_id text not null references identity.person,
  ods text not null,
  named_by text,
  named_at timestamptz not null,
  primary key (user_id, ods)
);

-- Work in an organisation that comes with these rights, whoever does it.
create table identity.position (
  position_id uuid primary key,
  ods text not null,
  name text not null,
  job_role text not null,
  job_role_name text not null,
  areas_of_work json not null,
  activities text[] not null,
  workgroups json not null,
  unique (ods, name)
);

-- What a sponsor asks for and somebody else approves or refuses.
create table identity.access_request (
  request_id uuid primary key,
  kind text not null check (kind in ('grant', 'end')),
  user_id text not null references identity.person,
  -- To be granted; null: the role profile is to be ended.
  position_id uuid references identity.position,
  role_profile_id text references identity.role_profile,
  starts_on date,
  ends_on date,
  state text not null check (state in ('pending', 'approved', 'refused')),
  requested_by text not null,
  requested_at timestamptz not null,
  decided_by text,
  decided_at timestamptz
);
create index access_request_pending on identity.access_request (requested_at) where state = 'pending';
