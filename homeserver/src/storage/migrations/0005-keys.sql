-- End-to-end encryption.
create table device_key (
  device_nid int8 primary key references device (nid) on delete cascade,
  json       text not null
);

create table one_time_key (
  device_nid int8 not null references device (nid) on delete cascade,
  algorithm  text not null,
  key_id     text not null,
  json       text not null,
  added      int8 generated always as identity,
  primary key (device_nid, algorithm, key_id)
);

create table fallback_key (
  device_nid int8 not null references device (nid) on delete cascade,
  algorithm  text not null,
  key_id     text not null,
  json       text not null,
  used       boolean not null default false,
  primary key (device_nid, algorithm)
);

create table cross_signing_key (
  user_nid int4 not null,
  usage    text not null,               -- master, self_signing, user_signing
  json     text not null,
  primary key (user_nid, usage)
);

-- Signatures that users put on keys of others, or of their own devices; those on own keys are in the keys.
create table key_signature (
  signer_nid int4 not null,
  target_nid int4 not null,
  target_key text not null,             -- device id, or public key of a cross-signing key
  key_id     text not null,
  signature  text not null,
  primary key (signer_nid, target_nid, target_key, key_id)
);
create index key_signature_target on key_signature (target_nid);

-- A user's devices or keys changed: one row a change, fanned out when read.
create table device_change (
  user_nid int4 not null,
  pos      int8 not null,
  primary key (user_nid, pos)
);
create index device_change_pos on device_change (pos);

create table to_device (
  device_nid int8 not null references device (nid) on delete cascade,
  pos        int8 not null,
  n          int4 not null,             -- within one request
  json       text not null,
  primary key (device_nid, pos, n)
);

create table to_device_txn (
  device_nid int8 not null references device (nid) on delete cascade,
  txn_id     text not null,
  primary key (device_nid, txn_id)
);

create table backup (
  user_nid  int4 not null,
  version   int4 not null,
  algorithm text not null,
  auth_data text not null,
  etag      int8 not null default 0,
  deleted   boolean not null default false,
  primary key (user_nid, version)
);

create table backup_key (
  user_nid            int4 not null,
  version             int4 not null,
  room_id             text not null,
  session_id          text not null,
  first_message_index int8 not null,
  forwarded_count     int8 not null,
  is_verified         boolean not null,
  session_data        text not null,
  primary key (user_nid, version, room_id, session_id)
);
