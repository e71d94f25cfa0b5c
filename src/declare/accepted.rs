//! What a declaration accepts beside its objects, and of which it is said.

use super::Declaration;
use crate::accept::Acceptance;
use crate::hazard::Hazard;
use crate::id::Id;

/// A hazard that is accepted, with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The hazard.
    pub hazard: Hazard,
    /// Of which objects.
    pub of: Of,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, as `YYYY-MM-DD`; none: always.
    pub until: Option<String>,
    /// File and line.
    pub at: String,
}

/// The objects of which a hazard is accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Of {
    /// One, under each of its names, and whatever lives in it.
    Inside(Vec<Id>),
    /// Those that are dropped and live in no other (`[manage]`).
    Dropped,
}

impl Of {
    /// Whether it is said of an object; `dropped` says whether that is dropped.
    #[must_use]
    pub fn covers(&self, object: &Id, dropped: bool) -> bool {
        match self {
            Self::Inside(names) => names.iter().any(|outer| object.lies_in(outer)),
            Self::Dropped => dropped && object.parents().is_empty(),
        }
    }
}

impl Declaration {
    /// All that is accepted.
    #[must_use]
    pub fn acceptances(&self) -> Vec<Accepted> {
        let said = |acceptance: &Acceptance, of: Of| {
            let Acceptance { hazard, reason, until, origin } = acceptance;
            let source = self.sources.iter().find(|it| it.name == origin.file);
            let line = source.map_or(0, |source| source.line_column(origin).0);
            let at = format!("{}:{line}", origin.file);
            Accepted { hazard: *hazard, of, reason: reason.clone(), until: until.clone(), at }
        };
        let mut all = Vec::new();
        for (id, acceptances) in &self.accepted {
            let former = self.catalog.get(id).and_then(|object| object.renamed_from.clone());
            let names: Vec<Id> = std::iter::once(id.clone()).chain(former).collect();
            all.extend(acceptances.iter().map(|it| said(it, Of::Inside(names.clone()))));
        }
        all.extend(self.manage.allow.iter().map(|it| said(it, Of::Dropped)));
        all
    }
}
