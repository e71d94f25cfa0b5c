//! Rules for scripts that are no hazard of a plan, since plumb writes no such plan.

/// A rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// A statement waits for a strong lock and no `lock_timeout` is set.
    MissingLockTimeout,
    /// `CREATE INDEX CONCURRENTLY IF NOT EXISTS` takes an invalid index for a valid one.
    RetryOverInvalidIndex,
    /// An UPDATE or DELETE writes all rows in one transaction.
    UnbatchedRows,
    /// Rows are written in the transaction of a DDL statement, whose lock is held meanwhile.
    RowsWithDdl,
    /// A statement that refuses a transaction block stands in one.
    ConcurrentlyInTransaction,
    /// One transaction locks several tables.
    SeveralTablesInTransaction,
}

impl Rule {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::MissingLockTimeout,
        Self::RetryOverInvalidIndex,
        Self::UnbatchedRows,
        Self::RowsWithDdl,
        Self::ConcurrentlyInTransaction,
        Self::SeveralTablesInTransaction,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingLockTimeout => "missing-lock-timeout",
            Self::RetryOverInvalidIndex => "retry-over-invalid-index",
            Self::UnbatchedRows => "unbatched-rows",
            Self::RowsWithDdl => "rows-with-ddl",
            Self::ConcurrentlyInTransaction => "concurrently-in-transaction",
            Self::SeveralTablesInTransaction => "several-tables-in-transaction",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// What happens, and why.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::MissingLockTimeout => {
                "A statement that needs a strong lock waits for every transaction that uses the table, and all later \
                 statements on the table wait behind it. Without lock_timeout it waits as long as the longest of those \
                 transactions."
            }
            Self::RetryOverInvalidIndex => {
                "CREATE INDEX CONCURRENTLY that fails leaves an index that is invalid: it is kept up to date and serves no \
                 query. With IF NOT EXISTS the next attempt sees a name that is taken, succeeds, and builds nothing."
            }
            Self::UnbatchedRows => {
                "One UPDATE or DELETE of all rows holds their locks until it commits, writes as much WAL as the table is \
                 large, keeps VACUUM from removing anything, and starts from the beginning when it fails."
            }
            Self::RowsWithDdl => {
                "The lock that the DDL statement took is held until the transaction commits, so that others wait for the \
                 table while the rows are written."
            }
            Self::ConcurrentlyInTransaction => {
                "CONCURRENTLY commits several times on its way, so that PostgreSQL refuses it in a transaction block."
            }
            Self::SeveralTablesInTransaction => {
                "Each table stays locked until the transaction commits: the first waits, locked, while the lock on the next \
                 is waited for, and with an application that uses them in another order that is a deadlock."
            }
        }
    }

    /// What to do.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::MissingLockTimeout => {
                "set lock_timeout to a few seconds before the statement, and try again when it is not obtained"
            }
            Self::RetryOverInvalidIndex => {
                "DROP INDEX CONCURRENTLY IF EXISTS first, then create the index without IF NOT EXISTS"
            }
            Self::UnbatchedRows => {
                "write the rows in batches of some thousands by ranges of the key, each in a transaction of its own"
            }
            Self::RowsWithDdl => {
                "commit the DDL statement first, and write the rows in transactions of their own"
            }
            Self::ConcurrentlyInTransaction => "run the statement outside a transaction block",
            Self::SeveralTablesInTransaction => "give each table a transaction of its own",
        }
    }
}
