//! A row of a kind's query, read by the kind's own `Deserialize`: columns are fields, NULL is a
//! field left out.

use std::cell::Cell;
use std::error::Error as StdError;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A text as a database with the encoding SQL_ASCII may hold it: each byte that is no UTF-8 is read as U+FFFD with the byte
/// in hexadecimal behind it, so that two names stay two.
pub(super) struct Text {
    /// The text.
    pub(super) text: String,
    /// Whether it is otherwise than in the database.
    pub(super) is_garbled: bool,
}

impl<'a> FromSql<'a> for Text {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        if let Ok(text) = std::str::from_utf8(raw) {
            return Ok(Self { text: text.to_owned(), is_garbled: false });
        }
        let mut text = String::with_capacity(raw.len() + 8);
        for chunk in raw.utf8_chunks() {
            text.push_str(chunk.valid());
            chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\u{fffd}{byte:02x}")));
        }
        Ok(Self { text, is_garbled: true })
    }
    fn accepts(kind: &Type) -> bool {
        <String as FromSql<'_>>::accepts(kind)
    }
}

/// A JSON value, read as [`Text`].
struct Json(Text);

impl<'a> FromSql<'a> for Json {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        // The binary form of jsonb begins with its version.
        let raw = if *kind == Type::JSONB { raw.get(1..).unwrap_or_default() } else { raw };
        Text::from_sql(&Type::TEXT, raw).map(Self)
    }
    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::JSON | Type::JSONB)
    }
}

/// A text column of a row.
pub(crate) fn text(row: &Row, at: usize) -> String {
    row.get::<_, Text>(at).text
}

/// A text column of a row that may be NULL.
pub(crate) fn optional(row: &Row, at: usize) -> Option<String> {
    row.get::<_, Option<Text>>(at).map(|text| text.text)
}

/// Where the columns of a query are; the same for all of its rows.
pub struct Layout {
    path: Vec<usize>,
    oid: Option<usize>,
    fields: Vec<usize>,
    meta: Vec<(String, usize)>,
}

impl Layout {
    /// Looks at the columns of a row.
    pub fn of(row: &Row) -> Self {
        let mut layout = Self { path: Vec::new(), oid: None, fields: Vec::new(), meta: Vec::new() };
        for (at, column) in row.columns().iter().enumerate() {
            match column.name() {
                "_oid" => layout.oid = Some(at),
                "_1" | "_2" | "_3" => layout.path.push(at),
                name if name.starts_with('_') => layout.meta.push((name.to_owned(), at)),
                _ => layout.fields.push(at),
            }
        }
        layout
    }

    /// The parts of the object's name, and whether one has bytes that are no UTF-8.
    pub fn path(&self, row: &Row) -> (Vec<String>, bool) {
        let parts = self.path.iter().map(|at| row.get::<_, Text>(*at));
        let mut is_garbled = false;
        let note = |part: Text| {
            is_garbled |= part.is_garbled;
            part.text
        };
        (parts.map(note).collect(), is_garbled)
    }

    /// The object's oid.
    pub fn oid(&self, row: &Row) -> Option<u32> {
        self.oid.and_then(|at| row.get(at))
    }

    fn meta(&self, name: &str) -> Option<usize> {
        self.meta.iter().find(|(known, _)| known == name).map(|(_, at)| *at)
    }

    /// A text column of the generic part.
    pub fn text(&self, row: &Row, name: &str) -> Option<String> {
        self.meta(name).and_then(|at| optional(row, at))
    }

    /// An integer column of the generic part.
    pub fn integer(&self, row: &Row, name: &str) -> Option<u32> {
        let at = self.meta(name)?;
        row.get::<_, Option<i32>>(at).map(i32::cast_unsigned)
    }
}

/// One row, as the attributes of an object.
pub struct RowReader<'a> {
    row: &'a Row,
    layout: &'a Layout,
    garbled: Cell<bool>,
}

impl<'a> RowReader<'a> {
    /// Reads `row`, whose columns are as `layout` says.
    pub fn new(row: &'a Row, layout: &'a Layout) -> Self {
        Self { row, layout, garbled: Cell::new(false) }
    }

    /// The attributes.
    ///
    /// # Errors
    /// A column that the kind does not have, or that it cannot read.
    pub fn attributes<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(Fields {
            row: self.row,
            fields: self.layout.fields.iter(),
            value: None,
            garbled: &self.garbled,
        })
    }

    /// Whether an attribute that was read has bytes that are no UTF-8.
    pub(super) fn is_garbled(&self) -> bool {
        self.garbled.get()
    }
}

struct Fields<'a> {
    row: &'a Row,
    fields: std::slice::Iter<'a, usize>,
    value: Option<usize>,
    garbled: &'a Cell<bool>,
}

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

fn is_null(row: &Row, at: usize) -> bool {
    /// Takes a value of any type, and says only whether there is one.
    struct Present;
    impl<'a> tokio_postgres::types::FromSql<'a> for Present {
        fn from_sql(
            _: &Type,
            _: &'a [u8],
        ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
            Ok(Self)
        }
        fn accepts(_: &Type) -> bool {
            true
        }
    }
    row.get::<_, Option<Present>>(at).is_none()
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        for at in self.fields.by_ref() {
            if !is_null(self.row, *at) {
                self.value = Some(*at);
                let name: StrDeserializer<'_, Error> =
                    self.row.columns()[*at].name().into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let at = self.value.take().unwrap_or_default();
        seed.deserialize(Field { row: self.row, at, garbled: self.garbled })
    }
}

struct Field<'a> {
    row: &'a Row,
    at: usize,
    garbled: &'a Cell<bool>,
}

impl Field<'_> {
    fn noted(&self, text: Text) -> String {
        if text.is_garbled {
            self.garbled.set(true);
        }
        text.text
    }
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let (row, at) = (self.row, self.at);
        match *row.columns()[at].type_() {
            Type::BOOL => visitor.visit_bool(row.get(at)),
            Type::INT2 => visitor.visit_i64(row.get::<_, i16>(at).into()),
            Type::INT4 => visitor.visit_i64(row.get::<_, i32>(at).into()),
            Type::INT8 => visitor.visit_i64(row.get(at)),
            Type::FLOAT4 => visitor.visit_f64(row.get::<_, f32>(at).into()),
            Type::TEXT_ARRAY => {
                let items: Vec<Text> = row.get(at);
                let items: Vec<String> = items.into_iter().map(|item| self.noted(item)).collect();
                visitor.visit_seq(serde::de::value::SeqDeserializer::<_, Error>::new(
                    items.into_iter(),
                ))
            }
            Type::JSON | Type::JSONB => {
                let text = self.noted(row.get::<_, Json>(at).0);
                serde_json::from_str::<serde_json::Value>(&text)?.deserialize_any(visitor)
            }
            _ => visitor.visit_str(&self.noted(row.get(at))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(text(self.row, self.at).into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
