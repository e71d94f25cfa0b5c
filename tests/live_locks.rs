//! The server's lock table: a plan that does not fit into it at once is cut where that is safe, and refused with
//! the figure where it is not.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Plumb, majors};

#[tokio::test]
async fn a_plan_of_more_objects_than_the_lock_table_holds_is_cut_or_refused_with_the_figure() {
    for postgres in majors() {
        let settings = ["max_connections=20", "max_locks_per_transaction=10"];
        let database = Database::create(&Cluster::with(postgres, &settings)).await;
        // A transaction of its own for each, or the making would not fit either.
        let tables = "do $$ begin for i in 1..800 loop
            execute format('create table t%s (id int primary key, a text)', i); commit; end loop; end $$";
        database.execute(tables).await;
        let url = database.url();
        let run = |words: &[&str], toml: &str| {
            let folder = Folder::declaring(&format!(
                "[manage]\nschemas = [\"public\"]\nundeclared = \"drop\"\n{toml}"
            ));
            Plumb::new(&[words, &["--schema", folder.arg(), "--url", &url]].concat())
                .on(&database.cluster.postgres)
                .run()
        };

        let more: String = (1..=800)
            .map(|n| {
                format!("[table.t{n}.column]\nid = \"int primary key\"\na = \"text not null\"\n")
            })
            .collect();
        let changes = run(&["plan"], &more);
        assert_eq!(changes.code, 3, "{}", changes.stderr);
        for part in [
            "takes at least 800 locks",
            "holds 200 for sure",
            "max_locks_per_transaction to 50 or more",
        ] {
            assert!(changes.stderr.contains(part), "{part}: {}", changes.stderr);
        }

        // What only goes may go in parts.
        let drops = run(&["apply", "--yes", "--allow", "all"], "[schema.public]\n");
        assert_eq!(drops.code, 0, "{}", drops.stderr);
        let left =
            database.query_strings("select count(*) from pg_tables where schemaname = 'public'");
        assert_eq!(left.await, ["0"]);
    }
}

/// The strongest lock that the transaction has on each table, but for those that reading takes.
const STRONGEST: &str = "SELECT DISTINCT ON (c.relname) 'public.' || c.relname || ' ' || l.mode FROM pg_locks l \
    JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'p') \
    AND c.relnamespace = 'public'::regnamespace AND l.mode <> 'AccessShareLock' ORDER BY c.relname, \
    array_position(ARRAY['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock', \
      'ShareUpdateExclusiveLock', 'RowExclusiveLock', 'RowShareLock'], l.mode)";

/// A declaration before and after, and the relations that the statements between them lock.
const OF_19: [(&str, &str); 5] = [
    (
        "[table.t.column]\na = \"integer\"\n[publication]\np = \"for all tables\"\n",
        "[table.t.column]\na = \"integer\"\n[publication]\np = \"for all tables except (t), all sequences\"\n",
    ),
    (
        "[table.t.column]\na = \"integer\"\n",
        "[table.t.column]\na = \"integer\"\n[publication]\np = \"for all sequences, all tables except (t)\"\n",
    ),
    (
        "[table.t]\ncolumn.a = \"integer\"\nconstraint.c = \"check (a > 0) not enforced\"\n\
         [table.below]\ninherits = [\"t\"]\n[table.lowest]\ninherits = [\"below\"]\n",
        "[table.t]\ncolumn.a = \"integer\"\nconstraint.c = \"check (a > 0)\"\n\
         [table.below]\ninherits = [\"t\"]\n[table.lowest]\ninherits = [\"below\"]\n",
    ),
    (
        "[domain.d]\ntype = \"integer\"\nconstraint.c = \"check (value > 0) not valid\"\n[table.t.column]\na = \"d\"\n",
        "[domain.d]\ntype = \"integer\"\nconstraint.c = \"check (value > 0)\"\n[table.t.column]\na = \"d\"\n",
    ),
    (
        "[table.t]\ncolumn.a = \"integer\"\ncolumn.v = \"integer generated always as (a + 1) virtual\"\n\
         constraint.c = \"check (v > 0)\"\n",
        "[table.t]\ncolumn.a = \"integer\"\ncolumn.v = \"integer generated always as (a + 2) virtual\"\n\
         constraint.c = \"check (v > 0)\"\n[statistics]\ns = \"on v, a from t\"\n",
    ),
];

#[tokio::test]
async fn the_locks_of_a_plan_are_those_that_postgresql_19_takes() {
    for postgres in majors().iter().filter(|postgres| postgres.major >= 19) {
        for (old, new) in OF_19 {
            let database = Database::create(&Cluster::shared(postgres)).await;
            let url = database.url();
            let run = |words: &[&str], toml: &str| {
                let folder = Folder::declaring(toml);
                let output =
                    Plumb::new(&[words, &["--schema", folder.arg(), "--url", &url]].concat())
                        .on(&database.cluster.postgres)
                        .run();
                assert_eq!(output.code, 0, "{toml}: {}", output.stderr);
                output.stdout
            };
            run(&["apply", "--yes"], old);
            let plan: serde_json::Value =
                serde_json::from_str(&run(&["plan", "--format", "json"], new)).unwrap();
            let steps: Vec<_> = plan["transactions"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|transaction| transaction["steps"].as_array().unwrap())
                .collect();
            assert!(!steps.is_empty(), "{new}");
            for step in steps {
                let said: Vec<String> = step["locks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|lock| {
                        let word = |key: &str| lock[key].as_str().unwrap().to_owned();
                        format!("{} {}", word("relation"), word("mode"))
                    })
                    .collect();
                let sql = step["sql"].as_str().unwrap();
                let client = database.client().await;
                client.batch_execute("begin; set search_path = public").await.unwrap();
                client.batch_execute(sql).await.unwrap();
                let taken = client.query(STRONGEST, &[]).await.unwrap();
                let taken: Vec<String> = taken.iter().map(|row| row.get(0)).collect();
                client.batch_execute("commit").await.unwrap();
                assert_eq!(taken, said, "{sql}");
            }
        }
    }
}
