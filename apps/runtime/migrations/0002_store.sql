-- Several homes may use one PostgreSQL server: what refers to a home's files is that home's alone.
alter table graph add column store text not null default '';
alter table run add column store text not null default '';
alter table outcome add column store text not null default '';
drop index outcome_by_key;
create index outcome_by_key on outcome (store, key, accepted);
