//! Input that is made to take for ever, or to end the process: it is refused with a clear limit, or takes as long
//! as it is large.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs::File;
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Output, Plumb, home};

/// A scratch that cannot be had: what is declared is compared and not built.
const NO_SCRATCH: &str = "postgresql:///none?host=/nowhere";

/// Plans a declaration from an empty database.
fn plan(toml: &str, empty: &str) -> (Output, Duration) {
    let folder = Folder::declaring(toml);
    let start = Instant::now();
    let arguments = ["plan", "--schema", folder.arg(), "--from", empty, "--scratch", NO_SCRATCH];
    let output = Plumb::new(&arguments).run();
    (output, start.elapsed())
}

async fn empty() -> (Folder, String) {
    let database = Database::create(&Cluster::shared(home())).await;
    let folder = Folder::new();
    let file = folder.join("empty.json");
    Plumb::new(&["snapshot", "--url", &database.url(), "--out", &file]).run().ok();
    (folder, file)
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[tokio::test]
async fn a_glob_of_many_stars_ends() {
    let database = Database::create(&Cluster::shared(home())).await;
    let name = "a".repeat(60);
    database.execute(&format!("create table {name} ({name} int)")).await;
    let folder = Folder::declaring(
        "[manage]\nschemas = [\"public\"]\nignore = [\"*a*a*a*a*a*a*a*a*a*a*a*b\"]\n",
    );
    let start = Instant::now();
    let output = Plumb::new(&["drift", "--schema", folder.arg(), "--url", &database.url()]).run();
    assert!(output.code == 0 || output.code == 2, "{}", output.stderr);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[tokio::test]
async fn no_chain_ends_the_process() {
    let (_folder, empty) = empty().await;
    let length = 3_000;
    let chains = [
        format!(
            "[view]\nv0 = 'as select 1 as x'\n{}",
            lines(length, |at| format!("v{} = 'as select x from v{at}'\n", at + 1))
        ),
        format!("[domain]\nd0 = 'int'\n{}", lines(length, |at| format!("d{} = 'd{at}'\n", at + 1))),
        format!(
            "[type]\nt0 = 'as (a int)'\n{}",
            lines(length, |at| format!("t{} = 'as (a t{at})'\n", at + 1))
        ),
    ];
    for toml in chains {
        let (output, took) = plan(&toml, &empty);
        assert!((0..=3).contains(&output.code), "{took:?} {}", output.stderr);
    }
}

#[tokio::test]
async fn tables_that_inherit_too_deep_or_from_themselves_are_refused() {
    let (_folder, empty) = empty().await;
    let inherits = |length| {
        let table = |at: usize| format!("[table.t{}]\ninherits = ['t{at}']\n", at + 1);
        format!("[table.t0.column]\na = 'int'\n{}", lines(length, table))
    };
    let partitions = |length| {
        let table = |at: usize| {
            format!(
                "[table.p{}]\npartition_of = 'p{at} default'\npartition_by = 'range (a)'\n\
                 column.a = 'not null default {at}'\n",
                at + 1
            )
        };
        let first = "[table.p0]\npartition_by = 'range (a)'\ncolumn.a = 'int'\n";
        format!("{first}{}", lines(length, table))
    };
    let circle = "[table.a]\ninherits = ['b']\n[table.b]\ninherits = ['a']\n".to_owned();
    for toml in [inherits(20_000), partitions(20_000), circle] {
        let (output, took) = plan(&toml, &empty);
        assert_eq!(output.code, 1, "{took:?}");
        assert!(output.stderr.contains("inherits through more than"), "{}", output.stderr);
    }
    for toml in [inherits(100), partitions(100)] {
        plan(&toml, &empty).0.ok();
    }
}

#[tokio::test]
async fn twice_as_many_objects_do_not_take_four_times_as_long() {
    let (_folder, empty) = empty().await;
    let enums = |count| format!("[enum]\n{}", lines(count, |at| format!("e{at} = ['a', 'b']\n")));
    let (few, first) = plan(&enums(4_000), &empty);
    let (many, second) = plan(&enums(16_000), &empty);
    few.ok();
    many.ok();
    assert!(second < first * 8 + Duration::from_secs(5), "{first:?}, then {second:?}");
}

#[test]
fn what_is_built_on_a_scratch_is_read_back_however_much_it_is() {
    // PostgreSQL has no statistics there, and a plan that compares each type with each took 30 s.
    let enums = lines(25_000, |at| format!("e{at} = ['a', 'b']\n"));
    let folder = Folder::declaring(&format!("[enum]\n{enums}"));
    Plumb::new(&["check", "--schema", folder.arg()]).run().ok();
}

#[tokio::test]
async fn a_text_of_any_length_takes_no_more_memory_than_a_machine_has() {
    let (_folder, empty) = empty().await;
    let body = "select 1;".repeat(500_000);
    let columns = ", 1".repeat(150_000);
    for toml in [
        format!("[function]\n\"f()\" = '''returns int language sql as $${body}$$'''\n"),
        format!("[view]\nv = '''as select 1 as a{columns}'''\n"),
    ] {
        let folder = Folder::declaring(&toml);
        let command = format!(
            "ulimit -v 3500000; exec {} plan --from {empty} --scratch '{NO_SCRATCH}' --schema {}",
            env!("CARGO_BIN_EXE_plumb"),
            folder.arg()
        );
        let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
        let said: String = String::from_utf8_lossy(&output.stderr).chars().take(500).collect();
        assert_eq!(output.status.code(), Some(0), "{}: {said}", &toml[..60]);
    }
}

#[test]
fn a_snapshot_that_is_too_large_is_not_read() {
    let folder = Folder::declaring("[table.t.column]\na = \"int\"\n");
    let large = folder.join("large.json");
    File::create(&large).unwrap().set_len(1 << 40).unwrap();
    let output = Plumb::new(&["plan", "--schema", folder.arg(), "--from", &large]).run();
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("larger than 256 MiB"), "{}", output.stderr);
}
