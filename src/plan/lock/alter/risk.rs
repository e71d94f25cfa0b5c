//! What the form of a subcommand of ALTER TABLE makes certain, beside its locks.

use pg_query::protobuf::{AlterTableType as Do, ConstrType, ObjectType};

use super::{Command, STRICT, constraints, is_key, options};
use crate::hazard::Hazard;
use crate::plan::lock::statement::row_security;
use crate::plan::lock::there::flag;
use crate::sql::tree::choice;

/// What lets readers and writers go on.
pub(in crate::plan::lock) const LATER: &str = "; with --online always they go on";

impl Command<'_, '_, '_> {
    /// The hazards that the form makes certain.
    pub(super) fn hazards(&mut self) {
        let relation = self.there.text(self.at);
        match self.what {
            Do::AtAddConstraint | Do::AtAddColumn => self.reads(&relation),
            Do::AtSetNotNull if !self.there.is_proven(self.at, self.column()) => {
                let message = format!(
                    "{relation} is read while its reads and writes wait, unless a valid CHECK \
                     proves that {} is not null{LATER}",
                    self.column()
                );
                self.taken.hazard(Hazard::ScanExclusive, message);
            }
            Do::AtValidateConstraint if self.there.is_fresh(self.at, self.column()) => {
                let message = format!(
                    "{} is validated under the lock that adding it as NOT VALID took",
                    self.column()
                );
                self.taken.hazard(Hazard::NotValidAndValidateTogether, message);
            }
            Do::AtEnableRowSecurity
            | Do::AtDisableRowSecurity
            | Do::AtForceRowSecurity
            | Do::AtNoForceRowSecurity => row_security(self.at, self.there, self.taken),
            Do::AtReplicaIdentity => {
                let message = format!("what logical replication sends of {relation} changes");
                self.taken.hazard(Hazard::ReplicaIdentity, message);
            }
            Do::AtSetRelOptions | Do::AtResetRelOptions => {
                let mut names = options(self.command);
                if self.kind == Some(ObjectType::ObjectIndex) {
                    if names.any(|name| STRICT.contains(&name)) {
                        let message = format!("whoever reads the table of {relation} waits");
                        self.taken.hazard(Hazard::GinBrinStorageParameter, message);
                    }
                } else if names.any(|name| name == "security_invoker") {
                    let message = format!("whose rights {relation} reads its tables with changes");
                    self.taken.hazard(Hazard::PrivilegeChange, message);
                }
            }
            _ => {}
        }
    }

    /// Says which new constraints have the rows read.
    fn reads(&mut self, relation: &str) {
        for constraint in constraints(self.command) {
            if flag(constraint, "skip_validation") {
                continue;
            }
            let kind = choice(constraint, "contype");
            match kind {
                Some(ConstrType::ConstrForeign) if self.what == Do::AtAddConstraint => {
                    let target = self.there.relation(constraint.get("pktable"));
                    let both = target.filter(|target| *target != self.at);
                    let both =
                        both.map_or(String::new(), |at| format!(" and {}", self.there.text(at)));
                    // Up to 17 a partitioned table refuses NOT VALID.
                    let refused = self.there.is_partitioned(self.at) && self.there.major() < 18;
                    let way = if refused { "" } else { LATER };
                    let message = format!(
                        "writes to {relation}{both} wait while every row is looked up{way}"
                    );
                    self.taken.hazard(Hazard::ScanBlocksWrites, message);
                }
                Some(ConstrType::ConstrCheck) => {
                    let message =
                        format!("{relation} is read while its reads and writes wait{LATER}");
                    self.taken.hazard(Hazard::ScanExclusive, message);
                }
                // NOT NULL of a new column is that of its default.
                Some(ConstrType::ConstrNotnull) if self.what == Do::AtAddConstraint => {
                    let message = format!("{relation} is read while its reads and writes wait");
                    self.taken.hazard(Hazard::ScanExclusive, message);
                }
                kind if is_key(kind) && !constraint.contains_key("indexname") => {
                    if self.there.is_partitioned(self.at) && !self.down {
                        continue;
                    }
                    let refused = kind == Some(ConstrType::ConstrExclusion)
                        || self.there.is_partitioned(self.at);
                    let way = if refused { "" } else { LATER };
                    let message = format!(
                        "reads and writes of {relation} wait until the index is built{way}"
                    );
                    self.taken.hazard(Hazard::ScanExclusive, message);
                }
                _ => {}
            }
        }
    }
}
