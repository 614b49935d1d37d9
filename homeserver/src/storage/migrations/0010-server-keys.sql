-- Signing keys of other servers. A key stays when its server no longer names it: it still verifies what it signed.
create table server_key (
  server         text not null,
  key_id         text not null,
  public_key     text not null,         -- Base64
  valid_until_ts int8 not null,         -- for an expired key when it expired
  expired_ts     int8,                  -- null: in use
  fetched_at     int8 not null,
  primary key (server, key_id)
);

-- The newest document that each server signed, to pass on as a notary.
create table server_key_document (
  server     text primary key,
  json       text not null,
  fetched_at int8 not null
);
