//! Which options may be shown: a list for each foreign-data wrapper, and one for all of them. An
//! option that is on none is a secret, since a wrapper may call its password as it likes.
//!
//! What may hold a password inside a longer text (`url`, `dsn`, `connstr`, `program`, `query`) is on
//! no list.

use crate::secret::{carries_secret, is_placeholder, is_secret};

/// What wrappers have in common, and what it says is clear whoever reads it.
const EVERYWHERE: &[&str] = &[
    "application_name",
    "async_capable",
    "batch_size",
    "charset",
    "character_set",
    "client_encoding",
    "collection",
    "column",
    "column_name",
    "compression",
    "connect_timeout",
    "database",
    "dbname",
    "debug",
    "delimiter",
    "encoding",
    "escape",
    "extensions",
    "fdw_startup_cost",
    "fdw_tuple_cost",
    "fetch_size",
    "filename",
    "format",
    "header",
    "host",
    "hostaddr",
    "hostname",
    "keep_connections",
    "location",
    "log_level",
    "null",
    "password_required",
    "port",
    "query_timeout",
    "quote",
    "read_only",
    "readonly",
    "region",
    "schema",
    "schema_name",
    "servername",
    "sslmode",
    "table",
    "table_name",
    "tablename",
    "timeout",
    "truncatable",
    "updatable",
    "use_remote_estimate",
    "user",
    "username",
    "version",
];

/// The parameters of libpq, but for passwords and what is a file of them.
const LIBPQ: &[&str] = &[
    "channel_binding",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// What each wrapper has besides, by the name of its handler without `_handler`, or by its own.
const WRAPPERS: &[(&str, &[&[&str]])] = &[
    (
        "postgres_fdw",
        &[
            LIBPQ,
            &["analyze_sampling", "parallel_abort", "parallel_commit", "use_scram_passthrough"],
        ],
    ),
    ("dblink_fdw", &[LIBPQ, &["use_scram_passthrough"]]),
    ("timescaledb_fdw", &[LIBPQ, &["available", "reference_tables"]]),
    (
        "file_fdw",
        &[&[
            "default",
            "force_not_null",
            "force_null",
            "freeze",
            "log_verbosity",
            "on_error",
            "reject_limit",
        ]],
    ),
    (
        "oracle_fdw",
        &[&[
            "dblink",
            "dbserver",
            "isolation_level",
            "lob_prefetch",
            "max_long",
            "nchar",
            "prefetch",
            "sample_percent",
            "set_timezone",
            "strip_zeros",
        ]],
    ),
    ("db2_fdw", &[&["codepage", "dbserver", "max_long", "prefetch", "sample_percent"]]),
    (
        "mysql_fdw",
        &[&[
            "max_blob_size",
            "reconnect",
            "secure_auth",
            "sql_mode",
            "ssl_ca",
            "ssl_capath",
            "ssl_cert",
            "ssl_cipher",
        ]],
    ),
    (
        "tds_fdw",
        &[&[
            "dbuse",
            "language",
            "local_tuple_estimate",
            "match_column_names",
            "msg_handler",
            "row_estimate_method",
            "sqlserver_ansi_mode",
            "tds_version",
        ]],
    ),
    ("sqlite_fdw", &[&["column_type", "force_readonly"]]),
    ("duckdb_fdw", &[&["column_type", "temp_directory"]]),
    (
        "mongo_fdw",
        &[&[
            "address",
            "authentication_database",
            "authentication_mechanism",
            "ca_dir",
            "ca_file",
            "crl_file",
            "enable_aggregate_pushdown",
            "enable_join_pushdown",
            "enable_order_by_pushdown",
            "pem_file",
            "read_preference",
            "replica_set",
            "ssl",
            "weak_cert_validation",
        ]],
    ),
    ("redis_fdw", &[&["address", "singleton_key", "tablekeyprefix", "tablekeyset", "tabletype"]]),
    (
        "firebird_fdw",
        &[&[
            "address",
            "disable_pushdowns",
            "estimated_row_count",
            "implicit_bool_type",
            "quote_identifier",
            "quote_identifiers",
        ]],
    ),
    ("multicorn", &[&["wrapper", "primary_key", "rowid_column"]]),
    ("clickhouse_fdw", &[&["driver", "engine", "aggregatefunction", "simpleaggregatefunction"]]),
    ("clickhousedb_fdw", &[&["driver", "engine"]]),
    (
        "parquet_fdw",
        &[&["dirname", "files_in_order", "max_open_files", "sorted", "use_mmap", "use_threads"]],
    ),
    (
        "parquet_s3_fdw",
        &[&[
            "dirname",
            "endpoint",
            "files_in_order",
            "insert_file_selector",
            "key_columns",
            "max_open_files",
            "schemaless",
            "sorted",
            "use_minio",
            "use_mmap",
            "use_threads",
        ]],
    ),
    ("influxdb_fdw", &[&["schemaless", "tags"]]),
    ("jdbc_fdw", &[&["drivername", "jarfile", "maxheapsize", "querytimeout"]]),
    ("hdfs_fdw", &[&["auth_type", "client_type", "log_remote_sql"]]),
    ("columnar", &[&["block_row_count", "stripe_row_count"]]),
    ("cstore_fdw", &[&["block_row_count", "stripe_row_count"]]),
    // The wrappers of Supabase: the values of secrets are in its vault, by ids that end in `_id`.
    ("airtable_fdw", &[&["base_id", "table_id", "view_id"]]),
    ("big_query_fdw", &[&["dataset_id", "project_id", "rowid_column", "startup_cost"]]),
    ("click_house_fdw", &[&["rowid_column", "startup_cost"]]),
    ("firebase_fdw", &[&["limit", "object", "project_id"]]),
    ("logflare_fdw", &[&["endpoint"]]),
    ("mssql_fdw", &[&["rowid_column", "startup_cost"]]),
    ("s3_fdw", &[&["has_header", "object", "path_style_url"]]),
    ("stripe_fdw", &[&["object", "rowid_column"]]),
    ("auth0_fdw", &[&["object"]]),
    ("cognito_fdw", &[&["object", "user_pool_id"]]),
    ("iceberg_fdw", &[&["aws_region", "catalog_uri", "rowid_column", "warehouse"]]),
    (
        "wasm_fdw",
        &[&[
            "fdw_package_checksum",
            "fdw_package_name",
            "fdw_package_version",
            "object",
            "rowid_column",
        ]],
    ),
];

/// The name under which the parameters of libpq are looked for.
pub(in crate::kind) const OF_LIBPQ: &str = "postgres_fdw";

/// Whether an option of that wrapper may be shown with the value that a server has.
pub(super) fn shows(wrapper: &str, name: &str, value: &str) -> bool {
    // What looks like a placeholder of ours in a database is none.
    !is_placeholder(value) && harmless(name, value, &|known| known == wrapper)
}

/// Whether an author may write the value of an option: the wrapper may be declared elsewhere, so
/// that the lists of all of them count.
pub(super) fn may_be_written(name: &str, value: &str) -> bool {
    harmless(name, value, &|_| true)
}

fn harmless(name: &str, value: &str, wrapper: &dyn Fn(&str) -> bool) -> bool {
    let name = name.to_lowercase();
    let listed = |lists: &[&[&str]]| lists.iter().any(|list| list.contains(&name.as_str()));
    !is_secret(&name)
        && !carries_secret(value)
        && (is_flag(value)
            || EVERYWHERE.contains(&name.as_str())
            || WRAPPERS.iter().any(|(known, lists)| wrapper(known) && listed(lists)))
}

/// A flag is no secret: it is one of two words.
fn is_flag(value: &str) -> bool {
    ["", "true", "false", "on", "off", "yes", "no"].contains(&value.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_has_an_option_that_is_named_as_a_secret() {
        let listed = WRAPPERS.iter().flat_map(|(_, lists)| lists.iter().copied().flatten());
        for name in listed.chain(EVERYWHERE) {
            assert!(!is_secret(name), "{name}");
            assert_eq!(*name, name.to_lowercase());
        }
    }

    #[test]
    fn an_option_on_no_list_is_a_secret_of_every_wrapper() {
        let names = ["auth", "authorization", "connstr", "cookie", "dsn", "key", "passcode", "pin"];
        for (wrapper, _) in WRAPPERS.iter().chain(&[("mine", &[] as &[&[&str]])]) {
            for name in names {
                assert!(!shows(wrapper, name, "1234"), "{wrapper} {name}");
            }
        }
        for name in names {
            assert!(!may_be_written(name, "1234"), "{name}");
        }
    }

    #[test]
    fn the_list_of_one_wrapper_is_not_that_of_another() {
        assert!(shows("oracle_fdw", "dbserver", "//h/db") && !shows("mine", "dbserver", "//h/db"));
        assert!(may_be_written("dbserver", "//h/db"));
        assert!(shows("mine", "host", "h") && shows("mine", "Key", "TRUE"));
    }

    #[test]
    fn a_password_inside_a_value_is_not_shown() {
        assert!(!shows("mine", "host", "https://u:hunter2@h"));
        assert!(!shows("postgres_fdw", "dbname", "host=h password = hunter2"));
        assert!(!shows("mine", "host", "${env:PW}"));
    }
}
