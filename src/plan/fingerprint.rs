//! Fingerprints of objects: what a saved plan compares, so that it is applied to the database that
//! it was made for or not at all. A hash of the model, never of the server's own text of things
//! that the model leaves out.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::catalog::Object;
use crate::id::Id;
use crate::leaf::Sql;

/// Objects with their fingerprints; `None`: absent.
pub type Prints = BTreeMap<Id, Option<String>>;

/// Saves fingerprints in the order of the ids as texts.
pub(super) fn by_text<S: Serializer>(prints: &Prints, serializer: S) -> Result<S::Ok, S::Error> {
    let all: BTreeMap<String, &Option<String>> =
        prints.iter().map(|(id, print)| (id.to_string(), print)).collect();
    all.serialize(serializer)
}

/// The first character of a fingerprint that leaves the texts of SQL leaves out.
pub const LOOSE: char = '~';

fn hash(attrs: &serde_json::Value, object: &Object) -> String {
    let mut whole =
        vec![json!(attrs), json!(object.comment), json!(object.owner), json!(object.grants)];
    whole.extend((!object.labels.is_empty()).then(|| json!(object.labels)));
    let whole = serde_json::Value::Array(whole);
    let digest = Sha256::digest(crate::secret::anonymous(&whole.to_string()).as_bytes());
    crate::shown::hex(&digest[..12])
}

/// The fingerprint of an object as it was read from a server.
pub fn fingerprint(object: &Object) -> String {
    hash(&object.attrs.json(), object)
}

/// The fingerprint of an object that a plan makes: the server prints the author's SQL in its own
/// way, so that the texts are left out, and so is what it chooses itself.
pub fn loose_fingerprint(object: &Object) -> String {
    let mut object = object.clone();
    object.attrs.leaves(&mut |_, _, leaf| *leaf = Sql::default());
    object.attrs.without_choices();
    if object.attrs.kind().def().provides {
        object.comment = None;
    }
    format!("{LOOSE}{}", hash(&object.attrs.json(), &object))
}
