//! Rewrite rules of tables and views (`CREATE RULE`, `pg_rewrite`). The rule `_RETURN` of a view is
//! the view itself and is not read.

use serde::{Deserialize, Serialize};

use crate::clause::{self, Shape, Value, clause};
use crate::kind::behaviour::enabled::Enabled;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Lookup, Sides};
use crate::leaf::Sql;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::{ident, qualified};
use crate::sql::scan;
use crate::sql::tree::Class;
use crate::step::Step;

/// A rule: exactly one of `do` and `do_instead` says what it does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Raw")]
pub struct Rule {
    /// `insert`, `update` or `delete` (`pg_rewrite.ev_type`).
    on: String,
    /// When it applies (`pg_rewrite.ev_qual`).
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    condition: Option<Sql>,
    /// What is done in addition (`pg_rewrite.ev_action`).
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    also: Option<Sql>,
    /// What is done in place of the command, perhaps `nothing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    do_instead: Option<Sql>,
    /// `origin`, `replica`, `always` or `disabled` (`pg_rewrite.ev_enabled`).
    #[serde(skip_serializing_if = "Enabled::is_origin")]
    enabled: Enabled,
}

/// A rule as it comes: what follows the name of the table, in one text or in parts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(deserialize_with = "crate::leaf::keywords::deserialize")]
    on: String,
    #[serde(rename = "where")]
    condition: Option<Sql>,
    #[serde(rename = "do")]
    also: Option<Sql>,
    do_instead: Option<Sql>,
    #[serde(default)]
    enabled: Enabled,
    definition: Option<String>,
}

impl TryFrom<Raw> for Rule {
    type Error = String;

    fn try_from(mut raw: Raw) -> Result<Self, String> {
        if let Some(definition) = raw.definition.take() {
            let parts = clause::split(Self::ABOUT.clauses, &definition).map_err(|e| e.message)?;
            for part in parts {
                let Value::Text(text) = part.value else { continue };
                match part.key {
                    "where" => raw.condition = Some(Sql::new(text)),
                    "do" => raw.also = Some(Sql::new(text)),
                    _ => raw.do_instead = Some(Sql::new(text)),
                }
            }
        }
        let on = raw.on.trim().to_ascii_lowercase();
        if !matches!(on.as_str(), "insert" | "update" | "delete") {
            return Err(format!("`{on}` is no event of a rule: write insert, update or delete"));
        }
        if raw.also.is_some() == raw.do_instead.is_some() {
            return Err("say what it does: `do ...` or `do instead ...`".to_owned());
        }
        Ok(Self {
            on,
            condition: raw.condition,
            also: raw.also.map(actions),
            do_instead: raw.do_instead.map(actions),
            enabled: raw.enabled,
        })
    }
}

/// The actions without the parentheses around all of them and the semicolon after the last.
fn actions(sql: Sql) -> Sql {
    let bare = |text: &str| text.trim().trim_end_matches(';').trim_end().to_owned();
    let mut text = bare(&sql.text);
    if let Ok(tokens) = scan::tokens(&text) {
        let mut depth = 0_usize;
        let closes = tokens.iter().position(|token| {
            match token.word.as_str() {
                "(" if token.is("(") => depth += 1,
                ")" if token.is(")") => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        if tokens.len() > 1 && tokens[0].is("(") && closes == Some(tokens.len() - 1) {
            text = bare(&text[1..text.len() - 1]);
        }
    }
    if text.eq_ignore_ascii_case("nothing") {
        text.make_ascii_lowercase();
    }
    Sql::new(text)
}

impl Rule {
    fn statement(&self, id: &Id, create: &str) -> Step {
        let mut sql = format!(
            "{create} RULE {} AS ON {} TO {}",
            ident(id.name()),
            self.on.to_uppercase(),
            qualified(&id.path[0], &id.path[1])
        );
        if let Some(condition) = &self.condition {
            sql.push_str(&format!(" WHERE {condition}"));
        }
        let (word, action) = match (&self.also, &self.do_instead) {
            (Some(also), _) => ("ALSO", also),
            (None, Some(instead)) => ("INSTEAD", instead),
            (None, None) => return Step::new(sql),
        };
        let text = action.written();
        let several = scan::tokens(text).is_ok_and(|all| all.iter().any(|token| token.is(";")));
        sql.push_str(&match text {
            "nothing" => format!(" DO {word} NOTHING"),
            text if several => format!(" DO {word} (\n{text}\n)"),
            text => format!(" DO {word}\n{text}"),
        });
        Step::new(sql).authored()
    }

    fn state(&self, id: &Id) -> Step {
        let word = self.enabled.words();
        let table = qualified(&id.path[0], &id.path[1]);
        Step::new(format!("ALTER TABLE {table} {word} RULE {}", ident(id.name())))
    }
}

impl Define for Rule {
    const ABOUT: About = About {
        clauses: &[
            clause("on", "on", Shape::Word),
            clause("where", "where", Shape::Rest),
            clause("do", "do", Shape::Tail),
            clause("do", "do also", Shape::Tail),
            clause("do_instead", "do instead", Shape::Tail),
        ],
        catalog: 2618,
        extra_keys: &["enabled"],
        models: Some(("pg_rewrite", "true")),
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        // Only the whole can be printed: the condition has two rows to name.
        format!(
            "SELECT r.oid AS _oid, n.nspname::text AS _1, c.relname::text AS _2, \
             r.rulename::text AS _3, \
             CASE r.ev_type WHEN '2' THEN 'update' WHEN '3' THEN 'insert' ELSE 'delete' END AS \"on\", \
             substr(d.def, strpos(d.def, p.prefix) + length(p.prefix)) AS definition, \
             {enabled} \
             FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             CROSS JOIN LATERAL (SELECT substr(pg_get_ruledef(r.oid), \
               length('CREATE RULE ' || quote_ident(r.rulename) || ' AS') + 1) AS def OFFSET 0) d \
             CROSS JOIN LATERAL (SELECT ' TO ' || quote_ident(n.nspname) || '.' \
               || quote_ident(c.relname) AS prefix) p \
             WHERE r.ev_type IN ('2', '3', '4') AND {USER_SCHEMA} AND {} AND {}",
            no_member("pg_class", "c.oid"),
            no_member("pg_rewrite", "r.oid"),
            enabled = Enabled::query("r.ev_enabled"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { on, condition, also, do_instead, enabled } = self;
        let same = *on == old.on
            && *condition == old.condition
            && *also == old.also
            && *do_instead == old.do_instead;
        let mut steps = Vec::new();
        if !same {
            steps.push(self.statement(id, "CREATE OR REPLACE"));
        }
        // OR REPLACE leaves the state as it is (InsertRule, rewriteDefine.c).
        if *enabled != old.enabled {
            steps.push(self.state(id));
        }
        Alter::InPlace(steps)
    }
}

impl Describe for Rule {
    fn address(&self, id: &Id) -> String {
        format!("RULE {} ON {}", ident(id.name()), qualified(&id.path[0], &id.path[1]))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut steps = vec![self.statement(id, "CREATE")];
        if !self.enabled.is_origin() {
            steps.push(self.state(id));
        }
        steps
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        vec![Step::new(format!("ALTER {} RENAME TO {}", self.address(old), ident(new.name())))]
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        if let Some(condition) = &mut self.condition {
            visit("where", Class::Expr, condition);
        }
        for (name, action) in [("do", &mut self.also), ("do_instead", &mut self.do_instead)] {
            if let Some(action) = action.as_mut().filter(|action| action.text != "nothing") {
                visit(name, Class::Statements, action);
            }
        }
    }

    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;
    use serde_json::json;

    fn rule(value: serde_json::Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    fn id() -> Id {
        Id::new(Kind::Rule, ["s", "t", "r"])
    }

    #[test]
    fn a_printed_rule_falls_into_its_parts() {
        let printed = rule(json!({"on": "insert", "definition":
            "\n   WHERE (new.a = ' do '::text) DO INSTEAD ( INSERT INTO s.u VALUES (new.a);\n DELETE FROM s.u;\n);"}));
        let parts = serde_json::to_value(&printed).unwrap();
        assert_eq!(parts["where"], "(new.a = ' do '::text)");
        assert_eq!(parts["do_instead"], "INSERT INTO s.u VALUES (new.a);\n DELETE FROM s.u");
        assert_eq!(rule(parts), printed);
    }

    #[test]
    fn a_rule_does_one_thing() {
        let wrong = |value| serde_json::from_value::<Rule>(value).unwrap_err().to_string();
        assert!(wrong(json!({"on": "insert"})).contains("do instead"));
        assert!(wrong(json!({"on": "select", "do": "nothing"})).contains("no event"));
    }

    #[test]
    fn a_rule_is_replaced_in_place_and_keeps_its_state() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let old = rule(json!({"on": "insert", "do_instead": "nothing", "enabled": "always"}));
        let new = rule(json!({"on": "delete", "where": "old.a > 0", "do": "(delete from s.u);",
            "enabled": "always"}));
        let Alter::InPlace(steps) = new.alter(&old, &id(), &cx) else { panic!("in place") };
        assert_eq!(steps.len(), 1);
        assert_eq!(
            steps[0].sql,
            "CREATE OR REPLACE RULE r AS ON DELETE TO s.t WHERE old.a > 0 DO ALSO\ndelete from s.u"
        );
        let made = old.create(&id(), &cx, &[]);
        assert_eq!(made[0].sql, "CREATE RULE r AS ON INSERT TO s.t DO INSTEAD NOTHING");
        assert_eq!(made[1].sql, "ALTER TABLE s.t ENABLE ALWAYS RULE r");
    }
}
