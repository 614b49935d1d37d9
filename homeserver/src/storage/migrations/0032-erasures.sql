-- When an account was erased, as a stream position: who comes to a room later is shown redacted copies of what it sent.
alter table account add column erased_pos int8;
update account set erased_pos = (select coalesce(max(last_pos), 0) from room_head) where erased;
