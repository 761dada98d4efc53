-- From when on it counts: a role whose last day is today is revoked now, for the end of the day.
alter table identity.revocation add column from_at timestamptz not null default '-infinity';
