use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use pgplumb::apply::{
    Allowed, ApplyError, JournalError, Options, Record, Said, Waits, apply, is_applied, is_target,
    preflight, time, verify,
};
use pgplumb::catalog::Catalog;
use pgplumb::connect::{ConnInfo, Connection};
use pgplumb::declare::Declaration;
use pgplumb::id::Id;
use pgplumb::oracle::Lazy;
use pgplumb::plan::Plan;
use pgplumb::render::{self, Circumstances};
use pgplumb::rollback;
use pgplumb::timings::Timings;

use super::config::{Config, Environment};
use super::interrupt;
use super::output::{Colours, Failure, Form, print, say, warn};
use super::plan::no_way_back;
use super::{Checked, Database, Declared, Exit, InUse, ScratchFrom, exit, sides, sign, write};
use super::{date, progress, revision, trust};

/// Makes the database as it is declared: by a saved plan, or by one that is shown first.
#[derive(Args, Debug)]
#[command(after_help = exit::help(exit::REFUSES))]
pub(crate) struct Apply {
    /// A plan saved as json: applied as written, or refused.
    plan: Option<PathBuf>,
    /// Refuse the plan unless PLAN.minisig is its signature with this public key of minisign: a file, or the key.
    #[arg(long, value_name = "PUBKEY", requires = "plan")]
    verify: Option<String>,
    #[command(flatten)]
    declared: Declared,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    scratch: ScratchFrom,
    #[command(flatten)]
    checked: Checked,
    #[command(flatten)]
    in_use: InUse,
    /// Take the database back to what it was before this saved plan, from wherever the plan has stopped.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["plan", "verify"])]
    rollback: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// A hazard that is accepted: data-loss, undeclared-drop, or all; with :GLOB only for the objects whose ids
    /// the glob matches. May be repeated, and may be a list with commas. `plumb explain HAZARD` says what it is.
    #[arg(long, value_name = "HAZARD[:GLOB]")]
    allow: Vec<String>,
    /// Show what would be done, and check the gates, without doing it.
    #[arg(long)]
    dry_run: bool,
    /// How long a statement waits for a lock for which others then wait (SHARE and stronger), and all statements behind
    /// it in its transaction together, before the transaction is rolled back and tried again [default: 2s].
    #[arg(long, value_name = "TIME")]
    lock_timeout: Option<String>,
    /// How long attempts that get no lock, and the pauses between them, may take in all; then the exit code is 4
    /// [default: 15min].
    #[arg(long, value_name = "TIME")]
    deadline: Option<String>,
    /// End a session that blocks a statement, if it has been idle in its transaction for longer than this.
    #[arg(long, value_name = "TIME")]
    terminate_blockers_after: Option<String>,
    /// Show the queries of the sessions that block a statement: they may have values of rows in them.
    #[arg(long)]
    show_queries: bool,
    /// Write what was done to this file: times, attempts, statements, how long tables were blocked; as markdown if it ends
    /// in .md, else as json.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Do not ask first whether rows of the database would make a statement fail. The questions are those of `plumb verify`;
    /// each reads a table.
    #[arg(long)]
    no_preflight: bool,
    /// Take a difference that no server could decide for a change.
    #[arg(long)]
    strict: bool,
}

/// The database that is applied to.
pub(super) struct Target {
    pub(super) connection: Connection,
    config: Config,
    environment: Environment,
    info: ConnInfo,
}

/// What is to be applied, and to which database.
struct Work {
    plan: Plan,
    target: Target,
    /// The objects of both sides, where the command line names objects.
    ids: BTreeSet<Id>,
    /// What the plan was made from, if it was made here.
    wanted: Option<Wanted>,
}

struct Wanted {
    declaration: Declaration,
    scratch: Lazy,
}

impl Apply {
    /// Does not ask, and writes a record; gives its path, which is `usual` if the command line names none.
    pub(crate) fn in_a_job(&mut self, usual: PathBuf) -> PathBuf {
        self.yes = true;
        self.report.get_or_insert(usual).clone()
    }

    pub(crate) async fn run(self, colours: Colours) -> Result<Exit, Failure> {
        let mut allowed = Allowed::default();
        for list in &self.allow {
            let list = Allowed::parse(list);
            allowed.add(list.map_err(|error| Failure::text(format!("--allow: {error}")))?);
        }
        let Work { plan, target, ids, wanted } = match (&self.plan, &self.rollback) {
            (Some(path), _) => self.saved(path, &allowed).await?,
            (None, Some(path)) => Box::pin(self.back(path, &allowed, colours)).await?,
            (None, None) => Box::pin(self.made(&allowed, colours)).await?,
        };
        let Target { connection, config, environment, info } = target;
        if plan.is_empty() {
            print(&format!("{}\n", render::summary(&plan)));
            return Ok(Exit::Done);
        }
        let saved = wanted.is_none();
        if saved && is_applied(&connection, &plan).await.map_err(failure)? {
            print(&format!("already applied: {}\n", render::summary(&plan)));
            return Ok(Exit::Done);
        }
        config.may_reveal(&plan)?;
        // Who is asked has to see what about.
        if saved && !self.dry_run && !self.yes && std::io::stdin().is_terminal() {
            print(&render::text(&plan, colours.style()));
        }
        allowed
            .check(plan.ids().chain(&ids))
            .map_err(|error| Failure::text(format!("--allow: {error}")))?;
        allowed.add(environment.allow.clone());
        let waits = self.waits(&environment)?;
        allowed.add(self.accepted(wanted.as_ref(), &plan));
        let allowed = allowed.on(&date::today());
        if self.dry_run {
            let gates = pgplumb::apply::refused(&plan, &allowed, &waits);
            print(&format!("{}\n", render::summary(&plan)));
            if !gates.is_empty() {
                return Err(Failure::refused(ApplyError::Gated(gates)));
            }
            preflight(&connection, &plan, !self.no_preflight).await.map_err(failure)?;
            return Ok(Exit::Done);
        }
        // What is refused anyway need not be asked about.
        let gated = !pgplumb::apply::refused(&plan, &allowed, &waits).is_empty();
        if !gated && !self.yes && !confirmed()? {
            say("nothing was changed");
            return Ok(Exit::Refused);
        }
        let secrets = |variable: &str| config.secret(variable);
        let said = Said {
            who: revision::who(),
            revision: revision::revision(&self.declared.dir),
            summary: render::summary(&plan),
            digest: render::digest_of(&plan),
        };
        let options = Options {
            allowed: &allowed,
            secrets: &secrets,
            stopped: &interrupt::requested,
            saved,
            waits,
            online_above: self.in_use.policy(&environment).above,
            asks: !self.no_preflight,
            journal: environment.journal.then_some(&said),
            beside: Some(&info),
        };
        let changing = interrupt::Changing::start();
        let mut record = Record::default();
        let mut hears = |event: pgplumb::apply::Event<'_>| {
            record.hear(&event);
            say(progress::text(&event));
        };
        let began = now(&connection).await;
        let done = apply(&connection, &plan, &options, &mut hears).await;
        drop(changing);
        say(render::last_line(&record));
        if let Some(path) = &self.report {
            let ended = now(&connection).await;
            let error = done.as_ref().err().map(ToString::to_string);
            let of = Circumstances {
                times: [&began, &ended],
                role: info.user(),
                error: error.as_deref(),
            };
            write_report(path, &plan, &record, of, &info)?;
        }
        match done {
            Ok(_) => {
                for notice in connection.take_notices() {
                    say(notice);
                }
                match wanted {
                    Some(wanted) => {
                        Box::pin(self.verify(&connection, &info, wanted, colours)).await?;
                    }
                    None => verify(&connection, &plan).await.map_err(failure)?,
                }
                print(&format!("applied: {}\n", render::summary(&plan)));
                Ok(Exit::Done)
            }
            Err(error) => Err(failure(error)),
        }
    }

    /// What the declaration accepts beside its objects. A saved plan does not say that itself, since its file may have been
    /// edited; the declaration is read again for it, if it is there.
    fn accepted(&self, wanted: Option<&Wanted>, plan: &Plan) -> Allowed {
        if trust::untrusted() || self.rollback.is_some() {
            return Allowed::default();
        }
        if let Some(wanted) = wanted {
            return Allowed::beside(&wanted.declaration);
        }
        // A table may have grown since the plan was made, so that more gates now than did then.
        let gates = plan.hazards().any(|(_, it)| it.name.gates() || it.name.takes_long());
        if !gates || !self.declared.dir.is_dir() {
            return Allowed::default();
        }
        match sides::declaration(&self.declared) {
            Ok((declaration, _)) => Allowed::beside(&declaration),
            Err(_) => {
                say("note: the declaration cannot be read, so that nothing counts that it accepts");
                Allowed::default()
            }
        }
    }

    /// Reads the database again: nothing may differ from what was declared.
    async fn verify(
        &self,
        connection: &Connection,
        info: &ConnInfo,
        wanted: Wanted,
        colours: Colours,
    ) -> Result<(), Failure> {
        let Wanted { declaration, mut scratch } = wanted;
        let current = sides::read_over(connection, info).await?;
        let left = sides::compared(
            current,
            declaration,
            &mut scratch,
            self.strict,
            &mut Timings::default(),
        )
        .await?;
        if left.is_empty() {
            return Ok(());
        }
        print(&render::text(&left, colours.style()));
        Err(Failure::text(
            "every statement was executed, and yet the database is not as it is declared: what is \
             left is printed above",
        ))
    }

    /// The way back from a saved plan.
    async fn back(
        &self,
        path: &Path,
        allowed: &Allowed,
        colours: Colours,
    ) -> Result<Work, Failure> {
        let plan = read(path, self.verify.as_deref())?;
        let target = target(&plan, &self.declared, &self.database).await?;
        is_target(&target.connection, &plan).await.map_err(failure)?;
        let policy = self.in_use.policy(&target.environment);
        let current = sides::read_marked(&target.connection, &target.info, policy).await?;
        let declaration = rollback::target(&plan, current.clone()).map_err(no_way_back)?;
        let mut work = self.towards(current, declaration, target, allowed).await?;
        rollback::explain(&mut work.plan, &plan);
        show(&work.plan, colours);
        Ok(work)
    }

    async fn saved(&self, path: &Path, allowed: &Allowed) -> Result<Work, Failure> {
        let plan = read(path, self.verify.as_deref())?;
        let target = target(&plan, &self.declared, &self.database).await?;
        // An object may be there that the plan leaves alone.
        let ids = match allowed.check(plan.ids()) {
            Ok(()) => BTreeSet::new(),
            Err(_) => {
                let there = sides::read_over(&target.connection, &target.info).await?;
                there.objects.into_keys().collect()
            }
        };
        Ok(Work { plan, target, ids, wanted: None })
    }

    async fn made(&self, allowed: &Allowed, colours: Colours) -> Result<Work, Failure> {
        let config = Config::find(self.declared.config.as_deref(), &self.declared.dir)?;
        let (info, environment) = sides::some_database(&self.database, &config)?;
        let reading = async {
            let connection = sides::open(&info).await?;
            let policy = self.in_use.policy(&environment);
            let current = sides::read_marked(&connection, &info, policy).await?;
            Ok((connection, current))
        };
        let (declaration, (connection, current)) =
            Box::pin(sides::declaration_beside(&self.declared, reading, &mut Timings::default()))
                .await?;
        warn(&declaration, colours);
        let target = Target { connection, config, environment, info };
        let work = self.towards(current, declaration, target, allowed).await?;
        show(&work.plan, colours);
        Ok(work)
    }

    /// The plan towards a declaration.
    async fn towards(
        &self,
        current: Catalog,
        declaration: Declaration,
        target: Target,
        allowed: &Allowed,
    ) -> Result<Work, Failure> {
        let objects = current.objects.keys().chain(declaration.catalog.objects.keys());
        let ids = objects.filter(|_| allowed.names_objects()).cloned().collect();
        let mut scratch = sides::scratch(&self.scratch, &target.config, Some(&self.database))?
            .checking(!self.checked.no_check);
        let again = declaration.clone();
        let plan = sides::compared(
            current,
            declaration,
            &mut scratch,
            self.strict,
            &mut Timings::default(),
        )
        .await?;
        let wanted = Some(Wanted { declaration: again, scratch });
        Ok(Work { plan, target, ids, wanted })
    }

    /// How long to wait, by the command line, then by the environment.
    fn waits(&self, environment: &Environment) -> Result<Waits, Failure> {
        let read = |option: &str, said: Option<&String>| match said {
            None => Ok(None),
            Some(text) => match time(text) {
                Ok(time) => Ok(Some(time)),
                Err(error) => Err(Failure::text(format!("{option}: {error}"))),
            },
        };
        let lock_timeout = self.lock_timeout.as_ref().or(environment.lock_timeout.as_ref());
        let deadline = self.deadline.as_ref().or(environment.deadline.as_ref());
        let after = self.terminate_blockers_after.as_ref();
        let usual = Waits::default();
        Ok(Waits {
            lock_timeout: read("lock_timeout", lock_timeout)?.unwrap_or(usual.lock_timeout),
            deadline: read("deadline", deadline)?.unwrap_or(usual.deadline),
            max_lock: read("max_lock", environment.max_lock.as_ref())?,
            statement_timeout: environment.statement_timeout.clone(),
            terminate_after: read("--terminate-blockers-after", after)?,
            show_queries: self.show_queries,
        })
    }
}

/// Reads a saved plan; `key`: the public key with which it has to be signed.
pub(super) fn read(path: &Path, key: Option<&str>) -> Result<Plan, Failure> {
    let text = pgplumb::source::limit::read_text(path)
        .map_err(|error| Failure::unreadable(path, &error))?;
    if let Some(key) = key {
        sign::verify(path, &text, key)?;
    }
    render::read_json(&text).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        if error.is_refusal() { Failure::refused(message) } else { Failure::text(message) }
    })
}

/// The database that a saved plan is for.
pub(super) async fn target(
    plan: &Plan,
    declared: &Declared,
    database: &Database,
) -> Result<Target, Failure> {
    let config = Config::find(declared.config.as_deref(), &declared.dir)?;
    let (mut info, environment) = sides::some_database(database, &config)?;
    if !plan.timezone.is_empty() {
        info = info.with_timezone(&plan.timezone);
    }
    let connection = sides::open(&info).await?;
    Ok(Target { connection, config, environment, info })
}

/// The time by the clock of the server, in its time zone; nothing where the connection is lost.
async fn now(connection: &Connection) -> String {
    let sql =
        "SELECT pg_catalog.to_char(pg_catalog.clock_timestamp(), 'YYYY-MM-DD HH24:MI:SS TZH:TZM')";
    let asked = connection.client.query_typed_one(sql, &[]).await;
    asked.map(|row| row.get(0)).unwrap_or_default()
}

fn write_report(
    path: &Path,
    plan: &Plan,
    record: &Record,
    of: Circumstances<'_>,
    info: &ConnInfo,
) -> Result<(), Failure> {
    let markdown = path.extension().is_some_and(|extension| extension == "md");
    let (form, text) = if markdown {
        (Form::Text, render::record_markdown(plan, record, of))
    } else {
        (Form::Json, render::record_json(plan, record, of))
    };
    write::deliver(path, form, &text, sides::readers(info))
}

/// Prints a plan that is made here.
fn show(plan: &Plan, colours: Colours) {
    for note in &plan.notes {
        say(format!("note: {note}"));
    }
    if !plan.is_empty() {
        print(&render::text(plan, colours.style()));
    }
}

/// What a person has to decide is refused.
pub(super) fn failure(error: ApplyError) -> Failure {
    match error {
        ApplyError::Gated(_)
        | ApplyError::Stale(_)
        | ApplyError::Secrets(_)
        | ApplyError::OtherDatabase { .. }
        | ApplyError::OtherServer { .. }
        | ApplyError::Forbidden(_)
        | ApplyError::InTheWay(_)
        | ApplyError::Harmful(_)
        | ApplyError::Understated(_)
        | ApplyError::Pooled { .. }
        | ApplyError::Journal(JournalError::Untrusted(_))
        | ApplyError::Unlike { .. } => Failure::refused(error),
        error => Failure::of(error),
    }
}

/// Asks on a terminal; without one nobody can say yes.
fn confirmed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::refused("no terminal to ask on; pass --yes to apply without asking"));
    }
    let mut err = std::io::stderr();
    let _ = write!(err, "apply this plan? [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Failure::text)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
