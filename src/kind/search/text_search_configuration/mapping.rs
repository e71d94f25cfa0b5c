//! Which dictionaries are asked for each sort of token: `{ word = "synonyms, english_stem" }`.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::kind::def_list::system;
use crate::kind::{Kind, Lookup};
use crate::leaf::{List, Qualified};
use crate::sql::quote::ident;
use crate::step::Step;

/// The dictionaries by the sort of token (`pg_ts_config_map`).
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Mapping(BTreeMap<String, List<Qualified>>);

/// The sorts of tokens of the default parser that are no words (`wparser_def.c`).
const OTHERS: &[&str] = &[
    "email",
    "file",
    "float",
    "host",
    "hword_numpart",
    "int",
    "numhword",
    "numword",
    "sfloat",
    "uint",
    "url",
    "url_path",
    "version",
];
/// Its words of ASCII letters, and its other words.
const WORDS: [&[&str]; 2] =
    [&["asciihword", "asciiword", "hword_asciipart"], &["hword", "hword_part", "word"]];

/// The languages of PostgreSQL's own configurations (`snowball_create.pl`).
const LANGUAGES: &[&str] = &[
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "estonian",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];

impl Mapping {
    /// That of a configuration of `pg_catalog`.
    pub(super) fn of_system(name: &str) -> Option<Self> {
        let stem = |language: &str| format!("{language}_stem");
        let words = match name {
            "simple" => ["simple".to_owned(), "simple".to_owned()],
            "hindi" | "russian" => [stem("english"), stem(name)],
            name if LANGUAGES.contains(&name) => [stem(name), stem(name)],
            _ => return None,
        };
        let one = |name: &str| List(vec![Qualified { schema: None, name: name.to_owned() }]);
        let mut all = BTreeMap::new();
        for (sorts, dictionary) in WORDS.iter().zip(&words) {
            all.extend(sorts.iter().map(|sort| ((*sort).to_owned(), one(dictionary))));
        }
        all.extend(OTHERS.iter().map(|sort| ((*sort).to_owned(), one("simple"))));
        Some(Self(all))
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over what another one says; an empty list takes a mapping out.
    pub(super) fn overlay(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
        self.0.retain(|_, dictionaries| !dictionaries.is_empty());
    }

    /// Every dictionary that is asked.
    pub(super) fn dictionaries(&self) -> impl Iterator<Item = &Qualified> {
        self.0.values().flat_map(|list| &list.0)
    }

    /// Finds the schemas of the dictionaries.
    pub(super) fn resolve(&mut self, there: Option<&Self>, names: &Lookup<'_>) {
        for (sort, list) in &mut self.0 {
            let theirs = there.and_then(|there| there.0.get(sort));
            for name in &mut list.0 {
                *name = system(name.clone());
                let like = |other: &&Qualified| other.name == name.name;
                let theirs = theirs.and_then(|list| list.0.iter().find(like)).cloned();
                names.named(&[Kind::TextSearchDictionary], name, theirs.as_ref());
            }
        }
    }

    /// The statements that take `old` to `self`; sorts with the same dictionaries share one.
    pub(super) fn steps(&self, old: &Self, address: &str) -> Vec<Step> {
        let gone: Vec<String> = old
            .0
            .keys()
            .filter(|sort| !self.0.contains_key(*sort))
            .map(|sort| ident(sort))
            .collect();
        let mut steps = Vec::new();
        if !gone.is_empty() {
            let sql = format!("ALTER {address} DROP MAPPING FOR {}", gone.join(", "));
            steps.push(Step::new(sql));
        }
        let mut groups: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
        for (sort, list) in &self.0 {
            let verb = match old.0.get(sort) {
                None => "ADD",
                Some(was) if was != list => "ALTER",
                Some(_) => continue,
            };
            groups.entry((verb, list.sql())).or_default().push(ident(sort));
        }
        for ((verb, dictionaries), sorts) in groups {
            let sorts = sorts.join(", ");
            let sql = format!("ALTER {address} {verb} MAPPING FOR {sorts} WITH {dictionaries}");
            steps.push(Step::new(sql).authored());
        }
        steps
    }
}

impl<'de> Deserialize<'de> for Mapping {
    /// A key may name several sorts: `"asciiword, word"`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = BTreeMap::<String, List<Qualified>>::deserialize(deserializer)?;
        let mut all = BTreeMap::new();
        for (key, list) in written {
            for sort in key.split(',').map(str::trim) {
                if all.insert(sort.to_owned(), list.clone()).is_some() {
                    return Err(D::Error::custom(format!("`{sort}` is mapped twice")));
                }
            }
        }
        Ok(Self(all))
    }
}
