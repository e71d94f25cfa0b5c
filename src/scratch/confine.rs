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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::PathBuf;
    use std::process::Stdio;

    use super::*;

    /// The variable that names the directory to the test that runs behind the walls.
    const INSIDE: &str = "PLUMB_TEST_CONFINED";

    /// What a server that obeys an attacker would try, and what the kernel said, a line each.
    #[test]
    fn confined() {
        let Some(dir) = std::env::var_os(INSIDE).map(PathBuf::from) else { return };
        let own = dir.join("own");
        let said = |what: &str, result: io::Result<()>| match result {
            Ok(()) => println!("\n{what}=done"),
            Err(error) => println!("\n{what}={}", error.raw_os_error().unwrap_or(-1)),
        };
        said("own file", fs::File::create(own.join("f")).and_then(|mut file| file.write_all(b"x")));
        said("read", fs::read(dir.join("secret")).map(drop));
        said("write", fs::write(dir.join("other"), "x"));
        said("overwrite", fs::write(dir.join("secret"), "x"));
        said("remove", fs::remove_file(dir.join("secret")));
        said("move", fs::rename(own.join("f"), dir.join("moved")));
        said("link", fs::hard_link(dir.join("secret"), own.join("linked")));
        said("list", fs::read_dir(&dir).map(drop));
        for (what, program) in [("run", "/bin/true"), ("shell", "/bin/sh"), ("run own", "own/run")]
        {
            let status = Command::new(dir.join(program)).stdin(Stdio::null()).status();
            said(what, status.map(drop));
        }
        said("unix", UnixStream::connect(dir.join("socket")).map(drop));
        said("listen", UnixListener::bind(own.join("socket")).map(drop));
        let port = fs::read_to_string(own.join("port")).unwrap_or_default();
        said("tcp", TcpStream::connect(format!("127.0.0.1:{port}")).map(drop));
        said("udp", UdpSocket::bind("127.0.0.1:0").map(drop));
    }

    #[test]
    fn a_server_behind_the_walls_runs_reads_and_reaches_nothing() {
        let dir = nix::unistd::mkdtemp(&std::env::temp_dir().join("plumb-walls-XXXXXX")).unwrap();
        let own = dir.join("own");
        fs::create_dir(&own).unwrap();
        fs::write(dir.join("secret"), "hunter2").unwrap();
        fs::copy("/bin/true", own.join("run")).unwrap();
        let _socket = UnixListener::bind(dir.join("socket")).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        fs::write(own.join("port"), tcp.local_addr().unwrap().port().to_string()).unwrap();

        let program = std::env::current_exe().unwrap();
        let mut command = Command::new(&program);
        command.args(["--exact", "scratch::confine::tests::confined", "--nocapture"]);
        command.env(INSIDE, &dir).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (child, walls) = spawn(&mut command, &program, &own).unwrap();
        let (mut soft, mut hard) = (0, 0);
        let pid = i32::try_from(child.id()).unwrap();
        let largest = Some((&mut soft, &mut hard));
        rlimit::prlimit(pid, rlimit::Resource::FSIZE, None, largest).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let kept = fs::read_to_string(dir.join("secret")).unwrap();
        let other = dir.join("other").exists() || dir.join("moved").exists();
        fs::remove_dir_all(&dir).unwrap();

        let of = |what: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("nothing of {what}: {said} {output:?}")).to_owned()
        };
        let refused = |what: &str, wall: &str, numbers: &[i32]| {
            if walls.iter().any(|there| there.contains(wall)) {
                let found = of(what).parse::<i32>().unwrap_or_default();
                assert!(numbers.contains(&found), "{what}: {said}");
            } else {
                println!("skipped: the kernel has no {wall}, which refuses `{what}`");
            }
        };
        let (may_not, no_access) = (nix::libc::EPERM, nix::libc::EACCES);
        for what in [
            "read",
            "write",
            "overwrite",
            "remove",
            "move",
            "link",
            "list",
            "run",
            "shell",
            "run own",
        ] {
            refused(what, "Landlock", &[no_access, nix::libc::EXDEV]);
        }
        for what in ["unix", "tcp", "udp"] {
            refused(what, "seccomp", &[may_not]);
        }
        // What a server does remains possible.
        assert_eq!((of("own file"), of("listen")), ("done".to_owned(), "done".to_owned()));
        assert!(kept == "hunter2" || walls.is_empty());
        assert!(!other || walls.is_empty());
        assert!(soft <= hard && hard <= 512 << 20, "{hard}");
    }
}
