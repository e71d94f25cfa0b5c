//! Privileges as `grant` has them: grantee to the list of GRANT.

use crate::fmt;
use crate::grants::text::{by_grantee, privilege_list};
use crate::grants::{Grants, Privileges};

pub(super) fn grants_toml(grants: &Grants) -> String {
    let some = |privileges: &Privileges, wanted: bool| -> Privileges {
        let some = privileges.iter().filter(|(_, passes)| **passes == wanted);
        some.map(|(name, passes)| (name.clone(), *passes)).collect()
    };
    let lists = |(by, privileges): (String, &Privileges)| -> Vec<String> {
        let mut parts = vec![some(privileges, false), some(privileges, true)];
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            parts.push(Privileges::new());
        }
        let text = |part: &Privileges| fmt::one_line_string(&(privilege_list(part) + &by));
        parts.iter().map(text).collect()
    };
    let one = |(grantee, all): (&str, Vec<(String, &Privileges)>)| {
        let texts: Vec<String> = all.into_iter().flat_map(lists).collect();
        let value = match texts.as_slice() {
            [text] => text.clone(),
            texts => format!("[{}]", texts.join(", ")),
        };
        format!("{} = {value}", fmt::key(grantee))
    };
    format!("{{ {} }}", by_grantee(grants).into_iter().map(one).collect::<Vec<_>>().join(", "))
}
