-- How much was used: one row a day (since 1970, UTC) for each tool, token and user, and for each process that counted, so that
-- none waits for another. What does not apply is empty text.
create table usage (
    account_id text not null,
    day bigint not null,
    server_id text not null,
    tool text not null,
    token_id text not null,
    user_id text not null,
    node text not null,
    calls bigint not null,
    failures bigint not null,
    refused bigint not null,
    over_soft_limit bigint not null,
    duration_us bigint not null,
    bytes_in bigint not null,
    bytes_out bigint not null,
    primary key (account_id, day, server_id, tool, token_id, user_id, node)
) without rowid;
