-- How much was used of each server in each hour (since 1970), of the last days alone: what a look at the present needs, without reading
-- the rows of the log. One row for each process that counted, as in `usage`.
create table usage_hour (
    account_id text not null,
    hour bigint not null,
    server_id text not null,
    node text not null,
    calls bigint not null,
    failures bigint not null,
    refused bigint not null,
    duration_us bigint not null,
    primary key (account_id, hour, server_id, node)
) without rowid;
create index usage_hour_age on usage_hour (hour);
