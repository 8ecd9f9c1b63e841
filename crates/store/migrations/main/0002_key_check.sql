-- Which keys have sealed values here, each with a value that only the key itself can make: a start with another key is refused.
create table key_check (
    key_id text primary key,
    tag blob not null
);
