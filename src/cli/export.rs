use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;
use pgplumb::catalog::Catalog;
use pgplumb::export::{MARK, Options, Partitions, export};
use pgplumb::id::Id;
use pgplumb::shown::counted;
use pgplumb::source::Root;

use super::config::Config;
use super::output::{Colours, Failure, print, say};
use super::write::{Readers, failed, write};
use super::{Database, Exit, exit, sides};

/// Writes the declaration of a live database.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Export {
    #[command(flatten)]
    database: Database,
    /// The directory to write to; it is made, and must be empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace what an earlier export wrote there.
    #[arg(long)]
    force: bool,
    /// Leave owners out.
    #[arg(long)]
    no_owner: bool,
    /// Leave privileges out.
    #[arg(long)]
    no_privileges: bool,
    /// Write the roles of the cluster too, without passwords; they are managed from then on.
    #[arg(long)]
    roles: bool,
    /// Leave partitions out, and do not answer for them: a job makes them.
    #[arg(long)]
    no_partitions: bool,
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Export {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let config = Config::find(self.config.as_deref(), &self.out)?;
        let (info, _) = sides::some_database(&self.database, &config)?;
        let catalog = sides::read(&info).await?;
        sides::is_readable(&catalog)?;
        let options = Options {
            owners: !self.no_owner,
            privileges: !self.no_privileges,
            roles: self.roles,
            partitions: if self.no_partitions { Partitions::LeftOut } else { Partitions::Written },
        };
        let files = write_out(&catalog, options, &self.out, self.force, sides::readers(&info))?;
        let written = |id: &&Id| self.roles || !id.kind.def().cluster_wide;
        let count = catalog.objects.keys().filter(written).count();
        print(&format!("{} in {}\n", counted(count, "object"), counted(files, "file")));
        for object in &catalog.unmodelled {
            say(format!("not modelled: {} {}", object.kind, object.identity));
        }
        Ok(Exit::Done)
    }
}

/// Writes the files of an export; says how many.
pub(crate) fn write_out(
    catalog: &Catalog,
    options: Options,
    dir: &Path,
    force: bool,
    readers: Readers,
) -> Result<usize, Failure> {
    fs::create_dir_all(dir).map_err(|error| failed(dir, &error))?;
    let root = Root::new(dir).map_err(|error| failed(dir, &error))?;
    let there = files_below(dir).map_err(|error| failed(dir, &error))?;
    if !there.is_empty() && !force {
        return Err(Failure::text(format!(
            "{} is not empty; with --force what an earlier export wrote there is replaced",
            dir.display()
        )));
    }
    let files = export(catalog, options);
    // Neither a link nor what it leads to was written by an export.
    let ours = |path: &Path| {
        root.read(path).is_ok_and(|text| text.starts_with(MARK.as_bytes())) && !path.is_symlink()
    };
    for (name, _) in &files {
        let path = dir.join(name);
        if path.symlink_metadata().is_ok() && !ours(&path) {
            return Err(Failure::text(format!(
                "{} was not written by an export and would be overwritten; move it away",
                path.display()
            )));
        }
    }
    for path in there.iter().filter(|path| ours(path)) {
        fs::remove_file(path).map_err(|error| failed(path, &error))?;
    }
    for (name, text) in &files {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
            if root.find(parent).is_err() {
                return Err(Failure::text(format!(
                    "{} leads out of {}; move it away",
                    parent.display(),
                    dir.display()
                )));
            }
        }
        write(&path, text, readers)?;
    }
    Ok(files.len())
}

/// The files below a directory; no link is followed.
fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
