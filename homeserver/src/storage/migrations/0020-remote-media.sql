-- Files of other servers, kept so that they are fetched once.
create table remote_media (
  server       text collate "C" not null,
  id           text collate "C" not null,
  sha256       text not null,     -- hex
  size         int8 not null,
  content_type text not null,
  file_name    text,
  fetched      int8 not null,     -- ms since the epoch
  last_access  int8 not null,
  quarantined  boolean not null default false,
  primary key (server, id)
);
create index remote_media_content on remote_media (sha256);
create index remote_media_access on remote_media (last_access);
