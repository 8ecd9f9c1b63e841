-- Chats of customers: the session that an `x-chat-id` goes on with. The name is the client's own.
create table chat (
    account_id text not null references account (id),
    customer_id text not null references customer (id),
    name text not null,
    session_id text not null,
    expires_at bigint not null,
    primary key (account_id, customer_id, name)
);
create index chat_expiry on chat (expires_at);
-- Grows with each change of the app or of its actions, so that processes make its tools anew.
alter table app add column tools bigint not null default 0;
