//! Every schema that the tests know, each built in a database of its own and read back: the golden cases,
//! `tests/schemas`, what the traps are set in, and some random ones.
#![allow(dead_code, unreachable_pub)] // each test program uses its own part

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pgplumb::catalog::Catalog;
use pgplumb::compare::compare;
use pgplumb::connect::{ConnInfo, Env};
use pgplumb::declare::{Declaration, declare};
use pgplumb::export::{self, export};
use pgplumb::introspect::introspect;
use pgplumb::oracle::{Lazy, Named, Source as Scratch};
use pgplumb::plan::Plan;
use pgplumb::plan::{Statement, statements};
use pgplumb::scratch::Search;
use pgplumb::source::Source;

use crate::common::{Cluster, Database};
use crate::random;

/// The declaration is the whole truth.
const MANAGE: &str = "[manage]\nschemas = [\"*\"]\nundeclared = \"drop\"\npartitions = true\nowners = true\n\
                      grants = true\ndefault_privileges = true\n";

/// Roles are the whole server's: those of the golden cases, of the traps and of the random schemas.
pub const ROLES: &str = "CREATE ROLE app_user; CREATE ROLE app_auditor; CREATE ROLE app_owner;
    CREATE ROLE \"Odd Role\"; CREATE ROLE app_writer; CREATE ROLE app_member;
    CREATE ROLE random_ada; CREATE ROLE random_ben;
    CREATE ROLE \"Random Eve\"; CREATE ROLE \"Random Cy\"";

/// How often the schema stands there that has one of every sort of expression.
const DENSE: usize = 8;

/// Where a schema comes from.
enum From {
    Script(String),
    Lines(Vec<String>),
    Declaration(PathBuf),
}

/// A schema.
pub struct Case {
    /// What it is called.
    pub name: String,
    from: From,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut all: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

/// All schemas that a server of that major can have, and so many random ones.
pub fn cases(major: u32, random: u32, seed: u64) -> Vec<Case> {
    let mut all = Vec::new();
    for case in
        folders(&root().join("snapshots")).iter().filter(|p| p.is_dir()).flat_map(|p| folders(p))
    {
        let limits = fs::read_to_string(case.join("case.toml")).unwrap_or_default();
        let limits: toml::Table = limits.parse().expect("a case.toml");
        let oldest = limits.get("min_version").and_then(toml::Value::as_integer).unwrap_or(0);
        // What is refused may be a schema that no server has.
        let refused = limits.get("refused").and_then(toml::Value::as_bool).unwrap_or(false);
        if refused || i64::from(major) < oldest {
            continue;
        }
        let file = case.join("new.toml");
        if file.exists() {
            let name = file.strip_prefix(root()).expect("below").display().to_string();
            all.push(Case { name, from: From::Declaration(file) });
        }
    }
    let dense = "tests/corpus/dense.sql";
    let text = fs::read_to_string(root().join(dense)).expect("a schema");
    all.extend(
        (1..=DENSE)
            .map(|at| Case { name: format!("{dense} {at}"), from: From::Script(text.clone()) }),
    );
    for script in folders(&root().join("tests/schemas")) {
        if script.extension().is_some_and(|extension| extension == "sql") {
            let name = script.strip_prefix(root()).expect("below").display().to_string();
            let text = fs::read_to_string(&script).expect("a schema");
            all.push(Case { name, from: From::Script(text) });
        }
    }
    for file in folders(&root().join("tests/traps")) {
        let text = fs::read_to_string(&file).expect("a file of traps");
        let table: toml::Table = text.parse().expect("a file of traps");
        let traps = table.get("trap").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for trap in traps {
            let limit = |key: &str| trap.get(key).and_then(toml::Value::as_integer);
            let fits = limit("from").is_none_or(|from| from <= major.into())
                && limit("to").is_none_or(|to| to >= major.into());
            if let (true, Some(setup)) = (fits, trap.get("setup").and_then(toml::Value::as_str)) {
                let name = format!("trap: {}", trap["name"].as_str().expect("a name"));
                all.push(Case { name, from: From::Script(setup.to_owned()) });
            }
        }
    }
    let (grammar, mut chance) = (random::grammar(), random::Chance::new(seed));
    for at in 0..random {
        let lines = grammar.sql(&chance.model(&grammar), major);
        all.push(Case { name: format!("random {at}"), from: From::Lines(lines) });
    }
    all
}

/// Keeps the cases that are called so, and of the small ones only one in some.
pub fn thin(cases: &mut Vec<Case>, only: &str, every: usize) {
    let mut at = 0;
    cases.retain(|case| {
        let small = case.name.starts_with("trap") || case.name.starts_with("snapshots");
        at += usize::from(small);
        case.name.contains(only) && (!small || at % every == 0)
    });
}

/// A scratch on the server itself.
pub fn scratch(cluster: &Cluster) -> Lazy {
    let url = ConnInfo::parse(&cluster.url("postgres"), &Env::default()).expect("a URL");
    Lazy::new(Scratch {
        server: Some(Named::Other(url)),
        search: Search::default(),
        cache: None,
        trusted: true,
        timezone: None,
    })
}

/// Reads files as the whole truth.
pub fn declared(files: Vec<(String, String)>) -> Result<Declaration, String> {
    let sources = files.into_iter().map(|(path, text)| Source::new(path, text)).collect();
    declare(sources, root().to_path_buf(), None).map_err(|report| report.to_string())
}

/// Plans from what is there to what the files say.
pub async fn planned(
    there: &Catalog,
    files: Vec<(String, String)>,
    scratch: &mut Lazy,
) -> Result<Plan, String> {
    let declaration = declared(files)?;
    compare(there.clone(), declaration, scratch, false).await.map_err(|error| error.to_string())
}

/// What `plumb export` writes of it.
pub fn exported(catalog: &Catalog) -> Vec<(String, String)> {
    export(catalog, export::Options::default())
}

/// Builds the schema and reads it back.
pub async fn built(
    case: &Case,
    cluster: &Arc<Cluster>,
    scratch: &mut Lazy,
) -> Result<Catalog, String> {
    let database = Database::create(cluster).await;
    let client = database.client().await;
    let explain = |error: tokio_postgres::Error| {
        error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
    };
    match &case.from {
        From::Script(sql) => client.batch_execute(sql).await.map_err(explain)?,
        // What this server does not take is not part of the schema.
        From::Lines(lines) => {
            for line in lines {
                let _ = client.batch_execute(line).await;
            }
        }
        From::Declaration(path) => {
            let nothing = introspect(&client).await.map_err(|error| error.to_string())?;
            let text = fs::read_to_string(path).expect("a declaration");
            let files =
                vec![("new.toml".to_owned(), text), ("plumb.toml".to_owned(), MANAGE.to_owned())];
            let plan = planned(&nothing, files, scratch).await?;
            for transaction in &plan.transactions {
                let statements = statements(transaction);
                let all: Vec<&str> = statements.iter().map(Statement::sql).collect();
                if transaction.block {
                    let script = format!("BEGIN;\n{};\nCOMMIT", all.join(";\n"));
                    client.batch_execute(&script).await.map_err(explain)?;
                    continue;
                }
                for statement in all {
                    client.batch_execute(statement).await.map_err(explain)?;
                }
            }
        }
    }
    // As a person who reads it afterwards, in a session without settings.
    drop(client);
    introspect(&database.client().await).await.map_err(|error| error.to_string())
}
