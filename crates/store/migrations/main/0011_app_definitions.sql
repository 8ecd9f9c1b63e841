-- What an app that was made from a definition keeps of it beside its actions, as JSON.
alter table app add column definition text;
