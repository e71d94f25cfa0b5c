//! A privilege list as GRANT has it: `select, insert with grant option`.

use crate::grants::{Privileges, Rights};
use crate::leaf::split_commas;

const OPTION: &str = "with grant option";

/// Reads `select, insert`. `with grant option` at the end is for all of the list; before a comma
/// for one privilege.
pub(in crate::kind) fn read(list: &str, rights: &Rights) -> Result<Privileges, String> {
    let lower = list.to_lowercase();
    let (text, all_pass) = match lower.trim_end().strip_suffix(OPTION) {
        Some(before) => (before, true),
        None => (lower.as_str(), false),
    };
    let mut privileges = Privileges::new();
    for item in split_commas(text) {
        let (word, passes) = match item.strip_suffix(OPTION) {
            Some(word) => (word.trim_end(), true),
            None => (item, all_pass),
        };
        let known = rights.all.iter().map(|(_, name)| *name);
        let names: Vec<&str> = match word {
            "" => continue,
            "all" | "all privileges" => known.collect(),
            word => {
                let named: Vec<_> = known.filter(|name| *name == word).collect();
                if named.is_empty() {
                    let all: Vec<_> = rights.all.iter().map(|(_, name)| *name).collect();
                    let word_for = rights.word.to_lowercase();
                    let all = all.join(", ");
                    return Err(format!(
                        "`{word}` is no privilege of a {word_for}: there are {all}"
                    ));
                }
                named
            }
        };
        for name in names {
            *privileges.entry(name.to_owned()).or_default() |= passes;
        }
    }
    Ok(privileges)
}

/// Writes what [`read`] reads.
pub(in crate::kind) fn write(privileges: &Privileges) -> String {
    let named = |passing| {
        let some = privileges.iter().filter(move |(_, passes)| **passes == passing);
        some.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let (passing, plain) = (named(true), named(false));
    if plain.is_empty() && !passing.is_empty() {
        return format!("{} {OPTION}", passing.join(", "));
    }
    let passing = passing.into_iter().map(|name| format!("{name} {OPTION}"));
    passing.chain(plain).collect::<Vec<_>>().join(", ")
}
