-- A picture by which the registration authority knows a person again; nobody else is shown it.
create table identity.photo (
  user_id text primary key references identity.person,
  media_type text not null check (media_type in ('image/jpeg', 'image/png')),
  bytes bytea not null,
  kept_by text not null,
  kept_at timestamptz not null
);
