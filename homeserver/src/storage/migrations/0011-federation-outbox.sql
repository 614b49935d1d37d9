-- What is on its way to other servers: how far each is, never a row for each event and destination. Destinations that are
-- up and have everything need no row of theirs: meta.federation_ok_pos says up to where.
create table destination (
  server            int4 primary key,
  last_ok_pos       int8 not null,           -- accepted all events up to here
  device_pos        int8 not null,           -- accepted all device changes up to here
  last_ok_ts        int8,                    -- ms since the epoch
  failing_since     int8,                    -- null: it is up, and federation_ok_pos counts instead of the positions here
  retry_at          int8,
  retry_interval_ms int8 not null default 0
);
create index destination_failing on destination (server) where failing_since is not null;

-- To-device messages for users of other servers, until these have accepted them.
create table to_device_outbox (
  id      int8 generated always as identity primary key,
  server  int4 not null,
  created int8 not null,                     -- ms since the epoch
  edu     text not null                      -- JSON
);
create index to_device_outbox_server on to_device_outbox (server, id);
create index to_device_outbox_created on to_device_outbox using brin (created);

-- What changed: a device's id; null: the cross-signing keys; '': nothing that other servers are told of.
alter table device_change add column device_id text;

-- Local users who came to a room since a position.
create index member_since on member (server, since);
