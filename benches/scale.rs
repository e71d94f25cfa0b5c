//! How plumb grows with a schema: plan and export of N tables, beside `pg_dump --schema-only` of the same
//! database, in turn, each a whole process.
//!
//! `cargo bench --bench scale -- 100 1000 5000`
#![allow(clippy::print_stdout)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Cluster, Database, Folder, home};
use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

const ROUNDS: usize = 5;
const PLUMB: &str = env!("CARGO_BIN_EXE_plumb");
const TIME: &str = "/usr/bin/time";

fn main() {
    let mut sizes: Vec<usize> =
        env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100, 1000, 5000];
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let cluster = Cluster::start(home());
    println!("PostgreSQL {}, median of {ROUNDS} runs; in brackets against pg_dump\n", home().major);
    for size in sizes {
        println!("\n| tables | program | wall, ms | | peak, MiB | |\n|--:|---|--:|--:|--:|--:|");
        let database = runtime.block_on(load(&cluster, size));
        measure(&database, size);
    }
}

async fn load(cluster: &Arc<Cluster>, size: usize) -> Database {
    let database = Database::create(cluster).await;
    database.execute(&shared(size)).await;
    // In portions: a transaction holds a lock for everything it makes.
    for start in (0..size).step_by(100) {
        let sql: String = (start..size.min(start + 100)).map(table).collect();
        database.execute(&sql).await;
    }
    database.execute("VACUUM ANALYZE").await;
    database
}

/// What the tables use.
fn shared(size: usize) -> String {
    let mut sql = String::from(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN new.updated_at := now(); RETURN new; END $$;",
    );
    for n in 0..=size / 50 {
        write!(sql, "CREATE TYPE state_{n} AS ENUM ('new', 'open', 'held', 'done', 'gone');")
            .expect("a string");
    }
    for n in 0..=size / 25 {
        write!(sql, "CREATE SEQUENCE number_{n} START 1000 CACHE 10;").expect("a string");
    }
    sql
}

fn table(n: usize) -> String {
    let (parent, state, number) = (n.saturating_sub(1), n / 50, n / 25);
    let mut sql = format!(
        "CREATE TABLE t_{n:05} (
            id bigint GENERATED ALWAYS AS IDENTITY,
            number bigint NOT NULL DEFAULT nextval('number_{number}'),
            name varchar(80) NOT NULL,
            code text COLLATE \"C\",
            amount numeric(12, 2) NOT NULL DEFAULT 0,
            quantity integer NOT NULL DEFAULT 1,
            active boolean NOT NULL DEFAULT true,
            state state_{state} NOT NULL DEFAULT 'new',
            payload jsonb NOT NULL DEFAULT '{{}}',
            tags text[],
            token uuid DEFAULT gen_random_uuid(),
            parent_id bigint,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT t_{n:05}_pkey PRIMARY KEY (id),
            CONSTRAINT t_{n:05}_number_key UNIQUE (number),
            CONSTRAINT t_{n:05}_amount CHECK (amount >= 0 AND quantity > 0),
            CONSTRAINT t_{n:05}_code CHECK (code IS NULL OR code IN ('a', 'b', 'c')),
            CONSTRAINT t_{n:05}_parent FOREIGN KEY (parent_id) REFERENCES t_{parent:05} (id) ON DELETE CASCADE
        );
        CREATE INDEX t_{n:05}_parent_idx ON t_{n:05} (parent_id);
        CREATE INDEX t_{n:05}_active_idx ON t_{n:05} (updated_at DESC) WHERE active AND state <> 'gone';
        CREATE INDEX t_{n:05}_name_idx ON t_{n:05} (lower(name), code);
        CREATE INDEX t_{n:05}_payload_idx ON t_{n:05} USING gin (payload jsonb_path_ops);
        COMMENT ON TABLE t_{n:05} IS 'Table {n} of the benchmark: what it holds is nobody''s business.';"
    );
    if n.is_multiple_of(10) {
        write!(
            sql,
            "CREATE TRIGGER touch BEFORE UPDATE ON t_{n:05} FOR EACH ROW EXECUTE FUNCTION touch();
             CREATE VIEW v_{n:05} AS SELECT a.id, a.name, b.amount * a.quantity AS total
                FROM t_{n:05} a LEFT JOIN t_{parent:05} b ON b.id = a.parent_id WHERE a.active;"
        )
        .expect("a string");
    }
    sql
}

fn measure(database: &Database, size: usize) {
    let (work, plumb) = (Folder::new(), Path::new(PLUMB));
    let url = database.url();
    let exported = work.join("exported");
    let changed = work.join("changed");
    for folder in [&exported, &changed] {
        run(plumb, &["export", "--url", &url, "--out", folder], 0);
    }
    let edited = (0..size)
        .step_by(100)
        .filter(|n| add_column(Path::new(&changed), &format!("t_{n:05}")))
        .count();
    assert_eq!(edited, size.div_ceil(100), "not every hundredth table was found in the export");

    let pg_dump = home().pg_dump().expect("a pg_dump for the home major");
    let programs = [
        "pg_dump --schema-only",
        "plumb export",
        "plumb plan, no change",
        "plumb plan, 1 % changed",
    ];
    let mut runs = vec![Vec::new(); programs.len()];
    for round in 0..ROUNDS {
        let fresh = work.join(&format!("round-{round}"));
        runs[0].push(run(pg_dump, &["--schema-only", "--dbname", &url], 0));
        runs[1].push(run(plumb, &["export", "--url", &url, "--out", &fresh], 0));
        runs[2].push(run(plumb, &["plan", "--exit-code", "--url", &url, "--schema", &exported], 0));
        runs[3].push(run(plumb, &["plan", "--exit-code", "--url", &url, "--schema", &changed], 2));
    }
    let base = runs[0].clone();
    for (program, runs) in programs.iter().zip(runs) {
        let wall = median(&runs, |run| run.wall.as_secs_f64() * 1000.0);
        let peak = median(&runs, |run| run.peak);
        let wall_ratio = wall / median(&base, |run| run.wall.as_secs_f64() * 1000.0);
        let peak_ratio = peak / median(&base, |run| run.peak);
        println!(
            "| {size} | {program} | {wall:.0} | ({wall_ratio:.2}) | {peak:.1} | ({peak_ratio:.2}) |"
        );
    }
    // Which rung decided, in a run of its own: to count leaves takes time.
    for (what, folder, code) in [("no change", &exported, 0), ("1 % changed", &changed, 2)] {
        let words = ["plan", "--exit-code", "--timings", "--url", &url, "--schema", folder];
        println!("\n{size} tables, plumb plan, {what}:\n{}", run(plumb, &words, code).said);
    }
}

/// Adds a column to a table in whatever file of the declaration it is; false if it is in none.
fn add_column(declaration: &Path, name: &str) -> bool {
    files(declaration).iter().any(|path| {
        let text = fs::read_to_string(path).expect("a file of the export");
        if !text.contains(name) {
            return false;
        }
        let mut document: toml_edit::DocumentMut = text.parse().expect("TOML from the export");
        let table = document.get_mut("table").and_then(|item| item.as_table_like_mut());
        let table =
            table.and_then(|tables| tables.get_mut(name)).and_then(|item| item.as_table_like_mut());
        let columns = table
            .and_then(|table| table.get_mut("column"))
            .and_then(|item| item.as_table_like_mut());
        let Some(columns) = columns else { return false };
        columns.insert("added", toml_edit::value("integer"));
        fs::write(path, document.to_string()).expect("writing the file back");
        true
    })
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("the export").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[derive(Clone)]
struct Run {
    wall: Duration,
    /// What it wrote to standard error.
    said: String,
    /// MiB
    peak: f64,
}

/// Runs a process and everything below it, to the end.
fn run(program: &Path, arguments: &[&str], code: i32) -> Run {
    let scratch = Folder::new();
    let (out, err, peak) = (scratch.join("out"), scratch.join("err"), scratch.join("peak"));
    let timed = Path::new(TIME).exists();
    let mut command = Command::new(if timed { Path::new(TIME) } else { program });
    if timed {
        command.args(["-o", &peak, "-f", "%M"]).arg(program);
    }
    command.args(arguments).current_dir(env::temp_dir()).stdin(Stdio::null());
    command
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("PLUMB_PG_BIN", &home().bin);
    command
        .stdout(fs::File::create(&out).expect("a file"))
        .stderr(fs::File::create(&err).expect("a file"));

    let start = Instant::now();
    let mut child = command.spawn().expect("the program");
    let watched = (!timed).then(|| watch(child.id()));
    let status = child.wait().expect("the program");
    let wall = start.elapsed();

    assert_eq!(
        status.code(),
        Some(code),
        "{command:?}\n{}\n{}",
        fs::read_to_string(&err).unwrap_or_default(),
        fs::read_to_string(&out)
            .unwrap_or_default()
            .lines()
            .take(40)
            .collect::<Vec<_>>()
            .join("\n")
    );
    let kib = match watched {
        Some(watch) => watch.join().expect("the watch"),
        // "Command exited with non-zero status 2" may come first.
        None => fs::read_to_string(&peak)
            .ok()
            .and_then(|text| text.lines().last()?.parse().ok())
            .unwrap_or(0),
    };
    let said = fs::read_to_string(&err).unwrap_or_default();
    Run { wall, said, peak: f64::from(kib) / 1024.0 }
}

/// Peak memory of one process, where there is no `time`: the high-water mark that the kernel keeps.
fn watch(process: u32) -> thread::JoinHandle<u32> {
    thread::spawn(move || {
        let mut peak = 0;
        while let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(kib) = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
            else {
                break;
            };
            peak = kib;
            thread::sleep(Duration::from_millis(2));
        }
        peak
    })
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
