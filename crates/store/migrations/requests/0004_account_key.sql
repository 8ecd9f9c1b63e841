-- The request log by account, so that nobody's search passes over the rows of others; and what a row did not say before: which server
-- it was, whatever it is called now, whose token called, and how much the API was sent and answered.
create table request_log_by_account (
    account_id text not null,
    id text not null,
    at bigint not null,
    server_id text,
    server text not null,
    method text not null,
    tool text,
    principal text not null,
    user_id text,
    client_name text,
    client_version text,
    revision text not null,
    outcome text not null,
    error text,
    duration_us bigint not null,
    upstream_status bigint,
    upstream_duration_us bigint,
    upstream_bytes_out bigint,
    upstream_bytes_in bigint,
    bytes_in bigint not null,
    bytes_out bigint not null,
    test bigint not null,
    arguments text,
    result text,
    asked_as text,
    primary key (account_id, id)
) without rowid;
insert into request_log_by_account (account_id, id, at, server, method, tool, principal, client_name, client_version,
    revision, outcome, error, duration_us, upstream_status, upstream_duration_us, bytes_in, bytes_out, test, arguments, result,
    asked_as)
    select account_id, id, at, server, method, tool, principal, client_name, client_version,
    revision, outcome, error, duration_us, upstream_status, upstream_duration_us, bytes_in, bytes_out, test, arguments, result,
    asked_as from request_log order by account_id, id;
drop table request_log;
alter table request_log_by_account rename to request_log;
create index request_log_asked_as on request_log (account_id, asked_as, client_name, at) where asked_as is not null;
