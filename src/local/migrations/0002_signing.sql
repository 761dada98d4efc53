-- The certificates of a test installation, made at first start: its authorities, and a key for each prescriber.
create table local.signing_material (
  -- Of processes that first start at once, one makes the material of a generation.
  generation integer primary key,
  material json not null,
  created_at timestamptz not null default now()
);
