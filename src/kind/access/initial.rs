//! Privileges on an object of which only they can differ, since something else made it: the script of an extension, or
//! initdb. `pg_init_privs` says which it had from there; what is compared are the grantees that have more or less.

mod named;
mod query;

use std::collections::{BTreeMap, BTreeSet};

use named::Named;
use serde::{Deserialize, Serialize};

use crate::grants::{PUBLIC, Privileges, Rights, role_of};
use crate::kind::access::default_privileges::list;
use crate::kind::{About, Id, Kind, Sort};
use crate::sql::quote::ident;
use crate::step::Step;

pub(super) use named::{check, resolved};
pub(super) use query::{Of, query};

/// The privileges of some grantees.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Differing {
    /// What each has now.
    #[serde(default)]
    grant: BTreeMap<String, Given>,
    /// What each had from the start; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    initial: Option<BTreeMap<String, Given>>,
}

/// Privileges: a list as in GRANT, or items of the catalog, of which those with a star may be passed
/// on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
struct Given(Privileges);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    List(String),
    Items(Vec<String>),
}

impl TryFrom<Written> for Given {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::List(text) => list::read(&text, &ANY).map(Given),
            Written::Items(items) => {
                let one = |item: String| match item.strip_suffix('*') {
                    Some(name) => (name.to_owned(), true),
                    None => (item, false),
                };
                Ok(Given(items.into_iter().map(one).collect()))
            }
        }
    }
}

impl From<Given> for Written {
    fn from(given: Given) -> Self {
        Written::List(list::write(&given.0))
    }
}

/// Every privilege that such an object may have.
const ANY: Rights = Rights {
    word: "privileges",
    all: &[
        ('a', "insert"),
        ('r', "select"),
        ('w', "update"),
        ('d', "delete"),
        ('D', "truncate"),
        ('x', "references"),
        ('t', "trigger"),
        ('m', "maintain"),
        ('U', "usage"),
        ('C', "create"),
        ('X', "execute"),
    ],
    public: &[],
};

/// How GRANT names it, and the columns behind each privilege.
pub(super) fn target(id: &Id) -> (String, Option<String>) {
    let Some(mut named) = Named::read(id.name()) else { return (id.name().to_owned(), None) };
    if named.word == "column" {
        let column = named.names.pop().unwrap_or_default();
        return (format!("TABLE {}", named.path()), Some(ident(&column)));
    }
    let types = named.types.map(|types| format!("({types})")).unwrap_or_default();
    (format!("{} {}{types}", named.rights.word, named.path()), None)
}

/// The statements that give one grantee these privileges. Without knowledge of what there is, all
/// is taken away first.
fn change(id: &Id, grantee: &str, before: Option<&Privileges>, after: &Privileges) -> Vec<Step> {
    let (on, column) = target(id);
    let to = role_of(grantee).map_or_else(|| "PUBLIC".to_owned(), ident);
    let behind = column.map(|column| format!(" ({column})")).unwrap_or_default();
    let words = |fits: &dyn Fn(&str, bool) -> bool, of: &Privileges| {
        let some = of.iter().filter(|(name, passes)| fits(name, **passes));
        let words: Vec<_> = some.map(|(name, _)| name.to_uppercase() + &behind).collect();
        words.join(", ")
    };
    let mut steps = Vec::new();
    let mut say = |sql: String, some: bool| steps.extend(some.then(|| Step::new(sql)));
    let none = Privileges::new();
    match before {
        None => say(format!("REVOKE ALL{behind} ON {on} FROM {to}"), true),
        Some(before) => {
            let gone = words(&|name, _| !after.contains_key(name), before);
            say(format!("REVOKE {gone} ON {on} FROM {to}"), !gone.is_empty());
            let bound = words(&|name, passes| passes && after.get(name) == Some(&false), before);
            say(format!("REVOKE GRANT OPTION FOR {bound} ON {on} FROM {to}"), !bound.is_empty());
        }
    }
    let before = before.unwrap_or(&none);
    let plain = words(&|name, passes| !passes && !before.contains_key(name), after);
    say(format!("GRANT {plain} ON {on} TO {to}"), !plain.is_empty());
    let passing = words(&|name, passes| passes && before.get(name) != Some(&true), after);
    say(format!("GRANT {passing} ON {on} TO {to} WITH GRANT OPTION"), !passing.is_empty());
    steps
}

impl Differing {
    /// What a grantee has that does not stand here, as far as that is known: roles of the
    /// cluster's administrator are unknown to a script, those of the server are not.
    fn untouched(&self, grantee: &str) -> Option<Privileges> {
        let initial = self.initial.as_ref().and_then(|all| all.get(grantee));
        match initial {
            Some(initial) => Some(initial.0.clone()),
            None if grantee == PUBLIC || grantee.starts_with("pg_") => None,
            None => Some(Privileges::new()),
        }
    }

    /// The statements that make them from what there was at the start.
    pub(super) fn create(&self, id: &Id) -> Vec<Step> {
        let one = |(grantee, wanted): (&String, &Given)| {
            change(id, grantee, self.untouched(grantee).as_ref(), &wanted.0)
        };
        self.grant.iter().flat_map(one).collect()
    }

    /// The statements that take `old` to them.
    pub(super) fn alter(&self, old: &Self, id: &Id) -> Vec<Step> {
        let grantees: BTreeSet<&String> = self.grant.keys().chain(old.grant.keys()).collect();
        let one = |grantee: &String| {
            let before = old.grant.get(grantee).map(|given| given.0.clone());
            let before = before.or_else(|| self.untouched(grantee));
            let after = self.grant.get(grantee).map(|given| given.0.clone());
            let after = after.or_else(|| old.untouched(grantee)).unwrap_or_default();
            change(id, grantee, before.as_ref(), &after)
        };
        grantees.into_iter().flat_map(one).collect()
    }

    /// The statements that take everything back to what there was at the start.
    pub(super) fn drop(&self, id: &Id) -> Vec<Step> {
        let one = |(grantee, there): (&String, &Given)| {
            let after = self.untouched(grantee).unwrap_or_default();
            change(id, grantee, Some(&there.0), &after)
        };
        self.grant.iter().flat_map(one).collect()
    }

    /// The roles that have or lose them.
    pub(super) fn roles(&self) -> Vec<Id> {
        let named = self.grant.keys().filter_map(|key| role_of(key));
        named.map(|role| Id::new(Kind::Role, [role])).collect()
    }

    /// What a declaration does not say, and what is there says: which privileges there were at the start.
    pub(super) fn start_as(&mut self, there: Option<&Self>) {
        self.initial = there.and_then(|there| there.initial.clone());
    }

    /// Leaves out what a declaration does not say.
    pub(super) fn forget_start(&mut self) {
        self.initial = None;
    }
}

/// What a kind is whose objects something else makes and whose privileges alone can differ.
pub(super) const ABOUT: About = About {
    catalog: 3394,
    extra_keys: &["grant"],
    sort: Sort::Grants,
    renames: false,
    on_scratch: false,
    noun: Some("privileges on"),
    ..About::USUAL
};

/// Describes a kind that wraps [`Differing`].
macro_rules! describes_differing {
    ($kind:ty) => {
        impl Describe for $kind {
            fn address(&self, id: &Id) -> String {
                initial::target(id).0
            }

            fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
                self.0.create(id)
            }

            fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
                self.0.drop(id)
            }

            fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
                Vec::new()
            }

            fn references(&self, _id: &Id) -> Vec<Id> {
                self.0.roles()
            }

            fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
                let id = Self::resolve_key(id, names).unwrap_or_else(|| id.clone());
                let there = names.current.and_then(|current| current.attrs::<Self>(&id));
                self.0.start_as(there.map(|there| &there.0));
            }

            fn without_choices(&mut self) {
                self.0.forget_start();
            }
        }
    };
}

pub(super) use describes_differing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_stands_behind_each_privilege() {
        let id = Id::new(Kind::Member, ["e", "column s.t.\"A\""]);
        let wanted = list::read("select", &ANY).unwrap();
        let steps = change(&id, "app", Some(&Privileges::new()), &wanted);
        assert_eq!(steps[0].sql, "GRANT SELECT (\"A\") ON TABLE s.t TO app");
    }
}
