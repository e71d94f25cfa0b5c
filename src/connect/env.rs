//! The process environment as a value, so that connecting reads nothing behind its caller's back.
//!
//! It takes the environment as it is; which variable means what is known to `keyword`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Everything of the process environment that connecting may read.
#[derive(Clone, Default)]
pub struct Env {
    /// The environment variables, of which those that are not UTF-8 are left out.
    pub vars: BTreeMap<String, String>,
    /// The home directory, below which `.pgpass`, `.pg_service.conf` and `.postgresql` are.
    pub home: Option<PathBuf>,
    /// The operating-system user, the default for the database user.
    pub user: Option<String>,
}

impl Env {
    /// Reads the environment of this process; only a binary has reason to call it.
    ///
    /// The home directory is `HOME`, or else the one of the effective user; the user is the
    /// effective one, as in libpq.
    #[must_use]
    pub fn from_process() -> Env {
        let vars: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let account = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten();
        let home = vars.get("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Env {
            home: home.or_else(|| account.as_ref().map(|account| account.dir.clone())),
            user: account.map(|account| account.name),
            vars,
        }
    }

    /// The value of a variable that is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Env {
    // Values stay out: any of them may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("home", &self.home)
            .field("user", &self.user)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_never_shows_values_when_debugged() {
        let vars = BTreeMap::from([("PGPASSWORD".to_owned(), "hunter2".to_owned())]);
        let shown = format!("{:?}", Env { vars, home: None, user: None });
        assert!(shown.contains("PGPASSWORD") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn an_empty_variable_is_as_good_as_none() {
        let vars = BTreeMap::from([("PGHOST".to_owned(), String::new())]);
        assert_eq!(Env { vars, home: None, user: None }.get("PGHOST"), None);
    }
}
