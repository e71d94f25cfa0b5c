use clap::Args;
use pgplumb::export::Options;

use super::config::Config;
use super::output::{Colours, Failure, print};
use super::write::{Readers, write};
use super::{Database, Declared, Exit, exit, export, sides};

/// Writes plumb.toml and a first declaration: of the database, if one is named.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::CONNECTS))]
pub(crate) struct Init {
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
}

const CONFIG: &str = r#"# The environments that plumb knows. The URL stands in a variable, so that no secret is in a file.
[env.production]
url_env      = "DATABASE_URL"
lock_timeout = "2s"    # how long others may wait behind a statement that waits for its lock
deadline     = "15min" # how long such statements are tried again
"#;

const STARTER: &str = r#"# A first table. The key is the name; the value is the SQL that would follow it.
[table.note]
comment = "What somebody wanted to remember."

[table.note.column]
id         = "bigint generated always as identity primary key"
body       = "text not null"
created_at = "timestamptz not null default now()"

[table.note.index]
note_created_at_idx = "(created_at)"
"#;

/// What the exported `[manage]` means for the next plan.
const UNDECLARED: &str = "manage.toml says undeclared = \"drop\": a plan drops what the files do not declare. \
    With undeclared = \"report\" it is listed and left alone.\n";

impl Init {
    pub(crate) async fn run(self, _colours: Colours) -> Result<Exit, Failure> {
        let dir = &self.declared.dir;
        let config = match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.join("plumb.toml"),
            _ => "plumb.toml".into(),
        };
        if config.symlink_metadata().is_ok() {
            return Err(Failure::text(format!("{} is there already", config.display())));
        }
        let (info, _) = sides::database(&self.database, &Config::default())?;
        match info {
            Some(info) => {
                let catalog = sides::read(&info).await?;
                sides::is_readable(&catalog)?;
                let options = Options::default();
                export::write_out(&catalog, options, dir, false, sides::readers(&info))?;
                print(UNDECLARED);
            }
            None => {
                std::fs::create_dir_all(dir).map_err(|error| {
                    Failure::text(format!("{} could not be made: {error}", dir.display()))
                })?;
                let starter = dir.join("note.toml");
                if starter.symlink_metadata().is_ok() {
                    return Err(Failure::text(format!("{} is there already", starter.display())));
                }
                write(&starter, STARTER, Readers::Usual)?;
            }
        }
        write(&config, CONFIG, Readers::Usual)?;
        print(&format!("wrote {} and {}; now: plumb plan\n", config.display(), dir.display()));
        Ok(Exit::Done)
    }
}
