-- The content repository. The bytes are files named by their SHA-256; many media may have the same bytes.
create table media (
  id           text collate "C" primary key,
  user_nid     int4 not null,
  created      int8 not null,     -- ms since the epoch
  expires      int8,              -- reserved and not uploaded yet: until then
  sha256       text,              -- hex; null: not uploaded yet
  size         int8,
  content_type text,
  file_name    text,
  quarantined  boolean not null default false
);
create index media_pending on media (user_nid, expires) where sha256 is null;
create index media_content on media (sha256);
