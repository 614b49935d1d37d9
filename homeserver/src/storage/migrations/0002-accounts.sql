-- Local accounts, their devices and tokens. Secrets are stored hashed.
create table account (
  user_nid    int4 primary key references str (id),
  user_id     text not null unique,
  password    text,                      -- Argon2id in PHC form; null: none (guests, deactivated)
  created     int8 not null,
  is_guest    boolean not null default false,
  is_admin    boolean not null default false,
  deactivated boolean not null default false,
  erased      boolean not null default false
);

create table device (
  nid          int8 generated always as identity primary key,
  user_nid     int4 not null references account,
  device_id    text not null,
  display_name text,
  last_seen    int8,
  last_ip      text,
  user_agent   text,
  unique (user_nid, device_id)
);

create table access_token (
  hash       bytea primary key,           -- SHA-256 of the token
  device_nid int8 not null references device on delete cascade,
  expires    int8,                        -- ms since the epoch
  replaces   bytea                        -- the refresh token that it came from, until it is first used
);
create index access_token_device on access_token (device_nid);

create table refresh_token (
  hash       bytea primary key,
  device_nid int8 not null references device on delete cascade,
  access     bytea not null               -- the access token given out with it
);
create index refresh_token_device on refresh_token (device_nid);

create table login_token (
  hash     bytea primary key,
  user_nid int4 not null references account on delete cascade,
  expires  int8 not null
);

create table registration_token (
  token        text primary key,
  uses_allowed int4,                      -- null: any number
  completed    int4 not null default 0,
  expires      int8
);

create table profile_field (
  user_nid int4 not null references account on delete cascade,
  field    text not null,
  value    text not null,                 -- JSON
  primary key (user_nid, field)
);

