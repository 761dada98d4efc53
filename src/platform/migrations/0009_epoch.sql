-- Which primary takes the writes, counted: raised by whoever connects to another one first. Every transaction that
-- writes names the number that its process knows, and is refused when that is no longer the one here.
create table platform.epoch (
  singleton boolean primary key default true check (singleton),
  number bigint not null,
  -- Of the server: its own identifier, and its timeline, which no two primaries share.
  server text not null
);
