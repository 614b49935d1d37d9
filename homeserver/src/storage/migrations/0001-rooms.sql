-- Rooms: signed event DAGs. Integers inside, strings at the edges (docs/architecture.md, "Storage").

-- Event types, state keys (as <length of type>:<type><state key>), users, servers, relation types.
create table str (
  id int4 generated always as identity primary key,
  v  text collate "C" not null unique
);

-- Blocks of stream positions; a position is block * 4096 + offset, so one sequence serves all writers.
create sequence position_block minvalue 1 start 1;

-- Who may write a shard of the rooms. Every write checks the epoch.
create table shard_lease (
  shard int2 primary key,
  owner text not null,
  epoch int8 not null
);
insert into shard_lease (shard, owner, epoch) select s, '', 0 from generate_series(0, 255) s;

create table room (
  nid     int8 primary key,
  room_id text collate "C" not null unique,
  version text not null,
  shard   int2 not null
);

create table room_head (
  room_nid int8 primary key,
  tips     int8[] not null,
  snap     int8 not null,
  depth    int8 not null,
  last_pos int8 not null
);

create table event (
  nid         int8 primary key,
  room_nid    int8 not null,
  type        int4 not null,
  key         int4,              -- id in str of the state key; null: not a state event
  sender      int4 not null,
  flags       int2 not null,     -- 1 rejected, 2 soft-failed, 4 outlier
  depth       int8 not null,
  pos         int8,              -- null: not on the timeline; negative: backfilled
  ts          int8 not null,     -- origin_server_ts, ms
  snap_before int8 not null,     -- state before the event; 0: empty
  replaces    int8,              -- the state event of the same key before it
  prev        int8[] not null,
  auth        int8[] not null,
  redacted_by int8,
  event_id    text collate "C" not null unique
);
create index event_timeline on event (room_nid, pos) where pos is not null;
create index event_topology on event (room_nid, depth, pos) where pos is not null;
create index event_ts on event (room_nid, ts) where pos is not null;

create table event_json (
  nid  int8 primary key,
  json text not null
);

-- State snapshots, written for state events only. A snapshot is its parent with `delta` laid over it: packed
-- (key int4, event int8) big-endian, 12 bytes an entry, event 0 for a key that is gone.
create table snap (
  id       int8 primary key,
  room_nid int8 not null,
  parent   int8 not null,        -- 0: none
  n        int4 not null,        -- place in the chain, from 1
  delta    bytea not null
);

create table current_state (
  room_nid int8 not null,
  key      int4 not null,
  type     int4 not null,
  nid      int8 not null,
  primary key (room_nid, key)
);
create index current_state_type on current_state (type, room_nid);

create table member (
  user_nid   int4 not null,
  room_nid   int8 not null,
  membership int2 not null,      -- 1 join, 2 invite, 3 knock, 4 leave, 5 ban
  nid        int8 not null,
  pos        int8 not null,
  since      int8 not null,      -- position at which this membership began; profile changes keep it
  sender     int4 not null,
  forgotten  boolean not null default false,
  primary key (user_nid, room_nid)
);
create index member_room on member (room_nid, membership);

-- Client transaction ids: a repeated send answers with the first event. `txn_id` carries the endpoint's scope.
create table txn (
  device_nid int8 not null,
  txn_id     text not null,
  nid        int8 not null,
  ts         int8 not null,
  primary key (device_nid, txn_id)
);
create index txn_nid on txn (nid);
create index txn_ts on txn using brin (ts);

create table relation (
  nid      int8 primary key,
  room_nid int8 not null,
  parent   text collate "C" not null,   -- event id: the parent may not have arrived yet
  rel_type int4 not null,
  type     int4 not null,
  sender   int4 not null,
  agg_key  text                          -- m.annotation: the reaction
);
create index relation_parent on relation (parent, rel_type, nid);

create table back_extremity (
  room_nid int8 not null,
  event_id text collate "C" not null,
  primary key (room_nid, event_id)
);

-- lz4 where the server was built with it: faster than PostgreSQL's own compression.
do $$
begin
  alter table event_json alter column json set compression lz4;
  alter table snap alter column delta set compression lz4;
exception when feature_not_supported then null;
end $$;
