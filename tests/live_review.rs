//! What a reviewer sees of a change beside the plan itself: why it is done, a page, a picture.

mod common;

use std::fs;

use common::{Cluster, Database, Folder, Plumb, home};

/// A database, and a declaration that changes a column under a view.
async fn changed() -> (Database, Folder) {
    let cluster = Cluster::start(home());
    let database = Database::create(&cluster).await;
    database
        .execute(
            "create table client (id int primary key, number int, fax text); \
             create view numbers as select number from client",
        )
        .await;
    let folder = Folder::new();
    folder.write(
        "schema/a.toml",
        "[manage]\nundeclared = 'drop'\n\n[table.client]\ncolumn = { id = 'int primary key', number = 'bigint' }\n\
         [view.numbers]\nquery = 'select number from client'\n",
    );
    (database, folder)
}

#[tokio::test]
async fn why_says_what_forces_a_rebuild_and_what_it_waits_for() {
    let (database, folder) = changed().await;
    let url = database.url();
    let why = |what: &str| Plumb::new(&["why", what, "--url", &url]).dir(folder.path()).run();
    let said = why("view:public.numbers").exit(0);
    assert!(
        said.starts_with(
            "view public.numbers is dropped and made again: it needs column public.client.number, which cannot change \
             while it is there (a.toml:6)\n  column public.client.number is changed in place: type (structure) differs (a.toml:5)\n"
        ),
        "{said}"
    );
    assert!(said.contains("DROP VIEW public.numbers\n  nothing has to come before it\n"), "{said}");
    assert!(said.contains("  before statement "), "{said}");
    assert!(said.contains("make or change column public.client.number\n"), "{said}");
    assert!(why("numbers").exit(0) == said);
    let dropped = why("fax").exit(0);
    assert!(
        dropped.starts_with("column public.client.fax is dropped: it is in the database and not in the declaration\n"),
        "{dropped}"
    );
    assert!(why("1").exit(0).contains("statement 1, in transaction 1: "));
    assert!(why("99").stderr.contains("the plan has no statement 99"));
    let wrong = why("numbres");
    assert!(wrong.stderr.contains("did you mean `numbers`?"), "{}", wrong.stderr);
    wrong.exit(1);
}

#[tokio::test]
async fn the_page_of_a_plan_is_one_file_with_its_hazards() {
    let (database, folder) = changed().await;
    let url = database.url();
    let arguments = ["plan", "--url", &url, "--out", "plan.html"];
    let said = Plumb::new(&arguments).dir(folder.path()).run().exit(0);
    assert!(said.contains("1 to drop"), "{said}");
    let page = fs::read_to_string(folder.path().join("plan.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(page.contains("<b>data-loss</b>") && page.contains("a.toml:5"), "{page}");
}

#[tokio::test]
async fn a_picture_is_of_the_declaration_or_of_a_database() {
    let (database, folder) = changed().await;
    let url = database.url();
    let graph = |arguments: &[&str]| {
        let all = [&["graph"], arguments].concat();
        Plumb::new(&all).dir(folder.path()).run().exit(0)
    };
    assert_eq!(
        graph(&[]),
        "erDiagram\n    t0[\"client\"] {\n        integer id PK\n        bigint number\n    }\n"
    );
    assert!(graph(&["--url", &url]).contains("        text fax\n"));
    let plan = ["plan", "--url", &url, "--out", "plan.json"];
    Plumb::new(&plan).dir(folder.path()).run().exit(0);
    assert!(graph(&["--plan", "plan.json"]).contains("    t0[\"client\"]:::changed {\n"));
    graph(&["--out", "a.svg", "--around", "client"]);
    assert!(folder.read("a.svg").starts_with("<svg xmlns="));
    let wrong = Plumb::new(&["graph", "--around", "clent"]).dir(folder.path()).run();
    assert!(wrong.stderr.contains("did you mean `client`?"), "{}", wrong.stderr);
    wrong.exit(1);
}

#[tokio::test]
async fn a_template_of_the_user_writes_the_plan() {
    let (database, folder) = changed().await;
    let url = database.url();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/templates/comment.md.j2");
    let plan = |arguments: &[&str]| {
        let all = [&["plan", "--url", &url], arguments].concat();
        Plumb::new(&all).dir(folder.path()).run()
    };
    let said = plan(&["--template", example]).exit(0);
    assert!(said.starts_with("### plan for "), "{said}");
    let row = "| data-loss | <code>column public&#46;client&#46;fax</code> | its values are lost |";
    assert!(said.contains(row), "{said}");
    assert!(said.contains("\n```sql\nDROP VIEW public.numbers;\n```\n"), "{said}");
    // A file beside the template is included; one outside is not, whatever leads there.
    folder.write("secret.md", "password");
    folder.write("own/part.md", "part {{ hazards }}");
    folder.write("own/a.md", "{% include 'part.md' %}");
    folder.write("own/b.md", "{% include '../secret.md' %}");
    folder.write("own/c.md", "{% include 'link.md' %}");
    std::os::unix::fs::symlink("../secret.md", folder.path().join("own/link.md")).unwrap();
    assert_eq!(plan(&["--template", "own/a.md"]).exit(0), "part 3");
    for name in ["own/b.md", "own/c.md"] {
        let said = plan(&["--template", name]);
        assert!(said.stderr.contains("leads out of the directory of the template"), "{said:?}");
        said.exit(1);
    }
    plan(&["--template", "own/a.md", "--out", "comment.md"]).exit(0);
    assert_eq!(folder.read("comment.md"), "part 3");
    plan(&["--template", "own/a.md", "--format", "text"]).exit(1);
    // A stranger's template could leave a hazard out.
    folder.write(".git/HEAD", "");
    let said = plan(&["--template", "own/a.md", "--untrusted"]);
    assert!(said.stderr.contains("the template in own/a.md is ignored"), "{}", said.stderr);
    assert!(said.exit(0).contains("- **data-loss** `column public.client.fax`"));
}
