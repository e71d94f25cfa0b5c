//! Which hazards are accepted: `--allow`, `allow` in `plumb.toml`, and beside the objects in the declaration.

use std::ops::Range;
use std::str::FromStr;

use crate::accept::{Acceptance, is_over};
use crate::declare::{self, Accepted, Declaration};
use crate::hazard::{Hazard, UnknownHazard, nearest};
use crate::id::Id;
use crate::manage::matches_glob;
use crate::shown;
use crate::source::Source;
use crate::suggest::suggest;

/// The word for every hazard.
const ALL: &str = "all";

/// What is allowed: `data-loss`, `data-loss:table:public.old_*`, `all`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Allowed {
    items: Vec<Item>,
    /// Today, as `YYYY-MM-DD`; empty: not known.
    today: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Item {
    /// None: every hazard.
    hazard: Option<Hazard>,
    /// Which objects.
    of: Of,
    /// The last day on which it counts, as `YYYY-MM-DD`; none: always.
    until: Option<String>,
    /// File and line, if it is written in one.
    at: Option<String>,
}

/// The objects of which a hazard is accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Of {
    All,
    /// Those whose ids match.
    Glob(String),
    /// Those that it is declared beside.
    Beside(declare::Of),
}

/// What a hazard threatens.
#[derive(Clone, Copy)]
pub(super) struct Threat<'a> {
    /// The object.
    pub(super) object: Option<&'a Id>,
    /// Whether it is dropped.
    pub(super) dropped: bool,
}

impl Of {
    fn covers(&self, threat: Threat<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Glob(glob) => matches_glob(glob, &text(threat.object)),
            Self::Beside(of) => threat.object.is_some_and(|id| of.covers(id, threat.dropped)),
        }
    }

    fn glob(&self) -> Option<&str> {
        if let Self::Glob(glob) = self { Some(glob) } else { None }
    }
}

/// A name in a list that is no hazard's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{unknown}")]
pub struct BadAllow {
    /// The name.
    pub unknown: UnknownHazard,
    /// Where it stands in the list.
    pub at: Range<usize>,
}

/// A glob that matches no object.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{glob}` matches no object of the database or the declaration; {help}")]
pub struct NoMatch {
    /// The glob.
    pub glob: String,
    /// The nearest id, or how ids look.
    pub help: String,
}

impl Allowed {
    /// Reads a list. A comma inside of parentheses or double quotes belongs to an id.
    ///
    /// # Errors
    /// The first hazard that is unknown.
    pub fn parse(text: &str) -> Result<Self, BadAllow> {
        let mut items = Vec::new();
        for range in split(text) {
            let item = &text[range.clone()];
            let trimmed = item.trim_ascii();
            if trimmed.is_empty() {
                continue;
            }
            let (name, glob) = match trimmed.split_once(':') {
                Some((name, glob)) => (name, Some(glob.to_owned())),
                None => (trimmed, None),
            };
            let hazard = if name == ALL {
                None
            } else {
                let start = range.start + (item.len() - item.trim_ascii_start().len());
                let at = start..start + name.len();
                Some(name.parse().map_err(|unknown| BadAllow { unknown, at })?)
            };
            let of = glob.map_or(Of::All, Of::Glob);
            items.push(Item { hazard, of, until: None, at: None });
        }
        Ok(Self::of_items(items))
    }

    fn of_items(items: Vec<Item>) -> Self {
        Self { items, today: String::new() }
    }

    /// Adds more.
    pub fn add(&mut self, more: Self) {
        self.items.extend(more.items);
    }

    /// The same on a day, written as `YYYY-MM-DD`. As long as none is given, what counts until a day does not count.
    #[must_use]
    pub fn on(self, today: &str) -> Self {
        Self { today: today.to_owned(), ..self }
    }

    /// What a declaration accepts beside its objects: of an object and what lives in it, also under its former name, and
    /// in `[manage]` of what is dropped.
    #[must_use]
    pub fn beside(declaration: &Declaration) -> Self {
        let item = |accepted: Accepted| {
            let Accepted { hazard, of, until, at, .. } = accepted;
            Item { hazard: Some(hazard), of: Of::Beside(of), until, at: Some(at) }
        };
        let items = declaration.acceptances().into_iter().map(item).collect();
        Self::of_items(items)
    }

    /// An entry of a configuration, in the file `file`: of the objects that the glob matches, or of all.
    #[must_use]
    pub fn entry(acceptance: &Acceptance, glob: Option<String>, file: &Source) -> Self {
        let at = format!("{}:{}", file.name, file.line_column(&acceptance.origin).0);
        Self::of_items(vec![Item {
            hazard: Some(acceptance.hazard),
            of: glob.map_or(Of::All, Of::Glob),
            until: acceptance.until.clone(),
            at: Some(at),
        }])
    }

    /// Whether a hazard is accepted.
    pub(super) fn allows(&self, hazard: Hazard, threat: Threat<'_>) -> bool {
        self.of(hazard, threat).any(|item| match item.until.as_deref() {
            until @ Some(_) => !self.today.is_empty() && !is_over(until, &self.today),
            None => true,
        })
    }

    /// The acceptance of a hazard that counts no more: where it is written, and its last day.
    pub(super) fn ended<'a>(
        &'a self,
        hazard: Hazard,
        threat: Threat<'a>,
    ) -> Option<(&'a str, &'a str)> {
        let mut ended = self.of(hazard, threat);
        ended.find_map(|item| Some((item.at.as_deref()?, item.until.as_deref()?)))
    }

    fn of<'a>(&'a self, hazard: Hazard, threat: Threat<'a>) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| {
            item.hazard.is_none_or(|allowed| allowed == hazard) && item.of.covers(threat)
        })
    }

    /// Whether some objects are named.
    #[must_use]
    pub fn names_objects(&self) -> bool {
        self.items.iter().any(|item| item.of.glob().is_some())
    }

    /// Checks that each glob matches one of these objects.
    ///
    /// # Errors
    /// The first glob that matches none.
    pub fn check<'a>(&self, ids: impl Iterator<Item = &'a Id>) -> Result<(), NoMatch> {
        if !self.names_objects() {
            return Ok(());
        }
        let ids: Vec<String> = ids.map(Id::to_string).collect();
        let ids = ids.iter().map(String::as_str);
        let globs = self.items.iter().filter_map(|item| item.of.glob());
        for glob in globs {
            if !ids.clone().any(|id| matches_glob(glob, id)) {
                return Err(NoMatch { glob: glob.to_owned(), help: help(glob, ids) });
            }
        }
        Ok(())
    }
}

impl FromStr for Allowed {
    type Err = BadAllow;

    fn from_str(text: &str) -> Result<Self, BadAllow> {
        Self::parse(text)
    }
}

/// The nearest id. One that lacks its kind is near to the one that has it.
fn help<'a>(glob: &str, ids: impl Iterator<Item = &'a str> + Clone) -> String {
    let without_kind = |id: &&'a str| id.split_once(':').is_some_and(|(_, path)| path == glob);
    match ids
        .clone()
        .find(without_kind)
        .or_else(|| suggest(glob, ids.clone()))
        .or_else(|| nearest(glob, ids))
    {
        Some(near) => format!("did you mean `{near}`?"),
        None => "an id is kind:schema.name, for example table:public.client".to_owned(),
    }
}

/// What a glob is matched against.
fn text(object: Option<&Id>) -> String {
    object.map(Id::to_string).unwrap_or_default()
}

/// The items of a list, by the commas outside of parentheses and double quotes.
fn split(text: &str) -> Vec<Range<usize>> {
    let (mut items, mut start) = (Vec::new(), 0);
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                items.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(start..text.len());
    items
}

/// The option that allows a hazard for one object, to be pasted into a POSIX shell.
///
/// A character that is shown as an escape, or that would end an item of the list, stands there as `?`, which is any
/// character.
pub(super) fn flag(hazard: Hazard, object: Option<&Id>) -> String {
    let object = text(object);
    if object.is_empty() {
        return format!("--allow {hazard}");
    }
    let command = shown::has_command(&object);
    let hidden = |c: char| shown::deceives(c) || c == '\t' || (command && matches!(c, '#' | ':'));
    let mut glob: String = object.chars().map(|c| if hidden(c) { '?' } else { c }).collect();
    if split(&glob).len() > 1 {
        glob = glob.replace(',', "?");
    }
    if glob.trim_ascii() != glob {
        glob = glob.replace(' ', "?");
    }
    format!("--allow {}", shell_word(&format!("{hazard}:{glob}")))
}

/// A word of a POSIX shell, in single quotes (POSIX.1, Shell Command Language, 2.2.2).
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The object of that id; none of an empty text.
    fn id(text: &str) -> Option<Id> {
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(|error| panic!("{error}")))
    }

    fn allows(allowed: &Allowed, hazard: Hazard, object: Option<&Id>) -> bool {
        allowed.allows(hazard, Threat { object, dropped: false })
    }

    #[test]
    fn what_is_accepted_beside_an_object_is_of_it_and_its_parts_until_its_day() {
        let toml = "[manage]\nallow = [{ hazard = 'undeclared-drop', reason = 'spring cleaning' }]\n\
                    [table.t]\nrenamed_from = 'former'\n\
                    allow = [{ hazard = 'rewrite-table', reason = '12 rows', until = '2027-01-31' }]\n\
                    [table.t.column]\na = 'int'\n";
        let declared = crate::declare::text(toml).unwrap();
        let allowed = Allowed::beside(&declared);
        let at = |day: &str, hazard: Hazard, of: &str, dropped: bool| {
            let object = id(of);
            allowed.clone().on(day).allows(hazard, Threat { object: object.as_ref(), dropped })
        };
        for of in ["table:public.t", "column:public.t.a", "column:public.former.b"] {
            assert!(at("2027-01-31", Hazard::RewriteTable, of, false), "{of}");
            assert!(!at("2027-02-01", Hazard::RewriteTable, of, false), "{of}");
            assert!(!at("", Hazard::RewriteTable, of, false), "{of}");
            assert!(!at("2027-01-31", Hazard::DataLoss, of, false), "{of}");
        }
        assert!(!at("2027-01-31", Hazard::RewriteTable, "table:public.other", false));
        assert!(at("", Hazard::UndeclaredDrop, "view:public.v", true));
        assert!(!at("", Hazard::UndeclaredDrop, "view:public.v", false));
        // What lives in a table is said there.
        assert!(!at("", Hazard::UndeclaredDrop, "column:public.t.b", true));
        let object = id("column:public.t.a");
        let threat = Threat { object: object.as_ref(), dropped: false };
        let ended = allowed.ended(Hazard::RewriteTable, threat);
        assert_eq!(ended, Some(("text.toml:5", "2027-01-31")));
    }

    fn items(text: &str) -> Vec<String> {
        let show = |item: &Item| {
            let name = item.hazard.map_or(ALL, Hazard::name);
            item.of.glob().map_or_else(|| name.to_owned(), |glob| format!("{name} {glob}"))
        };
        Allowed::parse(text).unwrap().items.iter().map(show).collect()
    }

    #[test]
    fn a_comma_inside_an_id_does_not_end_it() {
        assert_eq!(items("data-loss,undeclared-drop"), ["data-loss", "undeclared-drop"]);
        assert_eq!(items(" data-loss , all ,"), ["data-loss", "all"]);
        assert_eq!(
            items("undeclared-drop:function:public.f(text, integer),data-loss:table:a.b"),
            ["undeclared-drop function:public.f(text, integer)", "data-loss table:a.b"]
        );
        assert_eq!(items("data-loss:table:\"a,b.c\".d"), ["data-loss table:\"a,b.c\".d"]);
        assert_eq!(items("all:table:a\"\"\"b,c.d\""), ["all table:a\"\"\"b,c.d\""]);
        assert_eq!(items(""), [""; 0]);
    }

    #[test]
    fn an_unknown_hazard_is_found_where_it_stands() {
        let text = "data-loss:function:f(a,b), data-lost:x";
        let error = Allowed::parse(text).unwrap_err();
        assert_eq!(&text[error.at.clone()], "data-lost");
        assert_eq!(error.to_string(), "unknown hazard `data-lost`; did you mean `data-loss`?");
    }

    #[test]
    fn what_is_allowed_for_one_object_is_not_for_another() {
        let allowed = Allowed::parse("data-loss:table:public.old_*,undeclared-drop").unwrap();
        assert!(allows(&allowed, Hazard::DataLoss, id("table:public.old_1").as_ref()));
        assert!(!allows(&allowed, Hazard::DataLoss, id("table:public.new").as_ref()));
        assert!(allows(&allowed, Hazard::UndeclaredDrop, id("table:public.new").as_ref()));
        let all = Allowed::parse("all:view:*").unwrap();
        assert!(
            allows(&all, Hazard::DataLoss, id("view:a.b").as_ref())
                && !allows(&all, Hazard::DataLoss, id("table:a.b").as_ref())
        );
        assert!(!allows(&Allowed::default(), Hazard::DataLoss, None));
    }

    #[test]
    fn a_glob_that_matches_nothing_is_answered_with_the_nearest_id() {
        let ids = ["table:public.client", "table:public.visit", "function:public.f(text, integer)"];
        let ids = ids.map(|id| id.parse().unwrap());
        let check = |text: &str| Allowed::parse(text).unwrap().check(ids.iter());
        check("data-loss,data-loss:table:public.*,all:function:public.f(text, integer)").unwrap();
        for (glob, help) in [
            ("table:public.vist", "did you mean `table:public.visit`?"),
            ("public.visit", "did you mean `table:public.visit`?"),
            ("table:public", "did you mean `table:public.client`?"),
            ("view:x.y", "an id is kind:schema.name, for example table:public.client"),
        ] {
            let error = check(&format!("data-loss:{glob}")).unwrap_err();
            assert_eq!((error.glob.as_str(), error.help.as_str()), (glob, help));
        }
    }

    /// What a shell makes of the flag.
    fn pasted(flag: &str) -> Vec<String> {
        let script = format!("printf '%s\\n' {flag}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{flag}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_flag_of_a_refusal_survives_a_shell_and_allows_its_object() {
        for object in [
            "table:public.visit",
            "function:public.f(text, integer)",
            "table:public.\"a'b; rm -rf $HOME `id` \\ \"\"x.y\"",
            "table:public.a,data-loss,b",
            "table:public.a)b,c(d",
            "table:public.a(b,c",
            "table:public.two\nlines\u{202e}\u{200b}\t!",
            "table:public.end\u{3000}",
            "table:public.##[group]x",
            "schema:::x",
            "table:public.*?[a]",
            "",
        ] {
            let object = id(object);
            let flag = flag(Hazard::DataLoss, object.as_ref());
            assert_eq!(shown::line(&flag), flag);
            assert!(!shown::has_command(&flag), "{flag}");
            let words = pasted(&flag);
            let [option, list] = &words[..] else { panic!("{flag}: {words:?}") };
            assert_eq!(option, "--allow");
            let allowed = Allowed::parse(list).unwrap();
            assert!(allows(&allowed, Hazard::DataLoss, object.as_ref()), "{flag}: {list}");
            assert!(
                !allows(&allowed, Hazard::DataLoss, id("table:other.t").as_ref())
                    || object.is_none()
            );
        }
        assert_eq!(
            flag(Hazard::UndeclaredDrop, id("table:public.visit").as_ref()),
            "--allow 'undeclared-drop:table:public.visit'"
        );
    }
}
