//! What constraints read, write and become.

use serde_json::{Map, Value as Json};

use super::*;
use crate::clause::{Value, join, split};

fn constraint(text: &str) -> Constraint {
    let map = split(Constraint::ABOUT.clauses, text).unwrap().into_iter().map(|found| {
        let value = match found.value {
            Value::Flag(flag) => Json::Bool(flag),
            Value::Text(text) => Json::String(text),
        };
        (found.key.to_owned(), value)
    });
    serde_json::from_value(Json::Object(map.collect::<Map<_, _>>())).unwrap()
}

fn create(text: &str) -> String {
    let empty = Catalog::default();
    let cx = Cx::undecided(&empty, &empty);
    let id = Id::new(Kind::Constraint, ["s", "t", "k"]);
    constraint(text).create(&id, &cx, &[])[0].sql.clone()
}

#[test]
fn the_short_form_reads_back() {
    for text in [
        "primary key (a, \"B c\") include (d) with (fillfactor=70) using index tablespace fast",
        "primary key (id, valid WITHOUT OVERLAPS)",
        "unique nulls not distinct (a) deferrable initially deferred",
        "foreign key (a, b) references s.t (x, \"Y\") match full on delete set null (a) \
         on update cascade deferrable not valid",
        "foreign key (a, PERIOD p) references s.t (a, PERIOD p)",
        "check ((a > 0) AND (b IS NOT NULL)) no inherit not valid",
        "exclude USING gist (room WITH =, during WITH &&, (lower(x)) WITH OPERATOR(s.@@)) \
         where (room > 0)",
    ] {
        let json = serde_json::to_value(constraint(text)).unwrap();
        let short = join(Constraint::ABOUT.clauses, &|key| match json.get(key)? {
            Json::Bool(flag) => Some(Value::Flag(*flag)),
            Json::String(text) => Some(Value::Text(text.clone())),
            _ => None,
        });
        assert_eq!(short, text);
    }
}

#[test]
fn a_constraint_is_added_to_its_table() {
    assert_eq!(
        create("foreign key (a) references s.x (b) on delete set default not valid"),
        "ALTER TABLE s.t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES s.x (b) \
         ON DELETE SET DEFAULT NOT VALID"
    );
    assert_eq!(
        create("exclude using gist (c with &&) where (d)"),
        "ALTER TABLE s.t ADD CONSTRAINT k EXCLUDE USING gist (c WITH &&) WHERE (d)"
    );
}

#[test]
fn what_was_not_valid_is_validated_and_never_the_other_way() {
    let empty = Catalog::default();
    let cx = Cx::undecided(&empty, &empty);
    let id = Id::new(Kind::Constraint, ["s", "t", "k"]);
    let (old, new) = (constraint("check (a) not valid"), constraint("check (a)"));
    let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
    assert_eq!(steps[0].sql, "ALTER TABLE s.t VALIDATE CONSTRAINT k");
    assert_eq!(old.alter(&new, &id, &cx), Alter::Replace);
}

#[test]
fn only_a_foreign_key_changes_when_it_is_checked() {
    let empty = Catalog::default();
    let cx = Cx::undecided(&empty, &empty);
    let id = Id::new(Kind::Constraint, ["s", "t", "k"]);
    let old = constraint("foreign key (a) references x (b)");
    let new = constraint("foreign key (a) references x (b) deferrable");
    let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
    assert_eq!(steps[0].sql, "ALTER TABLE s.t ALTER CONSTRAINT k DEFERRABLE INITIALLY IMMEDIATE");
    let (old, new) = (constraint("unique (a)"), constraint("unique (a) deferrable"));
    assert_eq!(new.alter(&old, &id, &cx), Alter::Replace);
}

#[test]
fn the_actions_of_foreign_keys_have_one_spelling() {
    assert_eq!(action("SET  NULL ( A , \"B\")"), "set null (a, \"B\")");
    assert_eq!(action("No Action"), "no action");
}

/// A catalog of a server of that major with tables `s.t`, `s.below` that inherits from it, and these checks.
fn with_child(major: u32, checks: &[(&str, &str)]) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.server.version = major * 10_000;
    let mut add = |id: &str, attrs: Attrs| {
        catalog.objects.insert(id.parse().unwrap(), crate::catalog::Object::new(attrs));
    };
    for (id, json) in [
        ("table:s.t", serde_json::json!({})),
        ("table:s.below", serde_json::json!({"inherits": ["s.t"]})),
    ] {
        add(id, (Kind::Table.def().parse)(&json).unwrap());
    }
    for (id, text) in checks {
        add(id, constraint(text).wrap());
    }
    catalog
}

#[test]
fn a_check_is_enforced_in_place_since_19() {
    let id = Id::new(Kind::Constraint, ["s", "t", "k"]);
    let (on, off) = (constraint("check (a)"), constraint("check (a) not enforced"));
    let alter = |new: &Constraint, old: &Constraint, major, below: &[(&str, &str)]| {
        let catalog = with_child(major, below);
        match new.alter(old, &id, &Cx::undecided(&catalog, &catalog)) {
            Alter::InPlace(steps) => steps.into_iter().map(|step| step.sql).collect::<Vec<_>>(),
            _ => Vec::new(),
        }
    };
    assert_eq!(alter(&on, &off, 18, &[]), [""; 0]);
    assert_eq!(alter(&on, &off, 19, &[]), ["ALTER TABLE s.t ALTER CONSTRAINT k ENFORCED"]);
    assert_eq!(alter(&off, &on, 19, &[]), ["ALTER TABLE s.t ALTER CONSTRAINT k NOT ENFORCED"]);
    // It would change that of the child table too, which is to stay.
    assert_eq!(alter(&off, &on, 19, &[("constraint:s.below.k", "check (a)")]), [""; 0]);
    let same = [("constraint:s.below.k", "check (a) not enforced")];
    assert_eq!(alter(&off, &on, 19, &same).len(), 1);
    // PostgreSQL reads the rows at once.
    assert_eq!(alter(&constraint("check (a) not valid"), &off, 19, &[]), [""; 0]);
}
