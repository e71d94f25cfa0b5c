//! What is not declared and stays may be in the way of what is: the plan is refused, by what PostgreSQL says of both together.

mod common;

use common::{Cluster, Database, Folder, Plumb, home};

/// What is there, what is declared, and what PostgreSQL says; nothing where both stand together.
const CASES: &[(&str, &str, &str)] = &[
    (
        "create table p (a int) partition by list (a); create table p1 partition of p for values in (1)",
        "[table.p]\npartition_by='list (a)'\ncolumn={a='integer'}\n[table.p.partition]\np2='for values in (1)'\n",
        "would overlap",
    ),
    (
        "create table p (a int) partition by hash (a); create table p1 partition of p for values with (modulus 4, remainder 0)",
        "[table.p]\npartition_by='hash (a)'\ncolumn={a='integer'}\n[table.p.partition]\np2='for values with (modulus 6, remainder 0)'\n",
        "every hash partition modulus",
    ),
    (
        "create table p (a int); create table c (b text) inherits (p)",
        "[table.p]\ncolumn={a='integer', b='integer'}\n",
        "different type for column",
    ),
    (
        "create table p (a int); create table c (b int) inherits (p)",
        "[table.p]\ncolumn={b={type='integer', renamed_from='a'}}\n",
        "already exists",
    ),
    (
        "create table p (a int); create table c (constraint k check (a > 0)) inherits (p)",
        "[table.p]\ncolumn={a='integer'}\nconstraint={k='check (a > 1)'}\n",
        "already exists",
    ),
    (
        "create table p (a int); create table c (constraint k check (a > 0) no inherit) inherits (p)",
        "[table.p]\ncolumn={a='integer'}\nconstraint={k='check (a > 0)'}\n",
        "conflicts with non-inherited",
    ),
    (
        "create function f() returns trigger language plpgsql as 'begin return new; end'; create table p (a int) partition by list (a); create table p1 partition of p default; create trigger g before insert on p1 for each row execute function f()",
        "[function.'f()']\nreturns='trigger'\nlanguage='plpgsql'\nbody='begin return new; end'\n[table.p]\npartition_by='list (a)'\ncolumn={a='integer'}\ntrigger={g='before insert for each row execute function f()'}\n",
        "already exists",
    ),
    (
        "create table p (a int, b int) partition by list (a); create table p1 (a int, b int primary key); alter table p attach partition p1 default",
        "[table.p]\npartition_by='list (a)'\ncolumn={a='integer primary key', b='integer'}\n",
        "multiple primary keys",
    ),
    (
        "create table t (a int primary key); create publication pp for table t",
        "[table.t]\nunlogged=true\ncolumn={a='integer primary key'}\n",
        "part of a publication",
    ),
    (
        "create schema x; create table t (a int primary key); create table x.u (a int references t)",
        "[table.t]\nunlogged=true\ncolumn={a='integer primary key'}\n",
        "references logged table",
    ),
    (
        "create type e as enum ('a','b'); create table t (x e default 'b')",
        "[enum]\ne=['a','c']\n",
        "invalid input value for enum",
    ),
    (
        "create function f() returns trigger language plpgsql as 'begin return null; end'; create table p (a int) partition by list (a); create table c (a int); create trigger g after insert on c referencing new table as n for each row execute function f()",
        "[table.p]\npartition_by='list (a)'\ncolumn={a='integer'}\n[table.p.partition]\nc='default'\n",
        "prevents table",
    ),
    (
        "create table p (a int); create table c (b text) inherits (p); create view v as select * from c; create index on c (b)",
        "[table.p]\ncolumn={a='integer', d='integer'}\n",
        "",
    ),
    (
        "create table p (a int); create table c (b text) inherits (p); create index on c (b)",
        "[table.p]\ncolumn={a='bigint'}\n",
        "",
    ),
    (
        "create table t (a int primary key, b int not null)",
        "[table.t]\ncolumn={a='integer', b='integer not null'}\nconstraint={k2='primary key (b)'}\n",
        "is in a primary key",
    ),
    (
        "create table t (a int not null); create unique index i on t (a); alter table t replica identity using index i",
        "[table.t]\ncolumn={a='integer'}\n",
        "in index used as replica identity",
    ),
    (
        "create table p (a int); create table c (a text, b int)",
        "[table.p]\ncolumn={a='integer'}\n[table.c]\ninherits=['p']\n",
        "has different type for column",
    ),
    (
        "create table p (a int); create table c () inherits (p);
         alter table c add constraint k check (a > 0) not valid",
        "[table.p]\ncolumn={a='integer'}\nconstraint={k='check (a > 0)'}\n",
        "conflicts with NOT VALID constraint",
    ),
];

#[tokio::test]
async fn what_is_not_declared_is_seen_before_the_plan_is_shown() {
    let cluster = Cluster::shared(home());
    for (there, declared, why) in CASES {
        let database = Database::create(&cluster).await;
        database.execute(there).await;
        let folder = Folder::declaring(declared);
        let run = |words: &[&str]| {
            let more = ["--schema", folder.arg(), "--url", &database.url()].map(str::to_owned);
            let more = more.each_ref().map(String::as_str);
            Plumb::new(&[words, &more].concat()).run()
        };
        let plan = run(&["plan"]);
        if why.is_empty() {
            run(&["apply", "--yes", "--allow", "all"]).ok();
        } else {
            assert_eq!(plan.code, 3, "{declared}\n{}{}", plan.stdout, plan.stderr);
            for said in [why, "what is not declared stays beside it: "] {
                assert!(plan.stderr.contains(said), "{declared}\n{}", plan.stderr);
            }
            // PostgreSQL says so of the plan, too.
            let applied = run(&["apply", "--yes", "--allow", "all", "--no-check"]);
            assert!(applied.code == 1 && applied.stderr.contains(why), "{}", applied.stderr);
        }
    }
}
