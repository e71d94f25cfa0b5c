//! The data about PostgreSQL's catalogs is what the servers say.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Cluster, Database, majors};
use pgplumb::coverage::catalogs;

#[tokio::test(flavor = "multi_thread")]
async fn every_column_of_every_catalog_is_classified_and_none_is_made_up() {
    let mut seen: BTreeMap<(String, String), BTreeSet<u32>> = BTreeMap::new();
    for postgres in majors() {
        let cluster = Cluster::start(postgres);
        let database = Database::create(&cluster).await;
        let rows = database
            .query_strings(
                "SELECT c.relname || '.' || a.attname FROM pg_class c \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
                 WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'",
            )
            .await;
        for row in rows {
            let (catalog, column) = row.split_once('.').expect("a catalog and a column");
            let column = (catalog.to_owned(), column.to_owned());
            seen.entry(column).or_default().insert(postgres.major);
        }
    }
    let mut known = BTreeSet::new();
    for (name, catalog) in catalogs() {
        for column in &catalog.columns {
            let place = (name.clone(), column.name.clone());
            let (first, last) = column.versions.unwrap_or((14, None));
            let expected: BTreeSet<u32> = majors()
                .iter()
                .map(|postgres| postgres.major)
                .filter(|major| *major >= first && last.is_none_or(|last| *major <= last))
                .collect();
            let found = seen.get(&place).cloned().unwrap_or_default();
            assert_eq!(found, expected, "{name}.{}: the majors that have it", column.name);
            known.insert(place);
        }
    }
    let unread = |name: &String| catalogs().get(name).is_some_and(|c| c.reason.is_some());
    let nobody: Vec<String> = seen
        .keys()
        .filter(|place| !known.contains(place) && !unread(&place.0))
        .map(|(catalog, column)| format!("{catalog}.{column}"))
        .collect();
    assert!(nobody.is_empty(), "columns that nobody has classified: {}", nobody.join(", "));
}
