-- Full text search. All of it is derived from the events and can be made again.
create table search_entry (
  nid      int8 primary key,
  room_nid int8 not null,
  sender   int4 not null,
  key      int2 not null,         -- 1 content.body, 2 content.name, 3 content.topic
  ts       int8 not null,         -- origin_server_ts, ms
  words    tsvector not null
);
create index search_entry_words on search_entry using gin (words);
create index search_entry_room on search_entry (room_nid, ts, nid);

-- How far the index reaches. One row.
create table search_progress (
  one         boolean primary key default true check (one),
  language    text not null,      -- text search configuration that the words were made with
  upto        int8 not null,      -- events that came in after this position may be missing
  rebuild_nid int8                -- being made anew: events up to this number are there; null: complete
);
