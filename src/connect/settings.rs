//! The settings of every session that plumb opens, whatever the server, the database, the role or the
//! client say: without them the same SQL would mean or print something else.
//!
//! The list starts from what `pg_dump` and `pg_restore` set (`setup_connection` in pg_dump.c,
//! `_doSetFixedOutputState` in pg_backup_archiver.c). It holds for the first message already, since it is part
//! of the startup packet, and RESET goes back to it.

use tokio_postgres::{Client, Error};

use crate::sql::quote::literal;

/// A setting, its value, the first major version that knows it, and why it is set.
pub(crate) struct Setting {
    /// The name (`pg_settings.name`).
    pub(crate) name: &'static str,
    /// The value.
    pub(crate) value: &'static str,
    /// The first version that has it (`server_version_num`); every supported one if 0.
    pub(crate) since: u32,
    /// The minor releases of earlier major versions that brought it as well.
    minors: &'static [u32],
    /// What it would change.
    #[allow(dead_code, reason = "it is for those who read the list")]
    pub(crate) why: &'static str,
}

impl Setting {
    /// Whether a server of that version has it.
    fn is_known(&self, version: u32) -> bool {
        let brought = |minor: &u32| version / 10_000 == minor / 10_000 && version >= *minor;
        version >= self.since || self.minors.iter().any(brought)
    }
}

const fn setting(name: &'static str, value: &'static str, why: &'static str) -> Setting {
    Setting { name, value, since: 0, minors: &[], why }
}

const fn newer(since: u32, name: &'static str, value: &'static str, why: &'static str) -> Setting {
    Setting { name, value, since, minors: &[], why }
}

/// The settings that decide what SQL means, reads and prints.
const MEANING: &[Setting] = &[
    // How names are looked up.
    setting("search_path", "pg_catalog", "names mean PostgreSQL's own functions and operators"),
    setting("default_tablespace", "", "an object without TABLESPACE is in the database's own"),
    setting("default_table_access_method", "heap", "a table without USING is a heap"),
    // How literals are read.
    setting("standard_conforming_strings", "on", "a backslash in '...' is a backslash"),
    setting("backslash_quote", "safe_encoding", "\\' in E'...' is read as by default"),
    setting("array_nulls", "on", "NULL in an array literal is NULL and no text"),
    setting("transform_null_equals", "off", "`x = NULL` stays what it is"),
    setting("xmloption", "content", "an xml literal need not be a document"),
    setting("DateStyle", "ISO, MDY", "how dates are read and printed"),
    setting("IntervalStyle", "postgres", "how intervals are read and printed"),
    setting("timezone_abbreviations", "Default", "which abbreviations of zones are known"),
    setting("lc_monetary", "C", "how money is read and printed"),
    // How values and SQL are printed.
    setting("bytea_output", "hex", "how bytea is printed"),
    setting("extra_float_digits", "1", "floating-point numbers are printed exactly"),
    setting("xmlbinary", "base64", "how bytea is printed in xml"),
    setting("quote_all_identifiers", "off", "names are quoted where they have to be"),
    // What a statement does.
    setting("check_function_bodies", "off", "a body may name what a later statement makes"),
    setting("row_security", "off", "a query that a policy would thin out fails"),
    setting("default_transaction_isolation", "read committed", "what BEGIN means"),
    setting("default_transaction_deferrable", "off", "what BEGIN means"),
    setting("synchronize_seqscans", "off", "rows come in the order of the table"),
    newer(160_000, "createrole_self_grant", "", "CREATE ROLE grants the new role to no other role"),
    Setting {
        minors: &[140_013, 150_008, 160_004],
        ..newer(
            170_000,
            "restrict_nonsystem_relation_kind",
            "",
            "a materialized view may be filled from a view, and from a foreign table",
        )
    },
];

/// The settings of every session of plumb that a script leaves to whoever runs it: what would end a session that
/// reads for long, and what is heard. `lock_timeout` is not among them: a role may have it so that
/// other sessions do not wait for long behind its statements.
const OF_PLUMB: &[Setting] = &[
    setting("statement_timeout", "0", "a read takes as long as it takes"),
    setting("idle_in_transaction_session_timeout", "0", "the snapshot stays while it is compared"),
    setting("idle_session_timeout", "0", "the session stays while plumb works"),
    newer(170_000, "transaction_timeout", "0", "the snapshot stays while it is read"),
    setting("client_min_messages", "notice", "what the server has to say is heard"),
];

/// The settings of every session.
fn every() -> impl Iterator<Item = &'static Setting> {
    MEANING.iter().chain(OF_PLUMB)
}

/// The settings as `options` of the startup packet, for every version; `zone`: the time zone, where one was
/// named.
pub(crate) fn options(zone: Option<&str>) -> String {
    let pair = |name: &str, value: &str| format!("-c {name}={}", escaped(value));
    let all = every().filter(|setting| setting.since == 0);
    let all = all.map(|setting| pair(setting.name, setting.value));
    all.chain(zone.map(|zone| pair("TimeZone", zone))).collect::<Vec<_>>().join(" ")
}

/// A value of an option in the startup packet: a backslash keeps what is behind it in its option, and every white space ends
/// one (`pg_split_opts` in postinit.c).
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if c == '\\' || !c.is_ascii_graphic() {
            out.push('\\');
        }
        // What is white space beyond ASCII depends on the server's locale; no value that is right has it.
        out.push(if c.is_ascii() { c } else { '?' });
    }
    out
}

/// The first version in which a trigger runs when a session begins, and may set whatever it likes.
const LOGIN_TRIGGERS: u32 = 170_000;

/// The query that makes the settings which the startup packet could not make for good: those that only some versions
/// have, and all of them where the packet could not hold any or a trigger may have run since. `None`: there is nothing
/// to set. Names and functions are qualified, since the path may be a stranger's by now.
pub(crate) fn once_connected(version: u32, zone: Option<&str>, in_packet: bool) -> Option<String> {
    let all = !in_packet || version >= LOGIN_TRIGGERS;
    let wanted = |setting: &&Setting| {
        if setting.since == 0 { all } else { setting.is_known(version) }
    };
    let set = |name: &str, value: &str| set_config(name, value, false);
    let own = every().filter(wanted).map(|setting| set(setting.name, setting.value));
    let zone = zone.filter(|_| all).map(|zone| set("TimeZone", zone));
    let encoding = (version >= LOGIN_TRIGGERS).then(|| set("client_encoding", "UTF8"));
    let calls: Vec<String> = own.chain(zone).chain(encoding).collect();
    (!calls.is_empty()).then(|| format!("SELECT {}", calls.join(", ")))
}

/// The role that every session of the database acts as, by the word of its owner (`ALTER DATABASE ... SET role`), if this
/// session does. What the role that connected has set for itself is its own affair.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn role_of_database(client: &Client) -> Result<Option<String>, Error> {
    let rows = client.query_typed(ROLE_OF_DATABASE, &[]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}

const ROLE_OF_DATABASE: &str = "SELECT pg_catalog.current_setting('role') \
     FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase \
     WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND s.setrole OPERATOR(pg_catalog.=) 0 \
       AND ('role=' OPERATOR(pg_catalog.||) pg_catalog.current_setting('role')) \
         OPERATOR(pg_catalog.=) ANY (s.setconfig) \
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting o JOIN pg_catalog.pg_roles r \
         ON r.oid OPERATOR(pg_catalog.=) o.setrole, pg_catalog.unnest(o.setconfig) c(text) \
         WHERE r.rolname OPERATOR(pg_catalog.=) session_user AND pg_catalog.starts_with(c.text, 'role=') \
           AND (o.setdatabase OPERATOR(pg_catalog.=) 0 OR o.setdatabase OPERATOR(pg_catalog.=) d.oid))";

/// The call that makes a setting; `local`: for the rest of the transaction.
pub(crate) fn set_config(name: &str, value: &str, local: bool) -> String {
    format!("pg_catalog.set_config({}, {}, {local})", literal(name), literal(value))
}

/// A query that makes the settings for the rest of its transaction: behind a pooler, another session may be
/// there than the one in which they were made.
pub(crate) fn for_transaction() -> String {
    let known = MEANING.iter().filter(|setting| setting.since == 0);
    let calls = known.map(|setting| set_config(setting.name, setting.value, true));
    format!("SELECT {}", calls.collect::<Vec<_>>().join(", "))
}

/// What a script sets, since another client runs it: all of it but the
/// path, which is said for each transaction. `version` is that of the server that the plan was made for, 0 if none.
pub(crate) fn script(zone: &str, version: u32) -> Vec<String> {
    let wanted = |setting: &&Setting| setting.name != "search_path" && setting.is_known(version);
    let zone = (!zone.is_empty()).then(|| format!("SET TimeZone = {}", literal(zone)));
    MEANING.iter().filter(wanted).map(sql).chain(zone).collect()
}

/// The statement that makes a setting.
pub(crate) fn sql(setting: &Setting) -> String {
    // A list is no literal: a quoted one would be a single name.
    let value = match setting.name {
        "search_path" => setting.value.to_owned(),
        _ => literal(setting.value),
    };
    format!("SET {} = {value}", setting.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_startup_packet_has_what_every_version_knows() {
        let options = options(Some("Europe/Zurich"));
        assert!(options.ends_with("-c TimeZone=Europe/Zurich"), "{options}");
        assert!(options.contains("-c search_path=pg_catalog "), "{options}");
        assert!(options.contains("-c DateStyle=ISO,\\ MDY "), "{options}");
        assert!(
            !options.contains("transaction_timeout") || options.contains("idle_in_transaction")
        );
        assert!(!options.contains("createrole_self_grant"));
    }

    #[test]
    fn a_time_zone_carries_no_other_option() {
        for space in [' ', '\t', '\n', '\u{b}', '\u{c}', '\r', '\u{a0}', '\u{2028}'] {
            let options = options(Some(&format!("UTC{space}-csearch_path=public")));
            let (_, zone) = options.split_once("TimeZone=").unwrap();
            let mut behind = '_';
            for c in zone.chars() {
                assert!(c.is_ascii_graphic() || c.is_ascii() && behind == '\\', "{options:?}");
                behind = c;
            }
        }
    }

    #[test]
    fn what_only_newer_versions_know_is_set_there() {
        let set = |version, in_packet| once_connected(version, Some("UTC"), in_packet);
        let count = |version, in_packet| {
            set(version, in_packet).map_or(0, |sql| sql.matches("pg_catalog.set_config(").count())
        };
        assert_eq!(set(150_007, true), None);
        assert_eq!((count(150_008, true), count(160_003, true), count(160_004, true)), (1, 1, 2));
        let newer = every().filter(|setting| setting.since > 0).count();
        assert_eq!(count(150_007, false), every().count() - newer + 1);
        // A trigger may have changed each of them when the session began; the zone and the encoding as well.
        assert_eq!(count(170_000, true), every().count() + 2);
        assert!(every().all(|setting| !setting.why.is_empty()));
    }
}
