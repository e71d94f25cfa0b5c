//! What kind of kind a kind is: plain data with the usual answers, so that a kind says only what is unusual.

use super::Sort;
use crate::clause::Clause;
use crate::grants::Rights;

/// What kind of kind it is.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The grammar of the short form.
    pub clauses: &'static [Clause],
    /// The oid of the system catalog that holds it (`pg_depend.classid`).
    pub catalog: u32,
    /// The catalog and a condition on its row `t` that say which rows the kind models, so that what no kind models
    /// can be named.
    pub models: Option<(&'static str, &'static str)>,
    /// What stands with an object of the kind though it lives beside it: the partitions of a table.
    pub beside: Option<Beside>,
    /// Which privileges it has.
    pub rights: Option<&'static Rights>,
    /// The keys of the long form that no clause has.
    pub extra_keys: &'static [&'static str],
    /// The keys below which values may be secrets, which no error shows; where there are any, nor does one show a
    /// value below a key that the kind does not have, which may be one of these mistyped.
    pub hides: &'static [&'static str],
    /// Which of the switches of `[manage]` governs it.
    pub sort: Sort,
    /// Names that every fresh database has, and that are never dropped.
    pub keeps: &'static [&'static str],
    /// How many of it PostgreSQL allows one parent to have, where there is a limit that can be met.
    pub most: Option<usize>,
    /// What a report calls it, if not by its key.
    pub noun: Option<&'static str>,
    /// Whether it has an owner of its own.
    pub owned: bool,
    /// Whether dropping it loses rows.
    pub holds_rows: bool,
    /// Whether PostgreSQL itself carries it through a change of type of a column it uses.
    pub follows_type: bool,
    /// Whether it can get a temporary name while the columns that use it are converted to a new one: a type, a
    /// collation.
    pub sets_aside: bool,
    /// Whether it can be renamed with `ALTER ... RENAME TO`.
    pub renames: bool,
    /// Whether it is part of what others see of its parent: a column.
    pub shapes: bool,
    /// Whether a table has several of them, so that reading them is what takes the time.
    pub numerous: bool,
    /// Whether it brings objects that are not in the catalog: an extension.
    pub provides: bool,
    /// Whether export gives it a file of its own.
    pub large: bool,
    /// Whether export writes the long form always.
    pub long_form: bool,
    /// Whether the name is a name and no signature, so that a dot in it is quoted in a key.
    pub plain_key: bool,
    /// Whether it is a part of what its parent is, so that a parent that is declared without it is not to have it: a
    /// table in a publication.
    pub part: bool,
    /// Whether a scratch can have it.
    pub on_scratch: bool,
    /// Whether its parent cannot be dropped before it: a server with user mappings.
    pub holds_parent: bool,
    /// Whether it belongs to the whole cluster and not to a database.
    pub cluster_wide: bool,
    /// Whether there is exactly one, which plans neither make nor drop and which the declaration does not name: the
    /// database.
    pub given: bool,
}

/// Objects of the same kind and schema that stand below another: `[table.visit.partition]`.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// The key of the table of names.
    pub key: &'static str,
    /// The clause that names the other object, and is left out there.
    pub clause: &'static str,
}

impl About {
    /// Whether it is there whatever a plan makes, on a scratch too, so that nothing of it is copied or built.
    #[must_use]
    pub const fn is_anyway(&self) -> bool {
        self.cluster_wide || self.given
    }

    /// The usual answers.
    pub const USUAL: Self = Self {
        clauses: &[],
        catalog: 0,
        models: None,
        beside: None,
        rights: None,
        extra_keys: &[],
        hides: &[],
        sort: Sort::Object,
        keeps: &[],
        most: None,
        noun: None,
        owned: false,
        holds_rows: false,
        follows_type: false,
        sets_aside: false,
        renames: true,
        shapes: false,
        numerous: false,
        provides: false,
        large: false,
        long_form: false,
        plain_key: true,
        part: false,
        on_scratch: true,
        holds_parent: false,
        cluster_wide: false,
        given: false,
    };
}
