//! The enabled event triggers of a server: what runs beside a plan's statements, and is no part of the plan
//! (`pg_event_trigger`; the chapter "Event Triggers" of the manual says for which commands one fires).

use tokio_postgres::Row;

/// Divides what [`COLUMN`] reads of one event trigger.
const DIVIDER: char = '\u{1}';

/// The column that [`EventTrigger::read`] reads, in a query on the server's settings.
pub(crate) const COLUMN: &str = "ARRAY(SELECT pg_catalog.array_to_string(ARRAY[t.evtevent::text, \
    pg_catalog.array_to_string(t.evttags, ','), t.evtname::text], '\u{1}', '') \
    FROM pg_catalog.pg_event_trigger t WHERE t.evtenabled IN ('O', 'A') ORDER BY t.evtname)";

/// Objects of the whole cluster, for which no event trigger fires.
const SHARED: &[&str] = &["DATABASE", "EVENT", "ROLE", "SUBSCRIPTION", "TABLESPACE"];

/// Words between CREATE and the sort of object, which are no part of the command's tag.
const BETWEEN: &[&str] =
    &["OR", "REPLACE", "UNIQUE", "CONSTRAINT", "UNLOGGED", "DEFAULT", "TRUSTED"];

/// An enabled event trigger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventTrigger {
    /// Its name (`evtname`).
    pub name: String,
    /// Its event (`evtevent`).
    event: String,
    /// The tags of the commands for which it fires; none is all (`evttags`).
    tags: Vec<String>,
}

impl EventTrigger {
    /// Reads [`COLUMN`], which is column `at`.
    pub(crate) fn read(row: &Row, at: usize) -> Vec<Self> {
        row.get::<_, Vec<String>>(at).iter().filter_map(|text| Self::of(text)).collect()
    }

    fn of(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, DIVIDER);
        let (event, tags, name) = (parts.next()?, parts.next()?, parts.next()?);
        let tags = tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        Some(Self { name: name.to_owned(), event: event.to_owned(), tags })
    }

    /// Whether it may fire for a statement; `rewrites`: the statement rewrites a table.
    pub(crate) fn fires_for(&self, sql: &str, rewrites: bool) -> bool {
        let words = words(sql);
        let fires = match self.event.as_str() {
            "table_rewrite" => rewrites,
            "sql_drop" => sql.split_whitespace().any(|word| word == "DROP"),
            _ => true,
        };
        let has = |tag: &String| {
            tag.split(' ').zip(words.iter().chain(std::iter::repeat(&""))).all(|(a, b)| a == *b)
        };
        fires && fires_event_triggers(&words) && (self.tags.is_empty() || self.tags.iter().any(has))
    }
}

/// The words by which the tag of a statement's command begins.
fn words(sql: &str) -> Vec<&str> {
    let mut words = sql.split(|byte: char| !byte.is_ascii_uppercase()).take(8);
    let Some(first) = words.next() else { return Vec::new() };
    let rest = words.skip_while(|word| first == "CREATE" && BETWEEN.contains(word));
    std::iter::once(first).chain(rest).collect()
}

fn fires_event_triggers(words: &[&str]) -> bool {
    match words {
        ["CREATE" | "ALTER" | "DROP", object, ..] => !SHARED.contains(object),
        ["COMMENT" | "SECURITY" | "GRANT" | "REVOKE" | "REFRESH", ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fires(event: &str, tags: &str, sql: &str) -> bool {
        let text = format!("{event}{DIVIDER}{tags}{DIVIDER}watch");
        EventTrigger::of(&text).unwrap().fires_for(sql, false)
    }

    #[test]
    fn an_event_trigger_fires_for_the_commands_of_its_tags() {
        let end = "ddl_command_end";
        assert!(fires(end, "", "CREATE TABLE public.t (id integer)"));
        assert!(fires(
            end,
            "CREATE TABLE,ALTER TABLE",
            "ALTER TABLE public.t ADD COLUMN a integer"
        ));
        assert!(!fires(end, "CREATE TABLE", "ALTER TABLE public.t ADD COLUMN a integer"));
        assert!(fires(end, "CREATE INDEX", "CREATE UNIQUE INDEX i ON public.t (id)"));
        assert!(fires(
            end,
            "CREATE FUNCTION",
            "CREATE OR REPLACE FUNCTION public.f() RETURNS integer"
        ));
        assert!(fires(
            end,
            "CREATE TRIGGER",
            "CREATE CONSTRAINT TRIGGER c AFTER INSERT ON public.t"
        ));
        assert!(!fires(end, "", "CREATE ROLE clerk"));
        assert!(!fires(end, "", "UPDATE public.t SET a = 1"));
        assert!(!fires("table_rewrite", "", "ALTER TABLE public.t ADD COLUMN a integer"));
    }

    #[test]
    fn one_for_what_is_dropped_fires_where_something_is() {
        assert!(fires("sql_drop", "", "ALTER TABLE public.t DROP COLUMN a"));
        assert!(fires("sql_drop", "DROP TABLE", "DROP TABLE public.t"));
        assert!(!fires("sql_drop", "", "CREATE TABLE public.t (id integer)"));
    }
}
