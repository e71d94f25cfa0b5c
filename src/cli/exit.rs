//! The exit codes: an interface for CI, cron and job schedulers. This table is the one place where they are
//! decided; `--help` prints it, and the README repeats it.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Done, or there is nothing to do.
    Done,
    /// An error, or plumb cannot tell: an unproved difference and nothing else.
    Error,
    /// Changes or drift, where the command reports them by its exit code.
    Difference,
    /// Refused: a person must decide.
    Refused,
    /// Not now: the same command may succeed later.
    Later,
    /// Ended by SIGINT.
    Interrupted,
    /// Ended by SIGTERM.
    Terminated,
}

impl Exit {
    /// Every exit, in the order of the codes.
    pub(crate) const ALL: [Self; 7] = [
        Self::Done,
        Self::Error,
        Self::Difference,
        Self::Refused,
        Self::Later,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Difference => 2,
            Self::Refused => 3,
            Self::Later => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What the code says, in a line.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or nothing to do",
            Self::Error => "an error, or cannot tell (an unproved difference, and nothing else)",
            Self::Difference => "changes or drift: drift; plan and diff with --exit-code",
            Self::Refused => {
                "refused, a person must decide: a hazard that is not allowed, a stale or edited plan, a right \
                 that the role lacks, a standby, no terminal and no --yes, a declaration that can be built but not reached from here"
            }
            Self::Later => {
                "not now, try again later: a lock was not obtained, a deadlock, another plumb is applying, the \
                 server is unreachable or starting, too many connections, the catalog changes while it is read"
            }
            Self::Interrupted => "ended by SIGINT (Ctrl-C)",
            Self::Terminated => "ended by SIGTERM",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// The exits of a command that reads files only.
pub(crate) const OFFLINE: &[Exit] = &[Exit::Done, Exit::Error, Exit::Interrupted, Exit::Terminated];
/// The exits of a command that connects to a server.
pub(crate) const CONNECTS: &[Exit] =
    &[Exit::Done, Exit::Error, Exit::Later, Exit::Interrupted, Exit::Terminated];
/// The exits of a command that compares two sides and plans the way.
pub(crate) const PLANS: &[Exit] = &Exit::ALL;
/// The exits of `drift`, for which no plan has to exist.
pub(crate) const DRIFT: &[Exit] =
    &[Exit::Done, Exit::Error, Exit::Difference, Exit::Later, Exit::Interrupted, Exit::Terminated];
/// The exits of a command that plans and does not report changes by its exit code.
pub(crate) const REFUSES: &[Exit] =
    &[Exit::Done, Exit::Error, Exit::Refused, Exit::Later, Exit::Interrupted, Exit::Terminated];

/// The table for `--help`.
pub(crate) fn help(exits: &[Exit]) -> String {
    let line = |exit: &Exit| format!("  {:>3}  {}\n", exit.code(), exit.meaning());
    format!("Exit codes:\n{}", exits.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_table_of_exit_codes() {
        let readme = include_str!("../../README.md");
        for exit in Exit::ALL {
            let line = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(readme.contains(&line), "the README lacks: {line}");
        }
    }
}
