-- What the port for cards found out, until the sign-in page that it was for fetches it: once, in the browser that began.
create table identity.card_proof (
  digest text primary key,
  -- The application's request that somebody signs in.
  request text not null,
  user_id text not null,
  card text not null,
  expires_at timestamptz not null
);
create index card_proof_expiry on identity.card_proof (expires_at);
