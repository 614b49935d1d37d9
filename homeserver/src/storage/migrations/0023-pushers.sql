-- Where users want to be told of events. A pusher goes with the device whose access token set it.
create table pusher (
  id                  int8 generated always as identity primary key,
  user_nid            int4 not null references account on delete cascade,
  device_nid          int8 not null references device on delete cascade,
  app_id              text not null,
  pushkey             text not null,
  kind                text not null,
  app_display_name    text not null,
  device_display_name text not null,
  profile_tag         text,
  lang                text not null,
  data                text not null,      -- JSON
  ts                  int8 not null,      -- when it was set, ms
  told_pos            int8 not null,      -- events up to this position were told, or need not be
  unique (user_nid, app_id, pushkey)
);
create index pusher_key on pusher (app_id, pushkey);
create index pusher_device on pusher (device_nid);
