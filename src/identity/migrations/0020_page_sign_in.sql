-- Somebody begins to sign in to our own pages, in another way than with a card that lies open: until it is done.
create table identity.page_sign_in (
  request text primary key,
  -- Digest of what the browser that began shows.
  browser text not null,
  return_to text not null,
  expires_at timestamptz not null
);
create index page_sign_in_expiry on identity.page_sign_in (expires_at);
