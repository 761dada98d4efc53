-- Signing certificates that the test authority has revoked; its lists name them.
create table local.revocation (
  serial text primary key,
  -- By its name in a revocation list.
  reason text not null,
  revoked_at timestamptz not null
);
