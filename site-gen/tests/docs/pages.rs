//! Pages of tables, checks, comparisons and exports.

use site_gen::dbdoc::{
    self, Book, Column, Drawing, ForeignKey, Graph, Key, Overlay, Risk, Snapshot, Table,
};
use site_gen::docs::{Command, Language, files::Files};

use super::{data, links_hold, plain, read};

fn snapshot(name: &str) -> Snapshot {
    Snapshot::read(name, &read(&format!("golden/{name}.json"))).unwrap()
}

fn book(name: &str, overlay: &str) -> Book {
    let overlay = Overlay::read("overlay.toml", overlay).unwrap();
    Book::bind(snapshot(name), overlay).unwrap()
}

fn pages(book: &Book, previous: Option<&Snapshot>) -> Files {
    dbdoc::pages(book, &dbdoc::check(book), previous).unwrap()
}

fn html(files: &Files, path: &str) -> String {
    plain(&files[path])
}

#[test]
fn every_snapshot_becomes_pages_whose_links_hold() {
    for name in [
        "postgres",
        "sqlite",
        "oracle",
        "sqlserver",
        "mysql",
        "dameng",
        "kingbase",
    ] {
        let files = pages(&book(name, ""), Some(&snapshot("postgres")));
        links_hold(&files);
        assert!(files["dictionary.xlsx"].starts_with(b"PK"), "{name}");
        assert_eq!(
            files["snapshot.json"],
            read(&format!("golden/{name}.json")).as_bytes()
        );
    }
}

#[test]
fn the_same_snapshot_gives_the_same_bytes() {
    let overlay = read("data/overlay.toml");
    let first = pages(&book("postgres", &overlay), None);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let second = pages(&book("postgres", &overlay), None);
    assert!(first == second);
}

#[test]
fn sg_db_2_a_table_page_has_the_headings_of_a_data_dictionary() {
    let files = pages(&book("postgres", &read("data/overlay.toml")), None);
    let device = html(&files, "tables/public.device.html");
    for heading in [
        "序号",
        "字段名",
        "类型",
        "可空",
        "默认值",
        "键",
        "外键目标",
        "说明",
    ] {
        assert!(
            device.contains(&format!("<th scope=\"col\">{heading}</th>")),
            "{heading}"
        );
    }
    for part in [
        "设备接入",
        "fk_device_bed",
        "SET NULL",
        "CREATE TABLE public.device",
        "距离 1",
        "<svg",
        "购置金额（元）",
        "按床位查设备",
    ] {
        assert!(device.contains(part), "{part}");
    }
    let english = html(&files, "en/tables/public.device.html");
    assert!(english.contains("<html lang=\"en\">") && english.contains("Foreign key target"));
    assert!(
        english.contains("<span lang=\"zh-Hans\">床旁设备</span>"),
        "a text without translation says its language"
    );
    let ward = html(&files, "tables/public.ward.html");
    assert!(
        ward.contains("class=\"logical\"")
            && ward.contains("病区编码（院内统一）")
            && ward.contains("BEFORE")
    );
    let index = html(&files, "index.html");
    assert!(
        index.contains("床旁")
            && index.contains("一级, 二级, 三级")
            && index.contains("device_in_use")
    );
}

#[test]
fn what_is_not_provided_is_said_and_never_empty() {
    let files = pages(&book("dameng", ""), None);
    let page = files
        .iter()
        .find(|(path, _)| path.starts_with("tables/"))
        .unwrap();
    let text = String::from_utf8_lossy(page.1);
    let constraints = text
        .split("id=\"constraints\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    assert!(constraints.contains("未提供") && !constraints.contains("<p>无</p>"));
    assert!(
        html(&files, "index.html")
            .split("id=\"enums\"")
            .nth(1)
            .unwrap()
            .contains("未提供")
    );
}

#[test]
fn sg_db_3_an_overlay_entry_that_matches_nothing_is_an_error() {
    let overlay = "[tables.gone]\nmodule = { zh = \"x\" }\n[tables.ward.columns.gone]\ncomment = { zh = \"x\" }\n\
        [[relations]]\ntable = \"bed\"\ncolumns = [\"nope\"]\ntarget = \"ward\"\ntarget_columns = [\"id\"]\n\
        [[viewpoints]]\nname = { zh = \"x\" }\ntables = [\"zz*\"]\n[lint]\noff = [\"no-rule\"]\n";
    let overlay = Overlay::read("o", overlay).unwrap();
    let problems = Book::bind(snapshot("postgres"), overlay).unwrap_err();
    assert_eq!(problems.len(), 5, "{problems:?}");
    let wrong = Overlay::read("o.toml", "[lint]\n\nmax = 3\n").unwrap_err();
    assert!(wrong.to_string().starts_with("o.toml:3: "), "{wrong}");
    let repeated = "[[relations]]\ntable = \"bed\"\ncolumns = [\"ward_id\"]\ntarget = \"ward\"\ntarget_columns = [\"id\"]\n";
    assert!(Book::bind(snapshot("postgres"), Overlay::read("o", repeated).unwrap()).is_err());
}

fn column(ordinal: u32, name: &str, data_type: &str) -> Column {
    Column {
        ordinal,
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        nullable: false,
        default: None,
        generated: None,
        comment: Some("说明".to_owned()),
    }
}

fn foreign_key(column: &str, target: &str) -> ForeignKey {
    ForeignKey {
        name: format!("fk_{column}"),
        columns: vec![column.to_owned()],
        target_schema: String::new(),
        target_table: target.to_owned(),
        target_columns: vec!["id".to_owned()],
        on_delete: "NO ACTION".to_owned(),
        on_update: "NO ACTION".to_owned(),
        comment: None,
    }
}

fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        kind: "table".to_owned(),
        comment: Some("表".to_owned()),
        columns: vec![
            column(1, "id", "int"),
            column(2, "created_at", "timestamp"),
            column(3, "updated_at", "timestamp"),
        ],
        primary_key: Some(Key {
            name: String::new(),
            columns: vec!["id".to_owned()],
            comment: None,
        }),
        ..Table::default()
    }
}

fn made(tables: Vec<Table>) -> Book {
    let mut snapshot = snapshot("sqlite");
    snapshot.tables = tables;
    snapshot.order();
    Book::bind(snapshot, Overlay::default()).unwrap()
}

#[test]
fn sg_db_5_each_check_finds_its_case_and_nothing_else() {
    let codes = |change: &dyn Fn(&mut Table, &mut Table)| {
        let (mut a, mut b) = (table("a"), table("b"));
        b.columns.push(column(4, "a_id", "int"));
        b.foreign_keys.push(foreign_key("a_id", "a"));
        b.unique_keys.push(Key {
            name: String::new(),
            columns: vec!["a_id".to_owned()],
            comment: None,
        });
        change(&mut a, &mut b);
        let report = dbdoc::check(&made(vec![a, b]));
        report
            .findings
            .iter()
            .map(|one| one.code)
            .collect::<Vec<_>>()
    };
    type Case<'a> = (&'a [&'a str], &'a dyn Fn(&mut Table, &mut Table));
    let cases: [Case<'_>; 14] = [
        (&[], &|_, _| {}),
        (&["table-comment"], &|a, _| a.comment = None),
        (&["column-comment"], &|a, _| a.columns[0].comment = None),
        (&["foreign-key-index"], &|_, b| b.unique_keys.clear()),
        (&["foreign-key-type"], &|_, b| {
            b.columns[3].data_type = "bigint".to_owned()
        }),
        (&["column-comment", "nullable-foreign-key"], &|_, b| {
            b.columns[3].nullable = true;
            b.columns[3].comment = None;
        }),
        (&["duplicate-relation"], &|_, b| {
            b.foreign_keys.push(foreign_key("a_id", "a"))
        }),
        (&["unrelated-table", "unrelated-table"], &|_, b| {
            b.foreign_keys.clear()
        }),
        (&["no-primary-key"], &|a, _| a.primary_key = None),
        (&["created-updated"], &|a, _| {
            a.columns.pop();
        }),
        (&["reserved-word"], &|a, _| {
            a.columns.push(column(4, "order", "int"))
        }),
        (&["naming"], &|a, _| {
            a.columns.push(column(4, "bedNo", "int"))
        }),
        (&["money-type"], &|a, _| {
            a.columns
                .push(column(4, "total_amount", "double precision"))
        }),
        (&["too-many-columns"], &|a, _| {
            a.columns
                .extend((4..=70).map(|n| column(n, &format!("c{n}"), "int")))
        }),
    ];
    for (wanted, change) in cases {
        assert_eq!(codes(change), wanted);
    }
}

#[test]
fn sg_db_5_coverage_and_checklist_are_counted() {
    let report = dbdoc::check(&book("sqlite", ""));
    assert_eq!(
        (
            report.coverage.done,
            report.coverage.all,
            report.checklist()
        ),
        (18, 18, 3)
    );
    let mut bare = table("a");
    bare.comment = None;
    bare.columns[0].comment = None;
    let report = dbdoc::check(&made(vec![bare]));
    assert_eq!(
        (
            report.coverage.done,
            report.coverage.all,
            report.coverage.percent()
        ),
        (2, 4, 50)
    );
    assert_eq!(report.checklist(), 1, "types alone are complete");
}

#[test]
fn sg_db_4_diagrams_of_500_tables_are_drawn_in_time_and_large_ones_listed() {
    let mut tables = vec![table("hub")];
    for number in 0..499_usize {
        let mut one = table(&format!("table_{number:03}"));
        let target = if number < 60 {
            "hub".to_owned()
        } else {
            format!("table_{:03}", number / 3)
        };
        one.columns.push(column(4, "up_id", "int"));
        one.foreign_keys.push(foreign_key("up_id", &target));
        tables.push(one);
    }
    let book = made(tables);
    let graph = Graph::new(&book);
    let (mut drawn, mut far, mut listed) = (0, 0, 0);
    for one in &book.snapshot.tables {
        match graph.draw(&one.id(), Language::Zh, &|id| format!("{id}.html")) {
            Drawing::Svg(svg, second) => {
                drawn += 1;
                assert!(svg.contains("<title") && svg.contains("<desc") && !svg.contains("style="));
                if let Some(second) = second {
                    far += 1;
                    assert!(second.matches("<rect").count() <= dbdoc::MOST_BOXES);
                }
            }
            Drawing::List(ids) => {
                listed += 1;
                assert!(ids.len() > dbdoc::MOST_BOXES);
            }
            Drawing::None => panic!("{} is related", one.id()),
        }
    }
    assert_eq!((drawn, listed), (499, 1));
    assert!(far > 100, "{far}");
}

#[test]
fn sg_db_6_a_comparison_names_each_change_with_its_risk() {
    type Case<'a> = (&'a str, Risk, &'a dyn Fn(&mut Table));
    let cases: [Case<'_>; 9] = [
        ("column_added", Risk::High, &|one| {
            one.columns.push(column(4, "x", "int"))
        }),
        ("column_added", Risk::Low, &|one| {
            one.columns.push(Column {
                nullable: true,
                ..column(4, "x", "int")
            })
        }),
        ("column_removed", Risk::High, &|one| {
            one.columns.pop();
        }),
        ("type_changed", Risk::Medium, &|one| {
            one.columns[0].data_type = "bigint".to_owned()
        }),
        ("type_changed", Risk::High, &|one| {
            one.columns[0].data_type = "smallint".to_owned()
        }),
        ("null_changed", Risk::Low, &|one| {
            one.columns[1].nullable = true
        }),
        ("primary_key_changed", Risk::High, &|one| {
            one.primary_key = None
        }),
        ("foreign_key_added", Risk::Medium, &|one| {
            one.foreign_keys.push(foreign_key("id", "a"))
        }),
        ("comment_changed", Risk::None, &|one| one.comment = None),
    ];
    for (code, risk, change) in cases {
        let old = made(vec![table("a")]).snapshot;
        let mut changed = table("a");
        change(&mut changed);
        let new = made(vec![changed]).snapshot;
        let changes = dbdoc::diff(&old, &new);
        assert_eq!(changes.len(), 1, "{code}: {changes:?}");
        assert_eq!((changes[0].code, changes[0].risk), (code, risk));
    }
    let (old, new) = (
        made(vec![table("a")]).snapshot,
        made(vec![table("b")]).snapshot,
    );
    let codes: Vec<_> = dbdoc::diff(&old, &new).iter().map(|one| one.code).collect();
    assert_eq!(codes, ["table_removed", "table_added"]);
}

#[derive(clap::Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Runs the command line: code, output, errors.
fn run(args: &[&str]) -> (u8, String, String) {
    let cli = <Cli as clap::Parser>::try_parse_from([&["site-gen"], args].concat()).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = cli.command.run(&mut out, &mut err);
    (
        code,
        String::from_utf8(out).unwrap(),
        String::from_utf8(err).unwrap(),
    )
}

#[test]
fn commands_end_with_the_codes_they_promise() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| data(&format!("golden/{name}.json")).display().to_string();
    let out = folder.path().join("book");
    let out = out.to_str().unwrap();
    let (code, text, _) = run(&["db-diff", &path("mysql"), &path("mysql")]);
    assert_eq!((code, text.as_str()), (0, ""));
    let (code, text, _) = run(&["db-diff", &path("mysql"), &path("oracle"), "--json"]);
    assert_eq!(code, 1);
    assert!(
        serde_json::from_str::<Vec<serde_json::Value>>(&text)
            .unwrap()
            .len()
            > 3
    );
    assert_eq!(
        run(&["db-docs", &path("sqlite"), "--out", out, "--gate", "100"]).0,
        0
    );
    assert_eq!(
        run(&["db-docs", &path("postgres"), "--out", out, "--gate", "90"]).0,
        1
    );
    assert!(std::fs::exists(format!("{out}/tables/public.ward.html")).unwrap());
    assert!(
        !std::fs::exists(format!("{out}/tables/ward.html")).unwrap(),
        "the folder is replaced as a whole"
    );
    let (code, _, errors) = run(&["db-docs", &path("none"), "--out", out]);
    assert!(code == 2 && errors.contains("none.json"), "{errors}");
    let foreign = folder.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::File::create(foreign.join("mine.txt")).unwrap();
    let (code, _, errors) = run(&[
        "db-docs",
        &path("sqlite"),
        "--out",
        foreign.to_str().unwrap(),
    ]);
    assert!(
        code == 2 && errors.contains("holds files") && foreign.join("mine.txt").exists(),
        "{errors}"
    );
    assert!(
        run(&["db-queries", "dameng"])
            .1
            .contains("all_tab_comments")
    );
    assert_eq!(run(&["db-queries", "sqlite"]).0, 2);
}
