//! `start = f, gettoken = g`: options that are all names of functions, as text search parsers and
//! templates have them.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalog::Catalog;
use crate::id::Id;
use crate::kind::def_list::Options;
use crate::kind::routines::routine::find::{called, qualify};
use crate::kind::{Kind, Lookup};
use crate::leaf::Qualified;

/// Which options there are.
pub(crate) trait Known {
    /// What has them.
    const WHAT: &'static str;
    /// Their names, in the order in which they are written.
    const KEYS: &'static [&'static str];
    /// Those that must be there.
    const REQUIRED: &'static [&'static str];
}

/// Functions by the names of options.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Functions<T>(BTreeMap<String, Qualified>, PhantomData<T>);

impl<T: Known> Functions<T> {
    fn new(mut options: Options) -> Result<Self, String> {
        let mut all = BTreeMap::new();
        for key in T::KEYS {
            if let Some(name) = options.take_name(key)? {
                all.insert((*key).to_owned(), name);
            }
        }
        options.finish(T::WHAT, T::KEYS)?;
        match T::REQUIRED.iter().find(|key| !all.contains_key(**key)) {
            Some(key) => Err(format!("`{key}` is missing: {} cannot be without", T::WHAT)),
            None => Ok(Self(all, PhantomData)),
        }
    }

    /// The list as SQL, without parentheses.
    pub(crate) fn sql(&self) -> String {
        let mut options = Options::default();
        for (key, name) in &self.0 {
            options.set(key, Some(name.sql()));
        }
        options.sql(T::KEYS)
    }

    /// See [`crate::kind::Describe::needs`].
    pub(crate) fn needs(&self, catalog: &Catalog) -> Vec<Id> {
        self.0.values().flat_map(|name| called(Kind::Function, name, catalog)).collect()
    }

    /// See [`crate::kind::Describe::resolve`].
    pub(crate) fn resolve(&mut self, there: Option<&Self>, names: &Lookup<'_>) {
        for (key, name) in &mut self.0 {
            let theirs = there.and_then(|there| there.0.get(key));
            qualify(Kind::Function, name, theirs, names);
        }
    }
}

impl<T: Known> Serialize for Functions<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de, T: Known> Deserialize<'de> for Functions<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Options::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The SQL for these functions as JSON: each option with the column that holds it.
pub(crate) fn query(columns: &[(&str, &str)]) -> String {
    let pair = |(key, column): &(&str, &str)| {
        format!(
            "'{key}', (SELECT CASE WHEN fn.nspname <> 'pg_catalog' \
             THEN quote_ident(fn.nspname) || '.' ELSE '' END || quote_ident(f.proname) \
             FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace \
             WHERE f.oid = {column}::oid)"
        )
    };
    let pairs: Vec<String> = columns.iter().map(pair).collect();
    format!("json_strip_nulls(json_build_object({}))", pairs.join(", "))
}
