use serde_json::Value;

use super::super::sample;
use super::*;
use crate::declare::declare;
use crate::source::Source;

fn alert(message: &str) -> Alert {
    Alert {
        rule: "data-loss".to_owned(),
        about: "Rows are gone.".to_owned(),
        help: "make a backup".to_owned(),
        level: Level::Error,
        message: message.to_owned(),
        object: "table:public.a".to_owned(),
        place: Some(Place { file: "schema/a b,c.toml".to_owned(), line: 3, column: 2, end: None }),
    }
}

#[test]
fn a_result_has_what_code_scanning_requires() {
    let run: Value = serde_json::from_str(&sarif(&[alert("gone")], "plan")).unwrap();
    let result = &run["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], run["runs"][0]["tool"]["driver"]["rules"][0]["id"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "schema/a%20b%2Cc.toml");
    assert_eq!(place["region"]["endColumn"], 3);
    assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    let nothing: Value = serde_json::from_str(&sarif(&[], "plan")).unwrap();
    assert_eq!(nothing["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn the_fingerprint_of_an_alert_stays_when_lines_move() {
    let (one, mut other) = (alert("gone"), alert("gone"));
    other.place = None;
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_ne!(one.fingerprint(), alert("rewritten").fingerprint());
}

#[test]
fn a_name_ends_no_workflow_command_and_begins_none() {
    let text = github(&[alert("a\n::set-output name=x::y\r%0A::error::z ##[group]q")]);
    assert_eq!(
        text,
        "::error file=schema/a b%2Cc.toml,line=3,col=2,title=plumb data-loss::a\\n::set-output name=x::y\\r%250A::error::z \
         #\\#[group]q\n"
    );
}

#[test]
fn errors_come_first_since_a_runner_shows_ten() {
    let note = Alert { level: Level::Note, ..alert("known") };
    let text = github(&[note, alert("gone")]);
    assert!(text.starts_with("::error ") && text.contains("\n::notice "), "{text}");
}

#[test]
fn gitlab_gets_a_path_a_line_and_a_fingerprint() {
    let all: Value = serde_json::from_str(&gitlab(&[alert("gone")])).unwrap();
    assert_eq!(all[0]["location"]["lines"]["begin"], 3);
    assert_eq!(all[0]["severity"], "critical");
}

#[test]
fn a_dropped_column_is_shown_at_its_table_and_a_dropped_table_at_its_schema() {
    let source = |name: &str, text: &str| Source::new(name, text);
    let sources = vec![
        source("b.toml", "\n[table.client.column]\nid = 'int'\n"),
        source("a.toml", "namespace = 's'\n[table.x.column]\nid = 'int'\n"),
    ];
    let declaration = declare(sources, ".".into(), None).unwrap();
    let anchors = Anchors::of(&declaration, "db/schema/");
    let place = |id: &str| {
        let place = anchors.nearest(&id.parse().unwrap()).unwrap();
        (place.file, place.line)
    };
    assert_eq!(place("column:public.client.fax"), ("db/schema/b.toml".to_owned(), 2));
    assert_eq!(place("default:public.client.fax"), ("db/schema/b.toml".to_owned(), 2));
    assert_eq!(place("table:public.gone"), ("db/schema/b.toml".to_owned(), 1));
    assert_eq!(place("table:elsewhere.gone"), ("db/schema/a.toml".to_owned(), 1));
}

#[test]
fn every_hazard_of_a_plan_is_an_alert() {
    let plan = sample::clinic();
    let alerts = plan_alerts(&plan, &Anchors::default());
    let rules: Vec<&str> = alerts.iter().map(|alert| alert.rule.as_str()).collect();
    assert_eq!(rules, ["rewrite-table", "rename-breaks-clients", "data-loss", "unproved"]);
    assert_eq!(
        alerts[2].message,
        "column public.client.fax: the values of public.client.fax are lost (statement 7)"
    );
    assert_eq!(alerts[2].level, Level::Error);
}
