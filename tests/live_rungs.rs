//! How plumb knows: which rung of equality decides, and what a scratch of another version can still tell.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, Postgres, home, majors};

const THERE: &str =
    "create table t (id integer primary key, a text default 'x', check (a in ('x', 'y')));
    create table u (id integer primary key, b numeric(9, 2));
    create view v as select * from t natural join u";

const TABLES: &str = "[table.t.column]\nid = \"integer primary key\"\na = \"text default 'x'\"\n\
    [table.t.constraint]\nt_a_check = \"check (a in ('x', 'y'))\"\n\
    [table.u.column]\nid = \"integer primary key\"\nb = \"numeric(9, 2)\"\n[view]\n";

fn plan(database: &Database, declared: &str, more: &[&str], on: &Postgres) -> Output {
    let (folder, url) = (Folder::declaring(declared), database.url());
    let words = ["plan", "--exit-code", "--timings", "--schema", folder.arg(), "--url", &url];
    Plumb::new(&[&words[..], more].concat()).on(on).run()
}

#[track_caller]
fn leaves(output: &Output) -> &str {
    output.stderr.lines().find(|line| line.starts_with("leaves: ")).expect("a line of leaves")
}

#[tokio::test]
async fn the_timings_say_which_rung_decided() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute(THERE).await;
    let exported = Folder::new();
    let url = database.url();
    Plumb::new(&["export", "--url", &url, "--out", exported.arg()]).on(home()).run().ok();
    let words = ["plan", "--exit-code", "--timings", "--url", &url, "--schema", exported.arg()];
    let output = Plumb::new(&words).on(home()).run();
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(
        leaves(&output).contains(" by parse tree, 0 by a server; 0 different"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains("scratch"), "{}", output.stderr);

    // The check is written otherwise than PostgreSQL prints it.
    let output = plan(&database, TABLES.trim_end_matches("[view]\n"), &[], home());
    assert!(leaves(&output).contains(" 2 by parse tree, 0 by a server"), "{}", output.stderr);
    assert!(!output.stderr.contains("scratch"), "{}", output.stderr);

    // Which columns a natural join has only a server knows.
    let same = format!("{TABLES}v = \"as select * from t natural join u\"\n");
    let output = plan(&database, &same, &[], home());
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    let by = " 2 by parse tree, 1 by a server; 0 different, 0 unproved";
    assert!(leaves(&output).ends_with(by), "{}", output.stderr);
    assert!(output.stderr.contains("scratch, start"), "{}", output.stderr);

    let other = same.replace("natural join", "natural left join");
    let output = plan(&database, &other, &[], home());
    assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
    assert!(leaves(&output).ends_with("; 1 different, 0 unproved"), "{}", output.stderr);
    // The plan itself knows nothing of clocks.
    let (json, again) = (
        plan(&database, &other, &["--format", "json"], home()).stdout,
        plan(&database, &other, &["--format", "json"], home()).stdout,
    );
    assert_eq!(json, again);
}

#[tokio::test]
async fn a_scratch_of_another_major_answers_and_is_named() {
    let pairs = majors().windows(2).flat_map(|pair| [[&pair[0], &pair[1]], [&pair[1], &pair[0]]]);
    let pairs: Vec<_> = pairs.collect();
    println!("scratches of another major: {} pairs of servers", pairs.len());
    for [target, scratch] in pairs {
        let database = Database::create(&Cluster::shared(target)).await;
        database.execute(THERE).await;
        let url = Cluster::shared(scratch).url("postgres");
        let more = ["--scratch", url.as_str()];
        let note =
            format!("the scratch is PostgreSQL {} and the target {}", scratch.major, target.major);

        let same = format!("{TABLES}v = \"as select * from t natural join u\"\n");
        let output = plan(&database, &same, &more, target);
        assert_eq!(output.code, 0, "{note}: {}{}", output.stdout, output.stderr);
        assert!(output.stderr.contains(&note), "{note}: {}", output.stderr);

        let other = same.replace("from t natural join u", "from t natural left join u");
        let output = plan(&database, &other, &more, target);
        assert_eq!(output.code, 2, "{note}: {}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("(server)"), "{note}: {}", output.stdout);
    }
}

#[tokio::test]
async fn what_the_scratch_lacks_is_unproved_and_nothing_else() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute(THERE).await;
    database.execute("create extension old_snapshot").await;
    database
        .execute("create view x as select * from pg_old_snapshot_time_mapping() natural join t")
        .await;
    // 17 has that extension no more.
    let Some(scratch) = majors().iter().find(|postgres| postgres.major >= 17) else {
        println!("every server here has the extension");
        return;
    };
    let url = Cluster::shared(scratch).url("postgres");
    let declared = format!(
        "{TABLES}v = \"as select * from t natural join u\"\n\
         x = \"as select * from (select * from pg_old_snapshot_time_mapping() natural join t) s\"\n\
         [extension]\nold_snapshot = {{}}\n"
    );
    let output = plan(&database, &declared, &["--scratch", &url], home());
    assert!(output.stdout.contains("? view public.x"), "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.contains("extension:old_snapshot could not be made"),
        "{}",
        output.stdout
    );
    assert!(!output.stdout.contains("view public.v"), "{}", output.stdout);
}
