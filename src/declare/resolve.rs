//! Names in a declaration become qualified, and defaults are filled in.

use super::Declaration;
use crate::catalog::{Catalog, Object};
use crate::kind::{Kind, Lookup};

/// Qualifies names and fills in defaults, by what is declared and what is in the database.
pub fn resolve(declaration: &mut Declaration, current: Option<&Catalog>) {
    let major = current.map(|current| current.server.major()).filter(|major| *major > 0);
    for (id, object) in &mut declaration.catalog.objects {
        if let (Some(major), Some(rights), Some(grants)) =
            (major, id.kind.def().rights, &mut object.grants)
        {
            grants.settle_all(rights, major);
        }
    }
    // A kind sees the kinds before it as they are when they have been resolved.
    for kind in Kind::ALL {
        let (mut resolved, mut nothing) = (Vec::new(), Vec::new());
        let mut path = vec!["public".to_owned()];
        for (id, object) in declaration.catalog.of_kind(*kind) {
            let namespace = object.namespace.as_deref().unwrap_or("public");
            if path[0] != namespace {
                path = vec![namespace.to_owned()];
                path.extend((namespace != "public").then(|| "public".to_owned()));
            }
            let names = Lookup { declared: &declaration.catalog, current, path: &path };
            let mut attrs = object.attrs.clone();
            attrs.resolve(id, &names);
            if attrs.as_unsaid().is_some_and(|it| it.is_nothing(id, &names)) {
                nothing.push(id.clone());
                continue;
            }
            let key = (kind.def().resolve_key)(id, &names).filter(|key| key != id);
            if key.is_some() || attrs != object.attrs {
                resolved.push((id.clone(), key, attrs));
            }
        }
        for id in nothing {
            declaration.catalog.objects.remove(&id);
        }
        for (id, key, attrs) in resolved {
            let objects = &mut declaration.catalog.objects;
            match key {
                None => {
                    if let Some(object) = objects.get_mut(&id) {
                        object.attrs = attrs;
                    }
                }
                Some(key) => {
                    if let Some(object) = objects.remove(&id) {
                        objects.insert(key, Object { attrs, ..object });
                    }
                }
            }
        }
    }
}
