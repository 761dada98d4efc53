-- What a test installation signs people in with, made at first start: the key of the mock identity providers, and the
-- keys and secrets of its applications.
create table local.sign_in_material (
  -- Of processes that first start at once, one makes the material of a generation.
  generation integer primary key,
  material json not null,
  created_at timestamptz not null default now()
);
