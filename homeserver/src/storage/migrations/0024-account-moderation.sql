-- What administrators do to accounts and may undo.
alter table account add column locked boolean not null default false, add column suspended boolean not null default false;
