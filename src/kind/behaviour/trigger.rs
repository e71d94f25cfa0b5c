//! Triggers of tables and views (`CREATE TRIGGER`, `pg_trigger`). A partition's copy of its
//! parent's trigger and PostgreSQL's own triggers of foreign keys are not read.

mod call;
mod event;

use serde::{Deserialize, Serialize};

use call::Call;
use event::{Events, Referencing};

use crate::clause::{Shape, clause};
use crate::kind::abilities::Ordered;
use crate::kind::behaviour::copied_trigger;
use crate::kind::behaviour::enabled::Enabled;
use crate::kind::relation::lineage;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Sides};
use crate::leaf::{Qualified, Sql, is_false};
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::tree::Class;
use crate::step::Step;

/// A trigger: exactly one of `before`, `after` and `instead_of` says on which events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Whether it is a constraint trigger.
    #[serde(default, skip_serializing_if = "is_false")]
    constraint: bool,
    /// The events before which it runs (`pg_trigger.tgtype`).
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Events>,
    /// The events after which it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Events>,
    /// The events in whose place it runs, on a view.
    #[serde(skip_serializing_if = "Option::is_none")]
    instead_of: Option<Events>,
    /// The other table of a constraint trigger (`pg_trigger.tgconstrrelid`).
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Qualified>,
    /// Whether it may run at the end of the transaction.
    #[serde(default, skip_serializing_if = "is_false")]
    deferrable: bool,
    /// Whether it does, unless SET CONSTRAINTS says otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    initially_deferred: bool,
    /// The names of the transition tables.
    #[serde(default, skip_serializing_if = "Referencing::is_empty")]
    referencing: Referencing,
    /// `row` or `statement`.
    #[serde(
        default = "statement",
        deserialize_with = "crate::leaf::keywords::deserialize",
        skip_serializing_if = "is_statement"
    )]
    for_each: String,
    /// For which rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Sql>,
    /// What it calls.
    execute: Call,
    /// `origin`, `replica`, `always` or `disabled` (`pg_trigger.tgenabled`).
    #[serde(default, skip_serializing_if = "Enabled::is_origin")]
    enabled: Enabled,
}

fn statement() -> String {
    "statement".to_owned()
}
fn is_statement(level: &String) -> bool {
    level == "statement"
}

impl Trigger {
    fn timing(&self) -> (&'static str, Option<&Events>) {
        match (&self.before, &self.after) {
            (Some(events), _) => ("BEFORE", Some(events)),
            (None, Some(events)) => ("AFTER", Some(events)),
            (None, None) => ("INSTEAD OF", self.instead_of.as_ref()),
        }
    }

    fn statement(&self, id: &Id, create: &str) -> Step {
        let constraint = if self.constraint { "CONSTRAINT " } else { "" };
        let (timing, events) = self.timing();
        let mut sql = format!(
            "{create} {constraint}TRIGGER {} {timing} {} ON {}",
            ident(id.name()),
            events.map_or_else(String::new, Events::sql),
            qualified(&id.path[0], &id.path[1])
        );
        if let Some(from) = &self.from {
            sql.push_str(&format!(" FROM {}", from.sql()));
        }
        if self.deferrable {
            sql.push_str(" DEFERRABLE");
        }
        if self.initially_deferred {
            sql.push_str(" INITIALLY DEFERRED");
        }
        if !self.referencing.is_empty() {
            sql.push_str(&format!(" REFERENCING {}", self.referencing.sql()));
        }
        sql.push_str(&format!(" FOR EACH {}", self.for_each.to_uppercase()));
        if let Some(when) = &self.when {
            sql.push_str(&format!(" WHEN ({when})"));
        }
        sql.push_str(&format!(" EXECUTE FUNCTION {}", self.execute.sql()));
        Step::new(sql).authored()
    }

    fn state(&self, id: &Id) -> Step {
        let word = self.enabled.words();
        let table = qualified(&id.path[0], &id.path[1]);
        Step::new(format!("ALTER TABLE {table} {word} TRIGGER {}", ident(id.name())))
    }

    fn made(&self, id: &Id, create: &str) -> Vec<Step> {
        let mut steps = vec![self.statement(id, create)];
        if !self.enabled.is_origin() {
            steps.push(self.state(id));
        }
        steps
    }

    /// In which sessions it fires.
    pub(in crate::kind) fn enabled(&self) -> Enabled {
        self.enabled
    }
}

impl Define for Trigger {
    const ABOUT: About = About {
        clauses: &[
            clause("constraint", "constraint", Shape::Flag),
            clause("before", "before", Shape::Rest),
            clause("after", "after", Shape::Rest),
            clause("instead_of", "instead of", Shape::Rest),
            clause("from", "from", Shape::Word),
            clause("deferrable", "deferrable", Shape::Flag),
            clause("deferrable", "not deferrable", Shape::Off),
            clause("initially_deferred", "initially deferred", Shape::Flag),
            clause("initially_deferred", "initially immediate", Shape::Off),
            clause("referencing", "referencing", Shape::Rest),
            clause("for_each", "for each row", Shape::Is("row")),
            clause("for_each", "for each statement", Shape::Is("statement")),
            clause("for_each", "for row", Shape::Is("row")),
            clause("for_each", "for statement", Shape::Is("statement")),
            clause("when", "when", Shape::Parens),
            clause("execute", "execute", Shape::Rest),
        ],
        catalog: 2620,
        extra_keys: &["enabled"],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        // pg_get_triggerdef alone can write WHEN (it has two rows to name) and the arguments (their
        // bytes hold zeros); the name of the function says where it stops and they begin.
        let events = "(SELECT string_agg(e.word, ' or ' ORDER BY e.ord) FROM (VALUES \
             (1, 4, 'insert'), (2, 8, 'delete'), (3, 16, 'update' || COALESCE((SELECT ' of ' || \
               string_agg(quote_ident(a.attname), ', ' ORDER BY num.ord) \
               FROM unnest(t.tgattr::int2[]) WITH ORDINALITY num(attnum, ord) \
               JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = num.attnum), '')), \
             (4, 32, 'truncate')) AS e(ord, bit, word) WHERE t.tgtype::int4 & e.bit <> 0)";
        format!(
            "SELECT t.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             t.tgname::text AS _3, t.tgconstraint <> 0 AS \"constraint\", \
             CASE WHEN t.tgtype::int4 & 66 = 2 THEN {events} END AS before, \
             CASE WHEN t.tgtype::int4 & 66 = 0 THEN {events} END AS after, \
             CASE WHEN t.tgtype::int4 & 64 = 64 THEN {events} END AS instead_of, \
             quote_ident(fn.nspname) || '.' || quote_ident(fc.relname) AS \"from\", \
             t.tgdeferrable AS deferrable, t.tginitdeferred AS initially_deferred, \
             concat_ws(' ', 'old table as ' || quote_ident(t.tgoldtable), \
               'new table as ' || quote_ident(t.tgnewtable)) AS referencing, \
             CASE WHEN t.tgtype::int4 & 1 = 1 THEN 'row' ELSE 'statement' END AS for_each, \
             CASE WHEN t.tgqual IS NOT NULL THEN substr(d.def, strpos(d.def, ' WHEN (') + 7, \
               strpos(d.def, ')' || f.call) - strpos(d.def, ' WHEN (') - 7) END AS \"when\", \
             substr(d.def, strpos(d.def, f.call) + length(' EXECUTE ')) AS execute, \
             {enabled} \
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_class fc ON fc.oid = t.tgconstrrelid \
             LEFT JOIN pg_namespace fn ON fn.oid = fc.relnamespace \
             CROSS JOIN LATERAL (SELECT ' EXECUTE FUNCTION ' || CASE WHEN pn.nspname = 'pg_catalog' \
               THEN '' ELSE quote_ident(pn.nspname) || '.' END || quote_ident(p.proname) || '(' AS call \
               FROM pg_proc p JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE p.oid = t.tgfoid) f \
             CROSS JOIN LATERAL (SELECT pg_get_triggerdef(t.oid) AS def OFFSET 0) d \
             WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relkind IN ('r', 'p', 'v', 'f') \
             AND {USER_SCHEMA} AND {}",
            no_member("pg_class", "c.oid"),
            enabled = Enabled::query("t.tgenabled"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self {
            constraint,
            before,
            after,
            instead_of,
            from,
            deferrable,
            initially_deferred,
            referencing,
            for_each,
            when,
            execute,
            enabled: _,
        } = self;
        let same = *constraint == old.constraint
            && *before == old.before
            && *after == old.after
            && *instead_of == old.instead_of
            && *from == old.from
            && *deferrable == old.deferrable
            && *initially_deferred == old.initially_deferred
            && *referencing == old.referencing
            && *for_each == old.for_each
            && *when == old.when
            && *execute == old.execute;
        if same {
            return Alter::InPlace(vec![self.state(id)]);
        }
        // OR REPLACE is refused for constraint triggers.
        if *constraint || old.constraint {
            return Alter::Replace;
        }
        Alter::InPlace(self.made(id, "CREATE OR REPLACE"))
    }
}

impl Describe for Trigger {
    fn address(&self, id: &Id) -> String {
        format!("TRIGGER {} ON {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        self.made(id, "CREATE")
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        vec![Step::new(format!("ALTER {} RENAME TO {}", self.address(old), ident(new.name())))]
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let mut ids = Vec::new();
        if let Some(schema) = &self.execute.function.schema {
            let key = self.execute.key();
            ids.push(Id::new(Kind::Function, [schema.as_str(), key.as_str()]));
        }
        if let Some(from) = &self.from {
            ids.push(Id::new(Kind::Table, from.path()));
        }
        let columns = self.timing().1.into_iter().flat_map(Events::columns);
        ids.extend(columns.map(|name| id.ancestor(Kind::Table, 2).child(Kind::Column, name)));
        ids
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(when) = &mut self.when {
            visit("when", Class::Expr, when);
        }
    }

    fn without_choices(&mut self) {
        let all = [&mut self.before, &mut self.after, &mut self.instead_of];
        all.into_iter().flatten().for_each(Events::sort);
    }

    fn resolve(&mut self, _id: &Id, names: &crate::kind::Lookup<'_>) {
        if let Some(from) = &mut self.from {
            names.relation(from);
        }
        let key = self.execute.key();
        let function = &mut self.execute.function;
        if function.schema.is_none() {
            function.schema = names.schema_of(&[Kind::Function], &key);
        }
        function.schema.take_if(|schema| schema == "pg_catalog");
        self.for_each.make_ascii_lowercase();
        self.deferrable |= self.initially_deferred;
    }
}

impl Ordered for Trigger {
    /// A table with a trigger for each row that sees tables of rows gets no parent (`ATExecAddInherit`,
    /// `ATExecAttachPartition`).
    fn comes_before(&self, id: &Id, cx: &Cx<'_>) -> Vec<Id> {
        let sees_rows =
            |trigger: &Self| trigger.for_each == "row" && !trigger.referencing.is_empty();
        let table = id.ancestor(Kind::Table, 2);
        let arrives = || {
            let old = lineage::parents(&table, cx.current);
            lineage::parents(&table, cx.desired).iter().any(|parent| !old.contains(parent))
        };
        let ends = cx.current.attrs::<Self>(id).is_some_and(sees_rows) && !sees_rows(self);
        if ends && arrives() { vec![table] } else { Vec::new() }
    }

    fn has_rebuilt(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
        copied_trigger::copies(id, cx.desired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::clause::{Value, join, split};
    use serde_json::{Map, Value as Json};

    fn trigger(text: &str) -> Trigger {
        let map = split(Trigger::ABOUT.clauses, text).unwrap().into_iter().map(|found| {
            let value = match found.value {
                Value::Flag(flag) => Json::Bool(flag),
                Value::Text(text) => Json::String(text),
            };
            (found.key.to_owned(), value)
        });
        serde_json::from_value(Json::Object(map.collect::<Map<_, _>>())).unwrap()
    }

    fn id() -> Id {
        Id::new(Kind::Trigger, ["s", "t", "g"])
    }

    #[test]
    fn the_short_form_reads_back() {
        for text in [
            "before insert or update of \"B\", a for each row when ((old.a <> new.a)) \
             execute function s.f('x', '1')",
            "constraint after delete from s.u deferrable initially deferred for each row \
             execute function s.f()",
            "after update referencing old table as o new table as n execute function s.f()",
        ] {
            let json = serde_json::to_value(trigger(text)).unwrap();
            let short = join(Trigger::ABOUT.clauses, &|key| match json.get(key)? {
                Json::Bool(flag) => Some(Value::Flag(*flag)),
                Json::String(text) => Some(Value::Text(text.clone())),
                _ => None,
            });
            assert_eq!(short, text);
        }
    }

    #[test]
    fn the_order_of_events_and_columns_means_nothing() {
        assert_eq!(
            trigger("before update of b, a or insert execute procedure f(1, abc)"),
            trigger("before INSERT or update of a, b for statement execute function f('1', 'abc')")
        );
    }

    #[test]
    fn a_trigger_is_made_and_then_disabled() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let wanted = Trigger {
            enabled: Enabled::Disabled,
            ..trigger("instead of insert for each row execute function s.f('it''s')")
        };
        let sql: Vec<String> =
            wanted.create(&id(), &cx, &[]).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            [
                "CREATE TRIGGER g INSTEAD OF INSERT ON s.t FOR EACH ROW \
                 EXECUTE FUNCTION s.f('it''s')",
                "ALTER TABLE s.t DISABLE TRIGGER g",
            ]
        );
    }

    #[test]
    fn only_a_constraint_trigger_must_be_dropped_first() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let old = trigger("after insert for each row execute function s.f()");
        let new = trigger("after delete for each row execute function s.f()");
        assert!(matches!(new.alter(&old, &id(), &cx), Alter::InPlace(_)));
        let new = Trigger { constraint: true, ..new };
        assert_eq!(new.alter(&old, &id(), &cx), Alter::Replace);
    }
}
