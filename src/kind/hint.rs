//! `Hint`: a value that helps to write a statement and is no attribute of the object.
//!
//! It is declared, or read from a server, beside the attributes, and never makes two objects
//! differ.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is equal to every other.
#[derive(Clone, Default)]
pub(crate) struct Hint<T>(pub(crate) T);

impl<T> PartialEq for Hint<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T: fmt::Debug> fmt::Debug for Hint<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Default + PartialEq> Hint<T> {
    /// Whether nothing is said.
    pub(crate) fn is_default(&self) -> bool {
        self.0 == T::default()
    }
}

impl<T: Serialize> Serialize for Hint<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Hint<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Hint)
    }
}
