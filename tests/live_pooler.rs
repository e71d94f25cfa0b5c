//! Behind a pooler in transaction mode plumb reads, and refuses to apply.

mod common;

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Cluster, Database, Folder, Plumb, home};
use nix::unistd::{User, geteuid};

struct Pooler(Child);

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A pooler before the server, and how to reach a database through it.
fn pooled(database: &Database) -> Option<(Pooler, Folder, String)> {
    let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
        .into_iter()
        .find(|path| fs::metadata(path).is_ok())?;
    let folder = Folder::new();
    let (dir, host) = (folder.arg(), database.cluster.host().display());
    folder.write("users.txt", "\"postgres\" \"\"\n");
    folder.write(
        "pgbouncer.ini",
        &format!(
            "[databases]\n* = host={host} port={}\n[pgbouncer]\nlisten_port=6432\nunix_socket_dir={dir}\n\
             auth_type=any\npool_mode=transaction\ndefault_pool_size=2\nlogfile={dir}/log\npidfile={dir}/pid\n",
            database.cluster.port()
        )
        .replace("* = ", &format!("{} = user=postgres ", database.name)),
    );
    let mut command = Command::new(program);
    command.arg(folder.join("pgbouncer.ini")).stdout(Stdio::null()).stderr(Stdio::null());
    if geteuid().is_root() {
        let user = User::from_name("postgres").expect("a user list").expect("a user postgres");
        for name in ["", "users.txt", "pgbouncer.ini"] {
            let (uid, gid) = (Some(user.uid.as_raw()), Some(user.gid.as_raw()));
            chown(folder.path().join(name), uid, gid).expect("giving it away");
        }
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    let pooler = Pooler(command.spawn().expect("pgbouncer"));
    let patience = Instant::now() + Duration::from_secs(10);
    while !folder.path().join(".s.PGSQL.6432").exists() {
        assert!(Instant::now() < patience, "pgbouncer: {}", folder.read("log"));
        std::thread::sleep(Duration::from_millis(20));
    }
    let url = format!("postgresql:///{}?host={dir}&port=6432&user=postgres", database.name);
    Some((pooler, folder, url))
}

#[tokio::test]
async fn reads_go_through_a_pooler_and_an_apply_does_not() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a integer default (1 + 1))").await;
    let Some((_pooler, _folder, url)) = pooled(&database) else {
        println!("no pgbouncer here: nothing was tested");
        return;
    };
    let wanted = Folder::declaring("[table.t.column]\na = \"integer default 3\"\n");
    let words = ["--schema", wanted.arg(), "--url", &url];
    for _ in 0..3 {
        let plan = Plumb::new(&[&["plan"], &words[..]].concat()).run();
        assert!(
            plan.code == 0 && plan.stdout.contains("SET DEFAULT 3"),
            "{}\n{}",
            plan.stdout,
            plan.stderr
        );
    }
    Plumb::new(&[&["drift"], &words[..]].concat()).run().exit(2);
    let apply = Plumb::new(&[&["apply", "--yes"], &words[..]].concat()).run();
    assert_eq!(apply.code, 3, "{}", apply.stderr);
    assert!(apply.stderr.contains("direct connection"), "{}", apply.stderr);
    let locks = "select count(*) from pg_locks where locktype = 'advisory'";
    assert_eq!(database.query_strings(locks).await, ["0"]);
    let direct = ["apply", "--yes", "--schema", wanted.arg(), "--url", &database.url()];
    Plumb::new(&direct).run().ok();
}
