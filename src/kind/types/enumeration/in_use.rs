//! The step that stops a plan, before anything is done, where rows still hold values that are to go.

use crate::hazard::Hazard;
use crate::id::Id;
use crate::kind::abilities::{Typed, Values};
use crate::kind::relation::column::Column;
use crate::kind::types::made_of;
use crate::kind::{Kind, Sides};
use crate::sql::quote::{dollar, ident, literal, qualified};
use crate::sql::type_name;
use crate::step::Step;

/// A block that says which columns hold which of these values, and in how many rows; none where no
/// column can.
pub(super) fn check(id: &Id, gone: &[&String], cx: &Sides<'_>) -> Option<Step> {
    let mut queries = Vec::new();
    for (column, _) in cx.current.of_kind(Kind::Column).filter(|_| !gone.is_empty()) {
        let sides = (cx.current.attrs::<Column>(column), cx.desired.attrs::<Column>(column));
        let (Some(old), Some(new)) = sides else { continue };
        // What is computed is computed again, and what gets another type goes its own way.
        let carried = !old.is_computed() && old.type_text() == new.type_text();
        let of = old.type_text().filter(|_| carried);
        let Some(Ok(of)) = of.map(|of| type_name::canonical(&of)) else { continue };
        let table = qualified(&column.path[0], &column.path[1]);
        let value = format!("t.{}", ident(column.name()));
        for place in made_of::places(&value, &of, id, cx.current) {
            queries.push(format!(
                "SELECT {} AS place, {}::text AS value FROM {table} AS t{}",
                literal(&column.dotted()),
                place.value,
                place.from
            ));
        }
    }
    if queries.is_empty() {
        return None;
    }
    let gone: Vec<String> = gone.iter().map(|value| literal(value)).collect();
    let body = format!(
        "
DECLARE
    used text;
BEGIN
    SELECT string_agg(format('%s holds %L %s times', place, value, times), ', ') INTO used FROM (
        SELECT place, value, count(*) AS times FROM (
            {}
        ) AS held WHERE value IN ({}) GROUP BY place, value ORDER BY place, value
    ) AS counted;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION '%', {} || used
            USING HINT = 'Give these rows other values first.';
    END IF;
END
",
        queries.join("\n            UNION ALL "),
        gone.join(", "),
        literal(&format!("enum {} is to lose values that are in use: ", id.dotted())),
    );
    let message = format!("it stops the plan if a row still holds {}", gone.join(" or "));
    Some(Step::new(format!("DO {}", dollar(&body))).hazard(Hazard::MayFail, message))
}
