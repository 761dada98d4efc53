-- Ids of client assertions that came, of whatever length they came in.
drop table identity.client_assertion;
create table identity.client_assertion (
  digest bytea primary key,
  expires_at timestamptz not null
);
create index client_assertion_expiry on identity.client_assertion (expires_at);

-- Where a user was sent to an identity provider; the state is used once.
create table identity.authorization_request (
  state text primary key,
  base text not null,
  provider text not null,
  application_key text not null,
  redirect_uri text not null,
  client_state text not null,
  -- Where the provider sends the user back to.
  callback text not null,
  nonce text not null,
  code_challenge text,
  expires_at timestamptz not null
);

-- Codes and refresh tokens are kept as digests: what can be read here opens nothing.
create table identity.authorization_code (
  digest bytea primary key,
  application_key text not null,
  redirect_uri text not null,
  session_id uuid not null,
  auth_provider text not null,
  code_challenge text,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table identity.refresh_token (
  digest bytea primary key,
  application_key text not null,
  session_id uuid not null,
  auth_provider text not null,
  grant_type text not null,
  refresh_count integer not null,
  -- The whole chain ends a while after this.
  first_issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- What the identity provider said of the user of a session: shown again, without asking it again.
create table identity.userinfo (
  session_id uuid primary key,
  userinfo json not null,
  expires_at timestamptz not null
);
