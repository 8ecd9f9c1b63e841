-- The OAuth client that an account has registered with the provider of one of an app's ways to connect.
create table oauth_client (
    account_id text not null references account (id),
    app_id text not null references app (id),
    way text not null,
    client_id text not null,
    -- The client's secret; a public client has none.
    sealed blob,
    -- A JSON array; those that the way asks for by itself when null.
    scopes text,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (app_id, way)
);

-- A page on which a customer connects an app, once. Of its secret, the hash alone is here.
create table connect_link (
    id text primary key,
    account_id text not null references account (id),
    customer_id text not null references customer (id),
    hash blob not null unique,
    -- Every app that can be connected when null.
    app_id text references app (id),
    -- The connection whose credential is replaced; a new connection is made when null.
    connection_id text,
    -- A JSON object: the way to connect, the new connection's name, and where the page tells of its end.
    settings text not null,
    -- Made for a tool that had no connection: another one for the same app takes its place.
    is_automatic bigint not null,
    opened_at bigint,
    -- Why the last try failed, in our own words.
    failure text,
    used_at bigint,
    made_connection_id text,
    made_app_id text,
    created_at bigint not null,
    expires_at bigint not null
);
create index connect_link_of_customer on connect_link (account_id, customer_id, id);
create index connect_link_of_app on connect_link (app_id);
create index connect_link_by_expiry on connect_link (expires_at);

-- A customer who was sent to a provider and is to come back. The id is the hash of `state`, in hexadecimal.
create table connect_attempt (
    id text primary key,
    account_id text not null references account (id),
    link_id text not null references connect_link (id),
    app_id text not null references app (id),
    way text not null,
    -- The hash of the cookie of the browser that was sent.
    browser blob not null,
    -- The code verifier, and what the customer has entered.
    sealed blob not null,
    expires_at bigint not null
);
create index connect_attempt_of_link on connect_attempt (link_id);
create index connect_attempt_of_app on connect_attempt (app_id);
create index connect_attempt_by_expiry on connect_attempt (expires_at);

-- How the pages look that customers see: null where nobody has chosen.
alter table account add column brand_name text;
alter table account add column brand_color text;
alter table account add column brand_logo_url text;
