-- What is known of apps, actions and connections beside how they are called.
alter table app add column kind text not null default 'openapi';
-- Which operations its description gives, as JSON.
alter table app add column rules text not null default '{}';
alter table app add column revision bigint not null default 1;

-- What the last import of an app came to. The summary is small; the document says what became of every operation.
create table import_report (
    app_id text primary key references app (id),
    account_id text not null references account (id),
    summary text not null,
    document text not null
);

-- What lists of actions show and search, so that no definition is read for them. Filled from the definition, at start where it is not yet.
alter table action add column title text;
alter table action add column description text not null default '';
alter table action add column method text not null default '';
alter table action add column path text not null default '';
alter table action add column tags text not null default '[]';
alter table action add column deprecated bigint not null default 0;
alter table action add column search text not null default '';
-- When a re-import no longer found an action that is in use.
alter table action add column gone_at bigint;
-- What somebody made it from by hand, as JSON; none when it was imported.
alter table action add column own text;
alter table action add column revision bigint not null default 1;

alter table connection add column is_default bigint not null default 0;
alter table connection add column revision bigint not null default 1;
alter table connection add column rotated_at bigint;
alter table connection add column tested_at bigint;
alter table connection add column status text not null default 'untested';
alter table connection add column reason text;
update connection set is_default = 1 where name = 'default';
create unique index connection_default on connection (app_id) where is_default = 1;

-- Grows with each change of the account's credentials, so that processes see by one number that theirs are old: times would not do,
-- since a removal leaves none, and two changes may share one.
alter table account add column credentials bigint not null default 0;
