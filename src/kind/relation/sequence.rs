//! Sequences (`CREATE SEQUENCE`, `pg_sequence`), free or owned by a column. The sequence of an
//! identity is part of its column. How far a sequence has counted is not schema: it is never
//! compared. It is data: a sequence that takes the place of another goes on where that one stands.

mod counting;
mod integer;
mod owner;
mod restart;
pub(in crate::kind) mod source;

use serde::{Deserialize, Deserializer, Serialize};

use crate::clause::{Shape, clause};
use crate::grants;
use crate::kind::abilities::{Companion, Counts, Ordered};
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Lookup, Sides};
use crate::leaf::{is_false, text_of};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::step::Step;
pub(in crate::kind) use counting::Counting;
pub(in crate::kind) use integer::Integer;
use integer::is_bigint;
use owner::{Owner, owner};
pub(in crate::kind) use restart::Restart;

/// A sequence. What is as PostgreSQL would choose it for the type and the direction (`init_params`
/// of sequence.c) is left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Sequence {
    /// Whether it is not logged, and starts again after a crash (`relpersistence`).
    #[serde(skip_serializing_if = "is_false")]
    unlogged: bool,
    /// Its type (`seqtypid`).
    #[serde(rename = "as", skip_serializing_if = "is_bigint")]
    of: Integer,
    /// Where it starts (`seqstart`).
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    /// The step (`seqincrement`).
    #[serde(skip_serializing_if = "Option::is_none")]
    increment: Option<i64>,
    /// The least value (`seqmin`).
    #[serde(skip_serializing_if = "Option::is_none")]
    minvalue: Option<i64>,
    /// The greatest value (`seqmax`).
    #[serde(skip_serializing_if = "Option::is_none")]
    maxvalue: Option<i64>,
    /// How many values a session takes at once (`seqcache`).
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<i64>,
    /// Whether it begins again at the end (`seqcycle`).
    #[serde(skip_serializing_if = "is_false")]
    cycle: bool,
    /// The column with which it is dropped (`pg_depend.deptype = 'a'`).
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_by: Option<Owner>,
}

/// The attributes as they are written or read, before the defaults are taken out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    unlogged: bool,
    #[serde(rename = "as", default)]
    of: Integer,
    #[serde(default, deserialize_with = "number")]
    start: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    increment: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    minvalue: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    maxvalue: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    cache: Option<i64>,
    #[serde(default)]
    cycle: bool,
    #[serde(default, deserialize_with = "owner")]
    owned_by: Option<Owner>,
}

/// Reads a number, or `none` for what PostgreSQL would choose.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = text_of(deserializer)?;
    if text == "none" {
        return Ok(None);
    }
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    plain
        .parse()
        .map(Some)
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is no whole number of 64 bits")))
}

impl TryFrom<Written> for Sequence {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { unlogged, of, start, increment, minvalue, maxvalue, cache, cycle, owned_by } =
            written;
        let increment = increment.filter(|step| *step != 1);
        if increment == Some(0) {
            return Err("a sequence cannot count by steps of 0".to_owned());
        }
        let mut sequence = Self {
            unlogged,
            of,
            start: None,
            increment,
            minvalue: None,
            maxvalue: None,
            cache: cache.filter(|cache| *cache != 1),
            cycle,
            owned_by,
        };
        sequence.minvalue = minvalue.filter(|least| *least != sequence.least());
        sequence.maxvalue = maxvalue.filter(|greatest| *greatest != sequence.greatest());
        sequence.start = start.filter(|start| *start != sequence.first());
        Ok(sequence)
    }
}

impl Sequence {
    fn step(&self) -> i64 {
        self.increment.unwrap_or(1)
    }

    fn least(&self) -> i64 {
        self.minvalue.unwrap_or(if self.step() > 0 { 1 } else { self.of.bounds().0 })
    }

    fn greatest(&self) -> i64 {
        self.maxvalue.unwrap_or(if self.step() > 0 { self.of.bounds().1 } else { -1 })
    }

    fn first(&self) -> i64 {
        let first = if self.step() > 0 { self.least() } else { self.greatest() };
        self.start.unwrap_or(first)
    }

    /// How it counts.
    pub(in crate::kind) fn counting(&self) -> Counting {
        Counting {
            of: self.of,
            first: self.first(),
            step: self.step(),
            least: self.least(),
            greatest: self.greatest(),
            cache: self.cache.unwrap_or(1),
            cycle: self.cycle,
        }
    }

    fn made(&self, id: &Id) -> String {
        let unlogged = if self.unlogged { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}{}", self.address(id));
        if !is_bigint(&self.of) {
            sql.push_str(&format!(" AS {}", self.of.name()));
        }
        let numbers = [
            ("START", self.start),
            ("INCREMENT", self.increment),
            ("MINVALUE", self.minvalue),
            ("MAXVALUE", self.maxvalue),
            ("CACHE", self.cache),
        ];
        for (word, number) in numbers {
            if let Some(number) = number {
                sql.push_str(&format!(" {word} {number}"));
            }
        }
        if self.cycle {
            sql.push_str(" CYCLE");
        }
        sql
    }

    /// Gives it the owner of the table that it is to be owned by: they must have one owner.
    fn shared_owner(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Vec<Step> {
        let Some(owned_by) = self.owned_by.as_ref().filter(|_| self.owned_by != old.owned_by)
        else {
            return Vec::new();
        };
        let table = cx.current.get(&owned_by.table());
        // A new table is still its maker's.
        let wanted = table.map_or(Some(&cx.current.server.user), |table| table.owner.as_ref());
        let there = cx.current.get(id).and_then(|object| object.owner.as_ref());
        let Some(owner) = wanted.filter(|owner| Some(*owner) != there) else { return Vec::new() };
        let address = self.address(id);
        let mut steps = Vec::new();
        if old.owned_by.is_some() {
            steps.push(Step::new(format!("ALTER {address} OWNED BY NONE")));
        }
        steps.push(Step::new(format!("ALTER {address} OWNER TO {}", ident(owner))));
        steps
    }
}

impl Define for Sequence {
    const ABOUT: About = About {
        clauses: &[
            clause("unlogged", "unlogged", Shape::Flag),
            clause("as", "as", Shape::Word),
            clause("start", "start", Shape::Word),
            clause("start", "start with", Shape::Word),
            clause("increment", "increment", Shape::Word),
            clause("increment", "increment by", Shape::Word),
            clause("minvalue", "minvalue", Shape::Word),
            clause("minvalue", "no minvalue", Shape::Is("none")),
            clause("maxvalue", "maxvalue", Shape::Word),
            clause("maxvalue", "no maxvalue", Shape::Is("none")),
            clause("cache", "cache", Shape::Word),
            clause("cycle", "cycle", Shape::Flag),
            clause("cycle", "no cycle", Shape::Off),
            clause("owned_by", "owned by", Shape::Word),
        ],
        catalog: 1259,
        models: Some(("pg_class", "t.relkind = 'S'")),
        rights: Some(&grants::SEQUENCE),
        owned: true,
        follows_type: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        format!(
            "SELECT c.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             pg_get_userbyid(c.relowner)::text AS _owner, c.relacl::text AS _acl, \
             c.relpersistence = 'u' AS unlogged, format_type(s.seqtypid, NULL) AS \"as\", \
             s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS minvalue, \
             s.seqmax AS maxvalue, s.seqcache AS cache, s.seqcycle AS cycle, o.owner AS owned_by \
             FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN (SELECT d.objid, d.deptype, quote_ident(tn.nspname) || '.' || quote_ident(t.relname) \
                 || '.' || quote_ident(a.attname) AS owner \
               FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid \
               JOIN pg_namespace tn ON tn.oid = t.relnamespace \
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
               WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0 \
               AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) o ON o.objid = c.oid \
             WHERE o.deptype IS DISTINCT FROM 'i' AND {USER_SCHEMA} AND {}",
            no_member("pg_class", "c.oid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self {
            unlogged,
            of,
            start: _,
            increment: _,
            minvalue: _,
            maxvalue: _,
            cache: _,
            cycle: _,
            owned_by,
        } = self;
        let address = self.address(id);
        let (counting, was) = (self.counting(), old.counting());
        let restart = counting.restarts(&was);
        let mut options = Vec::new();
        if *of != old.of {
            options.push(format!("AS {}", of.name()));
        }
        options.extend(counting.changes(&was));
        if restart == Restart::Must {
            options.push("RESTART".to_owned());
        }
        if *owned_by != old.owned_by {
            let owner = owned_by.as_ref().map_or_else(|| "NONE".to_owned(), Owner::sql);
            options.push(format!("OWNED BY {owner}"));
        }
        let mut steps = Vec::new();
        if *unlogged != old.unlogged {
            let state = if *unlogged { "UNLOGGED" } else { "LOGGED" };
            steps.push(Step::new(format!("ALTER {address} SET {state}")));
        }
        steps.extend(self.shared_owner(old, id, cx));
        let name = qualified(&id.path[0], &id.path[1]);
        let repeat = |option: &str| format!("ALTER {address} {option}");
        steps.extend(counting.stay_within(&was, &name, &repeat));
        if !options.is_empty() {
            let sql = format!("ALTER {address} {}", options.join(" "));
            steps.push(restart.warn(Step::new(sql)));
        }
        Alter::InPlace(steps)
    }

    fn alter_steps(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let mut steps = self.alter(old, id, cx).steps();
        let counting = self.counting();
        if counting.restarts(&old.counting()) == Restart::Must {
            steps.extend(source::behind_users(id, &counting, cx));
        }
        steps
    }
}

impl Describe for Sequence {
    fn address(&self, id: &Id) -> String {
        format!("SEQUENCE {}", qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let made = self.made(id);
        let (before, after) = source::take_over(id, &self.counting(), cx);
        let address = self.address(id);
        let owner = self.owned_by.as_ref().and_then(|owned_by| {
            let table = cx.current.get(&owned_by.table())?;
            table.owner.as_ref().filter(|owner| **owner != cx.current.server.user)
        });
        let mut steps = before;
        match (&self.owned_by, owner) {
            (None, _) => steps.push(Step::new(made)),
            (Some(by), None) => steps.push(Step::new(format!("{made} OWNED BY {}", by.sql()))),
            // A sequence and the table of its column must have one owner.
            (Some(by), Some(owner)) => steps.extend([
                Step::new(made),
                Step::new(format!("ALTER {address} OWNER TO {}", ident(owner))),
                Step::new(format!("ALTER {address} OWNED BY {}", by.sql())),
            ]),
        }
        steps.extend(after);
        steps
    }

    fn drop(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        let name = source::name_when_dropped(id, cx);
        let step = Step::new(format!("DROP SEQUENCE {}", name.sql()));
        if source::successors(id, cx).is_empty() {
            return vec![step.loses_data("how far the sequence has counted is lost")];
        }
        vec![step]
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.owned_by.iter().flat_map(|owner| [owner.column(), owner.table()]).collect()
    }

    fn dropped_with(&self, _id: &Id) -> Vec<Id> {
        self.owned_by.iter().map(Owner::column).collect()
    }

    fn resolve(&mut self, _id: &Id, names: &Lookup<'_>) {
        if let Some(owner) = &mut self.owned_by {
            names.relation(&mut owner.table);
        }
    }

    /// To another schema it goes with its table, after this.
    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        let schema = if self.owned_by.is_some() { old.first() } else { new.first() };
        crate::kind::describe::rename_qualified(
            &|id| self.address(id),
            old,
            &Id::new(new.kind, [schema, new.name()]),
        )
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![("relation", id.path.clone())]
    }
}

impl Ordered for Sequence {
    fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        source::counted(id, cx)
    }

    fn comes_before(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        source::left_identities(id, cx)
    }

    fn taken_over_by(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        source::successors(id, cx)
    }
}

impl Counts for Sequence {
    fn bounds(&self) -> Option<(i64, i64)> {
        Some(self.counting().bounds())
    }
}

impl Companion for Sequence {
    fn follows_owner(&self, _id: &Id) -> Option<Id> {
        self.owned_by.as_ref().map(Owner::table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, Object};
    use crate::kind::{Kind, Member};
    use serde_json::json;

    fn of(json: serde_json::Value) -> Sequence {
        serde_json::from_value(json).unwrap()
    }

    fn id() -> Id {
        Id::new(Kind::Sequence, ["public", "s"])
    }

    #[test]
    fn what_postgresql_would_choose_says_nothing() {
        let full = json!({"as": "bigint", "start": 1, "increment": 1, "minvalue": 1,
            "maxvalue": i64::MAX, "cache": 1, "cycle": false});
        assert_eq!(serde_json::to_value(of(full)).unwrap(), json!({}));
        let down = json!({"as": "int2", "increment": "- 1", "start": -1, "maxvalue": "-1", "minvalue": -32768});
        assert_eq!(
            serde_json::to_value(of(down)).unwrap(),
            json!({"as": "smallint", "increment": -1})
        );
    }

    #[test]
    fn all_that_changes_is_one_statement() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let old = of(json!({"owned_by": "public.t.c", "maxvalue": 9}));
        let new = of(json!({"as": "integer", "increment": 10, "cycle": true}));
        let sql = "ALTER SEQUENCE public.s AS integer INCREMENT 10 MINVALUE 1 MAXVALUE 2147483647 CYCLE OWNED BY NONE";
        assert_eq!(new.alter(&old, &id(), &cx), Alter::InPlace(vec![Step::new(sql)]));
    }

    #[test]
    fn a_sequence_for_somebody_elses_table_changes_hands_first() {
        let sequence = of(json!({"start": 5, "owned_by": "public.\"T\".c"}));
        let mut current = Catalog::default();
        let mut table = Object::new(sequence.clone().wrap());
        table.owner = Some("them".to_owned());
        current.objects.insert(Id::new(Kind::Table, ["public", "T"]), table);
        let cx = Cx::undecided(&current, &current);
        let sql: Vec<_> = sequence.create(&id(), &cx, &[]).into_iter().map(|s| s.sql).collect();
        assert_eq!(
            sql,
            [
                "CREATE SEQUENCE public.s START 5",
                "ALTER SEQUENCE public.s OWNER TO them",
                "ALTER SEQUENCE public.s OWNED BY public.\"T\".c",
            ]
        );
    }
}
