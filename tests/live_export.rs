//! An export that its author keeps: short where reading needs no more, and the same database all the same.

mod common;

use common::{Cluster, Database, Folder, Plumb, home, majors};

/// A database with what people have, as they write it.
const DATABASE: &str = "
    create type status as enum ('open', 'done');
    create sequence number;
    create table ward (id integer primary key, name varchar(40) not null unique);
    create table visit (
        id bigint generated always as identity primary key,
        number bigint not null default nextval('number'),
        ward integer not null references ward on delete cascade,
        status status not null default 'open',
        code char(2) check (code in ('ab', 'cd')),
        note text default 'none',
        level integer default -1 check (level >= -40 and (level < 10 or level > 20)),
        came timestamptz(3) not null default now()
    );
    create index on visit (lower(note)) where status <> 'done';
    create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger touched before update on visit for each row execute function touch();
    create table log (day date not null, what text) partition by range (day);
    create table log_1 partition of log for values from ('2026-01-01') to ('2026-02-01');
    create table log_2 partition of log for values from ('2026-02-01') to ('2026-03-01')
        partition by list (what);
    create table log_2a partition of log_2 for values in ('a');
    create index log_1_what on log_1 (what);
    create schema clinic;
    create table clinic.ward (id integer primary key, of integer references public.ward);
    create view clinic.open as select v.id from public.visit v join clinic.ward w on w.of = v.ward;
";

fn exported(database: &Database) -> Folder {
    let folder = Folder::new();
    let (url, out) = (database.url(), folder.join("out"));
    Plumb::new(&["export", "--url", &url, "--out", &out]).on(&database.cluster.postgres).run().ok();
    folder
}

#[tokio::test]
async fn an_export_is_written_as_a_person_would() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute(DATABASE).await;
    let folder = exported(&database);
    let visit = folder.read("out/public/visit.toml");
    for line in [
        "id     = \"bigint primary key generated always as identity\"",
        "number = \"bigint not null default nextval('number')\"",
        "ward   = \"integer not null references ward on delete cascade\"",
        "status = \"status not null default 'open'\"",
        "code   = \"char(2) check (code in ('ab', 'cd'))\"",
        "note   = \"text default 'none'\"",
        "level  = \"integer default -1 check (level >= -40 and (level < 10 or level > 20))\"",
        "came   = \"timestamptz(3) not null default now()\"",
        "visit_lower_idx = \"(lower(note)) where status <> 'done'\"",
        "touched = \"before update for each row execute function touch()\"",
    ] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&visit).contains(&words(line)), "{line}\n{visit}");
    }
    assert_eq!(
        folder.read("out/public/_enum.toml").lines().last(),
        Some("status = [\"open\", \"done\"]")
    );
    let log = folder.read("out/public/log.toml");
    for line in [
        "[table.log.partition.log_1]",
        "sql = \"for values from ('2026-01-01') to ('2026-02-01')\"",
        "[table.log.partition.log_1.index]",
        "sql = \"for values from ('2026-02-01') to ('2026-03-01') partition by list (what)\"",
        "[table.log.partition.log_2.partition]",
        "log_2a = \"for values in ('a')\"",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
    // public.ward is not the ward of this file.
    let clinic = folder.read("out/clinic/ward.toml");
    assert!(clinic.contains("integer references public.ward"), "{clinic}");
}

#[tokio::test]
async fn what_is_short_is_the_same_database() {
    for postgres in majors() {
        let cluster = Cluster::shared(postgres);
        let database = Database::create(&cluster).await;
        database.execute(DATABASE).await;
        let folder = exported(&database);
        let out = folder.join("out");
        let plan =
            ["plan", "--exit-code", "--schema", &out, "--url", &database.url()].map(str::to_owned);
        let plan = plan.each_ref().map(String::as_str);
        Plumb::new(&plan).on(postgres).run().ok();
        let copy = Database::create(&cluster).await;
        let url = copy.url();
        Plumb::new(&["apply", "--yes", "--schema", &out, "--url", &url]).on(postgres).run().ok();
        assert_eq!(copy.dump(), database.dump(), "on {}", postgres.major);
        // A name that was changed is a difference, though no name is written.
        copy.execute("alter table visit rename constraint visit_pkey to other").await;
        let drift = Plumb::new(&["drift", "--schema", &out, "--url", &url]).on(postgres).run();
        assert!(drift.exit(2).contains("visit_pkey"), "on {}", postgres.major);
    }
}

/// `not null no inherit check (...)`: the words after NOT NULL are not those of the check.
#[tokio::test]
async fn words_of_a_not_null_constraint_stay_with_it() {
    for postgres in majors().iter().filter(|postgres| postgres.major >= 18) {
        let cluster = Cluster::shared(postgres);
        let database = Database::create(&cluster).await;
        database
            .execute(
                "create table ward (
                     id integer not null no inherit,
                     beds integer not null no inherit check (beds > 0),
                     name text unique
                 );
                 alter table ward add constraint ward_name_not_null not null name not valid;
                 create sequence ward_id_seq as integer owned by ward.id;
                 alter table ward alter id set default nextval('ward_id_seq')",
            )
            .await;
        let folder = exported(&database);
        let (out, copy) = (folder.join("out"), Database::create(&cluster).await);
        let apply = ["apply", "--yes", "--schema", &out, "--url", &copy.url()].map(str::to_owned);
        Plumb::new(&apply.each_ref().map(String::as_str)).on(postgres).run().ok();
        let of = "select string_agg(conname || pg_get_constraintdef(oid), ', ' order by conname)
                  from pg_constraint where conrelid = 'ward'::regclass";
        let (there, made) = (database.query_strings(of).await, copy.query_strings(of).await);
        assert_eq!(made, there, "{}", folder.read("out/public/ward.toml"));
    }
}

#[tokio::test]
async fn partitions_of_a_job_are_left_out() {
    let database = Database::create(&Cluster::shared(home())).await;
    database.execute(DATABASE).await;
    let folder = Folder::new();
    let (url, out) = (database.url(), folder.join("out"));
    Plumb::new(&["export", "--no-partitions", "--url", &url, "--out", &out]).run().ok();
    assert!(!folder.read("out/public/log.toml").contains("log_1"));
    assert!(folder.read("out/manage.toml").contains("partitions         = false"));
    Plumb::new(&["plan", "--exit-code", "--schema", &out, "--url", &url]).run().ok();
}

#[test]
fn a_partition_says_which_rows_it_holds() {
    let folder = Folder::declaring(
        "[table.t]\nsql = \"partition by list (a)\"\ncolumn.a = \"int\"\n[table.t.partition]\n\
         t_1 = \"for values in (1)\"\nt_2 = { comment = \"which rows?\" }\n",
    );
    let check = Plumb::new(&["check", "--schema", folder.arg()]).run();
    assert_eq!(check.code, 1);
    let said = "expected what would follow `partition of public.t`, or a table with it as `sql`";
    assert!(check.stderr.contains(said), "{}", check.stderr);
}
