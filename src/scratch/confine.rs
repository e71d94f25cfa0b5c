//! The outer wall of the cage, where the kernel has one: a scratch server that can start no program, reach no
//! network and no other server's socket, and see nothing of the file system but its installation and its own
//! directory.
//!
//! Both walls (seccomp and Landlock, Linux) hold for the thread that asks for them and for all that it
//! starts. Nothing depends on them: the role that builds may do none of this either.

use std::path::Path;
use std::process::{Child, Command};
use std::{io, thread};

/// Starts a server behind as many walls as there are; says which hold.
///
/// # Errors
/// If the program does not start.
pub(super) fn spawn(
    command: &mut Command,
    program: &Path,
    dir: &Path,
) -> io::Result<(Child, Vec<&'static str>)> {
    thread::scope(|scope| {
        // The thread ends with its restrictions.
        let work = scope.spawn(|| {
            let walls = walls::put_up(program, dir);
            let child = command.spawn()?;
            walls::limit(&child);
            Ok((child, walls))
        });
        work.join().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it failed")))
    })
}

#[cfg(target_os = "linux")]
mod walls {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Child;

    use landlock::{
        ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
        RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    };
    use nix::libc;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    /// Where libraries and the loader are.
    const LIBRARIES: &[&str] =
        &["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
    /// What a server reads beside its installation: time zones, locales, names of users.
    const READ: &[&str] = &["/usr/share", "/usr/local/share", "/etc", "/proc", "/sys", "/dev"];

    pub(super) fn put_up(program: &Path, dir: &Path) -> Vec<&'static str> {
        let mut walls = Vec::new();
        if files(program, dir).is_some() {
            walls.push("no programs and no foreign files (Landlock)");
        }
        if network().is_some() {
            walls.push("no network (seccomp)");
        }
        walls
    }

    /// The largest file that the server may write, and the largest space of addresses of each of its processes.
    const LIMITS: [(rlimit::Resource, u64); 2] =
        [(rlimit::Resource::FSIZE, 512 << 20), (rlimit::Resource::AS, 4 << 30)];

    /// Sets the limits of a server, which its sessions take over.
    pub(super) fn limit(server: &Child) {
        for (resource, limit) in LIMITS {
            let Ok(pid) = i32::try_from(server.id()) else { return };
            // Lower limits that hold already stay.
            let _ = rlimit::prlimit(pid, resource, Some((limit, limit)), None);
        }
    }

    /// Files: the installation and the system's libraries may be read, the server and the libraries run, the
    /// server's own directory written.
    fn files(program: &Path, dir: &Path) -> Option<()> {
        let abi = ABI::V3;
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let run = read | AccessFs::Execute;
        let program = fs::canonicalize(program).ok()?;
        let prefix = program.parent()?.parent()?.to_owned();
        let mut rules: Vec<(PathBuf, BitFlags<AccessFs>)> = vec![
            (program.clone(), AccessFs::ReadFile | AccessFs::Execute),
            (prefix.join("lib"), run),
            (prefix, read),
            (dir.to_owned(), AccessFs::from_all(abi) & !AccessFs::Execute),
            (PathBuf::from("/dev/null"), AccessFs::ReadFile | AccessFs::WriteFile),
        ];
        rules.extend(LIBRARIES.iter().map(|path| (PathBuf::from(path), run)));
        rules.extend(READ.iter().map(|path| (PathBuf::from(path), read)));
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))
            .ok()?
            .create()
            .ok()?;
        for (path, access) in rules {
            let Ok(opened) = PathFd::new(&path) else { continue };
            let access = if path.is_dir() { access } else { access & AccessFs::from_file(abi) };
            ruleset = ruleset.add_rule(PathBeneath::new(opened, access)).ok()?;
        }
        let status = ruleset.restrict_self().ok()?;
        (status.ruleset != RulesetStatus::NotEnforced).then_some(())
    }

    /// Network: a socket in the file system may be listened on, and nothing may be connected to. What would
    /// get round that is refused too: `io_uring`, looking into other processes.
    fn network() -> Option<()> {
        let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
        let unix = u64::try_from(libc::AF_UNIX).ok()?;
        let not_unix = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, unix);
        let other_sockets = SeccompRule::new(vec![not_unix.ok()?]).ok()?;
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        rules.insert(libc::SYS_socket, vec![other_sockets]);
        for call in [
            libc::SYS_connect,
            libc::SYS_io_uring_setup,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_bpf,
            libc::SYS_unshare,
            libc::SYS_mount,
            libc::SYS_keyctl,
        ] {
            rules.insert(call, Vec::new());
        }
        let refusal = SeccompAction::Errno(u32::try_from(libc::EPERM).ok()?);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, arch).ok()?;
        let program: BpfProgram = filter.try_into().ok()?;
        seccompiler::apply_filter(&program).ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod walls {
    use std::path::Path;
    use std::process::Child;

    pub(super) fn limit(_server: &Child) {}

    pub(super) fn put_up(_program: &Path, _dir: &Path) -> Vec<&'static str> {
        Vec::new()
    }
}
