-- What datacentres last said of messages that suppliers do not take.
create table late (at text primary key, body text not null) strict;
