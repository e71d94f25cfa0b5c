//! What only some kinds have an answer to. A kind lists its abilities in `kinds!`; generic code asks an object for an
//! ability ([`Abilities`]) and gets nothing from a kind without it.

use std::collections::BTreeSet;

use super::describe::bare;
use super::relation::lineage::{self, PartitionOf};
use super::relation::sequence::{Counting, Integer};
use super::{Attrs, Cx, Describe, Id, Lookup, Shorthand, Sides};
use crate::catalog::Catalog;
use crate::leaf::{Qualified, Sql};
use crate::secret::Secret;
use crate::sql::names::KnownNames;
use crate::sql::type_name::TypeName;
use crate::step::Step;

/// Holds rows, which are saved and restored when it has to be made again.
pub trait HoldsRows: Describe {
    /// Whether its rows are saved while it is dropped.
    fn keeps_rows(&self, id: &Id, cx: &Sides<'_>) -> bool;

    /// The statements that save its rows, before anything is dropped.
    fn save(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step>;

    /// The statements that restore what [`HoldsRows::save`] has saved, when it has been dropped
    /// and made again.
    fn restore(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step>;

    /// The objects that the rows go to.
    fn fills(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id>;
}

/// Can get a temporary name while the columns that use it are converted to a new one: a type, a collation.
pub trait Swapped: Describe {
    /// The statements that give it a temporary name, so that a new one can be made.
    fn take_temporary_name(&self, id: &Id, former: &Id) -> Vec<Step> {
        bare(self.rename(id, former))
    }

    /// Whether renaming it removes its dependency on the other object.
    fn stops_needing(&self, _other: &Id) -> bool {
        false
    }

    /// Statements that stop a plan, before anything is done, where rows do not fit the new one.
    fn check_before(&self, _old: &Attrs, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }
}

/// Has values: a column.
pub trait Values: Describe {
    /// The statements that convert its values when these types and collations are swapped.
    ///
    /// # Errors
    /// Why they cannot be converted, and what to do.
    fn convert(
        &self,
        old: &Attrs,
        id: &Id,
        cx: &Sides<'_>,
        swapped: &BTreeSet<Id>,
    ) -> Result<Vec<Step>, String>;

    /// Whether its values are computed from others (a generated column).
    fn is_computed(&self) -> bool;

    /// The word that makes it and others exactly as they are.
    fn shorthand(&self, id: &Id, catalog: &Catalog) -> Option<Shorthand>;

    /// Whether making it changes the type of something that is there, so that what uses that is made again.
    fn reshapes(&self, id: &Id, cx: &Sides<'_>) -> bool;
}

/// Is of a type, or is one, of which the author's SQL has to know more than its name.
pub trait Typed: Describe {
    /// The type of its values, as `format_type` prints it.
    fn type_text(&self) -> Option<String> {
        None
    }

    /// What its values lose where they get another type without an expression.
    fn loses_as(&self, _new: &TypeName, _catalog: &Catalog) -> Option<&'static str> {
        None
    }

    /// Tells what the author's SQL has to know of a type beside its name.
    fn register(&self, _id: &Id, _names: &mut KnownNames) {}
}

/// May be the child of another object, and have what that has: a table.
pub trait Child: Describe {
    /// The parent that it is a partition of, and which rows it holds.
    fn partition_of(&self) -> Option<&PartitionOf>;

    /// What it inherits from.
    fn inherits(&self) -> &[Qualified];

    /// The key by which its own rows fall into partitions.
    fn partition_key(&self) -> Option<&Sql>;

    /// Whether it says itself what logical replication knows its rows by, and no index does.
    fn says_replica_identity(&self) -> bool {
        false
    }

    /// Whether it has children that come from elsewhere (a partition's columns).
    fn is_open(&self) -> bool {
        self.partition_of().is_some() || !self.inherits().is_empty()
    }

    /// The object that it is a partition of.
    fn partition_parent(&self) -> Option<Id> {
        self.partition_of().map(PartitionOf::table)
    }
}

/// Children of its table have it too: a column, a check.
pub trait Inherited: Describe {
    /// Whether its table has it as its own, and does not only say what is otherwise with what is inherited.
    fn is_local(&self) -> bool {
        true
    }

    /// Whether it is its table's own and children of the table have it too.
    fn passes_on(&self) -> bool;

    /// What it is inherited from, parents of parents too: RENAME of any of them renames it.
    fn ancestors(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        lineage::ancestors(id, catalog).collect()
    }

    /// A child of its table that has it from another parent too, with that parent: RENAME of one of them fails.
    fn shared_below(&self, id: &Id, catalog: &Catalog) -> Option<(Id, Id)> {
        lineage::shared_below(id, catalog)
    }
}

/// Its change comes before or after that of others, or has others made again.
pub trait Ordered: Describe {
    /// The statements of its change in place that run before all others, because another object takes what they
    /// release.
    fn runs_before(&self, _old: &Attrs, _id: &Id) -> Vec<Step> {
        Vec::new()
    }

    /// Objects whose own change has to come before it is changed or made.
    fn changes_after(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that are changed or made after it, also such as it needs: it takes over what they hold until then.
    fn comes_before(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that are dropped before it, because PostgreSQL does not drop it while they are there.
    fn drops_after(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that PostgreSQL does not carry through its change in place, or cannot have without it where it is
    /// dropped, so that they are dropped before and made again after.
    fn has_rebuilt(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// The objects that have to be made again so that it can be made.
    fn needs_rebuilt(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that must be gone, if they go, before it is made: what holds a name it takes without
    /// [`Describe::occupies`] saying so.
    fn waits_for(&self, _id: &Id, _cx: &Sides<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that must be gone, if they go, before it is changed in place: what holds a name that it takes for a while.
    fn waits_to_change_for(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that are dropped before it is renamed, if they are dropped.
    fn renamed_after(&self, _id: &Id) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that take over what it holds when they are made or changed, so that it is dropped after that.
    fn taken_over_by(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Id> {
        Vec::new()
    }

    /// Objects that its drop drops too, though they do not need it.
    fn cascades_to(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }

    /// Whether PostgreSQL carries it through the changes of type that are to come.
    /// `None`: as its kind does.
    fn follows_type(&self, _id: &Id, _cx: &Sides<'_>) -> Option<bool> {
        None
    }

    /// The objects that need no more of it than a shell of its name, while it needs them.
    fn completes(&self, _id: &Id, _catalog: &Catalog) -> Vec<Id> {
        Vec::new()
    }
}

/// May be made by a clause of its parent's CREATE.
pub trait Inline: Describe {
    /// The clause it may become inside its parent's CREATE.
    /// `inner` as in [`Describe::create`].
    fn clause(&self, id: &Id, cx: &Sides<'_>, inner: &[String]) -> Option<String>;

    /// The statements that are still to be made when the clause stood in the parent's CREATE.
    fn after_clause(&self, _id: &Id, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }
}

/// May be there though its declaration goes, by something else.
pub trait Outliving: Describe {
    /// Whether the object stays when its declaration goes, because something else makes it: the column of a view
    /// or of a partition, an index that becomes its parent's.
    fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool;

    /// Whether it stays though it is not in the declaration, because it becomes one with another object: a
    /// column with the equal one that it inherits.
    fn is_merged(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }
}

/// Has a body or a query that runs; a scratch builds a stub in its place.
pub trait Stubbed: Describe {
    /// Turns it into what a scratch builds in its place: what other objects see of it stays, and nothing of
    /// it runs; with `bodies`, nothing but what any role may run.
    fn stub(&mut self, bodies: bool);

    /// Takes back from the whole object what [`Stubbed::stub`] has taken away.
    fn unstub(&mut self, whole: &Attrs);

    /// The language and text of a body that the server reads late, to look for what it names.
    fn body_language(&self) -> Option<(String, String)> {
        None
    }
}

/// Has settings (`SET name = value`).
pub trait Configured: Describe {
    /// Each setting that is no secret, with the text that PostgreSQL stores.
    fn settings(&self) -> Vec<(String, String)>;
}

/// Has options that may be secrets.
pub trait HoldsSecrets: Describe {
    /// Shows every secret in it, with the name of the option that holds it.
    fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret));
}

/// May be a key of its parent, or tie columns together.
pub trait Key: Describe {
    /// Whether it is a key of its parent, by which a query may group.
    fn is_key(&self) -> bool;

    /// Whether the other is a key of the same columns.
    fn is_twin(&self, other: &Attrs) -> bool;

    /// Whether it ties columns together that have to be of one type at any time: a foreign key.
    fn ties(&self) -> bool;
}

/// Is made, owned or named by another object.
pub trait Companion: Describe {
    /// The object that makes it, and with which it need not be declared.
    fn made_by(&self, _id: &Id) -> Option<Id> {
        None
    }

    /// Whether owner and rows are another object's affair (an owned sequence follows its table).
    fn follows_owner(&self, _id: &Id) -> Option<Id> {
        None
    }

    /// The id that it has when the objects in its own name are called as `now` says: a table in a
    /// publication is found under the table's name.
    fn named_after(&self, _id: &Id, _now: &dyn Fn(&Id) -> Id) -> Option<Id> {
        None
    }
}

/// Takes what its declaration does not say from what is there.
pub trait Unsaid: Describe {
    /// Takes over a version that is not managed.
    fn forget_version(&mut self, _there: &Attrs) {}

    /// Leaves out what is compared only where the kind is managed: memberships and settings of a
    /// role.
    fn without_belongings(&mut self) {}

    /// Takes over names that the declaration does not say and that are as good as others.
    fn keep_names(&mut self, _there: &Attrs) {}

    /// Takes from the same object on a scratch what only a server can know.
    fn learn(&mut self, _built: &Attrs) {}

    /// Whether it is immutable after its parent's creation, and never reported as undeclared.
    fn is_settled(&self) -> bool {
        false
    }

    /// Whether an interrupted apply has left it, on the way to what is declared: the next plan uses it or drops it,
    /// whatever the declaration says of other objects.
    fn is_left_over(&self, _id: &Id, _cx: &Sides<'_>) -> bool {
        false
    }

    /// The statement that removes what is left of a statement that failed half way, if it is that: an invalid index.
    fn remedy(&self, _id: &Id) -> Option<Step> {
        None
    }

    /// Whether PostgreSQL keeps nothing of it: `DEFAULT NULL`. Asked of what is resolved.
    fn is_nothing(&self, _id: &Id, _names: &Lookup<'_>) -> bool {
        false
    }
}

/// Takes values from a sequence: an identity of its own, a default that calls one.
pub trait Counted: Describe {
    /// The type of its values, if a sequence may give them.
    fn integer(&self) -> Option<Integer> {
        None
    }

    /// The sequence that it has as an identity, and how that counts.
    fn identity(&self, _id: &Id) -> Option<(Qualified, Counting)> {
        None
    }

    /// The sequence whose next value it is, and nothing else, if it may be one of that name.
    fn calls(&self, _id: &Id, _name: Option<&str>, _side: &Catalog) -> Option<Id> {
        None
    }
}

/// Counts: a sequence, an identity.
pub trait Counts: Describe {
    /// The least and the greatest value that it gives, if it counts.
    fn bounds(&self) -> Option<(i64, i64)>;
}

/// May be declared otherwise than its author means.
pub trait Doubtful: Describe {
    /// Why it probably is not what was meant, and what to do about it.
    fn doubt(&self, id: &Id, declared: &Catalog) -> Option<(String, &'static str)>;
}

/// Is named otherwise in GRANT than everywhere else.
pub trait Granted: Describe {
    /// How GRANT names it.
    fn grant_address(&self, id: &Id) -> Option<String>;

    /// The column list after each privilege in GRANT, quoted, for a column.
    fn grant_columns(&self, _id: &Id) -> Option<String> {
        None
    }
}

/// May do what no privilege lets others do, and so may its members: a role.
pub trait Empowered: Describe {
    /// Whether it is free of privileges, or hands out those of others.
    fn has_powers(&self) -> bool;
}

/// Makes [`Abilities`], which an object is asked by, and `ability!`, by which `kinds!` gives a kind those that it lists.
macro_rules! abilities {
    ($( $ability:ident $ask:ident $change:ident; )*) => {
        /// Which abilities an object has; written by `kinds!`.
        pub trait Abilities {
            $(
                #[doc = concat!("The object as [`", stringify!($ability), "`], if its kind is.")]
                fn $ask(&self) -> Option<&dyn $ability> {
                    None
                }

                #[doc = concat!("As [`Abilities::", stringify!($ask), "`], to change it.")]
                fn $change(&mut self) -> Option<&mut dyn $ability> {
                    None
                }
            )*
        }

        macro_rules! ability {
            $( ($ability) => {
                fn $ask(&self) -> Option<&dyn $crate::kind::abilities::$ability> {
                    Some(self)
                }

                fn $change(&mut self) -> Option<&mut dyn $crate::kind::abilities::$ability> {
                    Some(self)
                }
            }; )*
        }
    };
}

abilities! {
    HoldsRows as_rows as_rows_mut;
    Swapped as_swapped as_swapped_mut;
    Values as_values as_values_mut;
    Typed as_typed as_typed_mut;
    Child as_child as_child_mut;
    Inherited as_inherited as_inherited_mut;
    Ordered as_ordered as_ordered_mut;
    Inline as_inline as_inline_mut;
    Outliving as_outliving as_outliving_mut;
    Stubbed as_stubbed as_stubbed_mut;
    Configured as_configured as_configured_mut;
    HoldsSecrets as_secretive as_secretive_mut;
    Key as_key as_key_mut;
    Companion as_companion as_companion_mut;
    Unsaid as_unsaid as_unsaid_mut;
    Counted as_counted as_counted_mut;
    Counts as_counting as_counting_mut;
    Doubtful as_doubtful as_doubtful_mut;
    Granted as_granted as_granted_mut;
    Empowered as_empowered as_empowered_mut;
}
