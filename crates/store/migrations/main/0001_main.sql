-- Times are milliseconds since 1970 (UTC), flags are 0 or 1, ids and JSON are text: the same on every engine.
create table account (
    id text primary key,
    alias text not null unique,
    created_at bigint not null
);

create table app (
    id text primary key,
    account_id text not null references account (id),
    key text not null,
    title text not null,
    origin text not null,
    base_url text not null,
    trusted_hosts text not null,
    slots text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (account_id, key)
);

create table action (
    app_id text not null references app (id),
    account_id text not null references account (id),
    name text not null,
    hash text not null,
    definition text not null,
    primary key (app_id, name)
);

create table connection (
    id text primary key,
    account_id text not null references account (id),
    app_id text not null references app (id),
    name text not null,
    sealed blob not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (account_id, app_id, name)
);

create table server (
    id text primary key,
    account_id text not null references account (id),
    slug text not null,
    enabled bigint not null,
    read_only bigint not null,
    strict_log bigint not null,
    log_payloads bigint not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (account_id, slug)
);

-- What a server serves, frozen: one row per published version.
create table publication (
    server_id text not null references server (id),
    account_id text not null references account (id),
    version bigint not null,
    document text not null,
    created_at bigint not null,
    primary key (server_id, version)
);

create table token (
    id text primary key,
    account_id text not null references account (id),
    name text not null,
    hint text not null,
    hash blob not null unique,
    scope text not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint,
    last_used_at bigint
);

-- State of a legacy MCP session, kept only when it has some: a log level that was set, or its end.
create table mcp_session (
    id text primary key,
    account_id text not null references account (id),
    log_level text,
    ended bigint not null,
    expires_at bigint not null
);

create table audit_log (
    id text primary key,
    account_id text,
    at bigint not null,
    actor text not null,
    event text not null,
    object text not null,
    detail text not null
);

-- Grows by one with every change, so that each process sees by one read whether its snapshot is stale.
create table change_epoch (
    name text primary key,
    value bigint not null
);
insert into change_epoch (name, value) values ('all', 0);
