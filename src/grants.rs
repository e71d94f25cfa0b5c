//! Privileges: what `pg_class.relacl` and its like say, and what `grant` in a declaration says, in
//! one form that leaves out PostgreSQL's built-in rights
//! (<https://www.postgresql.org/docs/current/ddl-priv.html>, tables 5.1 and 5.2).

use std::collections::BTreeMap;

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

/// Grantee to privileges. Only what differs from the built-in rights: an empty map is a fresh
/// object's; `public` or `<owner>` stand here, perhaps empty, only if they are not as built in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(pub BTreeMap<String, Privileges>);

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
    /// A privilege in them that a server of this major version lacks, and the version that brought it.
    pub fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
        let mut held = self.0.values().flat_map(Privileges::keys);
        held.any(|name| newer(name, major)).then_some(("the privilege maintain", 17))
    }

    /// Reads the text of an `aclitem[]` (`{=r/owner,app=arw*/owner}`); `None` is the built-in ACL.
    pub fn from_acl(acl: Option<&str>, owner: &str, rights: &Rights, major: u32) -> Self {
        let Some(acl) = acl else { return Self::default() };
        let mut grants: BTreeMap<String, Privileges> = BTreeMap::new();
        for item in acl_items(acl) {
            let Some((grantee, letters)) = acl_item(&item) else { continue };
            let grantee = if grantee.is_empty() {
                PUBLIC.to_owned()
            } else if grantee == owner {
                OWNER.to_owned()
            } else {
                key_of(&grantee)
            };
            let entry = grants.entry(grantee).or_default();
            let mut letters = letters.chars().peekable();
            while let Some(letter) = letters.next() {
                let passes = letters.next_if_eq(&'*').is_some();
                if let Some(name) = rights.letter(letter) {
                    *entry.entry(name.to_owned()).or_default() |= passes;
                }
            }
        }
        if rights.word != COLUMN.word {
            grants.entry(OWNER.to_owned()).or_default();
            grants.entry(PUBLIC.to_owned()).or_default();
        }
        Self(grants).without_built_in(rights, major)
    }

    /// Leaves out what is as PostgreSQL built it in.
    #[must_use]
    pub fn without_built_in(mut self, rights: &Rights, major: u32) -> Self {
        let column = rights.word == COLUMN.word;
        self.0.retain(|grantee, privileges| match grantee.as_str() {
            // What the owner grants himself over again changes nothing that he could not undo.
            OWNER => {
                !column
                    && privileges.keys().map(String::as_str).collect::<Vec<_>>() != {
                        let mut all: Vec<_> = rights.known(major).collect();
                        all.sort_unstable();
                        all
                    }
            }
            PUBLIC => *privileges != rights.public_default(),
            _ => !privileges.is_empty(),
        });
        for privilege in self.0.get_mut(OWNER).into_iter().flat_map(BTreeMap::values_mut) {
            *privilege = false;
        }
        self
    }

    /// Takes out of every `all` what a server of this major version does not know.
    pub fn settle_all(&mut self, rights: &Rights, major: u32) {
        for privileges in self.0.values_mut() {
            if rights.all.iter().all(|(_, name)| privileges.contains_key(*name)) {
                privileges.retain(|name, _| rights.known(major).any(|known| known == name));
            }
        }
    }

    /// What a grantee has in the end, built-in rights included.
    pub fn effective(&self, grantee: &str, rights: &Rights, major: u32) -> Privileges {
        match (self.0.get(grantee), grantee) {
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

/// Splits `"odd name"=arw*/owner` into the grantee and the letters.
fn acl_item(item: &str) -> Option<(String, &str)> {
    let (grantee, rest) = if let Some(quoted) = item.strip_prefix('"') {
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
        (quoted[..end].replace("\"\"", "\""), quoted.get(end + 1..)?)
    } else {
        let equals = item.find('=')?;
        (item[..equals].to_owned(), &item[equals..])
    };
    let letters = rest.strip_prefix('=')?;
    Some((grantee, letters.split('/').next()?))
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
        assert_eq!(grants.0.get(PUBLIC), Some(&Privileges::new()));
    }

    #[test]
    fn a_role_with_the_name_of_a_reserved_key_is_a_role() {
        let acl = r#"{o=arwdDxt/o,"\"<owner>\"=r/o",Public=r/o,"\"blank \"=r/o"}"#;
        let grants = Grants::from_acl(Some(acl), "o", &TABLE, 15);
        let keys: Vec<&str> = grants.0.keys().map(String::as_str).collect();
        assert_eq!(keys, ["\"<owner>\"", "Public", "blank "]);
        let roles: Vec<_> = keys.into_iter().map(role_of).collect();
        assert_eq!(roles, [Some("<owner>"), Some("Public"), Some("blank ")]);
        assert_eq!((role_of(PUBLIC), role_of(OWNER)), (None, None));
    }

    #[test]
    fn a_quoted_grantee_and_a_grant_option_are_read() {
        let grants = Grants::from_acl(Some(r#"{o=arwdDxt/o,"\"a=b\"=r*w/o"}"#), "o", &TABLE, 15);
        let app = &grants.0["a=b"];
        assert_eq!(app.get("select"), Some(&true));
        assert_eq!(app.get("update"), Some(&false));
    }
}
