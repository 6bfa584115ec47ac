-- `sealed` is encrypted with the key in the home's secret.key (AES-256-GCM): this table alone tells names and nothing else.
create table secret (
  store text not null,
  name text not null,
  sealed text not null,
  updated bigint not null,
  primary key (store, name)
);
-- Where a secret may be sent; with an empty name: a private host that runs from the editor may reach.
create table host_grant (
  store text not null,
  host text not null,
  secret text not null,
  primary key (store, host, secret)
);
