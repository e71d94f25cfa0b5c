//! The rules of the house that a compiler does not hold. Every list of exceptions here may only
//! become shorter: an exception that is not needed fails the test, too.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Graph = BTreeMap<String, BTreeSet<String>>;

/// Uses of a higher layer, with the reason.
const UPWARD: &[(&str, &str, &str)] = &[
    ("id", "kind", "an id is a kind and a name"),
    ("kind", "connect", "the connection string of a subscription is read as libpq reads it"),
];

/// The modules that use each other in a circle.
const CIRCLES: &[&[&str]] = &[&["catalog", "id", "kind", "report", "secret", "source"]];

/// How many files of `src/kind/` the largest circle of uses has.
const KIND_CIRCLE: usize = 4;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn below(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// The sources below `src/`, by path, without comments and unit tests.
fn sources() -> BTreeMap<String, String> {
    let mut files = Vec::new();
    below(&root().join("src"), &mut files);
    let code = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        text.lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let name = |path: &PathBuf| {
        path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/")
    };
    let is_test = |name: &str| name.ends_with("tests.rs") || name.contains("/tests/");
    files.iter().map(|path| (name(path), code(path))).filter(|(name, _)| !is_test(name)).collect()
}

/// The paths that follow `prefix` in a text: `a::b` of `crate::a::b`, `a::b` and `a::c` of
/// `crate::a::{b, c}`.
fn paths_after(text: &str, prefix: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        if !text[..at].ends_with(|c: char| is_of_path(c)) {
            read_path(&text[at + prefix.len()..], &[], &mut found);
        }
    }
    found
}

fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// Reads a path, or a tree of paths in braces; returns what follows.
fn read_path<'a>(text: &'a str, before: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    let end = text.find(|c: char| !is_of_path(c)).unwrap_or(text.len());
    let (own, mut rest) = text.split_at(end);
    let own = own.split("::").filter(|part| !part.is_empty()).map(str::to_owned);
    let path: Vec<String> = before.iter().cloned().chain(own).collect();
    if !rest.starts_with('{') || !(text[..end].is_empty() || text[..end].ends_with("::")) {
        if !path.is_empty() {
            found.push(path);
        }
        return rest;
    }
    while !rest.starts_with('}') && !rest.is_empty() {
        rest = read_path(rest[1..].trim_start(), &path, found);
        let next = rest.find([',', '}']).unwrap_or(rest.len());
        rest = &rest[next..];
        if let Some(last) =
            rest.strip_prefix(',').map(str::trim_start).filter(|r| r.starts_with('}'))
        {
            rest = last;
        }
    }
    rest.strip_prefix('}').unwrap_or(rest)
}

/// Which top-level modules of the library each uses.
fn uses() -> Graph {
    let mut graph = Graph::new();
    for (file, code) in sources() {
        let module = file.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        // The program sees the library from outside.
        let prefix = if module == "cli" { "pgplumb::" } else { "crate::" };
        let used = paths_after(&code, prefix).into_iter().map(|path| path[0].clone());
        let others: Vec<String> = used.filter(|other| *other != module).collect();
        graph.entry(module).or_default().extend(others);
    }
    graph
}

/// The groups of nodes that reach each other, of two or more.
fn circles(graph: &Graph) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            for to in graph.get(next).into_iter().flatten() {
                if seen.insert(to.clone()) {
                    open.push(to);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<String>> =
        graph.keys().map(|node| (node, reached(node))).collect();
    let mut found = BTreeSet::new();
    for (node, far) in &reach {
        let back = |other: &&String| reach.get(other).is_some_and(|far| far.contains(*node));
        let group: BTreeSet<String> = far.iter().filter(back).cloned().collect();
        if group.len() > 1 {
            found.insert(group);
        }
    }
    found.into_iter().collect()
}

fn layers() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let block = text.split("```layers\n").nth(1).expect("a block of layers in ARCHITECTURE.md");
    let lines = block.split("```").next().unwrap().lines();
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

#[test]
fn paths_are_read_out_of_braces() {
    let text = "use crate::{a::{self, B}, c::{D, e::F}, g}; crate::h::i(); not_crate::j; crate::K";
    let found: Vec<String> = paths_after(text, "crate::").iter().map(|p| p.join("::")).collect();
    assert_eq!(found, ["a::self", "a::B", "c::D", "c::e::F", "g", "h::i", "K"]);
}

#[test]
fn every_source_is_formatted() {
    let listed = Command::new("git").current_dir(root()).args(["ls-files", "*.rs"]).output();
    let files = match listed {
        Ok(listed) if listed.status.success() => String::from_utf8(listed.stdout).unwrap(),
        _ => {
            println!("skipped: this is no checkout of git");
            return;
        }
    };
    let there = |file: &&str| root().join(file).exists();
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(root()).args([
        "--check",
        "--edition",
        "2024",
        "--config-path",
        "rustfmt.toml",
    ]);
    let Ok(output) = rustfmt.args(files.lines().filter(there)).output() else {
        println!("skipped: there is no rustfmt");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn no_kind_is_named_outside_of_its_folder() {
    let list = fs::read_to_string(root().join("src/kind.rs")).unwrap();
    let list = list.split("kinds! {\n").nth(1).unwrap().split("\n}").next().unwrap();
    let words = list.lines().filter_map(|line| line.trim().split_once(" \""));
    let kinds: BTreeSet<&str> = words.map(|(name, _)| name).collect();
    assert!(kinds.len() > 40 && kinds.contains("Table"), "{kinds:?}");
    let mut named = Vec::new();
    for (file, code) in sources() {
        if file.starts_with("kind/") || file == "kind.rs" {
            continue;
        }
        for path in
            paths_after(&code, "Kind::").into_iter().chain(paths_after(&code, "kind::Kind::"))
        {
            if kinds.contains(path[0].as_str()) {
                named.push(format!("src/{file}: Kind::{}", path[0]));
            }
        }
    }
    assert!(named.is_empty(), "{named:#?}");
}

#[test]
fn modules_use_their_own_layer_and_lower_ones() {
    let layers = layers();
    let place = |module: &str| layers.iter().position(|layer| layer.iter().any(|m| m == module));
    let graph = uses();
    let mut upward = BTreeSet::new();
    for (module, used) in &graph {
        let own = place(module).unwrap_or_else(|| panic!("`{module}` is in no layer"));
        for other in used {
            let theirs = place(other).unwrap_or_else(|| panic!("`{other}` is in no layer"));
            if theirs > own {
                upward.insert((module.as_str(), other.as_str()));
            }
        }
    }
    let allowed: BTreeSet<_> = UPWARD.iter().map(|(module, other, _)| (*module, *other)).collect();
    assert_eq!(upward, allowed, "left: uses of a higher layer; right: the exceptions");
    for module in layers.iter().flatten() {
        assert!(
            graph.contains_key(module)
                || fs::exists(root().join(format!("src/{module}.rs"))).unwrap(),
            "`{module}` does not exist"
        );
    }
}

#[test]
fn modules_use_each_other_in_the_listed_circles_only() {
    let allowed: Vec<BTreeSet<String>> =
        CIRCLES.iter().map(|circle| circle.iter().map(|m| (*m).to_owned()).collect()).collect();
    assert_eq!(circles(&uses()), allowed, "left: circles; right: those that are listed");
}

#[test]
fn circles_among_the_files_of_kinds_do_not_grow() {
    let sources = sources();
    let is_kind = |file: &str| file.starts_with("kind/") || file == "kind.rs";
    let modules: BTreeMap<String, &String> = sources
        .iter()
        .filter(|(file, _)| is_kind(file))
        .map(|(file, code)| (file.trim_end_matches(".rs").replace('/', "::"), code))
        .collect();
    // The longest part of a path that is a file; an item of a file is the file's.
    let file_of = |path: &[String]| {
        (1..=path.len()).rev().map(|n| path[..n].join("::")).find(|path| modules.contains_key(path))
    };
    let mut graph = Graph::new();
    for (module, code) in &modules {
        let here: Vec<String> = module.split("::").map(str::to_owned).collect();
        let used = graph.entry(module.clone()).or_default();
        let mut paths = paths_after(code, "crate::");
        for up in 1..=here.len() {
            let prefix = "super::".repeat(up);
            for path in paths_after(code, &prefix) {
                if path[0] != "super" {
                    paths.push([&here[..here.len() - up], path.as_slice()].concat());
                }
            }
        }
        used.extend(paths.iter().filter_map(|path| file_of(path)).filter(|other| other != module));
    }
    let circles = circles(&graph);
    let largest = circles.iter().max_by_key(|circle| circle.len()).unwrap();
    assert_eq!(largest.len(), KIND_CIRCLE, "the largest circle may only shrink: {largest:#?}");
}
