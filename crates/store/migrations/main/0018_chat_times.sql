-- When a chat began and when it was last gone on with; 0 where that was before it was written down.
alter table chat add column created_at bigint not null default 0;
alter table chat add column used_at bigint not null default 0;
