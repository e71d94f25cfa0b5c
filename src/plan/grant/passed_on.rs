//! Grants by holders of a grant option: along the chain of those who passed a privilege on they are made from the owner
//! on, and revoked towards the owner.

use std::collections::BTreeMap;

use super::Target;
use crate::grants::{Grants, PassedOn, Privileges};
use crate::sql::quote::ident;
use crate::step::Step;

/// Statements by one role, each with the privileges that it is for.
type Statements<'a> = BTreeMap<(usize, &'a PassedOn, &'static str), Vec<&'a str>>;

/// The statements for what `new` has and `old` has not.
pub(super) fn grants(target: &Target<'_>, old: &Grants, new: &Grants) -> Vec<Step> {
    let mut all = Statements::new();
    for (of, privileges) in &new.passed_on {
        let before = old.passed_on.get(of);
        for (name, passes) in privileges {
            let was = before.and_then(|before| before.get(name));
            if was.is_some_and(|was| *was || !*passes) {
                continue;
            }
            let option = if *passes { " WITH GRANT OPTION" } else { "" };
            let steps = steps_from_owner(new, &of.grantor, name);
            all.entry((steps, of, option)).or_default().push(name);
        }
    }
    let sql = |option: &str, list: String, to: &str| {
        format!("GRANT {list} ON {} TO {to}{option}", target.address)
    };
    written(target, all.into_iter(), &sql)
}

/// The statements for what `old` has and `new` has not.
pub(super) fn revokes(target: &Target<'_>, old: &Grants, new: &Grants) -> Vec<Step> {
    let none = Privileges::new();
    let mut all = Statements::new();
    for (of, privileges) in &old.passed_on {
        let after = new.passed_on.get(of).unwrap_or(&none);
        for (name, passes) in privileges {
            let option = match after.get(name) {
                None => "",
                Some(false) if *passes => "GRANT OPTION FOR ",
                Some(_) => continue,
            };
            let steps = steps_from_owner(old, &of.grantor, name);
            all.entry((steps, of, option)).or_default().push(name);
        }
    }
    let sql = |option: &str, list: String, from: &str| {
        format!("REVOKE {option}{list} ON {} FROM {from}", target.address)
    };
    written(target, all.into_iter().rev(), &sql)
}

/// Writes the statements, those of one role that follow each other between one SET ROLE and one RESET ROLE.
fn written<'a>(
    target: &Target<'_>,
    all: impl Iterator<Item = ((usize, &'a PassedOn, &'static str), Vec<&'a str>)>,
    sql: &dyn Fn(&str, String, &str) -> String,
) -> Vec<Step> {
    let (mut steps, mut role) = (Vec::new(), None);
    for ((_, of, option), names) in all {
        let Some(grantee) = target.grantee(&of.grantee) else { continue };
        if role != Some(&of.grantor) {
            steps.extend(role.is_some().then(|| Step::new("RESET ROLE")));
            steps.push(Step::new(format!("SET LOCAL ROLE {}", ident(&of.grantor))));
            role = Some(&of.grantor);
        }
        steps.push(Step::new(sql(option, target.list(&names), &grantee)));
    }
    steps.extend(role.is_some().then(|| Step::new("RESET ROLE")));
    steps
}

/// How many grants of a privilege, each with the grant option, lead from the owner to a role.
fn steps_from_owner(grants: &Grants, role: &str, privilege: &str) -> usize {
    let passes = |list: &Privileges| list.get(privilege) == Some(&true);
    let by_owner = grants.by_owner.iter().filter(|(_, list)| passes(list));
    let mut reached: Vec<&str> =
        by_owner.filter_map(|(key, _)| crate::grants::role_of(key)).collect();
    for steps in 1..=grants.passed_on.len() {
        if reached.contains(&role) {
            return steps;
        }
        let on = grants
            .passed_on
            .iter()
            .filter(|(of, list)| passes(list) && reached.contains(&of.grantor.as_str()));
        let on = on.filter_map(|(of, _)| crate::grants::role_of(&of.grantee));
        let more: Vec<&str> = on.filter(|role| !reached.contains(role)).collect();
        reached.extend(more);
    }
    grants.passed_on.len()
}
