-- The key that new values are sealed with. Every process reads it with the number of changes, so it learns of another one at once.
alter table change_epoch add column key_id text;
update change_epoch set key_id = (select min(key_id) from key_check);
