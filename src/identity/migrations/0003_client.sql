-- Client applications, as the API platform registers them.
create table identity.client (
  application_id uuid primary key,
  name text not null unique,
  -- What OAuth calls client_id; no secret.
  application_key text not null unique,
  secret_digest bytea not null,
  organisation text,
  asid text,
  party_key text,
  jwks json,
  jwks_url text,
  redirect_uris text[] not null,
  products json not null,
  settings json not null,
  status text not null check (status in ('approved', 'revoked')),
  developer_status text not null check (developer_status in ('active', 'inactive')),
  company_status text not null check (company_status in ('active', 'inactive')),
  changed_at timestamptz not null
);

-- Ids of client assertions that came, kept before anything else is believed of them.
create table identity.client_assertion (
  application_key text not null,
  jti text not null,
  expires_at timestamptz not null,
  primary key (application_key, jti)
);
create index client_assertion_expiry on identity.client_assertion (expires_at);

-- What was issued before a moment is refused from then on: of a session, a client, a token.
create table identity.revocation (
  kind text not null,
  value text not null,
  issued_before timestamptz not null,
  -- Nothing that was issued before can be alive then.
  until timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (kind, value)
);
create index revocation_recorded on identity.revocation (recorded_at);
