//! `plumb prove`: the plan is run on a copy, and what was seen stands in the saved plan.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Cluster, Database, Folder, Output, Plumb, home, majors};
use serde_json::Value as Json;

const THERE: &str = "create type mood as enum ('glad', 'sad');
    create domain short as varchar(12) check (value <> '');
    create table team (id integer primary key, name text not null unique);
    create table member (id bigint generated always as identity primary key,
      team_id integer not null references team, boss bigint references member,
      mood mood not null, nick short, state text not null check (state in ('new', 'old')),
      big integer not null default 1, at timestamptz not null, tags text[], half numeric(3, 1));
    create table never (id integer primary key, c circle not null);
    create table part (kind text, n integer) partition by list (kind);
    create table part_v1 partition of part for values in ('v1');
    create view glad as select id from member where mood = 'glad';
    create function bump() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger bumps before insert on team for each row execute function bump();
    grant select on team to prove_reads; comment on table team is 'Teams.'";

fn prove(more: &[&str], folder: &str, database: &Database) -> Output {
    let url = database.url();
    let common = ["prove", "--schema", folder, "--url", &url];
    Plumb::new(&[&common, more].concat()).on(&database.cluster.postgres).run()
}

fn exported(database: &Database) -> (Folder, String) {
    let folder = Folder::new();
    let out = folder.join("out");
    Plumb::new(&["export", "--url", &database.url(), "--out", &out]).run().ok();
    (folder, out)
}

#[tokio::test]
async fn a_plan_is_run_on_a_copy_with_rows() {
    for postgres in majors() {
        let database = Database::create(&Cluster::shared(postgres)).await;
        let role =
            "do $$ begin create role prove_reads; exception when duplicate_object then end $$";
        database.execute(role).await;
        database.execute(THERE).await;
        let (folder, out) = exported(&database);
        let member = folder.read("out/public/member.toml");
        let wanted =
            member.replace("\"integer default 1 not null\"", "\"bigint default 1 not null\"");
        let wanted =
            wanted.replace("\"integer not null default 1\"", "\"bigint not null default 1\"");
        assert_ne!(member, wanted, "{member}");
        folder.write("out/public/member.toml", &wanted);
        let team = folder.read("out/public/team.toml");
        let index = "\n[table.team.index]\nteam_more = \"(name, id)\"\n";
        folder.write("out/public/team.toml", &(team + index));

        let plan = folder.join("plan.json");
        let text = prove(&["--rows", "7", "--out", &plan], &out, &database).ok();
        assert!(text.contains("rewrote public.member"), "{text}");
        assert!(text.contains("lock ACCESS EXCLUSIVE on public.member"), "{text}");
        assert!(text.contains("public.team: 7 -> 7"), "{text}");
        assert!(text.contains("public.member: 7 -> 7"), "{text}");
        assert!(text.contains("no rows could be made for public.never"), "{text}");
        assert!(text.contains("nothing differs"), "{text}");

        // The plan with its evidence is a plan like any other.
        let saved: Json = serde_json::from_str(&folder.read("plan.json")).unwrap();
        assert_eq!(saved["evidence"]["rows"], 7);
        Plumb::new(&["apply", &plan, "--yes", "--url", &database.url()]).run().ok();
    }
}

#[tokio::test]
async fn a_statement_that_fails_is_seen_before() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute("create table t (a integer, b integer)").await;
    let declared = "[table.t.column]\na = \"integer\"\nb = \"integer\"\n[table.t.constraint]\nu = \"check (a < 3)\"";
    let folder = Folder::declaring(declared);
    prove(&[], folder.arg(), &database).ok();
    let text = prove(&["--rows", "5"], folder.arg(), &database).exit(1);
    assert!(text.contains("not proved") && text.contains("23514"), "{text}");
}
