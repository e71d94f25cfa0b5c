//! What the key of default privileges says: `for role x in schema y`.

use super::added;
use crate::grants::Rights;
use crate::id::Id;
use crate::sql::quote::ident;
use crate::sql::scan;

/// What the key says: whose objects, and in which schema.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Scope {
    pub(super) role: Option<String>,
    pub(super) schema: Option<String>,
}

impl Scope {
    /// Reads `for role x in schema y`; either may be missing.
    pub(super) fn read(key: &str) -> Result<Self, String> {
        let wrong = || format!("`{key}` is not `for role NAME` or `for role NAME in schema NAME`");
        let tokens = scan::tokens(key).map_err(|_| wrong())?;
        let mut scope = Self::default();
        for words in tokens.chunks(3) {
            let [first, second, name] = words else { return Err(wrong()) };
            if !matches!(name.kind, scan::TokenKind::Word | scan::TokenKind::QuotedIdent) {
                return Err(wrong());
            }
            let role = first.is_word("for") && (second.is_word("role") || second.is_word("user"));
            let place = if role {
                &mut scope.role
            } else if first.is_word("in") && second.is_word("schema") {
                &mut scope.schema
            } else {
                return Err(wrong());
            };
            if place.replace(name.word.clone()).is_some() {
                return Err(wrong());
            }
        }
        Ok(scope)
    }

    pub(super) fn of(id: &Id) -> Self {
        Self::read(id.name()).unwrap_or_default()
    }

    pub(super) fn key(&self) -> String {
        let role = self.role.iter().map(|role| format!("for role {}", ident(role)));
        let schema = self.schema.iter().map(|schema| format!("in schema {}", ident(schema)));
        role.chain(schema).collect::<Vec<_>>().join(" ")
    }

    /// The key in the spelling of SQL.
    pub(super) fn sql(&self) -> String {
        let role = self.role.iter().map(|role| format!(" FOR ROLE {}", ident(role)));
        let schema = self.schema.iter().map(|schema| format!(" IN SCHEMA {}", ident(schema)));
        role.chain(schema).collect()
    }

    /// The rights of a class as they count in this scope.
    pub(super) fn rights(&self, rights: &Rights) -> Rights {
        if self.schema.is_some() { added(rights) } else { *rights }
    }
}
