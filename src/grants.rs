//! Privileges: what `pg_class.relacl` and its like say, and what `grant` in a declaration says, in
//! one form that leaves out PostgreSQL's built-in rights
//! (<https://www.postgresql.org/docs/current/ddl-priv.html>, tables 5.1 and 5.2).

pub(crate) mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The key under which the owner's own privileges stand, when they are not all of them.
pub const OWNER: &str = "<owner>";
/// The grantee that is everybody.
pub const PUBLIC: &str = "public";

/// The key of a role in [`Grants`]: its name, in double quotes if it would read as [`OWNER`].
#[must_use]
pub fn key_of(role: &str) -> String {
    if role.trim_matches('"') == OWNER { format!("\"{role}\"") } else { role.to_owned() }
}

/// The role that a key of [`Grants`] names; none is [`PUBLIC`] or [`OWNER`].
#[must_use]
pub fn role_of(key: &str) -> Option<&str> {
    match key {
        PUBLIC | OWNER => None,
        key if key.trim_matches('"') == OWNER => key.strip_prefix('"')?.strip_suffix('"'),
        key => Some(key),
    }
}

/// Privilege name (lower case) to whether it may be passed on.
pub type Privileges = BTreeMap<String, bool>;

/// A grant by a role that is not the owner: it holds the privilege with the grant option.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PassedOn {
    /// Who granted it: a role, by its name.
    pub grantor: String,
    /// Whom it was granted to, by the key.
    pub grantee: String,
}

/// Who has which privileges, from whom. Only what differs from the built-in rights: a fresh object's is empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Grants {
    /// What the owner granted, by grantee; `public` or `<owner>` stand here, perhaps empty, only if they are not as
    /// built in.
    pub by_owner: BTreeMap<String, Privileges>,
    /// What others granted.
    pub passed_on: BTreeMap<PassedOn, Privileges>,
}

/// As they stand in a snapshot: what others granted only where there is some.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    ByOwner(BTreeMap<String, Privileges>),
    All(BTreeMap<String, Privileges>, Vec<(String, String, Privileges)>),
}

impl From<Written> for Grants {
    fn from(written: Written) -> Self {
        let (by_owner, passed_on) = match written {
            Written::ByOwner(by_owner) => (by_owner, Vec::new()),
            Written::All(by_owner, passed_on) => (by_owner, passed_on),
        };
        let passed_on = passed_on.into_iter();
        let passed_on = passed_on
            .map(|(grantor, grantee, privileges)| (PassedOn { grantor, grantee }, privileges));
        Self { by_owner, passed_on: passed_on.collect() }
    }
}

impl From<Grants> for Written {
    fn from(grants: Grants) -> Self {
        if grants.passed_on.is_empty() {
            return Self::ByOwner(grants.by_owner);
        }
        let passed_on = grants.passed_on.into_iter();
        let passed_on =
            passed_on.map(|(of, privileges)| (of.grantor, of.grantee, privileges)).collect();
        Self::All(grants.by_owner, passed_on)
    }
}

/// Which privileges an object class knows, and which are built in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rights {
    /// The word after `ON` in GRANT.
    pub word: &'static str,
    /// Every privilege that applies, as (letter of aclitem, name).
    pub all: &'static [(char, &'static str)],
    /// What PUBLIC has from the start.
    pub public: &'static [&'static str],
}

/// Tables, views, materialized views.
pub const TABLE: Rights = Rights {
    word: "TABLE",
    all: &[
        ('a', "insert"),
        ('r', "select"),
        ('w', "update"),
        ('d', "delete"),
        ('D', "truncate"),
        ('x', "references"),
        ('t', "trigger"),
        ('m', "maintain"),
    ],
    public: &[],
};
/// Columns. The owner's rights come from the table, so none are built in here.
pub const COLUMN: Rights = Rights {
    word: "COLUMN",
    all: &[('a', "insert"), ('r', "select"), ('w', "update"), ('x', "references")],
    public: &[],
};
/// Sequences.
pub const SEQUENCE: Rights = Rights {
    word: "SEQUENCE",
    all: &[('r', "select"), ('w', "update"), ('U', "usage")],
    public: &[],
};
/// Functions, procedures and aggregates.
pub const FUNCTION: Rights =
    Rights { word: "FUNCTION", all: &[('X', "execute")], public: &["execute"] };
/// Schemas.
pub const SCHEMA: Rights =
    Rights { word: "SCHEMA", all: &[('U', "usage"), ('C', "create")], public: &[] };
/// The database.
pub const DATABASE: Rights = Rights {
    word: "DATABASE",
    all: &[('C', "create"), ('c', "connect"), ('T', "temporary")],
    public: &["connect", "temporary"],
};
/// Types and domains.
pub const TYPE: Rights = Rights { word: "TYPE", all: &[('U', "usage")], public: &["usage"] };
/// Languages.
pub const LANGUAGE: Rights =
    Rights { word: "LANGUAGE", all: &[('U', "usage")], public: &["usage"] };
/// Foreign-data wrappers.
pub const WRAPPER: Rights =
    Rights { word: "FOREIGN DATA WRAPPER", all: &[('U', "usage")], public: &[] };
/// Foreign servers.
pub const SERVER: Rights = Rights { word: "FOREIGN SERVER", all: &[('U', "usage")], public: &[] };

/// Whether a server of this major version does not know the privilege yet.
fn newer(privilege: &str, major: u32) -> bool {
    privilege == "maintain" && major < 17
}

impl Rights {
    /// The privileges that a server of this major version knows (MAINTAIN came with 17).
    pub fn known(&self, major: u32) -> impl Iterator<Item = &'static str> + '_ {
        self.all.iter().map(|(_, name)| *name).filter(move |name| !newer(name, major))
    }

    /// All privileges, without the right to pass them on.
    pub fn every(&self, major: u32) -> Privileges {
        self.known(major).map(|name| (name.to_owned(), false)).collect()
    }

    fn public_default(&self) -> Privileges {
        self.public.iter().map(|name| ((*name).to_owned(), false)).collect()
    }

    fn letter(&self, letter: char) -> Option<&'static str> {
        self.all.iter().find(|(known, _)| *known == letter).map(|(_, name)| *name)
    }
}

impl Grants {
    /// Grants of the owner alone.
    pub fn by_owner(by_owner: BTreeMap<String, Privileges>) -> Self {
        Self { by_owner, passed_on: BTreeMap::new() }
    }

    /// Whether nothing differs from the built-in rights.
    pub fn is_empty(&self) -> bool {
        self.by_owner.is_empty() && self.passed_on.is_empty()
    }

    /// The roles in them, grantees and grantors.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        let grantees = self.by_owner.keys().chain(self.passed_on.keys().map(|of| &of.grantee));
        let grantors = self.passed_on.keys().map(|of| of.grantor.as_str());
        grantees.filter_map(|key| role_of(key)).chain(grantors)
    }

    /// Every list of privileges in them.
    pub fn lists(&self) -> impl Iterator<Item = &Privileges> {
        self.by_owner.values().chain(self.passed_on.values())
    }

    fn lists_mut(&mut self) -> impl Iterator<Item = &mut Privileges> {
        self.by_owner.values_mut().chain(self.passed_on.values_mut())
    }

    /// A privilege in them that a server of this major version lacks, and the version that brought it.
    pub fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let mut held = self.lists().flat_map(Privileges::keys);
        held.any(|name| newer(name, major)).then_some(("the privilege maintain", 17))
    }

    /// The same as the owner's own where the owner granted, or was granted, by its name. ALTER OWNER makes one of two
    /// grants that differ in an owner's name only (`aclnewowner`).
    #[must_use]
    pub fn owned_by(mut self, owner: Option<&str>, rights: &Rights, major: u32) -> Self {
        let Some(owner) = owner else { return self };
        let own = |key: String| if role_of(&key) == Some(owner) { OWNER.to_owned() } else { key };
        for (PassedOn { grantor, grantee }, privileges) in std::mem::take(&mut self.passed_on) {
            let grantee = own(grantee);
            if grantor == owner {
                let usual = self.effective(&grantee, rights, major);
                merge(self.by_owner.entry(grantee).or_insert(usual), privileges);
            } else {
                merge(self.passed_on.entry(PassedOn { grantor, grantee }).or_default(), privileges);
            }
        }
        self
    }

    /// The same when ALTER OWNER has given the object to a role: what the role was granted before is part of an
    /// owner's privileges.
    #[must_use]
    pub fn given_to(mut self, owner: Option<&str>, rights: &Rights, major: u32) -> Self {
        if let Some(held) = owner.and_then(|owner| self.by_owner.remove(&key_of(owner))) {
            let own = self.effective(OWNER, rights, major);
            merge(self.by_owner.entry(OWNER.to_owned()).or_insert(own), held);
        }
        self.owned_by(owner, rights, major)
    }

    /// The same for a role that may not act for the owner: what it grants of its own grant options, as `held` has
    /// them, has it as the grantor.
    pub fn pass_on(&mut self, held: &Self, role: &str) {
        let lists = held.passed_on.iter().map(|(of, list)| (&of.grantee, list));
        let own = held.by_owner.iter().chain(lists).filter(|(key, _)| role_of(key) == Some(role));
        let options: BTreeSet<&String> = own
            .flat_map(|(_, list)| list.iter().filter(|(_, passes)| **passes))
            .map(|(p, _)| p)
            .collect();
        for (grantee, privileges) in &mut self.by_owner {
            if role_of(grantee).is_none() {
                continue;
            }
            let there = held.by_owner.get(grantee);
            let by_role = |name: &String| {
                options.contains(name) && there.is_none_or(|there| !there.contains_key(name))
            };
            let gone: Vec<String> =
                privileges.keys().filter(|name| by_role(name)).cloned().collect();
            for name in gone {
                let of = PassedOn { grantor: role.to_owned(), grantee: grantee.clone() };
                let passes = privileges.remove(&name).unwrap_or_default();
                *self.passed_on.entry(of).or_default().entry(name).or_default() |= passes;
            }
        }
        self.by_owner.retain(|key, list| role_of(key).is_none() || !list.is_empty());
    }

    /// Reads the text of an `aclitem[]` (`{=r/owner,app=arw*/owner}`); `None` is the built-in ACL.
    pub fn from_acl(acl: Option<&str>, owner: &str, rights: &Rights, major: u32) -> Self {
        let Some(acl) = acl else { return Self::default() };
        let mut grants = Self::default();
        for item in acl_items(acl) {
            let Some(AclItem { grantee, letters, grantor }) = acl_item(&item) else { continue };
            let grantee = if grantee.is_empty() {
                PUBLIC.to_owned()
            } else if grantee == owner {
                OWNER.to_owned()
            } else {
                key_of(&grantee)
            };
            let entry = if grantor == owner {
                grants.by_owner.entry(grantee).or_default()
            } else {
                grants.passed_on.entry(PassedOn { grantor, grantee }).or_default()
            };
            let mut letters = letters.chars().peekable();
            while let Some(letter) = letters.next() {
                let passes = letters.next_if_eq(&'*').is_some();
                if let Some(name) = rights.letter(letter) {
                    *entry.entry(name.to_owned()).or_default() |= passes;
                }
            }
        }
        if rights.word != COLUMN.word {
            grants.by_owner.entry(OWNER.to_owned()).or_default();
            grants.by_owner.entry(PUBLIC.to_owned()).or_default();
        }
        grants.without_built_in(rights, major)
    }

    /// Leaves out what is as PostgreSQL built it in.
    #[must_use]
    pub fn without_built_in(mut self, rights: &Rights, major: u32) -> Self {
        let column = rights.word == COLUMN.word;
        self.by_owner.retain(|grantee, privileges| match grantee.as_str() {
            OWNER if !column => *privileges != rights.every(major),
            PUBLIC => *privileges != rights.public_default(),
            _ => !privileges.is_empty(),
        });
        self.passed_on.retain(|_, privileges| !privileges.is_empty());
        self
    }

    /// Takes out of every `all` what a server of this major version does not know.
    pub fn settle_all(&mut self, rights: &Rights, major: u32) {
        for privileges in self.lists_mut() {
            if rights.all.iter().all(|(_, name)| privileges.contains_key(*name)) {
                privileges.retain(|name, _| rights.known(major).any(|known| known == name));
            }
        }
    }

    /// What a grantee has in the end, built-in rights included.
    pub fn effective(&self, grantee: &str, rights: &Rights, major: u32) -> Privileges {
        match (self.by_owner.get(grantee), grantee) {
            (Some(privileges), _) => privileges.clone(),
            (None, OWNER) if rights.word != COLUMN.word => rights.every(major),
            (None, PUBLIC) => rights.public_default(),
            (None, _) => Privileges::new(),
        }
    }
}

/// Splits `{a,"b,c"}` into its items, unquoted.
fn acl_items(acl: &str) -> Vec<String> {
    let inner = acl.trim_start_matches('{').trim_end_matches('}');
    let mut items = Vec::new();
    let (mut item, mut quoted) = (String::new(), false);
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => item.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            c => item.push(c),
        }
    }
    if !item.is_empty() {
        items.push(item);
    }
    items
}

fn merge(into: &mut Privileges, others: Privileges) {
    for (name, passes) in others {
        *into.entry(name).or_default() |= passes;
    }
}

/// `"odd name"=arw*/owner`, taken apart.
struct AclItem<'a> {
    grantee: String,
    letters: &'a str,
    grantor: String,
}

fn acl_item(item: &str) -> Option<AclItem<'_>> {
    let (grantee, rest) = acl_name(item)?;
    let (letters, grantor) = rest.strip_prefix('=')?.split_once('/')?;
    let (grantor, _) = acl_name(grantor)?;
    Some(AclItem { grantee, letters, grantor })
}

/// The name at the beginning of a text, without its quotes, and what follows it (`getid` of acl.c).
fn acl_name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('=').unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut end = 0;
    let bytes = quoted.as_bytes();
    while end < bytes.len() {
        if bytes[end] == b'"' {
            if bytes.get(end + 1) == Some(&b'"') {
                end += 2;
                continue;
            }
            break;
        }
        end += 1;
    }
    Some((quoted[..end].replace("\"\"", "\""), quoted.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_acl_is_the_built_in_one() {
        assert_eq!(Grants::from_acl(None, "o", &TABLE, 15), Grants::default());
        let explicit = Grants::from_acl(Some("{o=arwdDxt/o}"), "o", &TABLE, 15);
        assert_eq!(explicit, Grants::default());
    }

    #[test]
    fn a_right_taken_from_public_is_a_fact() {
        let grants = Grants::from_acl(Some("{o=X/o}"), "o", &FUNCTION, 15);
        assert_eq!(grants.by_owner.get(PUBLIC), Some(&Privileges::new()));
    }

    #[test]
    fn a_role_with_the_name_of_a_reserved_key_is_a_role() {
        let acl = r#"{o=arwdDxt/o,"\"<owner>\"=r/o",Public=r/o,"\"blank \"=r/o"}"#;
        let grants = Grants::from_acl(Some(acl), "o", &TABLE, 15);
        let keys: Vec<&str> = grants.by_owner.keys().map(String::as_str).collect();
        assert_eq!(keys, ["\"<owner>\"", "Public", "blank "]);
        let roles: Vec<_> = keys.into_iter().map(role_of).collect();
        assert_eq!(roles, [Some("<owner>"), Some("Public"), Some("blank ")]);
        assert_eq!((role_of(PUBLIC), role_of(OWNER)), (None, None));
    }

    #[test]
    fn who_granted_is_read() {
        let acl = r#"{o=ar*wdDxt/o,b=r*/o,c=r/b,o=r/b,"=r/\"G \"\"q\""}"#;
        let grants = Grants::from_acl(Some(acl), "o", &TABLE, 15);
        assert_eq!(grants.by_owner[OWNER].get("select"), Some(&true));
        assert_eq!(grants.by_owner.keys().collect::<Vec<_>>(), [OWNER, "b"]);
        let others: Vec<(&str, &str)> =
            grants.passed_on.keys().map(|of| (of.grantor.as_str(), of.grantee.as_str())).collect();
        assert_eq!(others, [("G \"q", PUBLIC), ("b", OWNER), ("b", "c")]);
        let json = serde_json::to_value(&grants).unwrap();
        assert_eq!(serde_json::from_value::<Grants>(json).unwrap(), grants);
    }

    #[test]
    fn a_new_owner_has_what_it_was_granted() {
        let acl = Some("{o=arwdDxt/o,b=r*/o,c=r/b}");
        let grants = Grants::from_acl(acl, "o", &TABLE, 15).given_to(Some("b"), &TABLE, 15);
        assert_eq!(grants.by_owner[OWNER].get("select"), Some(&true));
        assert_eq!(grants.by_owner["c"].get("select"), Some(&false));
        assert!(grants.passed_on.is_empty());
    }

    #[test]
    fn what_the_owner_is_granted_on_a_column_is_a_fact() {
        let grants = Grants::from_acl(Some("{o=r/o}"), "o", &COLUMN, 15);
        assert_eq!(grants.by_owner.keys().collect::<Vec<_>>(), [OWNER]);
    }

    #[test]
    fn a_quoted_grantee_and_a_grant_option_are_read() {
        let grants = Grants::from_acl(Some(r#"{o=arwdDxt/o,"\"a=b\"=r*w/o"}"#), "o", &TABLE, 15);
        let app = &grants.by_owner["a=b"];
        assert_eq!(app.get("select"), Some(&true));
        assert_eq!(app.get("update"), Some(&false));
    }
}
