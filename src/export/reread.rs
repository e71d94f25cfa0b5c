//! What was written, read again: whatever is not the object that it was written of.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{File, Options};
use crate::canon;
use crate::catalog::Catalog;
use crate::declare;
use crate::id::Id;
use crate::source::Source;

/// The objects of the catalog that the files do not give back. Where the files cannot be read, all are.
pub(super) fn unlike(files: &[File], catalog: &Catalog, options: Options) -> BTreeSet<Id> {
    let sources = files.iter().map(|(path, text)| Source::new(path.clone(), text.clone()));
    let Ok(mut declaration) = declare::declare(sources.collect(), PathBuf::from("."), None) else {
        return catalog.objects.keys().cloned().collect();
    };
    declaration.name_given(catalog);
    declare::resolve(&mut declaration, Some(catalog));
    let mut read = declaration.catalog;
    canon::by_parse_tree(catalog, &mut read);
    let is_unlike = |(id, object): (&Id, &crate::catalog::Object)| {
        let left_out = id.kind.def().cluster_wide && !options.roles;
        let there = read.get(id);
        let unlike = there.is_some_and(|there| there.attrs != object.attrs);
        (!left_out && unlike).then(|| id.clone())
    };
    catalog.objects.iter().filter_map(is_unlike).collect()
}
