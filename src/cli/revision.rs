//! Who applies, and which revision of the declaration: for the journal.

use std::fs;
use std::path::Path;

/// Where CI services say which commit they work on.
const VARIABLES: &[&str] =
    &["PLUMB_REVISION", "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "CIRCLE_SHA1"];

/// The commit that a directory is a checkout of: what the CI service says, else what Git has checked out.
pub(crate) fn revision(dir: &Path) -> Option<String> {
    let said = VARIABLES.iter().find_map(|name| std::env::var(name).ok());
    said.or_else(|| checked_out(&fs::canonicalize(dir).ok()?)).filter(|text| is_commit(text))
}

/// The user of this machine, and its name.
pub(crate) fn who() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let user = ["PLUMB_USER", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER", "USER", "LOGNAME"];
    let user = user.iter().find_map(|name| variable(name)).unwrap_or_else(|| "unknown".to_owned());
    let host = fs::read_to_string("/etc/hostname").ok().or_else(|| variable("HOSTNAME"));
    let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty());
    host.map_or_else(|| user.clone(), |host| format!("{user}@{host}"))
}

/// The commit by the files of Git (gitrepository-layout(5)), which need no program to be read.
fn checked_out(dir: &Path) -> Option<String> {
    let git = dir.ancestors().map(|dir| dir.join(".git")).find(|git| git.exists())?;
    let git = match fs::read_to_string(&git) {
        // A worktree or a submodule.
        Ok(text) => git.parent()?.join(text.strip_prefix("gitdir:")?.trim()),
        Err(_) => git,
    };
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(reference) = head.trim().strip_prefix("ref:") else {
        return Some(head.trim().to_owned());
    };
    let reference = reference.trim();
    let common = fs::read_to_string(git.join("commondir")).map(|text| git.join(text.trim()));
    [Some(git.clone()), common.ok()].into_iter().flatten().find_map(|git| {
        let loose = fs::read_to_string(git.join(reference)).map(|text| text.trim().to_owned());
        loose.ok().or_else(|| {
            let packed = fs::read_to_string(git.join("packed-refs")).ok()?;
            let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
            lines.find(|(_, name)| *name == reference).map(|(commit, _)| commit.to_owned())
        })
    })
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 7..=64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_is_found_loose_packed_and_detached() {
        let dir = std::env::temp_dir().join(format!("plumb-revision-{}", std::process::id()));
        let git = dir.join(".git");
        fs::create_dir_all(git.join("refs/heads")).unwrap();
        fs::create_dir_all(dir.join("db/schema")).unwrap();
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(git.join("packed-refs"), format!("# pack-refs\n{one} refs/heads/main\n"))
            .unwrap();
        assert_eq!(checked_out(&dir.join("db/schema")), Some(one));
        fs::write(git.join("refs/heads/main"), format!("{two}\n")).unwrap();
        assert_eq!(checked_out(&dir.join("db")), Some(two));
        fs::write(git.join("HEAD"), "abcdef1\n").unwrap();
        assert_eq!(checked_out(&dir), Some("abcdef1".to_owned()));
        fs::remove_dir_all(&dir).unwrap();
        assert!(!is_commit("main") && is_commit("abcdef1"));
    }
}
