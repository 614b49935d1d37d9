-- What is true of the whole database: the server's name, its signing key's id, and the like.
create table meta (
  key   text primary key,
  value text not null
);
