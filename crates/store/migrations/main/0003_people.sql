-- People, what they may use, and how they sign in.
create table account_user (
    id text primary key,
    account_id text not null references account (id),
    email text not null,
    name text not null,
    role text not null,
    password text,
    disabled_at bigint,
    last_seen_at bigint,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (account_id, email)
);

-- No server: all servers of the account, of today and of later.
create table user_grant (
    id text primary key,
    account_id text not null references account (id),
    user_id text not null references account_user (id),
    server_id text references server (id),
    scopes text not null,
    revision bigint not null,
    created_at bigint not null
);
create unique index user_grant_once on user_grant (user_id, coalesce(server_id, ''));

-- A link that sets a password once: by invitation, to reset it, or, without a user, to set up the account's first owner.
create table one_time_link (
    id text primary key,
    account_id text not null references account (id),
    user_id text references account_user (id),
    purpose text not null,
    hash blob not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index one_time_link_expiry on one_time_link (expires_at);

create table sign_in (
    id text primary key,
    account_id text not null references account (id),
    user_id text not null references account_user (id),
    hash blob not null unique,
    source text,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null
);
create index sign_in_user on sign_in (user_id);
create index sign_in_expiry on sign_in (expires_at);

alter table account add column name text not null default '';
alter table account add column former_alias_days bigint not null default 90;
alter table account add column revision bigint not null default 1;
alter table account add column updated_at bigint not null default 0;

-- Every alias that answers: the account's own, and former ones until their time is over.
create table account_alias (
    alias text primary key,
    account_id text not null references account (id),
    former_until bigint
);
create index account_alias_account on account_alias (account_id);
insert into account_alias (alias, account_id) select alias, id from account;

alter table token add column description text not null default '';
alter table token add column user_id text references account_user (id);
alter table token add column purge bigint not null default 0;
alter table token add column revision bigint not null default 1;
alter table token add column replaced_by text references token (id);

-- The answer to a creation that carried an idempotency key, sealed, for a day.
create table idempotency (
    account_id text not null references account (id),
    principal text not null,
    key text not null,
    digest blob not null,
    sealed blob not null,
    created_at bigint not null,
    primary key (account_id, principal, key)
);
