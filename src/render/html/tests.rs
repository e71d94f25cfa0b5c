use super::super::sample;
use super::*;
use crate::plan::Action;

/// What is in a page beside its own markup: the texts and attribute values of users.
fn tags(page: &str) -> Vec<String> {
    page.split('<')
        .skip(1)
        .map(|tag| tag.split('>').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_page_says_the_verdict_first_and_every_hazard() {
    let page = html(&sample::clinic());
    let places = [
        "class=\"verdict\"",
        "id=\"hazards\"",
        "id=\"changes\"",
        "id=\"statements\"",
        "Unproved</h2>",
    ];
    let places = places.map(|part| page.find(part).unwrap_or_else(|| panic!("{part}")));
    assert!(places[..4].is_sorted(), "{places:?}");
    for hazard in ["rewrite-table", "rename-breaks-clients", "data-loss"] {
        assert!(page.contains(&format!("<b>{hazard}</b>")), "{hazard}");
    }
    assert!(page.contains("<del>integer</del>") && page.contains("<ins>bigint</ins>"), "{page}");
    assert!(page.ends_with("</html>\n"), "{page}");
}

#[test]
fn the_page_needs_no_network_and_runs_its_own_script_only() {
    let page = html(&sample::clinic());
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src=\""));
    let nonce = page.split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(nonce.len(), 64);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains(&format!("<script nonce=\"{nonce}\">")));
    assert_eq!(page, html(&sample::clinic()));
}

#[test]
fn an_empty_plan_is_a_page_too() {
    let page = html(&sample::empty());
    assert!(page.contains("no changes") && page.contains("There are none."), "{page}");
}

#[test]
fn long_texts_stand_side_by_side() {
    let page = html(&sample::clinic());
    assert!(page.contains("class=\"sides\""));
    let old = page.find("new.updated_at := now();").unwrap();
    let new = page.find("new.updated_at := clock_timestamp();").unwrap();
    assert!(old < new, "the line before stands left of the line after");
}

/// Texts that would end what they stand in.
const EVIL: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<!--",
    "]]>",
    "</style><style>*{display:none}",
    "</pre></code></details>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "\u{202e}\u{0}\u{1b}[2J",
    "::set-output name=a::b",
    "<svg/onload=alert(1)>",
    "`${alert(1)}`",
];

#[test]
fn no_name_comment_or_body_is_markup() {
    let clean = html(&sample::clinic());
    // A small generator: the same texts on every run, at every place where a user's text can stand.
    let mut state = 7_u64;
    let mut next = move |count: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % count
    };
    for _ in 0..60 {
        let mut evil = || {
            let parts = (0..=next(3)).map(|_| EVIL[next(EVIL.len())]);
            parts.collect::<Vec<_>>().join(["", " ", "\n"][next(3)])
        };
        let mut plan = sample::clinic();
        plan.database = evil();
        for change in &mut plan.changes {
            if let Some(name) = change.object.path.last_mut() {
                name.push_str(&evil());
            }
            if let Some(at) = &mut change.at {
                at.file = evil();
            }
            for field in &mut change.fields {
                field.name = evil();
                field.old = Some(evil());
                field.new = Some(format!("{}\n{}", evil(), evil()));
            }
        }
        for transaction in &mut plan.transactions {
            for step in &mut transaction.steps {
                step.sql = evil();
                step.search_path = Some(vec![evil()]);
                step.hazards.iter_mut().for_each(|hazard| hazard.message = evil());
                step.locks.iter_mut().for_each(|lock| {
                    lock.relation = crate::plan::Relation::new(evil(), evil());
                });
            }
        }
        plan.notes = vec![evil()];
        plan.unmodelled.iter_mut().for_each(|it| it.identity = evil());
        let page = html(&plan);
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script").count(), 1);
        assert_eq!(page.matches("<style").count(), 1);
        // Every tag is one that the page of a tame plan has: no text became one.
        let names = |page: &str| -> std::collections::BTreeSet<String> {
            let name = |tag: &String| tag.split([' ', '\n']).next().unwrap_or_default().to_owned();
            // What stands in the script is no tag.
            tags(page.split("<script").next().unwrap_or_default()).iter().map(name).collect()
        };
        let known = names(&clean);
        let found = names(&page);
        assert!(found.is_subset(&known), "{:?}", found.difference(&known).collect::<Vec<_>>());
        // No attribute of an event, which would have to stand inside a tag.
        let head = page.split("<script").next().unwrap_or_default();
        for tag in tags(head) {
            let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("");
            assert!(
                !outside.contains("onerror")
                    && !outside.contains("onmouseover")
                    && !outside.contains("onload"),
                "{tag}"
            );
        }
        assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{0}']));
    }
}

#[test]
fn a_thousand_changes_make_a_page_that_says_each() {
    let mut plan = sample::empty();
    for at in 0..1000 {
        plan.changes.push(sample::change(Action::Create, &format!("table:public.t{at}")));
        let step = sample::step(&format!("CREATE TABLE public.t{at} ()"), &[at]);
        plan.transactions.push(sample::transaction(vec![step]));
    }
    let page = html(&plan);
    assert_eq!(page.matches("<article").count(), 1000);
    assert!(page.len() < 2_000_000, "{}", page.len());
}
