use super::super::hostile::outside;
use super::super::sample;
use super::*;
use crate::plan::{Action, Proof};

fn filled(name: &str, text: &str, plan: &Plan) -> Result<String, TemplateError> {
    let (own, text) = (name.to_owned(), text.to_owned());
    template(plan, &About { environment: Some("production".to_owned()) }, name, move |name| {
        match name {
            _ if name == own => Ok(Some(text.clone())),
            "part.md" => Ok(Some("{{ title }}".to_owned())),
            "../secret.md" => Err("leads out of the directory of the template".to_owned()),
            _ => Ok(None),
        }
    })
}

/// A plan whose view has the names and texts that are given.
fn evil(text: &str) -> Plan {
    let mut plan = sample::empty();
    let mut change = sample::change(Action::Alter, "view:public.v");
    if let Some(name) = change.object.path.last_mut() {
        *name = text.to_owned();
    }
    change.fields = vec![sample::field("comment", Some("a"), Some(text), Proof::Structure)];
    plan.changes = vec![change];
    plan.notes = vec![text.to_owned()];
    plan.transactions = vec![sample::transaction(vec![sample::step(text, &[0])])];
    plan
}

#[test]
fn a_template_says_what_its_author_wants_to_see() {
    let text = "{{ environment }}: {{ verdict }}\n{% for sort in sorts %}- {{ sort.name }} x {{ sort.count }}\n{% endfor %}\
                {% for it in transactions %}{% for step in it.steps %}{{ step.sql|fenced('sql') }}{% endfor %}{% endfor %}";
    let written = filled("comment.md", text, &sample::clinic()).unwrap();
    assert!(written.starts_with("production: drops 1 table, changes 1 enum,"), "{written}");
    assert!(written.contains("- data-loss x 1\n- "), "{written}");
    assert!(written.contains("```sql\nDROP VIEW"), "{written}");
}

#[test]
fn the_name_of_a_template_says_what_is_escaped() {
    let plan = evil("<b>");
    let text = "{{ groups[0]['items'][0].label }} {{ groups[0]['items'][0].label|code }}";
    assert_eq!(
        filled("a.md", text, &plan).unwrap(),
        "view <code>public&#46;&#60;b&#62;</code> <code>view public&#46;&#60;b&#62;</code>"
    );
    assert_eq!(
        filled("a.html.j2", text, &plan).unwrap(),
        "view public.&lt;b&gt; <code>view public.&lt;b&gt;</code>"
    );
    assert_eq!(filled("a.txt", text, &plan).unwrap(), "view public.<b> view public.<b>");
    for name in ["a", "a.sql", "a.j2"] {
        let error = filled(name, text, &plan).unwrap_err().to_string();
        assert!(error.contains("does not say what is escaped"), "{error}");
    }
}

#[test]
fn no_text_of_a_user_is_markup_wherever_a_template_puts_it() {
    let text =
        "| {{ it }} |\n\n{{ it }}`{{ it }}`\n\n- {{ it|code }}\n\n<div>{{ it }}\n{{ it|fenced }}\n{{ notes }}{{ it|upper }}"
            .replace("notes", "asides[0]['items']")
            .replace(" it", " asides[0]['items'][0]");
    for inner in [
        "<img src=x>",
        "@team",
        "#12",
        "[a](b)",
        "a|<b>|@all",
        "`<b>`",
        "```\n<script>",
        "https://x.example",
        "**b**",
        "::set-output name=a::b",
        "\u{1b}[2J",
        "</code><b>",
        "{{ 7 * 7 }}",
        "&lt;b&gt;",
        "~~~",
        "![i](j)",
        "a_b_c",
    ] {
        let written = filled("a.md", &text, &evil(inner)).unwrap();
        let outside = outside(&written).replace("<div>", "");
        for markup in ["<", ">", "@", "#12", "[", "*", "https:", "\u{1b}", "~", "_", "&l"] {
            assert!(!outside.contains(markup), "{inner:?}: {markup:?} in {outside:?}\n{written}");
        }
        assert!(!shown::has_command(&written), "{written}");
        assert!(!written.contains("49"), "{written}");
    }
}

#[test]
fn a_template_that_does_not_end_is_ended() {
    let text = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    let error = filled("a.md", text, &sample::empty()).unwrap_err().to_string();
    assert!(error.contains("fuel"), "{error}");
    let text =
        "{% set x = 'xxxxxxxxxxxxxxxx' * 65536 %}{% for a in range(99) %}{{ x|safe }}{% endfor %}";
    let error = filled("a.txt", text, &sample::empty()).unwrap_err().to_string();
    assert!(error.contains("writes more than 64 MB"), "{error}");
}

#[test]
fn a_mistake_in_a_template_is_named_with_its_line() {
    let said = |text| filled("a.md", text, &sample::empty()).unwrap_err().to_string();
    let error = said("x\n{{ verdct }}");
    assert!(error.contains("a.md:2") && error.contains("undefined"), "{error}");
    assert!(said("{% if verdct %}{% endif %}").contains("undefined"));
    let error = said("{% include '../secret.md' %}");
    assert!(error.contains("leads out of the directory of the template"), "{error}");
    assert!(
        filled("b.md", "{% include 'part.md' %}", &sample::empty()).unwrap().contains("plan for")
    );
}

#[test]
fn every_variable_of_a_template_is_documented() {
    let page = Context {
        version: "",
        environment: Some(String::new()),
        page: Page::of(&sample::clinic()),
    };
    let value = serde_json::to_value(page).unwrap();
    let documented = include_str!("../../../docs/template.md");
    let mut missing = Vec::new();
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        for (key, inner) in value.as_object().into_iter().flatten() {
            if !documented.contains(&format!("`{key}`")) {
                missing.push(key.clone());
            }
            open.push(inner);
        }
        open.extend(value.as_array().into_iter().flatten());
    }
    assert!(missing.is_empty(), "docs/template.md lacks {missing:?}");
}
