-- Previews of web pages, kept for a while. Their images are media of nobody (user 0).
create table url_preview (
  url      text primary key,
  json     text not null,
  media_id text,                  -- of its image, in table media
  fetched  int8 not null,         -- ms since the epoch
  expires  int8 not null          -- after that it is fetched again
);
create index url_preview_fetched on url_preview (fetched);
