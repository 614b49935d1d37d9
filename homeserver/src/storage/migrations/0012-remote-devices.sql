-- Devices of users of other servers, as those tell them. Their cross-signing keys are in cross_signing_key.
create table remote_device_list (
  user_nid  int4 primary key,
  stream_id int8,                            -- the other server's number of the newest update; null: none known
  stale     boolean not null                 -- not to be believed: an update was missed, or nobody here shares a room with the user
);
create index remote_device_list_stale on remote_device_list (user_nid) where stale;

create table remote_device (
  user_nid     int4 not null,
  device_id    text not null,
  display_name text,
  json         text,                         -- its identity keys; null: it has none
  primary key (user_nid, device_id)
);

-- To-device messages that other servers have sent: a repetition is not delivered again.
create table to_device_received (
  origin     int4 not null,
  message_id text not null,
  ts         int8 not null,                  -- ms since the epoch
  primary key (origin, message_id)
);
create index to_device_received_ts on to_device_received using brin (ts);
