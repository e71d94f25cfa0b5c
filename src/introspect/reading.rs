//! The rows of the queries into a catalog; the oids that they are joined by stay here.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::unmodelled::MEMBERS;
use super::{IntrospectError, own};
use crate::catalog::{Catalog, Links, Object, Server, Unmodelled};
use crate::grants::Grants;
use crate::id::Id;
use crate::kind::{self, Kind};
use crate::row::{self, RowReader, Text, optional, text};

/// A catalog in the making, with the addresses that lead to its objects.
pub(super) struct Reading {
    pub(super) catalog: Catalog,
    ids: Vec<Id>,
    /// `(classid, objid, objsubid)` of `pg_depend` to a place in `ids`.
    addresses: HashMap<(u32, u32, i32), usize>,
}

impl Reading {
    pub(super) fn new(server: Server) -> Self {
        let catalog = Catalog { server, ..Catalog::default() };
        Self { catalog, ids: Vec::new(), addresses: HashMap::new() }
    }

    pub(super) fn objects(&mut self, kind: Kind, rows: &[Row]) -> Result<(), IntrospectError> {
        let Some(first) = rows.first() else { return Ok(()) };
        let def = kind.def();
        let layout = row::Layout::of(first);
        for row in rows {
            let (path, garbled) = layout.path(row);
            let id = Id { kind, path };
            let reader = RowReader::new(row, &layout);
            let mut attrs = (def.read)(&reader)
                .map_err(|source| IntrospectError::Row { id: id.to_string(), source })?;
            attrs.secrets(&mut |option, secret| secret.call(&id, option));
            let mut object = Object::new(attrs);
            object.owner = layout.text(row, "_owner");
            object.rank = layout.integer(row, "_rank").unwrap_or(0);
            object.grants = def.rights.map(|rights| {
                let owner = object.owner.as_deref().unwrap_or("");
                let acl = layout.text(row, "_acl");
                Grants::from_acl(acl.as_deref(), owner, rights, self.catalog.server.major())
            });
            if !def.owned {
                object.owner = None;
            }
            if let Some(oid) = layout.oid(row) {
                let subid = layout.integer(row, "_subid").map_or(0, u32::cast_signed);
                self.addresses.insert((def.catalog, oid, subid), self.ids.len());
            }
            if garbled || reader.is_garbled() {
                self.catalog.garbled.insert(id.clone());
            }
            self.ids.push(id.clone());
            self.catalog.objects.insert(id, object);
        }
        Ok(())
    }

    /// The oids of the objects that have been read.
    pub(super) fn oids(&self) -> impl Iterator<Item = u32> {
        let oids: std::collections::BTreeSet<u32> =
            self.addresses.keys().map(|(_, oid, _)| *oid).collect();
        oids.into_iter()
    }

    pub(super) fn unmodelled(&mut self, rows: &[Row]) {
        let object = |row: &Row| Unmodelled {
            kind: text(row, 0),
            identity: text(row, 1),
            schema: optional(row, 2),
        };
        self.catalog.unmodelled = rows.iter().map(object).collect();
    }

    pub(super) fn members(&mut self, rows: &[Row]) {
        for row in rows {
            let what = usize::try_from(row.get::<_, i32>(0)).ok().and_then(|at| MEMBERS.get(at));
            if let Some((what, ..)) = what {
                self.catalog.provided.insert((*what, text(row, 1), text(row, 2)));
            }
        }
    }

    /// The object whose address (`classoid`, `objoid`, `objsubid`) stands first in a row.
    fn named(&self, row: &Row) -> Option<Id> {
        let address = (row.get::<_, u32>(0), row.get::<_, u32>(1), row.get::<_, i32>(2));
        self.addresses.get(&address).map(|at| self.ids[*at].clone())
    }

    /// A text of an object, in a column of a row.
    fn remark(&mut self, id: &Id, row: &Row, at: usize) -> Option<String> {
        let read: Option<Text> = row.get(at);
        if read.as_ref().is_some_and(|read| read.is_garbled) {
            self.catalog.garbled.insert(id.clone());
        }
        read.map(|read| read.text)
    }

    /// What is labelled and no object of the catalog is named.
    pub(super) fn labels(&mut self, rows: &[Row]) {
        for row in rows {
            let provider = text(row, 3);
            if let Some(id) = self.named(row) {
                let label = self.remark(&id, row, 4).unwrap_or_default();
                if let Some(object) = self.catalog.objects.get_mut(&id) {
                    object.labels.insert(provider, label);
                }
            } else if let Some(identity) = optional(row, 6) {
                self.catalog.unmodelled.push(Unmodelled {
                    kind: format!("security label on {}", text(row, 5)),
                    identity: format!("{identity} for {provider}"),
                    schema: optional(row, 7),
                });
            }
        }
    }

    pub(super) fn comments(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(id) = self.named(row) else { continue };
            let comment = self.remark(&id, row, 3);
            if let Some(object) = self.catalog.objects.get_mut(&id) {
                object.comment = comment;
            }
        }
    }

    /// Leaves out what plumb has made for itself.
    pub(super) fn forget_own(&mut self) {
        let schema = self.catalog.objects.iter().find(|(id, _)| own::is_schema(id));
        if schema.is_none_or(|(_, schema)| schema.comment.as_deref() != Some(own::MARK)) {
            return;
        }
        self.catalog.objects.retain(|id, _| !own::is_own(id));
        self.addresses.retain(|_, at| !own::is_own(&self.ids[*at]));
    }

    /// Resolves `pg_depend`: an address is an object's own, or what it is internally part of (a
    /// view's rule, a table's row type, a key's index), or a member of an extension.
    pub(super) fn dependencies(&mut self, rows: &[Row]) {
        let mut part_of: HashMap<(u32, u32), (u32, u32, i32)> = HashMap::new();
        let (mut edges, mut inherited) = (Vec::new(), Vec::new());
        for row in rows {
            let from = (row.get::<_, u32>(0), row.get::<_, u32>(1), row.get::<_, i32>(2));
            let to = (row.get::<_, u32>(3), row.get::<_, u32>(4), row.get::<_, i32>(5));
            match row.get::<_, &str>(6) {
                // A sequence of an identity is part of its column; the column of its table only.
                "i" | "e" => {
                    part_of.insert((from.0, from.1), to);
                }
                _ => {}
            }
            if let Some(name) = optional(row, 7) {
                inherited.push((from, to, name));
            }
            edges.push((from, to));
        }
        let resolve = |mut address: (u32, u32, i32)| {
            for _ in 0..5 {
                if let Some(at) = self.addresses.get(&address) {
                    return Some(*at);
                }
                if let Some(at) = self.addresses.get(&(address.0, address.1, 0)) {
                    return Some(*at);
                }
                address = *part_of.get(&(address.0, address.1))?;
            }
            None
        };
        let mut pairs = Vec::new();
        for (from, to) in edges {
            if let (Some(from), Some(to)) = (resolve(from), resolve(to))
                && from != to
            {
                pairs.push((from, to));
            }
        }
        // Who uses an inherited column uses those that it is inherited from, and so does what is said of it.
        let mut above: Vec<(usize, Id)> = Vec::new();
        for (from, to, name) in inherited {
            let table = self.addresses.get(&(to.0, to.1, 0));
            // A column that is computed of others is inherited with them.
            if let (Some(from), Some(table)) = (resolve(from), table)
                && from != *table
            {
                let all = kind::columns_above(&self.ids[*table], &name, &self.catalog);
                above.extend(all.into_iter().map(|of| (from, of)));
            }
        }
        for (at, id) in self.ids.iter().enumerate().filter(|(_, id)| id.kind.def().shapes) {
            let inherited = self.catalog.get(id).and_then(|it| it.attrs.as_inherited());
            if inherited.is_some_and(|it| !it.is_local()) {
                let tables = id.parents();
                let all =
                    tables.first().map(|of| kind::columns_above(of, id.name(), &self.catalog));
                above.extend(all.into_iter().flatten().map(|of| (at, of)));
            }
        }
        for (from, of) in above {
            pairs.push((from, self.ids.len()));
            self.ids.push(of);
        }
        self.catalog.needs = Links::new(std::mem::take(&mut self.ids), pairs);
    }
}
