-- An application has asked a prescriber to sign; the browser and the application know it by a token.
create table identity.signature_request (
  token_digest bytea primary key,
  application_id uuid not null,
  application text not null,
  user_id text not null references identity.person,
  session text,
  algorithm text not null check (algorithm in ('RS1', 'RS256')),
  -- [{"id", "payload"}] in the order of the request.
  payloads json not null,
  return_to text not null,
  expires_at timestamptz not null,
  outcome text check (outcome in ('signed', 'refused')),
  -- [{"id", "signature"}] and the certificate in DER.
  signatures json,
  certificate bytea,
  constraint signature_request_whole check (
    (outcome is not distinct from 'signed') = (signatures is not null)
    and (signatures is null) = (certificate is null))
);

create index signature_request_expires on identity.signature_request (expires_at);
