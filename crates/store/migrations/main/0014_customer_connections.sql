-- Credentials of one customer for one app. Those of the account itself are in `connection`.
create table customer_connection (
    id text primary key,
    account_id text not null references account (id),
    customer_id text not null references customer (id),
    app_id text not null references app (id),
    name text not null,
    is_default bigint not null,
    -- The way of the app's definition that it was made in; none when it says itself where it is sent.
    way text,
    sealed blob not null,
    -- Grows with each new secret, so that nobody replaces one that it has not seen.
    generation bigint not null,
    status text not null,
    reason text,
    -- Whose account at the app it is, where that is known.
    label text,
    -- What was granted, as a JSON array.
    scopes text not null,
    -- The end of its access token, where that is known.
    expires_at bigint,
    -- Who asks for a new access token, and until when nobody else does.
    lease text,
    lease_until bigint,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    last_used_at bigint,
    unique (customer_id, app_id, name)
);
create index customer_connection_of_customer on customer_connection (account_id, customer_id, id);
create index customer_connection_of_app on customer_connection (account_id, app_id);
create unique index customer_connection_default on customer_connection (customer_id, app_id) where is_default = 1;

-- Grows with each change of any customer's connections. The number of all changes does not: no process reads anything else anew.
insert into change_epoch (name, value) values ('connections', 0);
-- That number at the last change of the customer's connections.
alter table customer add column connections bigint not null default 0;
create index customer_connections on customer (connections);
