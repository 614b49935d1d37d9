-- Searching for users. All of it is derived from accounts, profiles and members, and can be made again.
create table directory_entry (
  user_nid int4 primary key,
  named    boolean not null,     -- has a display name
  words    text not null         -- user id, local part and display names, folded, with a line feed before and after each
);

-- Texts that contain another contain all of its parts of three characters. Without an extension, and in any locale.
create function directory_grams(words text) returns text[] language sql immutable strict parallel safe as $$
  select coalesce(array_agg(distinct substr(words, i, 3)), '{}') from generate_series(1, length(words) - 2) i
$$;
create index directory_entry_grams on directory_entry using gin (directory_grams(words));

-- Users whose entry is to be made anew, with a row for each change: nothing that writes waits for another.
create table directory_pending (
  id       int8 generated always as identity primary key,
  user_nid int4 not null
);
insert into directory_pending (user_nid) select user_nid from account union select user_nid from member where membership = 1;

create function directory_changed() returns trigger language plpgsql as $$
begin
  insert into directory_pending (user_nid) select user_nid from changed;
  return null;
end $$;
create trigger directory_account_added after insert on account
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_account_changed after update on account
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_profile_added after insert on profile_field
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_profile_changed after update on profile_field
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_profile_removed after delete on profile_field
  referencing old table as changed for each statement execute function directory_changed();
create trigger directory_member_added after insert on member
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_member_changed after update on member
  referencing new table as changed for each statement execute function directory_changed();
create trigger directory_member_removed after delete on member
  referencing old table as changed for each statement execute function directory_changed();
