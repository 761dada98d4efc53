-- Somebody who is signed in, through whichever door.
create table identity.session (
  id uuid primary key,
  kind text not null,
  user_id text not null,
  -- The session at the identity provider, for its log-out.
  provider text not null,
  provider_session text,
  application_id uuid,
  card text,
  role_profile text,
  -- What the identity provider said of the person and of how they proved it.
  authentication json not null,
  started_at timestamptz not null,
  last_used_at timestamptz not null,
  ends_at timestamptz not null,
  idle_minutes integer,
  ended_at timestamptz,
  end_reason text
);
create index session_of_user on identity.session (user_id) where ended_at is null;
create index session_of_card on identity.session (card) where ended_at is null and card is not null;
create index session_of_provider on identity.session (provider_session) where provider_session is not null;
create index session_end on identity.session (ends_at);

-- Where a user has one session at a time: which. A further one waits until the user has chosen.
create table identity.active_session (
  user_id text not null,
  kind text not null,
  session_id uuid not null,
  primary key (user_id, kind)
);
