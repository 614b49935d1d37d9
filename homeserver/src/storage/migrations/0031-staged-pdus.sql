-- Events of other servers whose predecessors could not be had yet: they are received again later.
create table staged_pdu (
  event_id text primary key,
  room_id text not null,
  -- the server that sent it
  origin text not null,
  depth int8 not null,
  json text not null,
  attempts int4 not null default 0,
  -- ms since the epoch
  since int8 not null,
  retry_at int8 not null
);
create index staged_pdu_retry on staged_pdu (retry_at);
create index staged_pdu_room on staged_pdu (room_id, origin);
