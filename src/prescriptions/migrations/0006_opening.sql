-- How far this Spine is open while the prescriptions of an older one are moved to it. Without a row it is open.
create table prescriptions.opening (
  singleton boolean primary key default true check (singleton),
  -- Whether messages may change prescriptions; until then they are read only.
  takes_messages boolean not null,
  -- Of a hundred parts of the organisations, how many get by automatic download what waits for them.
  downloads smallint not null check (downloads between 0 and 100),
  -- Whether what falls due is done: issues that become ready, expire, are never claimed, or are deleted.
  does_due boolean not null
);
