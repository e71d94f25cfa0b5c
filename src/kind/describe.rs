//! [`Describe`]: what there is to say of a kind.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{Alter, Cx, Id, Inner, Lookup, Member, Part, Sides, Sort, Word};
use crate::catalog::Catalog;
use crate::clause::Clause;
use crate::grants::Rights;
use crate::leaf::{Qualified, Sql};
use crate::secret::Secret;
use crate::source::Origin;
use crate::sql::names::KnownNames;
use crate::sql::quote::ident;
use crate::sql::tree::Class;
use crate::step::Step;

/// What one kind of object knows about itself.
pub trait Describe: Member + Clone + PartialEq + Debug + Serialize + DeserializeOwned {
    /// The grammar of the short form.
    const CLAUSES: &'static [Clause];
    /// The oid of the system catalog that holds it (`pg_depend.classid`).
    const CATALOG: u32;
    /// The catalog and a condition on its row `t` that say which rows the kind models, so that
    /// what nobody models can be named.
    const MODELS: Option<(&'static str, &'static str)> = None;
    /// Which privileges it has.
    const RIGHTS: Option<&'static Rights> = None;
    /// Whether it has an owner of its own.
    const OWNED: bool = false;
    /// Whether dropping it loses rows.
    const HOLDS_ROWS: bool = false;
    /// Whether PostgreSQL itself carries it through a change of type of a column it uses.
    const FOLLOWS_TYPE: bool = false;
    /// Whether it can be set aside under another name while the columns that use it go over to a
    /// new one: a type, a collation.
    const SETS_ASIDE: bool = false;
    /// Whether it can be renamed with `ALTER ... RENAME TO`.
    const RENAMES: bool = true;
    /// The keys of the long form that no clause has.
    const EXTRA_KEYS: &'static [&'static str] = &[];

    /// Which of the switches of `[manage]` governs it.
    const SORT: Sort = Sort::Object;
    /// Names that every fresh database has, and that are never dropped.
    const KEEPS: &'static [&'static str] = &[];
    /// Whether it is part of what others see of its parent: a column.
    const SHAPES: bool = false;
    /// Whether a table has several of them, so that reading them is what takes the time.
    const NUMEROUS: bool = false;
    /// Whether it brings objects that are not in the catalog: an extension.
    const PROVIDES: bool = false;
    /// Whether export gives it a file of its own.
    const LARGE: bool = false;
    /// Whether export writes the long form always.
    const LONG_FORM: bool = false;
    /// Whether the name is a name and no signature, so that a dot in it is quoted in a key.
    const PLAIN_KEY: bool = true;
    /// Whether it is a part of what its parent is, so that a parent that is declared without it
    /// is not to have it: a table in a publication.
    const PART: bool = false;
    /// Whether a scratch can have it.
    const ON_SCRATCH: bool = true;
    /// Whether its parent cannot be dropped before it: a server with user mappings.
    const HOLDS_PARENT: bool = false;
    /// How many of it PostgreSQL allows one parent to have, where there is a limit that can be met.
    const MOST: Option<usize> = None;
    /// What a report calls it, if not by its key.
    const NOUN: Option<&'static str> = None;
    /// Whether it belongs to the whole cluster and not to a database.
    const CLUSTER_WIDE: bool = false;

    /// Reads every object of the kind. Columns: `_oid`, `_1`, `_2`, `_3` (the path), and as they
    /// apply `_subid`, `_owner`, `_acl`, `_rank`; then the attributes by name.
    fn query(major: u32) -> String;

    /// How SQL names it: serves DROP, COMMENT ON, OWNER TO and RENAME.
    fn address(&self, id: &Id) -> String;

    /// The statements that make it. `inner` are the clauses of the children that are made with it.
    fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step>;

    /// How `old` becomes `self`, for an object whose attributes differ.
    fn alter(&self, old: &Self, id: &Id, cx: &Sides<'_>) -> Alter;

    /// The statements of its change in place, when it is decided what happens to all other objects.
    fn alter_steps(&self, old: &Self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
        self.alter(old, id, cx).steps()
    }

    /// The statements that remove it.
    fn drop(&self, id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        vec![Step::new(format!("DROP {}", self.address(id)))]
    }

    /// The object that has to be made again so that it can be made.
    fn remakes(&self, _id: &Id, _cx: &Sides<'_>) -> Option<Id> {
        None
    }

    /// The statements of its change in place that come before all others, because they give free
    /// what another object takes.
    fn frees(&self, _old: &Self, _id: &Id) -> Vec<Step> {
        Vec::new()
    }

    /// Objects whose own change has to come before it is changed or made.
    fn changes_after(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that PostgreSQL does not carry through its change in place, or cannot have without it where it is
    /// dropped, so that they are dropped before and made again after.
    fn releases(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Statements that stop a plan, before anything is done, where rows do not fit the new one.
    fn check_before(&self, _old: &Self, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// The statements that put back what [`Describe::check_before`] has put aside, when it has been dropped
    /// and made again.
    fn restore(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// The objects that what is put back goes to.
    fn fills(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Whether its rows are put aside while it is dropped.
    fn keeps_rows(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }

    /// The statements that set it aside under another name, so that a new one can be made.
    fn set_aside(&self, id: &Id, former: &Id) -> Vec<Step> {
        bare(self.rename(id, former))
    }

    /// Whether it needs an object no more when it has been set aside.
    fn lets_go(&self, _other: &Id) -> bool {
        false
    }

    /// The statements by which its values go over when these types and collations are exchanged.
    ///
    /// # Errors
    /// Why they cannot, and the way round.
    fn carry(
        &self,
        _old: &Self,
        _id: &Id,
        _cx: &Sides<'_>,
        _exchanged: &BTreeSet<Id>,
    ) -> Result<Vec<Step>, String> {
        Ok(Vec::new())
    }

    /// Whether it ties columns together that have to be of one type at any time: a foreign key.
    fn ties(&self) -> bool {
        false
    }

    /// The statement that gives it a new name (and, before that, a new schema).
    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        rename_qualified(self, old, new)
    }

    /// Ids that the attributes name: a type, a function, a role.
    fn references(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// What must stand in a column list to be removed together with it, if not with its parent.
    fn dropped_with(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// The clause it may become inside its parent's CREATE.
    /// `inner` as in [`Describe::create`].
    fn clause(&self, _id: &Id, _cx: &Sides<'_>, _inner: &[String]) -> Option<String> {
        None
    }

    /// Shows every SQL leaf, with the name of its field and its grammar.
    fn leaves(&mut self, _visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {}

    /// Takes out of a value's parts what is said about other objects; the parts stand in the order
    /// in which they were written, and a key may come twice here.
    ///
    /// # Errors
    /// A text that says what is wrong, with the part's place.
    fn expand(_id: &Id, _parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        Ok(Vec::new())
    }

    /// Fills what PostgreSQL would fill: qualifies names, expands defaults.
    fn resolve(&mut self, _id: &Id, _names: &Lookup<'_>) {}

    /// Whether PostgreSQL keeps nothing of it: `DEFAULT NULL`. Asked of what is resolved.
    fn is_nothing(&self, _id: &Id, _names: &Lookup<'_>) -> bool {
        false
    }

    /// The id with the names in it resolved (`f(status)` is `f(public.status)`), if that differs.
    fn resolve_key(_id: &Id, _names: &Lookup<'_>) -> Option<Id> {
        None
    }

    /// Takes from the same object on a scratch what only a server can know.
    fn learn(&mut self, _built: &Self) {}

    /// Turns it into what a scratch builds in its place: what other objects see of it stays, and nothing of
    /// it runs; with `bodies`, nothing but what any role may run.
    fn stub(&mut self, _bodies: bool) {}

    /// Takes back from the whole object what [`Describe::stub`] has taken away.
    fn unstub(&mut self, _whole: &Self) {}

    /// The path that a key of the declaration stands for: `f(int)` is `f(integer)`.
    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        Ok((key.to_owned(), None))
    }

    /// The part of a key that is a name, so that PostgreSQL would cut it at 63 bytes.
    fn name_in_key(key: &str) -> &str {
        key
    }

    /// The object that makes it, and with which it need not be declared.
    fn made_by(&self, _id: &Id) -> Option<Id> {
        None
    }

    /// The word that makes it and others exactly as they are.
    fn in_a_word(&self, _id: &Id, _catalog: &Catalog) -> Option<Word> {
        None
    }

    /// Whether owner and rows are another object's affair (an owned sequence follows its table).
    fn follows_owner(&self, _id: &Id) -> Option<Id> {
        None
    }

    /// The column list after each privilege in GRANT, quoted, for a column.
    fn grant_columns(&self, _id: &Id) -> Option<String> {
        None
    }

    /// The statements that are still to be made when the clause stood in the parent's CREATE.
    fn after_clause(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// Objects that it cannot be without and that only the whole catalog can tell (a foreign key's
    /// unique key).
    fn needs(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }

    /// Whether it has children that come from elsewhere (a partition's columns).
    fn is_open(&self) -> bool {
        false
    }

    /// Whether it is a key of its parent, by which a query may group.
    fn is_key(&self) -> bool {
        false
    }

    /// The type of its values, as `format_type` prints it.
    fn type_text(&self) -> Option<String> {
        None
    }

    /// Whether its values are computed from others (a generated column).
    fn is_computed(&self) -> bool {
        false
    }

    /// The object that it is a partition of.
    fn partition_parent(&self) -> Option<Id> {
        None
    }

    /// Takes over a version that is not managed.
    fn forget_version(&mut self, _there: &Self) {}

    /// Whether it only says what was settled when its parent was made and what nothing can change,
    /// so that nobody's silence says anything about it.
    fn is_settled(&self) -> bool {
        false
    }

    /// Takes over names that the declaration does not say and that are as good as others.
    fn keep_names(&mut self, _there: &Self) {}

    /// Tells what the author's SQL has to know of a type beside its name.
    fn tell(&self, _id: &Id, _names: &mut KnownNames) {}

    /// Leaves out what the server chooses where nobody says it.
    fn without_choices(&mut self) {}

    /// Leaves out what is compared only where the kind is managed: memberships and settings of a
    /// role.
    fn without_belongings(&mut self) {}

    /// Names it takes up: no other object may have one of them at the same time.
    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        vec![(id.kind.name(), id.path.clone())]
    }

    /// Whether PostgreSQL carries it through the changes of type that are to come.
    fn follows_type(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        Self::FOLLOWS_TYPE
    }

    /// Whether making it changes the type of something that is there, so that what uses that is made again.
    fn reshapes(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }

    /// Why it cannot be made here, and the way round, where that can be told from what is there.
    fn obstacle(&self, _id: &Id, _cx: &Sides<'_>) -> Option<String> {
        None
    }

    /// Objects that go when it goes, though they can be without it.
    fn takes_along(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that must be gone, if they go, before it is made: what holds a name it takes without
    /// [`Describe::occupies`] saying so.
    fn waits_for(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// The objects that need no more of it than a shell of its name, while it needs them.
    fn completes(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }

    /// Whether the thing itself stays when its declaration goes, because it is there by something
    /// else: the column of a view or of a partition, an index that becomes its parent's.
    fn outlives(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }

    /// Whether it stays, though nobody declares it, because it becomes one with another object: a
    /// column with the equal one that a parent hands down.
    fn is_merged(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }

    /// How GRANT names it; `None`: as the rights say, with the qualified name.
    fn grant_address(&self, id: &Id) -> Option<String> {
        let rights = Self::RIGHTS?;
        Some(format!("{} {}", rights.word, qualified_path(id)))
    }

    /// Why it probably is not what was meant, and what to do about it.
    fn doubt(&self, _id: &Id, _declared: &Catalog) -> Option<(String, &'static str)> {
        None
    }

    /// What it uses that a server of this major version lacks, and the version that brought it.
    fn lacks(&self, _major: u32) -> Option<(&'static str, u32)> {
        None
    }

    /// Shows every secret in it, with the name of the option that holds it.
    fn secrets(&mut self, _visit: &mut dyn FnMut(&str, &mut Secret)) {}

    /// The id that it has when the objects in its own name are called as `now` says: a table in a
    /// publication is found under the table's name.
    fn named_after(&self, _id: &Id, _now: &dyn Fn(&Id) -> Id) -> Option<Id> {
        None
    }

    /// The language and text of a body that the server reads late, to look for what it names.
    fn body_language(&self) -> Option<(String, String)> {
        None
    }
}

/// Statements without what is to be said of them where clients see what they do.
pub(super) fn bare(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().map(|step| Step { hazards: Vec::new(), ..step }).collect()
}

/// `s.t` or `t`, quoted.
pub fn qualified_path(id: &Id) -> String {
    id.path.iter().map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

/// Another schema, and then another name.
pub(super) fn rename_qualified<T: Describe>(attrs: &T, old: &Id, new: &Id) -> Vec<Step> {
    let moves = new.kind.def().in_schema && old.path.len() == 2;
    let name = |id: &Id| Qualified {
        schema: moves.then(|| id.first().to_owned()),
        name: id.name().to_owned(),
    };
    move_steps(&name(old), &name(new), &|schema| attrs.address(&in_schema(old, schema)))
}

/// An object, in another schema if one is said.
pub(super) fn in_schema(id: &Id, schema: Option<&str>) -> Id {
    let mut id = id.clone();
    if let Some(schema) = schema {
        schema.clone_into(&mut id.path[0]);
    }
    id
}

/// Statements that give an object another schema, and then another name; `address` is how ALTER names it
/// where it has the old name in that schema.
pub(super) fn move_steps(
    from: &Qualified,
    to: &Qualified,
    address: &dyn Fn(Option<&str>) -> String,
) -> Vec<Step> {
    let (mut sqls, mut schema) = (Vec::new(), &from.schema);
    if from.schema != to.schema
        && let Some(new) = &to.schema
    {
        sqls.push(format!("ALTER {} SET SCHEMA {}", address(schema.as_deref()), ident(new)));
        schema = &to.schema;
    }
    if from.name != to.name {
        sqls.push(format!("ALTER {} RENAME TO {}", address(schema.as_deref()), ident(&to.name)));
    }
    let mut steps: Vec<Step> = sqls.into_iter().map(Step::new).collect();
    if let Some(last) = steps.pop() {
        steps.push(last.renames());
    }
    steps
}

/// The same for what is a `word`, and perhaps takes arguments.
pub(super) fn move_named(
    word: &str,
    from: &Qualified,
    to: &Qualified,
    arguments: &str,
) -> Vec<Step> {
    move_steps(from, to, &|schema| {
        let at = Qualified { schema: schema.map(str::to_owned), name: from.name.clone() };
        format!("{word} {}{arguments}", at.sql())
    })
}
