//! Subscriptions (`CREATE SUBSCRIPTION`, `pg_subscription`). As in a dump they are made without a
//! connection, so that no plan ever reaches out to the publisher: no slot is made or dropped there
//! and nothing is copied. Whether one is enabled is the operator's affair and is left alone.

mod conninfo;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use conninfo::Conninfo;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::hazard::Hazard;
use crate::kind::abilities::HoldsSecrets;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Obstacle, Sides};
use crate::leaf::{List, Name, Parameters};
use crate::secret::Secret;
use crate::sql::quote::ident;
use crate::step::Step;

/// A subscription.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The connection string (`subconninfo`), which only a superuser may see; none is not compared.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "conninfo::read")]
    connection: Option<Conninfo>,
    /// The foreign server that says how to connect (`subserver`, 19), in place of the string.
    #[serde(default, with = "crate::leaf::bare::option", skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    /// The publications at the other end.
    publication: List<Name>,
    /// The parameters, as far as they are not the default of the server's version.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    with: Parameters,
}

/// A parameter, its column, its default and the version that brought it.
const PARAMETERS: &[(&str, &str, &str, u32)] = &[
    ("binary", "subbinary", "false", 14),
    ("synchronous_commit", "subsynccommit", "off", 14),
    ("two_phase", "subtwophasestate <> 'd'", "false", 15),
    ("disable_on_error", "subdisableonerr", "false", 15),
    ("password_required", "subpasswordrequired", "true", 16),
    ("run_as_owner", "subrunasowner", "false", 16),
    ("origin", "suborigin", "any", 16),
    ("failover", "subfailover", "false", 17),
    ("retain_dead_tuples", "subretaindeadtuples", "false", 19),
    ("max_retention_duration", "submaxretention", "0", 19),
    ("wal_receiver_timeout", "subwalrcvtimeout", "-1", 19),
];

/// What the publisher has to be asked about, so that it cannot change here.
const FIXED: &[&str] = &["two_phase", "failover", "retain_dead_tuples"];

/// Parameters whose values are no words: 1 is no truth there.
const NUMBERS: &[&str] = &["max_retention_duration", "wal_receiver_timeout"];

/// Words of CREATE that say what it does once, and nothing about what is there afterwards.
const ONCE: &[&str] = &["connect", "create_slot", "copy_data", "enabled", "refresh"];

fn streaming_default(major: u32) -> &'static str {
    if major >= 18 { "parallel" } else { "off" }
}

fn default_of(name: &str, major: u32) -> Option<&'static str> {
    if name == "streaming" {
        return Some(streaming_default(major));
    }
    PARAMETERS.iter().find(|(known, ..)| *known == name).map(|(_, _, default, _)| *default)
}

/// A value in the spelling of the catalog.
fn spell(name: &str, value: &str) -> String {
    if NUMBERS.contains(&name) {
        return value.to_owned();
    }
    let lower = value.to_lowercase();
    let truth = match lower.as_str() {
        "" | "true" | "on" | "yes" | "1" => Some(true),
        "false" | "off" | "no" | "0" => Some(false),
        _ => None,
    };
    match (name, truth) {
        ("slot_name", _) if lower == "none" => lower,
        ("slot_name", _) => value.to_owned(),
        ("streaming", Some(truth)) => if truth { "on" } else { "off" }.to_owned(),
        ("synchronous_commit", Some(truth)) if !value.is_empty() => {
            if truth { "on" } else { "off" }.to_owned()
        }
        ("origin" | "synchronous_commit", _) => lower,
        (_, Some(truth)) => truth.to_string(),
        (_, None) => lower,
    }
}

impl Subscription {
    fn slot<'a>(&'a self, id: &'a Id) -> &'a str {
        self.with.0.get("slot_name").map_or_else(|| id.name(), String::as_str)
    }

    fn has_slot(&self, id: &Id) -> bool {
        self.slot(id) != "none"
    }

    /// How it connects: a server or a string.
    fn connection_sql(&self) -> String {
        if let Some(server) = &self.server {
            return format!("SERVER {}", ident(server));
        }
        let string = self.connection.as_ref().map_or_else(|| "''".to_owned(), Conninfo::sql);
        format!("CONNECTION {string}")
    }
}

impl Define for Subscription {
    const ABOUT: About = About {
        clauses: &[
            clause("connection", "connection", Shape::Word),
            clause("server", "server", Shape::Word),
            clause("publication", "publication", Shape::Rest),
            clause("with", "with", Shape::Parens),
        ],
        catalog: 6100,
        owned: true,
        on_scratch: false,
        hides: &["connection"],
        ..About::USUAL
    };

    fn query(major: u32) -> String {
        let known = PARAMETERS.iter().filter(|(.., since)| major >= *since);
        let mut items: Vec<String> = known
            .map(|(name, column, default, _)| {
                format!("'{name}=' || NULLIF((s.{column})::text, '{default}')")
            })
            .collect();
        let streaming = if major >= 16 {
            "CASE s.substream WHEN 'f' THEN 'off' WHEN 't' THEN 'on' ELSE 'parallel' END"
        } else {
            "CASE WHEN s.substream THEN 'on' ELSE 'off' END"
        };
        let usual = streaming_default(major);
        items.push(format!("'streaming=' || NULLIF({streaming}, '{usual}')"));
        items.push("'slot_name=' || COALESCE(s.subslotname, 'none')".to_owned());
        // Whoever may not see the string cannot even name its column, but for a query in a text.
        let string = "CASE WHEN has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT') \
             THEN ARRAY[convert_from(decode(substring(query_to_xml('SELECT encode(convert_to(subconninfo, \
             ''UTF8''), ''hex'') AS h FROM pg_catalog.pg_subscription WHERE oid = ' || s.oid, \
             false, false, '')::text FROM '<h>([0-9a-f]*)</h>'), 'hex'), 'UTF8')] END";
        let (string, server) = if major >= 19 {
            let server = "(SELECT quote_ident(f.srvname) FROM pg_foreign_server f WHERE f.oid = s.subserver)";
            (format!("CASE WHEN s.subserver = 0 THEN {string} END"), server)
        } else {
            (string.to_owned(), "NULL::text")
        };
        format!(
            "SELECT s.oid AS _oid, s.subname::text AS _1, pg_get_userbyid(s.subowner)::text AS _owner, \
             {string} AS connection, {server} AS server, \
             s.subpublications AS publication, \
             array_remove(ARRAY[{}], NULL) AS \"with\" FROM pg_subscription s \
             WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
            items.join(", ")
        )
    }

    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter {
        let Self { connection, server, publication, with } = self;
        let value = |all: &Parameters, name: &str| {
            let default = || default_of(name, cx.major()).map(str::to_owned);
            all.0.get(name).cloned().or_else(default).unwrap_or_else(|| id.name().to_owned())
        };
        let mut names: Vec<&String> = with.0.keys().chain(old.with.0.keys()).collect();
        names.sort();
        names.dedup();
        names.retain(|name| value(with, name) != value(&old.with, name));
        if let Some(fixed) = names.iter().find(|name| FIXED.contains(&name.as_str())) {
            if old.has_slot(id) {
                return Alter::Refuse(Obstacle::with_hint(
                    format!(
                        "{fixed} does not change without the publisher, and no plan connects there"
                    ),
                    "change it with ALTER SUBSCRIPTION, or drop the subscription and make it again",
                ));
            }
            return Alter::Replace;
        }
        let alter = format!("ALTER {}", self.address(id));
        let mut steps = Vec::new();
        if (connection, server) != (&old.connection, &old.server) {
            steps.push(Step::new(format!("{alter} {}", self.connection_sql())));
        }
        if *publication != old.publication {
            let names = publication.sql();
            steps.push(
                Step::new(format!("{alter} SET PUBLICATION {names} WITH (refresh = false)")).hazard(
                    Hazard::Replication,
                    "tables come and go only with the next ALTER SUBSCRIPTION ... REFRESH PUBLICATION",
                ),
            );
        }
        let set: Parameters =
            Parameters(names.iter().map(|name| ((*name).clone(), value(with, name))).collect());
        if !set.is_empty() {
            if !self.has_slot(id) && old.has_slot(id) {
                steps.push(Step::new(format!("{alter} DISABLE")));
            }
            steps.push(Step::new(format!("{alter} SET ({})", set.sql())));
        }
        Alter::InPlace(steps)
    }
}

impl Describe for Subscription {
    fn without_choices(&mut self) {
        self.with.sort();
    }

    fn address(&self, id: &Id) -> String {
        format!("SUBSCRIPTION {}", ident(id.name()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let mut with = self.with.clone();
        with.0.insert("slot_name".to_owned(), self.slot(id).to_owned());
        let step = Step::new(format!(
            "CREATE {} {} PUBLICATION {} WITH (connect = false, {})",
            self.address(id),
            self.connection_sql(),
            self.publication.sql(),
            with.sql()
        ));
        vec![if self.has_slot(id) {
            step.hazard(
                Hazard::Replication,
                "nothing is replicated before its slot is made on the publisher and it is enabled \
                 and refreshed here",
            )
        } else {
            step
        }]
    }

    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        let address = self.address(id);
        let drop = Step::new(format!("DROP {address}"));
        if !self.has_slot(id) {
            return vec![drop];
        }
        // With a slot, DROP would connect to the publisher.
        let slot = self.slot(id);
        vec![
            Step::new(format!("ALTER {address} DISABLE")),
            Step::new(format!("ALTER {address} SET (slot_name = NONE)")),
            drop.hazard(
                Hazard::Replication,
                format!("slot {slot} stays on the publisher and keeps its log until it is dropped"),
            ),
        ]
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        // In another order they are the same.
        let sorted = |names: &List<Name>| {
            let mut names = names.0.clone();
            names.sort();
            names
        };
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        let theirs = there.map(|there| &there.publication);
        if let Some(theirs) = theirs.filter(|theirs| sorted(theirs) == sorted(&self.publication)) {
            self.publication.clone_from(theirs);
        }
        self.with.0.retain(|name, _| !ONCE.contains(&name.as_str()));
        let major = names.current.map_or(0, |current| current.server.major());
        for (name, value) in &mut self.with.0 {
            *value = spell(name, value);
        }
        self.with.0.retain(|name, value| default_of(name, major) != Some(value.as_str()));
        // The slot keeps its name when the subscription gets another.
        self.with.0.entry("slot_name".to_owned()).or_insert_with(|| id.name().to_owned());
        let Some(there) = names.current.and_then(|current| current.attrs::<Self>(id)) else {
            return;
        };
        if self.server.is_some() {
            return;
        }
        match (&mut self.connection, &there.connection) {
            (Some(wanted), Some(there)) => wanted.settle(there),
            (Some(_), None) if there.server.is_some() => {}
            (wanted, string) => {
                wanted.clone_from(string);
                self.server.clone_from(&there.server);
            }
        }
    }

    fn references(&self, _id: &Id) -> Vec<Id> {
        self.server.iter().map(|server| Id::new(Kind::Server, [server])).collect()
    }

    /// PostgreSQL asks for a user mapping of its owner (`ForeignServerConnectionString`), which is no dependency.
    fn needs(&self, _id: &Id, catalog: &Catalog) -> Vec<Id> {
        let Some(server) = &self.server else { return Vec::new() };
        let mappings = catalog.below(Kind::UserMapping, std::slice::from_ref(server));
        mappings.map(|(id, _)| id.clone()).collect()
    }

    fn obstacle(&self, _id: &Id, _cx: &Sides<'_>) -> Option<String> {
        let names: BTreeSet<&String> = self.publication.0.iter().map(|name| &name.0).collect();
        if names.len() < self.publication.0.len() {
            return Some("a subscription names a publication once".to_owned());
        }
        let both = self.server.is_some() && self.connection.is_some();
        both.then(|| "a subscription connects by a server or by a string, not by both".to_owned())
    }

    fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        if self.server.is_some() && major < 19 {
            return Some(("SERVER of a subscription", 19));
        }
        let said = |name: &str| self.with.0.get(name);
        if said("streaming").is_some_and(|value| value == "parallel") && major < 16 {
            return Some(("streaming = parallel", 16));
        }
        let mut newer = PARAMETERS.iter().filter(|(.., since)| major < *since);
        newer.find(|(name, ..)| said(name).is_some()).map(|(name, _, _, since)| (*name, *since))
    }
}

impl HoldsSecrets for Subscription {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        if let Some(connection) = &mut self.connection {
            connection.secrets(visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Kind, Member};

    fn of(json: serde_json::Value) -> Subscription {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_order_of_its_publications_is_the_authors_and_makes_no_difference() {
        let id = Id::new(Kind::Subscription, ["s"]);
        let of =
            |names: &str| of(serde_json::json!({ "connection": "host=a", "publication": names }));
        let mut current = Catalog::default();
        current.objects.insert(id.clone(), crate::catalog::Object::new(of("b, a").wrap()));
        let declared = Catalog::default();
        let resolved = |names: &str| {
            let names_of = Lookup { declared: &declared, current: Some(&current), path: &[] };
            let mut wanted = of(names);
            wanted.resolve(&id, &names_of);
            wanted.publication.sql()
        };
        assert_eq!(resolved("a, b"), "b, a");
        assert_eq!(resolved("c, a, b"), "c, a, b");
    }

    #[test]
    fn nothing_connects() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Subscription, ["s"]);
        let text = serde_json::json!({ "connection": "'host=a password=''${env:PW}'''", "publication": "p, \"Q\"" });
        let wanted = of(text);
        assert_eq!(
            wanted.create(&id, &cx, &[])[0].sql,
            "CREATE SUBSCRIPTION s CONNECTION 'host=a password=''${env:PW}''' PUBLICATION p, \"Q\" \
             WITH (connect = false, slot_name=s)"
        );
        let drop: Vec<String> = wanted.drop(&id, &cx).into_iter().map(|step| step.sql).collect();
        assert_eq!(
            drop,
            [
                "ALTER SUBSCRIPTION s DISABLE",
                "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
                "DROP SUBSCRIPTION s",
            ]
        );
    }

    #[test]
    fn parameters_go_back_to_their_defaults() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Subscription, ["s"]);
        let old = of(serde_json::json!({ "connection": "host=a", "publication": "p",
            "with": "binary = true, slot_name = none" }));
        let new = of(serde_json::json!({ "connection": "host=a", "publication": "p" }));
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(steps[0].sql, "ALTER SUBSCRIPTION s SET (\"binary\"=false, slot_name=s)");
        let fixed = of(
            serde_json::json!({ "connection": "host=a", "publication": "p", "with": "two_phase" }),
        );
        assert!(matches!(fixed.alter(&new, &id, &cx), Alter::Refuse(_)));
        assert_eq!(fixed.lacks(14), Some(("two_phase", 15)));
        assert_eq!((spell("streaming", "TRUE"), spell("binary", "")), ("on".into(), "true".into()));
        assert_eq!(spell("max_retention_duration", "0"), "0");
    }

    #[test]
    fn a_server_takes_the_place_of_the_string() {
        let mut current = Catalog::default();
        current.server.version = 190_000;
        let id = Id::new(Kind::Subscription, ["s"]);
        let by_string = of(serde_json::json!({ "connection": "host=a", "publication": "p" }));
        let by_server = of(serde_json::json!({ "server": "\"Far\"", "publication": "p",
            "with": "slot_name = none, wal_receiver_timeout = '10s', max_retention_duration = 5" }));
        let cx = Cx::undecided(&current, &current);
        let Alter::InPlace(steps) = by_server.alter(&by_string, &id, &cx) else {
            panic!("in place")
        };
        let steps: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
        assert_eq!(
            steps,
            [
                "ALTER SUBSCRIPTION s SERVER \"Far\"",
                "ALTER SUBSCRIPTION s DISABLE",
                "ALTER SUBSCRIPTION s SET (max_retention_duration=5, slot_name='none', \
                 wal_receiver_timeout='10s')",
            ]
        );
        let Alter::InPlace(steps) = by_string.alter(&by_server, &id, &cx) else {
            panic!("in place")
        };
        assert_eq!(steps[0].sql, "ALTER SUBSCRIPTION s CONNECTION 'host=a'");
        assert_eq!(
            steps[1].sql,
            "ALTER SUBSCRIPTION s SET (max_retention_duration=0, slot_name=s, wal_receiver_timeout=-1)"
        );
        assert_eq!(by_server.references(&id), [Id::new(Kind::Server, ["Far"])]);
        assert_eq!(by_server.lacks(18), Some(("SERVER of a subscription", 19)));

        let mut there = current.clone();
        there.objects.insert(id.clone(), crate::catalog::Object::new(by_server.clone().wrap()));
        let declared = Catalog::default();
        let names = Lookup { declared: &declared, current: Some(&there), path: &[] };
        let mut silent = of(serde_json::json!({ "publication": "p" }));
        silent.resolve(&id, &names);
        assert_eq!(silent.server.as_deref(), Some("Far"));
        let mut string = by_string.clone();
        string.resolve(&id, &names);
        assert!(string.server.is_none() && string.connection.is_some());
    }
}
