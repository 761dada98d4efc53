-- A security key (FIDO2) of a person.
create table identity.security_key (
  credential_id text primary key,
  user_id text not null references identity.person,
  name text not null,
  public_key bytea not null,
  -- How often it was used, as it says itself; a copy of the key falls behind.
  counter bigint not null,
  transports text[] not null,
  -- It cannot leave its device.
  is_single_device boolean not null,
  -- Model, and whether a maker that is trusted here vouches for it.
  aaguid text not null,
  is_attested boolean not null,
  registered_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index security_key_of_user on identity.security_key (user_id);

-- Challenges that are out: each is answered once, for what it was asked.
create table identity.security_key_challenge (
  challenge text primary key,
  purpose text not null,
  subject text not null,
  expires_at timestamptz not null
);
create index security_key_challenge_expiry on identity.security_key_challenge (expires_at);
