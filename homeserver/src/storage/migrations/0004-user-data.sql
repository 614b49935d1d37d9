-- What belongs to a user.
create table account_data (
  user_nid int4 not null,
  room_nid int8 not null,        -- 0: global
  type     text not null,
  content  text not null,        -- JSON
  pos      int8 not null,
  primary key (user_nid, room_nid, type)
);

create table filter (
  user_nid int4 not null,
  id       int4 not null,
  json     text not null,
  primary key (user_nid, id)
);

-- The newest receipt of each kind. `thread`: '' unthreaded, 'main', or the thread's root.
create table receipt (
  room_nid int8 not null,
  user_nid int4 not null,
  kind     text not null,        -- m.read or m.read.private
  thread   text not null,
  event_id text not null,
  event_pos int8 not null,
  ts       int8 not null,
  pos      int8 not null,
  primary key (room_nid, user_nid, kind, thread)
);
create index receipt_pos on receipt (room_nid, pos);
