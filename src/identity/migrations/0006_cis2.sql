-- An application that signs its users in through the CIS2 face, as the Connection Manager knows it.
create table identity.relying_party (
  client_id text primary key,
  name text not null,
  -- Digest of its secret; null when it has keys instead.
  secret_digest text,
  -- What OpenID Connect calls client metadata.
  metadata json not null,
  status text not null check (status in ('approved', 'revoked')),
  changed_at timestamptz not null
);

-- What the CIS2 face remembers from one request to the next: sessions of browsers, codes, tokens, grants.
-- Every process of both sites reads the same. `digest` is of what the holder has to show, which is not kept.
create table identity.cis2_record (
  kind text not null,
  digest text not null,
  payload json not null,
  grant_id text,
  uid text,
  consumed_at timestamptz,
  expires_at timestamptz,
  primary key (kind, digest)
);
create index cis2_record_grant on identity.cis2_record (grant_id) where grant_id is not null;
create index cis2_record_uid on identity.cis2_record (uid) where uid is not null;
create index cis2_record_expiry on identity.cis2_record (expires_at) where expires_at is not null;

-- The session that a browser's session at the CIS2 face stands for.
create table identity.cis2_sign_in (
  browser_session text primary key,
  session_id uuid not null
);
create index cis2_sign_in_session on identity.cis2_sign_in (session_id);

-- Who has to be told when a session ends: a row until its relying party has heard it, or never will.
create table identity.cis2_party (
  session_id uuid not null,
  client_id text not null,
  sid text not null,
  grant_id text not null,
  attempts integer not null default 0,
  due_at timestamptz not null,
  primary key (session_id, client_id)
);
