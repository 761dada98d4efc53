-- Accredited systems by their ASID (class nhsAs of the directory).
create table directory.accredited_system (
  asid text primary key,
  -- Of the organisation that runs it (nhsIDCode), and of the one that it acts for (nhsAsClient); null: for any.
  ods text not null,
  client_ods text,
  party_key text not null,
  -- Whole names, as urn:nhs:names:services:mm:PORX_IN020101UK31 (nhsAsSvcIA).
  interactions text[] not null,
  manufacturer_ods text,
  changed_at timestamptz not null
);
create index accredited_system_party on directory.accredited_system (party_key);
create index accredited_system_ods on directory.accredited_system (ods);

-- Message handlers: where a party takes an interaction, and under which contract (class nhsMhs).
create table directory.message_handler (
  mhs_id text primary key,
  ods text not null,
  party_key text not null,
  interaction text not null,
  cpa_id text not null,
  fqdn text not null,
  endpoints text[] not null,
  sync_reply_mode text not null,
  -- Null: not retried.
  retries integer,
  -- ISO 8601.
  retry_interval text,
  persist_duration text,
  duplicate_elimination text not null,
  ack_requested text not null,
  actor text not null,
  changed_at timestamptz not null,
  unique (party_key, interaction)
);
create index message_handler_ods on directory.message_handler (ods, interaction);

-- What certifies endpoints (`authority`), and what the listeners of the datacentres show (`listener-a`, `listener-b`).
create table directory.endpoint_key (
  name text primary key,
  certificate bytea not null,
  private_key bytea not null,
  created_at timestamptz not null
);

-- Certificates of the parties' message handlers, by the SHA-256 of their DER.
create table directory.endpoint_certificate (
  fingerprint bytea primary key,
  serial text not null unique,
  party_key text not null,
  asids text[] not null,
  certificate bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index endpoint_certificate_party on directory.endpoint_certificate (party_key);
