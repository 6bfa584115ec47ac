create table graph (
  id text primary key,
  version integer not null,
  name text not null,
  directory text not null,
  document text not null,
  updated bigint not null
);

create table run (
  id text primary key,
  graph text,
  lineage text not null,
  directory text not null,
  any_path boolean not null,
  document text not null,
  request text not null,
  facts text not null,
  issues text not null,
  state text not null,
  created bigint not null,
  ended bigint
);
create index run_by_graph on run (graph, created);
create index run_by_lineage on run (lineage, created);
create index run_unfinished on run (state) where ended is null;

create table step (
  run text not null references run (id) on delete cascade,
  node text not null,
  position integer not null,
  type text not null,
  state text not null,
  key text,
  attempt text,
  epoch integer not null,
  ms double precision,
  outputs text not null,
  error text,
  primary key (run, node)
);

create table event (
  run text not null references run (id) on delete cascade,
  seq integer not null,
  body text not null,
  primary key (run, seq)
);

create table step_key (
  key text primary key,
  type text not null,
  ingredients text not null,
  recipe text not null,
  created bigint not null
);
create index step_key_by_type on step_key (type, created);

create table outcome (
  attempt text primary key,
  key text not null,
  outputs text not null,
  ms double precision not null,
  accepted bigint not null,
  lost boolean not null
);
create index outcome_by_key on outcome (key, accepted);
