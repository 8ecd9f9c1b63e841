-- The user whose own connections are kept with it. Such a customer is nobody's but that user's: no token stands for it, and no list has it.
alter table customer add column user_id text references account_user (id);
create unique index customer_of_user on customer (user_id);

-- Without a connection, the app is called with that of whoever calls.
create table server_choice (
    server_id text not null references server (id),
    account_id text not null references account (id),
    app_id text not null references app (id),
    connection_id text references connection (id),
    primary key (server_id, app_id)
);
insert into server_choice (server_id, account_id, app_id, connection_id)
    select server_id, account_id, app_id, connection_id from server_connection;
drop table server_connection;
alter table server_choice rename to server_connection;
create index server_connection_app on server_connection (app_id);
create index server_connection_connection on server_connection (connection_id);

-- Whether the app is called with the connection of whoever calls; then there is none in the row.
alter table published_use add column by_caller bigint not null default 0;
