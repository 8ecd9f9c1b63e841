-- The path below /mcp/ under which a request came, when an alias or a server name in it is a former one.
alter table request_log add column asked_as text;
create index request_log_asked_as on request_log (account_id, asked_as, client_name, at) where asked_as is not null;
