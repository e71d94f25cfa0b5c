//! The process that takes a scratch away when plumb can no longer do so itself.
//!
//! It is a shell that reads a pipe whose other end only plumb holds. However plumb ends, `kill -9`
//! included, the kernel closes that end; the shell then stops the process it was last told of and removes
//! the directory. It stands in a process group of its own, where the terminal's Ctrl-C does not reach.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};

use super::ScratchError;
use super::place::Place;

/// `$1` is the directory. Each line of the pipe is the process group to stop, empty for none.
/// Its leader gets the signal: `initdb` ends with the step it is at, while a bootstrapping server that is
/// killed leaves its shared memory behind.
///
/// A group is written `kill -KILL -123`: dash, bash and BusyBox agree on no other form.
/// SIGQUIT is PostgreSQL's immediate shutdown (manual, "Shutting Down the Server"): nothing in the
/// directory is worth a checkpoint, and the postmaster still releases its shared memory.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
group=
while read -r line; do group=$line; done
[ -d "$1" ] || exit 0
if [ -n "$group" ]; then
    kill -QUIT "$group"
    tries=0
    while kill -0 "-$group" && [ "$tries" -lt 60 ]; do
        sleep 0.1 || sleep 1
        tries=$((tries + 1))
    done
    kill -KILL "-$group"
fi
rm -rf -- "$1"
[ -d "$1" ] && sleep 1 && rm -rf -- "$1"
"#;

/// A running watcher; dropping it closes the pipe and so sets it to work.
#[derive(Debug)]
pub(super) struct Watcher {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watcher {
    /// Starts a watcher over `place`.
    pub(super) fn start(place: &Place) -> Result<Self, ScratchError> {
        let shell = Path::new("/bin/sh");
        let mut shell = place
            .command(shell)
            .args(["-c", SCRIPT, "plumb-scratch"])
            .arg(&place.dir)
            .current_dir("/")
            .stdin(Stdio::piped())
            // Whoever reads plumb's output must not wait for the watcher to end.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| ScratchError::Run { program: shell.to_owned(), source })?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// Tells it which process group to stop from now on.
    pub(super) fn follow(&mut self, group: Option<u32>) -> io::Result<()> {
        let line = group.map_or_else(|| "\n".to_owned(), |group| format!("{group}\n"));
        self.pipe.as_mut().map_or(Ok(()), |pipe| pipe.write_all(line.as_bytes()))
    }

    /// Sends it away, its work done by others.
    pub(super) fn dismiss(mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::time::{Duration, Instant};

    use super::super::place::Account;
    use super::*;

    fn place() -> Place {
        Place::make(&["/tmp".into()], Account::find().unwrap()).unwrap()
    }

    fn gone_soon(place: &Place) -> bool {
        let patience = Instant::now() + Duration::from_secs(10);
        while place.dir.exists() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        !place.dir.exists()
    }

    #[test]
    fn when_the_pipe_closes_the_process_is_stopped_and_the_directory_removed() {
        let place = place();
        let mut watcher = Watcher::start(&place).unwrap();
        let mut first = place.command(Path::new("sleep")).arg("60").spawn().unwrap();
        watcher.follow(Some(first.id())).unwrap();
        watcher.follow(None).unwrap();
        let mut second = place.command(Path::new("sleep")).arg("60").spawn().unwrap();
        watcher.follow(Some(second.id())).unwrap();
        assert!(place.dir.exists());

        drop(watcher);
        // Started with SIGQUIT ignored, as jobs of a script are, it hears of SIGKILL only.
        assert!(matches!(second.wait().unwrap().signal(), Some(3 | 9)));
        assert!(gone_soon(&place));
        assert!(first.try_wait().unwrap().is_none(), "it was told to let go of this one");
        first.kill().unwrap();
        first.wait().unwrap();
    }

    #[test]
    fn a_watcher_that_is_dismissed_touches_nothing() {
        let place = place();
        Watcher::start(&place).unwrap().dismiss();
        assert!(place.dir.exists());
        std::fs::remove_dir_all(&place.dir).unwrap();
    }
}
