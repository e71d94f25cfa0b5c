//! `grant = { app_user = "select, insert, update (note)" }`: grantee to the privilege list of GRANT, which may end with
//! `with grant option` and, where the owner did not grant it, `granted by` a role.

use crate::catalog::Object;
use crate::grants::{Grants, PUBLIC, PassedOn, Privileges, Rights};
use crate::id::Id;
use crate::report::{Code, Diagnostic};
use crate::source::{Node, Origin, Table, Text};
use crate::suggest::suggest;

use super::privilege_list::{self, Item, List};
use super::{Reader, value};

/// A privilege on a column that was written with its table.
pub(super) struct ColumnGrant {
    relation: Id,
    column: String,
    grantee: String,
    grantor: Option<String>,
    privilege: String,
    passes: bool,
    origin: Origin,
}

impl Reader {
    /// Reads the grantees of one object; what is for columns waits until all are read.
    pub(super) fn grants(&mut self, id: &Id, table: &Table) -> Grants {
        let mut grants = Grants::default();
        let Some(rights) = id.kind.def().rights else { return grants };
        for (grantee, node) in &table.entries {
            // Where only some may be passed on: ["select", "insert with grant option"].
            let items = node.as_array().unwrap_or(std::slice::from_ref(node));
            if let Some(wrong) = items.iter().find(|item| item.as_text().is_none()) {
                self.error(value::expected("a list of privileges", wrong));
                continue;
            }
            let lists: Vec<&Text> = items.iter().filter_map(Node::as_text).collect();
            let name = grantee.name.clone();
            let mut privileges = Privileges::new();
            let mut only_others = !lists.is_empty();
            for list in lists {
                let (grantor, some) = self.privileges(id, &name, list, rights);
                only_others &= grantor.is_some();
                let into = match grantor {
                    None => &mut privileges,
                    Some(grantor) => {
                        let of = PassedOn { grantor, grantee: name.clone() };
                        grants.passed_on.entry(of).or_default()
                    }
                };
                for (privilege, passes) in some {
                    *into.entry(privilege).or_default() |= passes;
                }
            }
            let any_for_columns = self.column_grants.iter().any(|grant| grant.relation == *id);
            if !privileges.is_empty() || !any_for_columns && !only_others {
                grants.by_owner.insert(name, privileges);
            }
        }
        // A role that has nothing may be the owner.
        let nothing: Vec<String> = grants
            .by_owner
            .iter()
            .filter(|(_, list)| list.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        let mut grants = grants.without_built_in(rights, u32::MAX);
        for name in nothing.into_iter().filter(|name| name != PUBLIC) {
            grants.by_owner.entry(name).or_default();
        }
        grants
    }

    /// The privileges in one list, and who granted them if that is said.
    fn privileges(
        &mut self,
        id: &Id,
        grantee: &str,
        list: &Text,
        rights: &Rights,
    ) -> (Option<String>, Privileges) {
        let mut privileges = Privileges::new();
        let List { items, passes, grantor } = match privilege_list::read(&list.value) {
            Ok(list) => list,
            Err(why) => {
                let diagnostic = Diagnostic::error(Code::BadValue, why)
                    .at(list.whole(), "in this list")
                    .help("write it as in GRANT: select, update (a, b) with grant option granted by r");
                self.error(diagnostic);
                return (None, privileges);
            }
        };
        for Item { word, columns } in items {
            let names: Vec<String> = match word.as_str() {
                "all" | "all privileges" => {
                    rights.all.iter().map(|(_, name)| (*name).to_owned()).collect()
                }
                word if rights.all.iter().any(|(_, name)| *name == word) => vec![word.to_owned()],
                word => {
                    let message = format!("`{word}` is no privilege of a {}", id.kind);
                    let mut diagnostic =
                        Diagnostic::error(Code::UnknownPrivilege, message).at(list.whole(), "here");
                    if let Some(near) = suggest(word, rights.all.iter().map(|(_, name)| *name)) {
                        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    }
                    self.error(diagnostic);
                    continue;
                }
            };
            for name in names {
                let Some(columns) = &columns else {
                    *privileges.entry(name).or_default() |= passes;
                    continue;
                };
                for column in columns {
                    self.column_grants.push(ColumnGrant {
                        relation: id.clone(),
                        column: column.clone(),
                        grantee: grantee.to_owned(),
                        grantor: grantor.clone(),
                        privilege: name.clone(),
                        passes,
                        origin: list.whole(),
                    });
                }
            }
        }
        (grantor, privileges)
    }

    /// Gives the columns what their tables say of them.
    pub(super) fn settle_column_grants(&mut self) {
        for grant in std::mem::take(&mut self.column_grants) {
            let place = grant.relation.kind.def().children.iter().find(|place| {
                place.kind.def().rights.is_some_and(|rights| *rights == crate::grants::COLUMN)
            });
            let Some(place) = place else {
                let message = format!("a {} has no columns", grant.relation.kind);
                self.error(Diagnostic::error(Code::BadValue, message).at(grant.origin, "here"));
                continue;
            };
            let id = grant.relation.child(place.kind, &grant.column);
            if !self.catalog.objects.contains_key(&id) {
                let empty = serde_json::Value::Object(serde_json::Map::new());
                let Ok(attrs) = (place.kind.def().parse)(&empty) else { continue };
                let mut object = Object::new(attrs);
                object.origin = Some(grant.origin.clone());
                self.catalog.objects.insert(id.clone(), object);
            }
            if let Some(object) = self.catalog.objects.get_mut(&id) {
                let grants = object.grants.get_or_insert_default();
                let ColumnGrant { grantee, grantor, .. } = grant;
                let privileges = match grantor {
                    None => grants.by_owner.entry(grantee).or_default(),
                    Some(grantor) => {
                        grants.passed_on.entry(PassedOn { grantor, grantee }).or_default()
                    }
                };
                *privileges.entry(grant.privilege).or_default() |= grant.passes;
            }
        }
    }
}
