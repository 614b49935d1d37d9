-- Room aliases of this server, the public directory, reports.
create table room_alias (
  alias   text primary key,
  room_id text not null,
  creator text not null
);
create index room_alias_room on room_alias (room_id);

create table public_room (
  room_nid int8 primary key
);

create table report (
  id        int8 generated always as identity primary key,
  ts        int8 not null,
  reporter  text not null,
  room_id   text,                         -- of a room, of an event in it, or of a user
  event_id  text,
  user_id   text,
  reason    text
);
