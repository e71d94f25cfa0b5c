//! Privileges into GRANT and REVOKE. What a role granted that is not the owner, only that role can grant and revoke
//! (GRANTED BY may only name the current role), so that these statements stand between SET ROLE and RESET ROLE.

mod passed_on;

use std::collections::BTreeSet;

use crate::catalog::Object;
use crate::grants::{Grants, OWNER, PUBLIC, Privileges, Rights, role_of};
use crate::id::Id;
use crate::sql::quote::ident;
use crate::step::Step;

/// What an object's privileges are changed on.
struct Target<'a> {
    address: String,
    columns: Option<String>,
    owner: Option<&'a str>,
}

impl Target<'_> {
    fn list(&self, names: &[&str]) -> String {
        let word = |name: &&str| match &self.columns {
            Some(columns) => format!("{} ({columns})", name.to_uppercase()),
            None => name.to_uppercase(),
        };
        names.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    fn grantee(&self, name: &str) -> Option<String> {
        match name {
            PUBLIC => Some("PUBLIC".to_owned()),
            OWNER => self.owner.map(ident),
            key => role_of(key).map(ident),
        }
    }
}

/// The statements that take `old` privileges to those of `object`.
pub(crate) fn steps(
    id: &Id,
    object: &Object,
    old: &Grants,
    rights: &Rights,
    major: u32,
) -> Vec<Step> {
    let (Some(new), Some(address)) = (&object.grants, object.attrs.grant_address(id)) else {
        return Vec::new();
    };
    let columns = object.attrs.as_granted().and_then(|it| it.grant_columns(id));
    let target = Target { address, columns, owner: object.owner.as_deref() };
    let old = old.clone().given_to(target.owner, rights, major);
    let grantees: BTreeSet<&String> = old.by_owner.keys().chain(new.by_owner.keys()).collect();
    let (mut revokes, mut grants) = (Vec::new(), Vec::new());
    for grantee in grantees {
        let before = old.effective(grantee, rights, major);
        let after = new.effective(grantee, rights, major);
        let Some(to) = target.grantee(grantee) else { continue };
        change(&target, &to, &before, &after, &mut revokes, &mut grants);
    }
    if old.passed_on.is_empty() && new.passed_on.is_empty() {
        revokes.append(&mut grants);
        return revokes;
    }
    // A grant option is there before what depends on it, and goes after that.
    grants.extend(passed_on::grants(&target, &old, new));
    grants.extend(passed_on::revokes(&target, &old, new));
    grants.append(&mut revokes);
    grants
}

fn change(
    target: &Target<'_>,
    to: &str,
    before: &Privileges,
    after: &Privileges,
    revokes: &mut Vec<Step>,
    grants: &mut Vec<Step>,
) {
    let on = &target.address;
    let gone: Vec<&str> =
        before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str).collect();
    if !gone.is_empty() {
        let list = target.list(&gone);
        revokes.push(Step::new(format!("REVOKE {list} ON {on} FROM {to}")));
    }
    let option_gone: Vec<&str> = before
        .iter()
        .filter(|(name, passes)| **passes && after.get(*name) == Some(&false))
        .map(|(name, _)| name.as_str())
        .collect();
    if !option_gone.is_empty() {
        let list = target.list(&option_gone);
        revokes.push(Step::new(format!("REVOKE GRANT OPTION FOR {list} ON {on} FROM {to}")));
    }
    for passes in [false, true] {
        let added: Vec<&str> = after
            .iter()
            .filter(|(name, now)| {
                **now == passes && before.get(*name).is_none_or(|was| !*was && passes)
            })
            .map(|(name, _)| name.as_str())
            .collect();
        if !added.is_empty() {
            let option = if passes { " WITH GRANT OPTION" } else { "" };
            let list = target.list(&added);
            grants.push(Step::new(format!("GRANT {list} ON {on} TO {to}{option}")));
        }
    }
}
