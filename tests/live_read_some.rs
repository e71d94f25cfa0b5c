//! What a transaction touches is read quickly while its locks are held, however much else there is.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{Cluster, Database, home};
use pgplumb::connect::{ConnInfo, Env, connect};
use pgplumb::id::Id;
use pgplumb::introspect::{introspect, read_some};

/// How many tables there are beside. `PLUMB_TABLES=5000` for the figure that counts.
fn tables() -> usize {
    std::env::var("PLUMB_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

#[tokio::test]
async fn what_a_transaction_touches_is_read_as_the_whole_catalog_has_it() {
    let database = Database::create(&Cluster::shared(home())).await;
    let client = database.client().await;
    for first in (0..tables()).step_by(100) {
        let one = |at: usize| {
            format!(
                "create table t{at} (id bigint generated always as identity primary key, a text not null default 'x', b \
                 integer check (b > 0), c date, d numeric(9, 2)); create index on t{at} (a, b); comment on table t{at} \
                 is 'table'; comment on column t{at}.a is 'a';"
            )
        };
        client.batch_execute(&(first..first + 100).map(one).collect::<String>()).await.unwrap();
    }
    client
        .batch_execute(
            "create view v as select a from t1; create function f(integer) returns integer language sql as 'select 1'; \
             create type mood as enum ('a', 'b'); grant select on t1 to public; analyze",
        )
        .await
        .unwrap();
    let info = ConnInfo::parse(&database.url(), &Env::default()).unwrap();
    let connection = connect(&info, "test").await.unwrap();
    let whole = introspect(&connection.client).await.unwrap();
    let wanted = |id: &Id| {
        let path = id.path.get(1).map(String::as_str);
        path.is_some_and(|name| ["t1", "t2", "v", "mood"].contains(&name) || name.starts_with("f("))
            || id.path.first().is_some_and(|name| name.starts_with("f("))
    };
    let mut ids: BTreeSet<Id> = whole.objects.keys().filter(|id| wanted(id)).cloned().collect();
    assert!(ids.len() > 20, "{ids:?}");
    ids.insert("table:public.not_there".parse().unwrap());
    let mut best = Duration::MAX;
    for _ in 0..3 {
        connection.client.batch_execute("begin").await.unwrap();
        let start = Instant::now();
        let some = read_some(&connection.client, &whole.server, &ids).await.unwrap();
        best = best.min(start.elapsed());
        connection.client.batch_execute("rollback").await.unwrap();
        assert_eq!(some.objects.len(), ids.len() - 1);
        for (id, object) in &some.objects {
            assert_eq!(Some(object), whole.objects.get(id), "{id}");
        }
    }
    println!("{} objects among {} tables: {best:?}", ids.len(), tables());
    assert!(best < Duration::from_secs(1), "{best:?}");
}

/// The catalogs of a database that has just been built are not analyzed: the planner guesses, and a query must not
/// take the square of the number of tables for that.
#[tokio::test]
async fn a_catalog_without_statistics_is_read_as_soon() {
    let database = Database::create(&Cluster::shared(home())).await;
    let client = database.client().await;
    let one = |at: usize| {
        format!(
            "create table u{at} (id bigint generated always as identity primary key, a text not null default 'x', \
             b integer check (b > 0), c date, d numeric(9, 2), e timestamptz default now(), f text, g text, \
             h boolean not null default false, k integer); create index on u{at} (a, b);"
        )
    };
    for first in (0..1000).step_by(100) {
        client.batch_execute(&(first..first + 100).map(one).collect::<String>()).await.unwrap();
    }
    let info = ConnInfo::parse(&database.url(), &Env::default()).unwrap();
    let connection = connect(&info, "test").await.unwrap();
    let start = Instant::now();
    introspect(&connection.client).await.unwrap();
    let unknown = start.elapsed();
    client.batch_execute("analyze").await.unwrap();
    let start = Instant::now();
    introspect(&connection.client).await.unwrap();
    let known = start.elapsed();
    println!("1000 tables: {unknown:?} without statistics, {known:?} with");
    assert!(unknown < known * 4, "{unknown:?} without statistics, {known:?} with");
}
