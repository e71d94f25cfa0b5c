//! The options of CREATE COLLATION
//! (<https://www.postgresql.org/docs/current/sql-createcollation.html>, `pg_collation`).

use serde::{Deserialize, Serialize};

use crate::kind::def_list::{Options, plain};
use crate::leaf::Sql;
use crate::sql::quote::{ident, literal};

/// The options, in the order in which they are written.
pub(super) const KEYS: &[&str] =
    &["provider", "locale", "lc_collate", "lc_ctype", "deterministic", "rules"];

/// What sorts, and how.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Options", into = "String")]
pub(super) struct Definition {
    /// Whose it is (`collprovider`).
    pub(super) provider: String,
    /// The locale, where it is one for all (`colllocale`), as a literal.
    pub(super) locale: Option<Sql>,
    /// The locale of the order alone (`collcollate`).
    lc_collate: Option<String>,
    /// The locale of the characters alone (`collctype`).
    lc_ctype: Option<String>,
    /// Whether only equal bytes are equal (`collisdeterministic`).
    deterministic: bool,
    /// What is ordered otherwise than the locale does (`collicurules`).
    pub(super) rules: Option<String>,
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            provider: "libc".to_owned(),
            locale: None,
            lc_collate: None,
            lc_ctype: None,
            deterministic: true,
            rules: None,
        }
    }
}

impl Definition {
    /// What a collation of `pg_catalog` is, by its name (`pg_collation.dat`, collationcmds.c).
    pub(super) fn of_system(name: &str) -> Self {
        let (provider, locale) = match name {
            "POSIX" => ("libc", "POSIX"),
            "ucs_basic" => ("libc", "C"),
            "unicode" => ("icu", "und"),
            "pg_c_utf8" => ("builtin", "C.UTF-8"),
            "pg_unicode_fast" => ("builtin", "PG_UNICODE_FAST"),
            name => match name.strip_suffix("-x-icu") {
                Some(locale) => ("icu", locale),
                None => ("libc", name),
            },
        };
        let locale = Some(Sql::new(literal(locale)));
        Self { provider: provider.to_owned(), locale, ..Self::default() }
    }

    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The options as SQL.
    pub(super) fn sql(&self) -> String {
        self.options().sql(KEYS)
    }

    fn options(&self) -> Options {
        let Self { provider, locale, lc_collate, lc_ctype, deterministic, rules } = self;
        let mut options = Options::default();
        options.set("provider", (provider != "libc").then(|| ident(provider)));
        options.set("locale", locale.as_ref().map(|locale| locale.written().to_owned()));
        options.set("lc_collate", lc_collate.as_deref().map(literal));
        options.set("lc_ctype", lc_ctype.as_deref().map(literal));
        options.set("deterministic", (!deterministic).then(|| "false".to_owned()));
        options.set("rules", rules.as_deref().map(literal));
        options
    }
}

impl From<Definition> for String {
    fn from(definition: Definition) -> Self {
        let locale = definition.locale.as_ref().map(|locale| Sql::new(locale.text.clone()));
        Definition { locale, ..definition }.sql()
    }
}

impl TryFrom<Options> for Definition {
    type Error = String;

    fn try_from(mut options: Options) -> Result<Self, String> {
        options.take("version");
        let provider = options.take_text("provider").unwrap_or_else(|| "libc".to_owned());
        let provider = provider.to_ascii_lowercase();
        if !matches!(provider.as_str(), "libc" | "icu" | "builtin") {
            return Err(format!("provider `{provider}` is not known: libc, icu or builtin"));
        }
        let locale = options.take("locale").map(|text| plain(&text));
        let (mut lc_collate, mut lc_ctype) =
            (options.take_text("lc_collate"), options.take_text("lc_ctype"));
        // The two of libc are one locale if they are alike.
        let locale = match (locale, &lc_collate, &lc_ctype) {
            (None, Some(one), Some(other)) if one == other => {
                lc_ctype = None;
                lc_collate.take()
            }
            (locale, ..) => locale,
        };
        let definition = Self {
            provider,
            locale: locale.map(|locale| Sql::new(literal(&locale))),
            lc_collate,
            lc_ctype,
            deterministic: options.take_flag("deterministic")?.unwrap_or(true),
            rules: options.take_text("rules"),
        };
        options.finish("a collation", KEYS)?;
        if definition.locale.is_none() && definition.lc_collate.is_none() {
            return Err("`locale` is missing: say by which one it sorts".to_owned());
        }
        Ok(definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Definition, String> {
        Definition::try_from(Options::read(text)?)
    }

    #[test]
    fn options_read_back_as_they_are_written() {
        for (written, canonical) in [
            ("lc_collate = 'C', lc_ctype = \"C\"", "locale = 'C'"),
            ("lc_collate = 'C', lc_ctype = 'POSIX'", "lc_collate = 'C', lc_ctype = 'POSIX'"),
            (
                "locale = 'de-u-kn', deterministic = off, provider = ICU",
                "provider = icu, locale = 'de-u-kn', deterministic = false",
            ),
        ] {
            assert_eq!(read(written).unwrap().sql(), canonical);
            assert_eq!(read(canonical).unwrap().sql(), canonical);
        }
        assert!(read("provider = glibc, locale = 'C'").is_err());
        assert!(read("provider = icu").unwrap_err().contains("locale"));
    }
}
