//! The database that plumb is connected to (`ALTER DATABASE`, `pg_database`): its owner, comment, privileges and settings.
//! plumb neither creates nor drops it. The declaration does not name it: `[database]` stands once, for whichever database
//! is compared.

use serde::{Deserialize, Serialize};

use crate::grants;
use crate::kind::abilities::{Configured, HoldsSecrets};
use crate::kind::routines::routine::setting::Settings;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Sides};
use crate::secret::Secret;
use crate::sql::quote::ident;
use crate::step::Step;

/// A database's attributes that can change while it is used.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// What is set for its sessions (`pg_db_role_setting` with `setrole` 0).
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    set: Settings,
}

impl Define for Database {
    const ABOUT: About = About {
        catalog: 1262,
        rights: Some(&grants::DATABASE),
        owned: true,
        renames: false,
        extra_keys: &["set"],
        on_scratch: false,
        given: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        "SELECT d.oid AS _oid, d.datname::text AS _1, pg_get_userbyid(d.datdba)::text AS _owner, \
         d.datacl::text AS _acl, (SELECT s.setconfig FROM pg_db_role_setting s \
           WHERE s.setdatabase = d.oid AND s.setrole = 0) AS \"set\" \
         FROM pg_database d WHERE d.datname = current_database()"
            .to_owned()
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let alter = format!("ALTER {}", self.address(id));
        Alter::InPlace(self.set.alter(&old.set, &alter).into_iter().map(Step::new).collect())
    }
}

impl Describe for Database {
    fn address(&self, id: &Id) -> String {
        format!("DATABASE {}", ident(id.name()))
    }

    /// No plan contains it, since the database that is connected to is there.
    fn create(&self, _id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        Vec::new()
    }
}

impl Configured for Database {
    fn settings(&self) -> Vec<(String, String)> {
        self.set.plain()
    }
}

impl HoldsSecrets for Database {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.set.secrets(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::kind::Kind;

    #[test]
    fn settings_are_changed_one_by_one() {
        let of = |json| serde_json::from_value::<Database>(json).unwrap();
        let old = of(serde_json::json!({"set": ["work_mem=1MB", "search_path=a, \"B\""]}));
        let new = of(serde_json::json!({"set": {"work_mem": "2MB", "app.tenant": "it's"}}));
        let empty = Catalog::default();
        let sides = Sides { current: &empty, desired: &empty };
        let steps = new.alter(&old, &Id::new(Kind::Database, ["Odd"]), &sides).steps();
        let sql: Vec<_> = steps.into_iter().map(|step| step.sql).collect();
        assert_eq!(
            sql,
            [
                "ALTER DATABASE \"Odd\" RESET search_path",
                "ALTER DATABASE \"Odd\" SET work_mem TO '2MB'",
                "ALTER DATABASE \"Odd\" SET app.tenant TO 'it''s'",
            ]
        );
    }
}
