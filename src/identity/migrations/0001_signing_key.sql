-- Keys that sign access tokens; made at first start. Every process of both sites reads the same.
create table identity.signing_key (
  kid text primary key,
  -- Of processes that first start at once, one makes the key of a generation.
  generation integer not null unique,
  private_key text not null,
  public_key text not null,
  created_at timestamptz not null default now()
);
