//! User mappings (`CREATE USER MAPPING`, `pg_user_mappings`): as whom a role reaches a foreign
//! server. The key is the role; `public` is everybody without one.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::kind::abilities::HoldsSecrets;
use crate::kind::foreign::options::{Options, of_wrapper};
use crate::kind::foreign::server;
use crate::kind::{About, Alter, Cx, Define, Describe, Id, Kind, Lookup, Sides};
use crate::leaf::is_false;
use crate::secret::Secret;
use crate::sql::own::no_member;
use crate::sql::quote::ident;
use crate::step::Step;

/// A user mapping.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserMapping {
    /// Options.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    options: Options,
    /// Whether the role that reads, or read for an export, may not see the options; then they are
    /// not compared.
    #[serde(default, skip_serializing_if = "is_false")]
    hidden: bool,
}

/// The key of the mapping that is for everybody.
const PUBLIC: &str = "public";

impl Define for UserMapping {
    const ABOUT: About = About {
        clauses: &[clause("options", "options", Shape::Parens)],
        catalog: 1418,
        extra_keys: &["hidden"],
        renames: false,
        holds_parent: true,
        hides: &["options"],
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        // The view hides options as this says, and shows that they are hidden in no other way.
        format!(
            "SELECT u.umid AS _oid, u.srvname::text AS _1, \
             CASE WHEN u.umuser = 0 THEN '{PUBLIC}' ELSE u.usename::text END AS _2, \
             {} AS options, u.umoptions IS NULL AND NOT (\
               (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \
               OR u.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE') \
               OR u.umuser <> 0 AND u.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE') \
                 OR has_server_privilege(s.oid, 'USAGE'))) AS hidden \
             FROM pg_user_mappings u JOIN pg_foreign_server s ON s.oid = u.srvid \
             JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw \
             WHERE u.usename IS NOT NULL AND {} AND {}",
            of_wrapper("u.umoptions"),
            no_member("pg_foreign_server", "u.srvid"),
            no_member("pg_user_mapping", "u.umid")
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { options, hidden: _ } = self;
        let change = options.change(&old.options);
        let step = |change| Step::new(format!("ALTER {} {change}", self.address(id)));
        Alter::InPlace(change.map(step).into_iter().collect())
    }
}

impl Describe for UserMapping {
    fn address(&self, id: &Id) -> String {
        let role = if id.name() == PUBLIC { "PUBLIC".to_owned() } else { ident(id.name()) };
        format!("USER MAPPING FOR {role} SERVER {}", ident(id.first()))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        let sql = format!("CREATE {}{}", self.address(id), self.options.clause());
        vec![Step::new(sql)]
    }

    fn rename(&self, _old: &Id, _new: &Id) -> Vec<Step> {
        Vec::new()
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        let role = (id.name() != PUBLIC).then(|| Id::new(Kind::Role, [id.name()]));
        role.into_iter().collect()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let server = id.ancestor(Kind::Server, 1);
        server::wrapper_of(&server, catalog).into_iter().collect()
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let there = names.current.and_then(|current| current.attrs::<Self>(id));
        if let Some(there) = there.filter(|there| there.hidden || self.hidden) {
            self.clone_from(there);
        }
    }
}

impl HoldsSecrets for UserMapping {
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
        self.options.secrets(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_password_is_a_placeholder_in_every_statement() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::UserMapping, ["srv", "public"]);
        let wanted: UserMapping = serde_json::from_value(serde_json::json!({
            "options": "\"user\" 'u', password '${env:PW}'"
        }))
        .unwrap();
        let steps = wanted.create(&id, &cx, &[]);
        assert_eq!(
            steps[0].sql,
            "CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (password '${env:PW}', \"user\" 'u')"
        );
        let there: UserMapping = serde_json::from_value(serde_json::json!({
            "options": ["user=u", "password=hunter2"]
        }))
        .unwrap();
        let Alter::InPlace(steps) = wanted.alter(&there, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "ALTER USER MAPPING FOR PUBLIC SERVER srv OPTIONS (SET password '${env:PW}')"
        );
    }
}
