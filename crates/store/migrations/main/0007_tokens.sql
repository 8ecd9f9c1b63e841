-- The principal that made a token: those of before were made by the operator, by the command line.
alter table token add column created_by text not null default 'operator';
create index token_of_account on token (account_id, id);
