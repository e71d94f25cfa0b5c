//! The sequence behind an identity column: its options, written as in SQL's parentheses or as a
//! table (<https://www.postgresql.org/docs/current/sql-createsequence.html>).

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::relation::sequence::{Counting, Integer};
use crate::leaf::{Item, Qualified, Sql};
use crate::sql::scan::{self, Token};

/// When an identity column takes its value from the sequence (`pg_attribute.attidentity`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Identity {
    /// Always.
    #[serde(rename = "always")]
    Always,
    /// Unless a value is given.
    #[serde(rename = "by default")]
    ByDefault,
}

impl Identity {
    /// As it stands behind GENERATED.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Always => "ALWAYS",
            Self::ByDefault => "BY DEFAULT",
        }
    }
}

/// Options of the sequence; what is not said is PostgreSQL's default for the type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Options {
    /// `START WITH`.
    pub(crate) start: Option<i64>,
    /// `INCREMENT BY`.
    pub(crate) increment: Option<i64>,
    /// `MINVALUE`.
    pub(crate) minvalue: Option<i64>,
    /// `MAXVALUE`.
    pub(crate) maxvalue: Option<i64>,
    /// `CACHE`.
    pub(crate) cache: Option<i64>,
    /// `CYCLE`.
    pub(crate) cycle: bool,
    /// `SEQUENCE NAME`, if it is not `table_column_seq`.
    pub(crate) name: Option<Qualified>,
}

impl Options {
    /// Whether every option is the default.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn rises(&self) -> bool {
        self.increment.is_none_or(|step| step > 0)
    }

    /// The bounds that the type and the direction imply.
    fn usual(&self, of: Integer) -> (i64, i64) {
        let (least, most) = of.bounds();
        if self.rises() { (1, most) } else { (least, -1) }
    }

    /// How the sequence of a column of that type counts.
    pub(super) fn counting(&self, type_name: &str) -> Counting {
        let of = Integer::of(type_name).unwrap_or_default();
        let (low, high) = self.usual(of);
        let (least, greatest) = (self.minvalue.unwrap_or(low), self.maxvalue.unwrap_or(high));
        let first = self.start.unwrap_or(if self.rises() { least } else { greatest });
        Counting {
            of,
            first,
            step: self.increment.unwrap_or(1),
            least,
            greatest,
            cache: self.cache.unwrap_or(1),
            cycle: self.cycle,
        }
    }

    /// Leaves out what the type and the direction imply.
    pub(super) fn strip(&mut self, type_name: &str) {
        self.increment.take_if(|step| *step == 1);
        let (low, high) = self.usual(Integer::of(type_name).unwrap_or_default());
        let first =
            if self.rises() { self.minvalue.unwrap_or(low) } else { self.maxvalue.unwrap_or(high) };
        self.start.take_if(|value| *value == first);
        self.minvalue.take_if(|value| *value == low);
        self.maxvalue.take_if(|value| *value == high);
        self.cache.take_if(|value| *value == 1);
    }

    /// As SQL, without parentheses; `upper` as plumb emits it.
    pub(super) fn sql(&self, upper: bool) -> String {
        let mut words = Vec::new();
        let mut add = |word: &str, value: String| {
            let word = if upper { word.to_uppercase() } else { word.to_owned() };
            words.push(if value.is_empty() { word } else { format!("{word} {value}") });
        };
        let numbers = [
            ("start", self.start),
            ("increment", self.increment),
            ("minvalue", self.minvalue),
            ("maxvalue", self.maxvalue),
            ("cache", self.cache),
        ];
        if let Some(name) = &self.name {
            add("sequence name", name.sql());
        }
        for (word, number) in numbers {
            if let Some(number) = number {
                add(word, number.to_string());
            }
        }
        if self.cycle {
            add("cycle", String::new());
        }
        words.join(" ")
    }

    fn read(text: &str) -> Result<Self, String> {
        let inner = text.trim();
        let inner = inner.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(inner);
        let tokens = scan::tokens(inner).map_err(|error| error.to_string())?;
        let mut options = Self::default();
        let mut words = Words { text: inner, tokens: &tokens };
        while let Some(word) = words.next() {
            match word.word.as_str() {
                "start" => options.start = Some(words.number("with")?),
                "increment" => options.increment = Some(words.number("by")?),
                "minvalue" => options.minvalue = Some(words.number("")?),
                "maxvalue" => options.maxvalue = Some(words.number("")?),
                "cache" => options.cache = Some(words.number("")?),
                "cycle" => options.cycle = true,
                "no" => match words.next().map(|token| token.word.as_str()) {
                    Some("minvalue") => options.minvalue = None,
                    Some("maxvalue") => options.maxvalue = None,
                    Some("cycle") => options.cycle = false,
                    _ => return Err("`no` is followed by minvalue, maxvalue or cycle".to_owned()),
                },
                "sequence" if words.skip("name") => options.name = Some(words.name()?),
                other => return Err(format!("`{other}` is no option of an identity")),
            }
        }
        Ok(options)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number = || value.parse::<i64>().map_err(|_| format!("`{key}` is a number"));
        match key {
            "start" => self.start = Some(number()?),
            "increment" => self.increment = Some(number()?),
            "minvalue" => self.minvalue = Some(number()?),
            "maxvalue" => self.maxvalue = Some(number()?),
            "cache" => self.cache = Some(number()?),
            "cycle" => self.cycle = value == "true",
            "name" => self.name = Some(Qualified::read(value)?),
            other => return Err(format!("`{other}` is no option of an identity")),
        }
        Ok(())
    }
}

struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn skip(&mut self, word: &str) -> bool {
        let fits = self.tokens.first().is_some_and(|token| token.is_word(word));
        if fits {
            self.next();
        }
        fits
    }

    fn number(&mut self, noise: &str) -> Result<i64, String> {
        self.skip(noise);
        let mut digits = String::new();
        if let Some(sign) = self.tokens.first().filter(|token| token.is("-") || token.is("+")) {
            digits.push_str(&sign.word);
            self.next();
        }
        digits.push_str(self.next().map_or("", |token| &token.word));
        digits.parse().map_err(|_| format!("`{digits}` is not a number that a sequence can have"))
    }

    fn name(&mut self) -> Result<Qualified, String> {
        let missing = || "`sequence name` is followed by a name".to_owned();
        let first = self.next().ok_or_else(missing)?;
        let mut end = first.end;
        if self.tokens.first().is_some_and(|token| token.is(".")) {
            self.next();
            end = self.next().ok_or_else(missing)?.end;
        }
        Qualified::read(&self.text[first.start..end])
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql(false))
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Options;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`start 1 increment 1 ...` or a table")
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Options, E> {
                Options::read(v).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Options, A::Error> {
                let mut options = Options::default();
                while let Some((key, value)) = map.next_entry::<String, Sql>()? {
                    options.set(&key, &value.text).map_err(A::Error::custom)?;
                }
                Ok(options)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_in_both_forms() {
        let text = "start with 100 increment by -2 minvalue -5 no cycle sequence name \"S\".q";
        let read = Options::read(text).unwrap();
        let table = serde_json::json!(
            {"start": 100, "increment": -2, "minvalue": "-5", "name": "\"S\".q"}
        );
        assert_eq!(read, serde_json::from_value(table).unwrap());
        assert_eq!(Options::read(&read.sql(false)).unwrap(), read);
        assert!(Options::read("restart").is_err());
    }

    #[test]
    fn what_the_type_implies_is_not_said() {
        let text = "start 1 increment 1 minvalue 1 maxvalue 2147483647 cache 1";
        let mut options = Options::read(text).unwrap();
        options.strip("integer");
        assert!(options.is_empty());
        let mut down = Options::read("increment -1 start -1 maxvalue -1").unwrap();
        down.strip("bigint");
        assert_eq!(down.sql(false), "increment -1");
    }

    #[test]
    fn what_is_not_said_follows_the_type_and_the_direction() {
        let counting = |text: &str, of: &str| Options::read(text).unwrap().counting(of);
        let up = counting("start 5 cache 3", "integer");
        assert_eq!((up.first, up.least, up.greatest, up.cache), (5, 1, i32::MAX.into(), 3));
        let down = counting("increment -2", "smallint");
        assert_eq!((down.first, down.least, down.greatest), (-1, i16::MIN.into(), -1));
    }
}
