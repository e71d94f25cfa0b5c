use super::*;
use crate::declare;

const CLINIC: &str = "[table.client]\ncolumn = { id = 'int primary key', name = 'text' }\n\
    [table.visit]\ncolumn = { id = 'int primary key', client_id = 'int not null references client', next = 'int references visit' }\n\
    [table.card]\ncolumn = { client_id = 'int primary key references client' }\n\
    [table.log]\npartition_by = 'list (id)'\ncolumn = { id = 'int' }\n[table.log_1]\npartition_of = 'log default'\n\
    [table.'billing.bill']\ncolumn = { id = 'int' }\n";

fn catalog(toml: &str) -> Catalog {
    declare::text(toml).unwrap_or_else(|report| panic!("{report}")).as_current()
}

fn drawing(columns: Columns, only: &[&str], around: &[&str]) -> Result<Drawing, NotDrawn> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let chosen = Chosen { only: texts(only), around: texts(around), depth: 1, columns };
    Drawing::of(&catalog(CLINIC), &chosen, None)
}

#[test]
fn mermaid_says_how_many_rows_refer_to_how_many() {
    let text = mermaid(&drawing(Columns::Keys, &["public.*"], &[]).unwrap());
    assert_eq!(
        text,
        "erDiagram\n    t0[\"card\"] {\n        integer client_id PK, FK\n    }\n    t1[\"client\"] {\n        integer id PK\n    }\n    \
         t2[\"log, 1 partition\"]\n    t3[\"visit\"] {\n        integer id PK\n        integer client_id FK\n        integer next FK\n    }\n    \
         t0 |o--|| t1 : \"client_id\"\n    t3 }o--|| t1 : \"client_id\"\n    t3 }o--o| t3 : \"next\"\n"
    );
}

#[test]
fn a_table_is_drawn_with_its_neighbours() {
    let titles =
        |drawing: Drawing| drawing.boxes.into_iter().map(|it| it.title).collect::<Vec<_>>();
    assert_eq!(titles(drawing(Columns::None, &[], &["card"]).unwrap()), ["card", "client"]);
    let all = titles(drawing(Columns::None, &[], &[]).unwrap());
    assert_eq!(all, ["billing.bill", "public.card", "public.client", "public.log", "public.visit"]);
    let error = drawing(Columns::None, &[], &["clent"]).unwrap_err().to_string();
    assert_eq!(error, "there is no table `clent`; did you mean `client`?");
}

#[test]
fn a_picture_is_the_same_bytes_each_time_and_no_box_lies_over_another() {
    let drawing = drawing(Columns::All, &[], &[]).unwrap();
    let first = svg(&drawing);
    assert!((0..5).all(|_| svg(&drawing) == first));
    let sizes = vec![(100.0, 50.0); 8];
    let arrows = [(0, 1), (1, 2), (2, 0), (3, 0), (4, 4), (5, 6)];
    let found = layout::layout(&sizes, &arrows);
    for (at, one) in found.boxes.iter().enumerate() {
        for other in &found.boxes[..at] {
            let apart = (one.0 - other.0).abs() >= 100.0 || (one.1 - other.1).abs() >= 50.0;
            assert!(apart, "{one:?} {other:?}");
        }
        assert!(one.0 - 50.0 >= 0.0 && one.0 + 50.0 <= found.size.0);
    }
    assert!(found.arrows.iter().all(|points| points.len() >= 2), "{found:?}");
}

#[test]
fn a_name_is_neither_markup_nor_a_word_of_the_picture() {
    let evil = "</text><script>alert(1)</script>\" onload=x ]>>; `%%{init}%% &\u{202e}";
    let key = evil.replace('"', "");
    let toml = format!(
        "[table]\n'\"{key}\"'.column = {{ '{}' = 'int primary key' }}\n",
        key.replace('.', "")
    );
    let chosen = Chosen { only: Vec::new(), around: Vec::new(), depth: 1, columns: Columns::All };
    let drawing = Drawing::of(&catalog(&toml), &chosen, None).unwrap();
    let picture = svg(&drawing);
    assert!(!picture.contains("<script") && !picture.contains('\u{202e}'), "{picture}");
    let text = mermaid(&drawing);
    let tame = |c: char| c.is_alphanumeric() || " \n[]{}\"#;_,.$-:()".contains(c);
    assert!(text.chars().all(tame) && !text.contains("%%"), "{text}");
    assert!(!dot(&drawing).contains("<script"));
}

#[test]
fn more_arrows_than_a_picture_makes_clear_are_drawn_all_the_same_and_soon() {
    let sizes = vec![(90.0, 30.0); 60];
    let arrows: Vec<(usize, usize)> = (0..480).map(|at| (at % 60, at * 7 % 60)).collect();
    let start = std::time::Instant::now();
    let drawn = layout::layout(&sizes, &arrows);
    assert!(start.elapsed().as_secs() < 5);
    let overlap = |a: usize, b: usize| {
        let ((ax, ay), (bx, by)) = (drawn.boxes[a], drawn.boxes[b]);
        (ax - bx).abs() < 90.0 && (ay - by).abs() < 30.0
    };
    assert!((0..60).all(|a| (0..a).all(|b| !overlap(a, b))));
    let inside =
        |(x, y): (f64, f64)| (0.0..=drawn.size.0).contains(&x) && (0.0..=drawn.size.1).contains(&y);
    assert!(drawn.arrows.iter().all(|points| points.iter().all(|point| inside(*point))));
}
