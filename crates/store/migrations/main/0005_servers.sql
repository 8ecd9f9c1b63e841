-- What a server is called and how it is run, beside what it serves. Revision 0: made before there were drafts, and has none yet.
alter table server add column name text not null default '';
alter table server add column description text not null default '';
-- What nothing is looked up by, as JSON.
alter table server add column settings text not null default '{}';
alter table server add column log_retention_days bigint;
alter table server add column revision bigint not null default 0;
alter table server add column deleted_at bigint;
update server set name = slug;

-- Every name that answers for a server: its own, and former ones until their time is over.
create table server_slug (
    account_id text not null references account (id),
    slug text not null,
    server_id text not null references server (id),
    former_until bigint,
    primary key (account_id, slug)
);
insert into server_slug (account_id, slug, server_id) select account_id, slug, id from server;
create index server_slug_server on server_slug (server_id);

-- Host names that stand for one server, in lower case.
create table server_host (
    host text primary key,
    account_id text not null references account (id),
    server_id text not null references server (id)
);
create index server_host_server on server_host (server_id);

-- The draft of a server: the tools that its next version would have. An action may be gone by now; an app cannot be.
create table server_tool (
    server_id text not null references server (id),
    account_id text not null references account (id),
    name text not null,
    position bigint not null,
    app_id text not null references app (id),
    action text not null,
    settings text not null,
    enabled bigint not null,
    connection_id text references connection (id),
    revision bigint not null,
    updated_at bigint not null,
    primary key (server_id, name)
);
create index server_tool_action on server_tool (app_id, action);
create index server_tool_connection on server_tool (connection_id);

-- The draft's prompts, resources and resource templates; the last have an action.
create table server_part (
    server_id text not null references server (id),
    account_id text not null references account (id),
    kind text not null,
    name text not null,
    definition text not null,
    app_id text references app (id),
    action text,
    revision bigint not null,
    updated_at bigint not null,
    primary key (server_id, kind, name)
);
create index server_part_action on server_part (app_id, action);

-- The draft's connection for an app, where it is not the app's default.
create table server_connection (
    server_id text not null references server (id),
    account_id text not null references account (id),
    app_id text not null references app (id),
    connection_id text not null references connection (id),
    primary key (server_id, app_id)
);
create index server_connection_app on server_connection (app_id);
create index server_connection_connection on server_connection (connection_id);

alter table publication add column created_by text not null default '';
alter table publication add column note text not null default '';
alter table publication add column tool_count bigint not null default 0;
alter table publication add column list_bytes bigint;
alter table publication add column rolled_back_to bigint;

-- What the current version of a server calls, and with which connection; none is the app's default.
create table published_use (
    server_id text not null references server (id),
    account_id text not null references account (id),
    app_id text not null references app (id),
    connection_id text references connection (id)
);
create index published_use_server on published_use (server_id);
create index published_use_app on published_use (app_id);
create index published_use_connection on published_use (connection_id);

-- Calls of a tool of the draft that are kept to be tried again.
create table test_case (
    id text primary key,
    account_id text not null references account (id),
    server_id text not null references server (id),
    tool text not null,
    name text not null,
    arguments text not null,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (server_id, tool, name)
);
