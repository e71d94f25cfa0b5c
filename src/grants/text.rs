//! Privileges as a text: the list of GRANT by grantee.

use std::collections::BTreeMap;

use super::{Grants, PassedOn, Privileges};
use crate::sql::quote::ident;

/// A privilege list as GRANT reads it; where only some may be passed on, those that may not.
pub(crate) fn privilege_list(privileges: &Privileges) -> String {
    let names: Vec<&str> = privileges.keys().map(String::as_str).collect();
    let passes = !privileges.is_empty() && privileges.values().all(|passes| *passes);
    format!("{}{}", names.join(", "), if passes { " with grant option" } else { "" })
}

/// What each grantee has, from the owner and then from others, with `granted by` behind it.
pub(crate) fn by_grantee(grants: &Grants) -> BTreeMap<&str, Vec<(String, &Privileges)>> {
    let mut all: BTreeMap<&str, Vec<(String, &Privileges)>> = BTreeMap::new();
    for (grantee, privileges) in &grants.by_owner {
        all.entry(grantee).or_default().push((String::new(), privileges));
    }
    for (PassedOn { grantor, grantee }, privileges) in &grants.passed_on {
        let by = format!(" granted by {}", ident(grantor));
        all.entry(grantee).or_default().push((by, privileges));
    }
    all
}

/// Grants as they are read.
pub(crate) fn grants_text(grants: &Grants) -> String {
    let list = |(by, privileges): &(String, &Privileges)| {
        let list = privilege_list(privileges);
        if list.is_empty() { "nothing".to_owned() } else { list + by }
    };
    let one = |(grantee, lists): (&str, Vec<(String, &Privileges)>)| {
        format!("{grantee}: {}", lists.iter().map(list).collect::<Vec<_>>().join(", "))
    };
    by_grantee(grants).into_iter().map(one).collect::<Vec<_>>().join("; ")
}
