-- Tokens by which users prove to other services who they are.
create table openid_token (
  hash     bytea primary key,     -- SHA-256 of the token
  user_nid int4 not null references account on delete cascade,
  expires  int8 not null          -- ms since the epoch
);
create index openid_token_expires on openid_token (expires);
