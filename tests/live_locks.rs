//! The server's lock table: a plan that does not fit into it at once is cut where that is safe, and refused with
//! the figure where it is not.

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
