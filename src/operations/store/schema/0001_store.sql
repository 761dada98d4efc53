-- SQLite. What the status site knows, apart from all that it tells of.
create table event (
  seq integer primary key,
  stream text not null,
  version integer not null,
  at text not null,
  body text not null,
  hash text not null,
  unique (stream, version)
) strict;

create trigger event_is_never_changed before update on event
begin select raise(abort, 'events are never changed'); end;
create trigger event_is_never_removed before delete on event
begin select raise(abort, 'events are never removed'); end;

create table round (at text primary key, body text not null) strict;

create table minute (
  at text not null,
  component text not null,
  datacentre text not null,
  body text not null,
  primary key (at, component, datacentre)
) strict, without rowid;

-- Addresses are people's: who leaves is removed.
create table subscription (
  id text primary key,
  channel text not null,
  address text not null,
  wanted text not null,
  secret text not null,
  asked_at text not null,
  confirmed_at text
) strict;

create table delivery (
  id text primary key,
  subscription text not null,
  seq integer,
  subject text not null,
  body text not null,
  due_at text not null,
  attempts integer not null default 0,
  sent_at text,
  given_up_at text,
  problem text
) strict;
create index delivery_due on delivery (due_at) where sent_at is null and given_up_at is null;
