//! What plumb writes as SARIF is valid by the schema that is published with the standard, and keeps what code scanning of GitHub asks for
//! beyond it ("SARIF support for code scanning").

#![allow(clippy::unwrap_used)]

mod common;

use common::{Folder, Plumb};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Validator {
    let text = include_str!("sarif/sarif-2.1.0-rtm.5.json");
    let mut schema: Value = serde_json::from_str(text).unwrap();
    // `]` without `[`, which only old engines of JavaScript take. plumb writes no language.
    for of in ["run", "toolComponent"] {
        let at = format!("/definitions/{of}/properties/language");
        let language = schema.pointer_mut(&at).unwrap().as_object_mut().unwrap();
        assert!(language.remove("pattern").is_some());
    }
    jsonschema::draft4::new(&schema).unwrap()
}

/// What is wrong with a text by the schema, and by what GitHub asks for.
fn wrong(sarif: &Value) -> Vec<String> {
    let mut wrong: Vec<String> = schema()
        .iter_errors(sarif)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    for run in sarif["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            for (of, longest) in [("shortDescription", 1024), ("fullDescription", 1024)] {
                let text = rule[of]["text"].as_str().unwrap_or_default();
                if text.is_empty() || text.chars().count() > longest {
                    wrong.push(format!("{of} of {}", rule["id"]));
                }
            }
            if rule["help"]["text"].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("help of {}", rule["id"]));
            }
        }
        for result in run["results"].as_array().unwrap() {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            let place = &result["locations"][0]["physicalLocation"];
            let (uri, region) = (place["artifactLocation"]["uri"].as_str(), &place["region"]);
            let is_relative = |uri: &str| {
                !uri.is_empty() && !uri.starts_with('/') && !uri.contains([':', ' ', '\\'])
            };
            let number = |key: &str| region[key].as_u64().unwrap_or_default();
            let [line, column, end_line, end_column] =
                ["startLine", "startColumn", "endLine", "endColumn"].map(number);
            let fingerprint = &result["partialFingerprints"]["primaryLocationLineHash"];
            if rules.get(at).map(|rule| &rule["id"]) != Some(&result["ruleId"])
                || !uri.is_some_and(is_relative)
                || line == 0
                || (end_line, end_column) <= (line, column)
                || fingerprint.as_str().is_none_or(str::is_empty)
                || result["message"]["text"].as_str().is_none_or(str::is_empty)
            {
                wrong.push(format!("a result: {result}"));
            }
        }
    }
    wrong
}

/// Runs a command that ends with this code and writes SARIF; gives the rules of the results.
fn rules(folder: &Folder, code: i32, arguments: &[&str]) -> Vec<String> {
    let arguments = [arguments, &["--format", "sarif"]].concat();
    let text = Plumb::new(&arguments).dir(folder.path()).run().exit(code);
    let sarif: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let wrong = wrong(&sarif);
    assert!(wrong.is_empty(), "{arguments:?}: {wrong:#?}\n{text}");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let mut rules: Vec<String> =
        results.iter().map(|result| result["ruleId"].as_str().unwrap().to_owned()).collect();
    rules.dedup();
    rules
}

#[test]
fn a_plan_is_valid_sarif() {
    let folder = Folder::new();
    folder.write("base/a b.toml", "[table.client.column]\nid = 'int'\nfax = 'text'\n[table.old.column]\nid = 'int'\n[view.v]\nquery = 'select id from client'\n");
    folder.write("schema/a b.toml", "[manage]\nundeclared = 'drop'\n[table.client.column]\nid = 'bigint'\n[view.v]\nquery = 'select id from client'\n[table.'größe ü'.column]\nid = 'int'\n");
    let found = rules(&folder, 0, &["diff", "base", "schema"]);
    for rule in ["rewrite-table", "data-loss"] {
        assert!(found.contains(&rule.to_owned()), "{found:?}");
    }
    assert_eq!(rules(&folder, 0, &["diff", "schema", "schema"]), [""; 0]);
    assert!(rules(&folder, 0, &["plan"]).is_empty());
}

#[test]
fn what_is_refused_is_valid_sarif() {
    let folder = Folder::new();
    let table = |more: &str| {
        format!("[table.p]\npartition_by = 'range (id)'\n{more}[table.p.column]\nid = 'int'\n")
    };
    folder.write("base/a.toml", &table(""));
    folder.write("schema/a.toml", &table("unlogged = true\n"));
    assert_eq!(rules(&folder, 3, &["diff", "base", "schema"]), ["no-way"]);
    Plumb::new(&["ci", "plan", "--base", "base"]).dir(folder.path()).run().exit(3);
    let sarif: Value = serde_json::from_str(&folder.read("plumb-ci/plan.sarif")).unwrap();
    assert!(wrong(&sarif).is_empty());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results[0]["ruleId"], "no-way");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
}

#[test]
fn mistakes_and_findings_are_valid_sarif() {
    let folder = Folder::new();
    folder.write("schema/a.toml", "[table.client.column]\nid = 'int'\nowner = 'timestamp'\n");
    folder.write("plumb.toml", "[lint]\nrules = { no-primary-key = 'error' }\n");
    let found = Plumb::new(&["lint", "--format", "sarif"]).dir(folder.path()).run();
    let code = found.code;
    assert!(
        rules(&folder, code, &["lint"]).iter().any(|rule| rule.contains("primary-key")),
        "{found:?}"
    );
    folder.write("a.sql", "alter table client alter id type bigint;\ndrop table client;\n");
    let code = Plumb::new(&["lint", "--sql", "a.sql"]).dir(folder.path()).run().code;
    assert!(rules(&folder, code, &["lint", "--sql", "a.sql"]).contains(&"data-loss".to_owned()));
    folder.write("schema/a.toml", "[tabel.client.column]\nid = 'int'\n");
    for command in ["plan", "check", "lint"] {
        assert_eq!(rules(&folder, 1, &[command]), ["unknown-key"], "{command}");
    }
    folder.write("schema/a.toml", "[view.v]\nquery = 'select * from nowhere'\n");
    assert!(!rules(&folder, 1, &["check"]).is_empty());
    // A mistake of plumb.toml is one of that file.
    folder.write("schema/a.toml", "[table.client.column]\nid = 'int'\n");
    folder.write("plumb.toml", "[lint]\nlevels = {}\n");
    for command in ["plan", "lint"] {
        assert_eq!(rules(&folder, 1, &[command]), ["unknown-key"]);
    }
    let text = Plumb::new(&["plan", "--format", "sarif"]).dir(folder.path()).run().exit(1);
    assert!(text.contains("\"uri\": \"plumb.toml\""), "{text}");
    std::fs::remove_file(folder.path().join("plumb.toml")).unwrap();
    // A directory without a declaration has no line, but a place.
    std::fs::remove_dir_all(folder.path().join("schema")).unwrap();
    assert_eq!(rules(&folder, 1, &["plan"]), ["no-declaration"]);
}

#[test]
fn what_is_no_sarif_is_found() {
    let folder = Folder::new();
    folder.write("base/a.toml", "[table.client.column]\nid = 'int'\n");
    folder.write("schema/a.toml", "[table.client.column]\nid = 'bigint'\n");
    let text = Plumb::new(&["diff", "base", "schema", "--format", "sarif"])
        .dir(folder.path())
        .run()
        .exit(0);
    let sarif: Value = serde_json::from_str(&text).unwrap();
    let result = "/runs/0/results/0";
    let region = "/runs/0/results/0/locations/0/physicalLocation/region";
    for (at, key, value) in [
        ("", "version", json!("2.0.0")),
        (result, "level", json!("fatal")),
        (result, "message", json!({})),
        (result, "locations", json!([])),
        (result, "ruleIndex", json!(7)),
        (region, "startLine", json!(0)),
        (region, "endLine", json!(1)),
        (
            "/runs/0/results/0/locations/0/physicalLocation/artifactLocation",
            "uri",
            json!("/etc/passwd"),
        ),
        ("/runs/0/tool/driver/rules/0", "help", json!({})),
        ("/runs/0", "unknown", json!(1)),
    ] {
        let mut bent = sarif.clone();
        bent.pointer_mut(at).unwrap()[key] = value;
        assert!(!wrong(&bent).is_empty(), "{at} {key}");
    }
}
