-- Secrets that an account signs its customers' tokens with. The id is the `kid` of such a token.
create table signing_secret (
    id text primary key,
    account_id text not null references account (id),
    name text not null,
    algorithm text not null,
    sealed blob not null,
    allow_in_url bigint not null,
    -- The end of one that was rotated.
    retires_at bigint,
    created_by text not null,
    created_at bigint not null
);
create index signing_secret_of_account on signing_secret (account_id, id);

-- Whoever else signs tokens of the account's customers, with public keys that are given, or found at a URL.
create table issuer (
    id text primary key,
    account_id text not null references account (id),
    issuer text not null,
    audience text not null,
    jwks text,
    jwks_url text,
    allow_in_url bigint not null,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- A token says these two and no account: they name one of all accounts.
    unique (issuer, audience)
);
create index issuer_of_account on issuer (account_id, id);

-- Grows when a customer is shut out or removed, so that processes look at those again that they have let in.
alter table account add column customers bigint not null default 0;
-- Whether a token that was verified makes the customer that it names.
alter table account add column customers_on_first_use bigint not null default 1;
