-- Rooms shared with other servers: forks of the DAG, state that moves otherwise than by the event itself, servers in rooms.

-- State after an event; null: as before it. State in force in the room when the event arrived; null: as before it.
alter table event add column snap_after int8, add column head_before int8;

-- The server that a member is of: its id in str.
alter table member add column server int4;
insert into str (v)
  select distinct substring(s.v from position(':' in s.v) + 1) from member m join str s on s.id = m.user_nid
  on conflict do nothing;
update member m set server = server.id
  from str u join str server on server.v = substring(u.v from position(':' in u.v) + 1) where u.id = m.user_nid;
alter table member alter column server set not null;
create index member_server on member (server, membership, room_nid);

-- Rooms that somebody here is invited to, or knocks at, and that this server is not in: the state they were shown.
create table stripped_state (
  user_nid int4 not null,
  room_nid int8 not null,
  events   text not null,        -- JSON array of stripped events
  primary key (user_nid, room_nid)
);

-- Redactions that came before what they redact.
create table early_redaction (
  target   text collate "C" not null,
  nid      int8 not null,
  room_nid int8 not null,
  primary key (target, nid)
);
