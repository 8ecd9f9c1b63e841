-- The audit log: for each account a chain of rows, each of which holds the hash of the one before; 'installation' is the chain of what
-- concerns all. `mac` needs a key that is not in the database. The rows of audit_log, which had no chain, are carried over at the
-- first start.
create table audit_row (
    chain text not null,
    seq bigint not null,
    prev_hash blob not null,
    hash blob not null,
    mac blob not null,
    key_id text not null,
    id text not null unique,
    at bigint not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    source text,
    via text not null,
    event text not null,
    object text not null,
    before text,
    after text,
    request_id text,
    primary key (chain, seq)
);
create index audit_row_at on audit_row (chain, at);
create index audit_row_object on audit_row (chain, object, seq);

-- The end of each chain, which each change locks, and how far it is signed.
create table audit_head (
    chain text primary key,
    seq bigint not null,
    hash blob not null,
    mac blob not null,
    key_id text not null,
    checkpoint_seq bigint not null,
    checkpoint_at bigint not null
);

-- Ed25519 signatures over the end of a chain as it was.
create table audit_checkpoint (
    chain text not null,
    seq bigint not null,
    hash blob not null,
    at bigint not null,
    key_id text not null,
    public_key blob not null,
    signature blob not null,
    primary key (chain, seq)
);

-- Keys of earlier rows, sealed with the key of today, in the order of their use. Each has signed the public key of the next.
create table audit_key (
    position bigint primary key,
    key_id text not null unique,
    sealed blob not null,
    next_public_key blob not null,
    endorsement blob not null
);

--! append only: audit_row
--! append only: audit_checkpoint
