//! What is left of a text that is too long in every other form: counts, and the first of what is counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::verdict::verdict;
use super::super::{heading, label, summary};
use super::{code, printed, prose};
use crate::hazard::{Hazard, Severity};
use crate::plan::Plan;
use crate::shown;

/// So many objects of each hazard are named.
const NAMED: usize = 5;

/// Room for what stands around the items of a list.
const AROUND: usize = 2_000;

/// A plan as its verdict and its hazards, each with its number and its first objects.
pub(super) fn counted(plan: &Plan) -> String {
    let mut hazards: BTreeMap<(Reverse<Severity>, Hazard), Vec<String>> = BTreeMap::new();
    for (object, hazard) in plan.hazards() {
        let object = object.map_or_else(String::new, |id| code(&label::object(id)));
        let of = (Reverse(hazard.name.severity()), hazard.name);
        hazards.entry(of).or_default().push(object);
    }
    let line = |((_, name), objects): (&(Reverse<Severity>, Hazard), &Vec<String>)| {
        let first = objects.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = match objects.len().saturating_sub(NAMED) {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        format!("- **{}** {first}{more}\n", prose(name.name()))
    };
    let hazards: String = hazards.iter().map(line).collect();
    let verdict = verdict(plan).unwrap_or_default();
    printed(&format!(
        "### {}\n\n**{}**\n\n{}\n\nThis plan is too long for a comment: its hazards are counted here; `plumb plan` shows all.\n\n#### Hazards\n\n{hazards}",
        prose(&heading(plan)),
        prose(&verdict),
        prose(&summary(plan)),
    ))
}

/// As many items as fit into so many characters, and the number of the others, which `rest` has.
pub(super) fn fitting(items: &[String], longest: usize, rest: &str) -> String {
    let mut room = longest.saturating_sub(AROUND);
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        let length = item.chars().count();
        if length > room {
            let more = shown::counted(items.len() - at, "more object");
            text.push_str(&format!("- and {more}, which {rest} lists\n"));
            break;
        }
        room -= length;
        text.push_str(item);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::super::{drift_markdown_within, markdown_within};
    use super::*;
    use crate::plan::Action;
    use crate::step::StepHazard;

    #[test]
    fn a_plan_with_more_hazards_than_fit_names_each_sort_with_its_number() {
        let mut plan = sample::empty();
        let mut steps = Vec::new();
        for number in 0..4_000 {
            let name = format!("table:public.{}_{number}", "t".repeat(40));
            plan.changes.push(sample::change(Action::Drop, &name));
            let mut step = sample::step(&format!("DROP TABLE t{number}"), &[number]);
            let hazard = |name| StepHazard { name, message: "its rows are lost".to_owned() };
            step.hazards = vec![hazard(Hazard::DataLoss)];
            if number == 3_999 {
                step.hazards.push(hazard(Hazard::RewriteTable));
            }
            steps.push(step);
        }
        plan.transactions = vec![sample::transaction(steps)];
        let text = markdown_within(&plan, 30_000);
        assert!(text.chars().count() < 30_000, "{}", text.len());
        assert!(text.contains("**drops 4000 tables; 4000 objects lose data"), "{text}");
        assert!(text.contains(" and 3995 more\n- **rewrite-table** `table public.ttt"), "{text}");
    }

    #[test]
    fn of_many_creations_as_many_are_listed_as_fit() {
        let mut plan = sample::empty();
        let mut steps = Vec::new();
        for number in 0..3_000 {
            let name = format!("table:public.t_{number}");
            plan.changes.push(sample::change(Action::Create, &name));
            steps.push(sample::step(&format!("CREATE TABLE t_{number} ()"), &[number]));
        }
        plan.changes.push(sample::change(Action::Drop, "view:public.gone"));
        plan.transactions = vec![sample::transaction(steps)];
        let text = markdown_within(&plan, 40_000);
        let length = text.chars().count();
        assert!(length <= 40_000 && length > 35_000, "{length}");
        let listed = text.matches("**create**").count();
        let more = format!("- and {} more objects, which the saved plan lists\n", 3_000 - listed);
        assert!(text.ends_with(&more), "{listed}");
        assert!(text.find("**drop**") < text.find("#### Creations"));
    }

    #[test]
    fn drift_that_is_too_long_says_how_much_more_there_is() {
        let mut plan = sample::empty();
        for number in 0..3_000 {
            let name = format!("table:public.t_{number}");
            plan.changes.push(sample::change(Action::Create, &name));
        }
        let drift = sample::moved(plan);
        let text = drift_markdown_within(&drift, false, 20_000);
        assert!(text.chars().count() <= 20_000);
        let listed = text.matches("**missing**").count();
        let more = format!("- and {} more objects, which", 3_000 - listed);
        assert!(listed > 100 && text.contains(&more), "{listed} {text}");
        assert!(!drift_markdown_within(&drift, false, usize::MAX).contains("more objects"));
    }
}
