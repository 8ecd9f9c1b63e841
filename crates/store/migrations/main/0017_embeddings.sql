-- Where an account has texts put into numbers, by their meaning: an endpoint as OpenAI's API has it.
create table embeddings_endpoint (
    account_id text primary key references account (id),
    url text not null,
    model text not null,
    sealed blob,
    -- Asked for, and given.
    dimensions bigint,
    vector_dimensions bigint not null,
    timeout_ms bigint not null,
    -- The account's revision that set it: tells it from every other.
    generation bigint not null,
    failing_since bigint,
    failure text
);
-- What an account's texts mean, by a digest of endpoint, model and text.
create table embedding (
    account_id text not null references account (id),
    digest blob not null,
    vector blob not null,
    made_at bigint not null,
    primary key (account_id, digest)
);
create index embedding_age on embedding (account_id, made_at);
