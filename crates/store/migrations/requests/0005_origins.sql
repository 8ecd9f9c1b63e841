-- What many rows of the request log have in common stands once: which tool of which server, whose call, by which client. A row keeps
-- what is its own, and ids as their bytes: it takes a third of the room, and of the time to write it.
create table request_origin (
    account_id blob not null,
    id bigint not null,
    server_id text,
    server text not null,
    method text not null,
    tool text,
    principal text not null,
    user_id text,
    client_name text,
    client_version text,
    revision text not null,
    test bigint not null,
    last_day bigint not null,
    primary key (account_id, id)
) without rowid;
create table request_log_of_origin (
    account_id blob not null,
    id blob not null,
    origin bigint not null,
    at bigint not null,
    outcome text not null,
    error text,
    duration_us bigint not null,
    upstream_status bigint,
    upstream_duration_us bigint,
    upstream_bytes_out bigint,
    upstream_bytes_in bigint,
    bytes_in bigint not null,
    bytes_out bigint not null,
    arguments text,
    result text,
    asked_as text,
    primary key (account_id, id)
) without rowid;
-- New origins are numbered by a digest; those of older rows by the place of what they hold in its order. They are kept a month longer
-- than they need be: the last day of a row is not known here.
insert into request_origin (account_id, id, server_id, server, method, tool, principal, user_id, client_name, client_version,
    revision, test, last_day)
    select unhex(substr(account_id, 5), '-'), origin, server_id, server, method, tool, principal, user_id, client_name,
    client_version, revision, test, max(at) / 86400000 + 30
    from (select account_id, server_id, server, method, tool, principal, user_id, client_name, client_version, revision, test, at,
        dense_rank() over (order by account_id, server_id, server, method, tool, principal, user_id, client_name, client_version,
        revision, test) as origin from request_log) as numbered
    group by account_id, origin, server_id, server, method, tool, principal, user_id, client_name, client_version, revision, test;
insert into request_log_of_origin (account_id, id, origin, at, outcome, error, duration_us, upstream_status,
    upstream_duration_us, upstream_bytes_out, upstream_bytes_in, bytes_in, bytes_out, arguments, result, asked_as)
    select unhex(substr(account_id, 5), '-'), unhex(substr(id, 5), '-'), dense_rank() over (order by account_id, server_id, server,
        method, tool, principal, user_id, client_name, client_version, revision, test),
    at, outcome, error, duration_us, upstream_status, upstream_duration_us, upstream_bytes_out, upstream_bytes_in, bytes_in,
    bytes_out, arguments, result, asked_as from request_log order by account_id, id;
drop table request_log;
alter table request_log_of_origin rename to request_log;
create index request_log_asked_as on request_log (account_id, asked_as, at) where asked_as is not null;
