//! Which hazards are accepted: `--allow`, and `allow` in `plumb.toml`.

use std::ops::Range;
use std::str::FromStr;

use crate::hazard::{Hazard, UnknownHazard, nearest};
use crate::id::Id;
use crate::manage::matches_glob;
use crate::shown;
use crate::suggest::suggest;

/// The word for every hazard.
const ALL: &str = "all";

/// What is allowed: `data-loss`, `data-loss:table:public.old_*`, `all`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Allowed(Vec<Item>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Item {
    /// None: every hazard.
    hazard: Option<Hazard>,
    /// Which objects, by their ids; none: all.
    glob: Option<String>,
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
            items.push(Item { hazard, glob });
        }
        Ok(Self(items))
    }

    /// Adds more.
    pub fn add(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether a hazard is accepted for an object.
    #[must_use]
    pub fn allows(&self, hazard: Hazard, object: Option<&Id>) -> bool {
        let object = text(object);
        self.0.iter().any(|item| {
            item.hazard.is_none_or(|allowed| allowed == hazard)
                && item.glob.as_ref().is_none_or(|glob| matches_glob(glob, &object))
        })
    }

    /// Whether some objects are named.
    #[must_use]
    pub fn names_objects(&self) -> bool {
        self.0.iter().any(|item| item.glob.is_some())
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
        let globs = self.0.iter().filter_map(|item| item.glob.as_deref());
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

    fn items(text: &str) -> Vec<String> {
        let show = |item: &Item| {
            let name = item.hazard.map_or(ALL, Hazard::name);
            item.glob.as_ref().map_or_else(|| name.to_owned(), |glob| format!("{name} {glob}"))
        };
        Allowed::parse(text).unwrap().0.iter().map(show).collect()
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
        assert!(allowed.allows(Hazard::DataLoss, id("table:public.old_1").as_ref()));
        assert!(!allowed.allows(Hazard::DataLoss, id("table:public.new").as_ref()));
        assert!(allowed.allows(Hazard::UndeclaredDrop, id("table:public.new").as_ref()));
        let all = Allowed::parse("all:view:*").unwrap();
        assert!(
            all.allows(Hazard::DataLoss, id("view:a.b").as_ref())
                && !all.allows(Hazard::DataLoss, id("table:a.b").as_ref())
        );
        assert!(!Allowed::default().allows(Hazard::DataLoss, None));
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
            assert!(allowed.allows(Hazard::DataLoss, object.as_ref()), "{flag}: {list}");
            assert!(
                !allowed.allows(Hazard::DataLoss, id("table:other.t").as_ref()) || object.is_none()
            );
        }
        assert_eq!(
            flag(Hazard::UndeclaredDrop, id("table:public.visit").as_ref()),
            "--allow 'undeclared-drop:table:public.visit'"
        );
    }
}
