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
