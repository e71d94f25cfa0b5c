//! Which roles a role is a member of (`pg_auth_members`). Before 16 a membership only says whether
//! it may be passed on; since then also whether privileges come with it and whether SET ROLE may.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::leaf::split_commas;
use crate::sql::quote::ident;

/// Memberships by the role that is joined.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub(super) struct Memberships(pub(super) BTreeMap<String, Options>);

/// The options of one membership; `None`: nobody says, or the server does not know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Options {
    admin: bool,
    inherit: Option<bool>,
    set: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Names(Vec<String>),
    Options(BTreeMap<String, String>),
}

impl TryFrom<Written> for Memberships {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let all = match written {
            Written::Names(names) => {
                names.into_iter().map(|name| Ok((name, Options::default()))).collect()
            }
            Written::Options(all) => all
                .into_iter()
                .map(|(name, text)| Options::read(&text).map(|options| (name, options)))
                .collect::<Result<BTreeMap<_, _>, String>>(),
        };
        all.map(Self)
    }
}

impl From<Memberships> for Written {
    fn from(all: Memberships) -> Self {
        if all.0.values().all(|options| *options == Options::default()) {
            return Written::Names(all.0.into_keys().collect());
        }
        Written::Options(all.0.into_iter().map(|(name, options)| (name, options.text())).collect())
    }
}

impl Options {
    /// Reads `with admin option` or `with admin true, inherit false, set false`.
    fn read(text: &str) -> Result<Self, String> {
        let lower = text.trim().to_lowercase();
        let list = lower.strip_prefix("with ").unwrap_or(&lower);
        let mut options = Self::default();
        for item in split_commas(list).into_iter().filter(|item| !item.is_empty()) {
            let (word, value) = item.split_once(' ').unwrap_or((item, "true"));
            let on = match value.trim() {
                "true" | "option" => true,
                "false" => false,
                _ => return Err(format!("`{item}` is no option of a membership")),
            };
            match word {
                "admin" => options.admin = on,
                "inherit" => options.inherit = Some(on),
                "set" => options.set = Some(on),
                _ => {
                    return Err(format!(
                        "`{item}` is no option of a membership: there are admin, inherit and set"
                    ));
                }
            }
        }
        Ok(options)
    }

    fn text(self) -> String {
        let mut words = Vec::new();
        words.extend(self.admin.then(|| "admin true".to_owned()));
        words.extend(self.inherit.map(|on| format!("inherit {on}")));
        words.extend(self.set.map(|on| format!("set {on}")));
        if words.is_empty() { String::new() } else { format!("with {}", words.join(", ")) }
    }
}

impl Memberships {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves out what is as GRANT makes it: privileges come as the role's INHERIT says.
    pub(super) fn strip(&mut self, inherits: bool) {
        for options in self.0.values_mut() {
            options.inherit.take_if(|on| *on == inherits);
            options.set.take_if(|on| *on);
        }
    }

    /// Whether one says what only 16 knows.
    pub(super) fn is_newer(&self) -> bool {
        self.0.values().any(|options| options.inherit.is_some() || options.set.is_some())
    }

    /// The statements that take `old` to `self` for the role `member`.
    pub(super) fn change(
        &self,
        old: &Self,
        member: &str,
        inherits: bool,
        major: u32,
    ) -> Vec<String> {
        let member = ident(member);
        let mut sql = Vec::new();
        for role in old.0.keys().filter(|role| !self.0.contains_key(*role)) {
            sql.push(format!("REVOKE {} FROM {member}", ident(role)));
        }
        for (role, wanted) in &self.0 {
            let there = old.0.get(role);
            if there == Some(wanted) {
                continue;
            }
            let role = ident(role);
            let plain = Options::default();
            let word = |set: bool| if set { "TRUE" } else { "FALSE" };
            let option = match (major >= 16, there) {
                (true, None) if *wanted == plain => String::new(),
                (true, _) => format!(
                    " WITH ADMIN {}, INHERIT {}, SET {}",
                    word(wanted.admin),
                    word(wanted.inherit.unwrap_or(inherits)),
                    word(wanted.set.unwrap_or(true))
                ),
                (false, Some(there)) if there.admin && !wanted.admin => {
                    sql.push(format!("REVOKE ADMIN OPTION FOR {role} FROM {member}"));
                    continue;
                }
                (false, _) if wanted.admin => " WITH ADMIN OPTION".to_owned(),
                (false, _) => String::new(),
            };
            sql.push(format!("GRANT {role} TO {member}{option}"));
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(json: serde_json::Value) -> Memberships {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_membership_changes_by_what_the_version_knows() {
        let old = of(json!(["a", "b"]));
        let new = of(json!({"b": "with admin option", "c": "inherit false"}));
        assert_eq!(
            new.change(&old, "App", true, 16),
            [
                "REVOKE a FROM \"App\"",
                "GRANT b TO \"App\" WITH ADMIN TRUE, INHERIT TRUE, SET TRUE",
                "GRANT c TO \"App\" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE",
            ]
        );
        let old = of(json!({"b": "with admin true"}));
        assert_eq!(
            of(json!(["b", "d"])).change(&old, "app", true, 15),
            ["REVOKE ADMIN OPTION FOR b FROM app", "GRANT d TO app"]
        );
        assert!(serde_json::from_value::<Memberships>(json!({"b": "with love"})).is_err());
    }

    #[test]
    fn what_grant_gives_anyway_is_not_written() {
        let mut read =
            of(json!({"a": "admin false, inherit true, set true", "b": "inherit false"}));
        read.strip(true);
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            json!({"a": "", "b": "with inherit false"})
        );
    }
}
