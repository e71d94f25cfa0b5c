//! What a plan does with each object, and what kinds are told: first the two sides alone, while it is being decided;
//! then the decisions too, when statements are written.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use crate::catalog::Catalog;
use crate::id::Id;

/// What is there and what is wanted, while nothing is decided.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// What is there.
    pub current: &'a Catalog,
    /// What is wanted.
    pub desired: &'a Catalog,
}

impl Sides<'_> {
    /// The major version of the target.
    pub fn major(&self) -> u32 {
        self.current.server.major()
    }

    /// Whether what is there stays when its declaration goes, because it is there by something else
    /// ([`Outliving::outlives`](super::abilities::Outliving::outlives)).
    pub fn outlives(&self, id: &Id) -> bool {
        let object = self.current.get(id);
        object
            .and_then(|object| object.attrs.as_outliving())
            .is_some_and(|object| object.outlives(id, self))
    }

    /// Whether others use what an object is part of while the plan is applied, so that no statement may block that for
    /// long.
    pub fn is_in_use(&self, id: &Id) -> bool {
        let in_use = |parent: &Id| self.current.get(parent).is_some_and(|object| object.in_use);
        id.parents().iter().any(in_use)
    }

    /// The same with the sides swapped: for questions about the way back.
    #[must_use]
    pub fn back(&self) -> Self {
        Self { current: self.desired, desired: self.current }
    }
}

/// What a plan does with an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It stays; only its comment, owner or privileges change.
    Keep,
    /// It is made.
    Create,
    /// It is changed in place.
    Alter {
        /// The change that forces it, if it is not the object's own.
        because: Option<Id>,
    },
    /// It is dropped and made again.
    Rebuild {
        /// The change that forces it, if it is not the object's own.
        because: Option<Id>,
    },
    /// It gets a temporary name, is made again, and is dropped when the columns that use it are converted.
    Swap {
        /// The change that forces it, if it is not the object's own.
        because: Option<Id>,
    },
    /// It is removed.
    Drop,
}

impl Decision {
    /// Whether it is made, for the first time or again.
    pub fn makes(&self) -> bool {
        matches!(self, Self::Create | Self::Rebuild { .. } | Self::Swap { .. })
    }

    /// Whether what is there is dropped, for good or to be made again.
    pub fn removes(&self) -> bool {
        matches!(self, Self::Drop | Self::Rebuild { .. } | Self::Swap { .. })
    }

    /// Whether it is dropped and made again.
    pub fn rebuilds(&self) -> bool {
        self.makes() && self.removes()
    }

    /// The change that forces it, if it is not the object's own.
    pub fn because(&self) -> Option<&Id> {
        match self {
            Self::Alter { because } | Self::Rebuild { because } | Self::Swap { because } => {
                because.as_ref()
            }
            Self::Keep | Self::Create | Self::Drop => None,
        }
    }

    /// Whether it is changed in place.
    pub fn alters(&self) -> bool {
        matches!(self, Self::Alter { .. })
    }
}

/// The decisions about all objects that differ, or that have to follow one that does.
pub type Decisions = BTreeMap<Id, Decision>;

/// What statements are written for: both sides, and what is decided.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    sides: Sides<'a>,
    /// What is decided; what is not listed stays as it is.
    pub decisions: &'a Decisions,
    /// Objects that are made or dropped together with others, whoever waits for that.
    at_once: Option<&'a BTreeSet<Id>>,
}

impl<'a> Cx<'a> {
    /// The sides, with all that is decided.
    pub fn new(sides: Sides<'a>, decisions: &'a Decisions) -> Self {
        Self { sides, decisions, at_once: None }
    }

    /// The same, where some objects are made or dropped in one transaction with others.
    #[must_use]
    pub fn at_once(self, objects: &'a BTreeSet<Id>) -> Self {
        Self { at_once: Some(objects), ..self }
    }

    /// Whether an object that is made, changed or dropped is so in steps that do not block for long what it is part of.
    pub fn is_staged(&self, id: &Id) -> bool {
        !self.at_once.is_some_and(|objects| objects.contains(id))
            && self.is_in_use(id)
            && !self.decision(id).rebuilds()
            && !id.parents().iter().any(|parent| self.decision(parent).removes())
    }

    /// What happens to an object.
    pub fn decision(&self, id: &Id) -> &'a Decision {
        self.decisions.get(id).unwrap_or(&Decision::Keep)
    }

    /// Whether an object is there before and after, and is the same one.
    pub fn stays(&self, id: &Id) -> bool {
        self.current.get(id).is_some()
            && self.desired.get(id).is_some()
            && !self.decision(id).removes()
    }
}

impl<'a> Deref for Cx<'a> {
    type Target = Sides<'a>;

    fn deref(&self) -> &Sides<'a> {
        &self.sides
    }
}

#[cfg(test)]
impl<'a> Cx<'a> {
    /// Where nothing is decided: every object stays.
    pub(crate) fn undecided(current: &'a Catalog, desired: &'a Catalog) -> Self {
        static NONE: Decisions = Decisions::new();
        Self::new(Sides { current, desired }, &NONE)
    }
}
