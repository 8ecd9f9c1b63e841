-- Rate limits and quotas. A rule goes with what it names; one that names nothing counts each.
create table limit_rule (
    id text primary key,
    account_id text not null references account (id),
    name text not null,
    kind text not null,
    server_id text references server (id) on delete cascade,
    tool text,
    token_id text references token (id) on delete cascade,
    user_id text references account_user (id) on delete cascade,
    calls bigint not null,
    unit text not null,
    burst bigint,
    mode text not null,
    enabled bigint not null,
    revision bigint not null,
    created_at bigint not null
);
create index limit_rule_of_account on limit_rule (account_id, id);
