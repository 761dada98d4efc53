-- Forms that were sent, so that one that comes again is not done again.
create table pages.sent_form (
  -- Digest of the key in the form and of the browser that it was given to.
  key text primary key,
  sent_at timestamptz not null,
  -- Where it led to; null while it is being done.
  location text,
  -- The session that the browser was given with that.
  session json
);
create index sent_form_age on pages.sent_form (sent_at);
