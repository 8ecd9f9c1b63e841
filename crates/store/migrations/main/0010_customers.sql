-- End users of the account's own product. A key that is an id of ours would name two of them, so none is.
create table customer (
    id text primary key,
    account_id text not null references account (id),
    key text not null,
    name text not null,
    metadata text not null,
    -- Key and name in lower case, for lists that are searched.
    search text not null,
    disabled_at bigint,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (account_id, key)
);
create index customer_of_account on customer (account_id, id);

-- The customer that a token stands for; such a token has no user.
alter table token add column customer_id text references customer (id);
create index token_of_customer on token (customer_id);
