-- The tools that a client of dynamic mode has put on its list: a JSON array of names. Chats have rows here too, beside legacy sessions.
alter table mcp_session add column enabled_tools text;
