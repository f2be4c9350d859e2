//! The technical documents of the platform itself (一(八)): the structure of its tables and its interface.

use e2e::paper::text_of;
use e2e::{Backend, TestApp, block_on, both_backends};
use entity::values::Audience;
use migration::dictionary;
use serde_json::json;
use site_gen::dbdoc::{Book, Overlay, Snapshot, check, diff, from_database};
use site_gen::docs::Language;

/// The structure as it stands, without what differs from server to server and from day to day.
async fn live(app: &TestApp) -> Snapshot {
    let url = &app.app.config.database_url;
    let schemas = if url.starts_with("sqlite") {
        Vec::new()
    } else {
        vec!["public".to_owned()]
    };
    let mut snapshot = from_database(url, &schemas).await.unwrap();
    snapshot.product_version = None;
    for table in &mut snapshot.tables {
        table.row_estimate = None;
        table.size_bytes = None;
    }
    snapshot
}

fn committed() -> Snapshot {
    Snapshot::read("postgres.json", dictionary::SNAPSHOT).unwrap()
}

fn words() -> Overlay {
    Overlay::read("words.toml", dictionary::WORDS).unwrap()
}

/// SG-DB-6: a step of the schema without its snapshot is a difference. `UPDATE_SNAPSHOTS=1` writes the snapshot.
#[test]
#[expect(clippy::disallowed_methods, reason = "a snapshot of a test")]
fn sg_db_6_the_committed_snapshot_is_what_the_steps_make() {
    block_on(async {
        let Some(app) = TestApp::start(Backend::Postgres).await else {
            return;
        };
        let snapshot = live(&app).await;
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            let path = concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../migration/dictionary/postgres.json"
            );
            std::fs::write(path, snapshot.write().unwrap()).unwrap();
            return;
        }
        let changes = diff(&committed(), &snapshot);
        assert!(changes.is_empty(), "{changes:#?}");
        assert!(committed() == snapshot, "the snapshots differ");
    });
}

both_backends! {
    /// SG-DB-3, SG-DB-5: every table and column says what it means, in both languages, on either database.
    async fn sg_db_5_every_table_and_column_has_a_meaning(app: &TestApp) {
        let book = Book::bind(live(app).await, words()).unwrap();
        for table in &book.snapshot.tables {
            for language in [Language::Zh, Language::En] {
                assert_eq!(book.comment(table).pick(language).1, language, "{}", table.name);
                for column in &table.columns {
                    let comment = book.column_comment(table, &column.name);
                    assert_eq!(comment.pick(language).1, language, "{}.{}", table.name, column.name);
                }
            }
        }
        let report = check(&book);
        assert_eq!((report.coverage.done, report.checklist()), (report.coverage.all, 3));
    }

    /// SG-API-1, SG-DB-2: data level 3, so in the roots of the information centre and the vendor; managers and auditors see
    /// that there are such documents, the ward and the staff nothing.
    async fn the_documents_of_the_platform_stand_where_they_may_be_read(app: &TestApp) {
        for (account, whole) in [("it_admin", true), ("pm", true), ("engineer", true), ("manager", false), ("auditor", false)] {
            let body = app.ask(account, "{ownDocuments{kind version source notes}}", json!({})).await;
            let all = body["data"]["ownDocuments"].as_array().unwrap();
            let kinds: Vec<_> = all.iter().map(|one| one["kind"].as_str().unwrap()).collect();
            assert_eq!(kinds, ["INTERFACE", "DB_SCHEMA"], "{account}");
            for one in all {
                assert_eq!((one["source"].is_string(), one["notes"].is_string()), (whole, whole), "{account}");
            }
        }
        let body = app.ask("nurse", "{ownDocuments{kind}}", json!({})).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
        api::portal::build::all(&app.app, None).await.unwrap();
        for instance in api::portal::instance::all(app.app.db.read(), None).await.unwrap() {
            let root = api::portal::roots(&app.app).join(&instance.name).join("documents");
            let (list, whole) = match instance.reader.audience {
                Audience::It | Audience::Vendor => (true, true),
                Audience::Mgmt | Audience::Audit => (true, false),
                Audience::Staff | Audience::Icu => (false, false),
            };
            assert_eq!(root.join("index.html").exists(), list, "{}", instance.name);
            for page in ["database/index.html", "database/tables/public.ticket.html", "database/dictionary.xlsx", "interface/index.html", "../en/documents/interface/index.html", "../en/documents/database/dictionary.xlsx"] {
                assert_eq!(root.join(page).exists(), whole, "{} {page}", instance.name);
            }
            // SG-DB-7: on paper too, in both languages.
            for paper in ["database/data-dictionary.pdf", "interface/interface.pdf"] {
                for folder in ["", "../en/documents/"] {
                    assert_eq!(root.join(format!("{folder}{paper}")).exists(), whole, "{} {folder}{paper}", instance.name);
                }
            }
            if whole {
                let page = std::fs::read_to_string(root.join("database/tables/public.ticket.html")).unwrap();
                assert!(page.contains("报告人") && page.contains("数据截至"), "{page}");
            }
        }
    }

    /// SG-DB-7: the dictionary of the platform on paper names every table and every column, the interface every operation.
    async fn sg_db_7_the_documents_of_the_platform_on_paper_are_whole(app: &TestApp) {
        api::portal::build::all(&app.app, None).await.unwrap();
        let all = api::portal::instance::all(app.app.db.read(), None).await.unwrap();
        let it = all.iter().find(|one| one.reader.audience == Audience::It).unwrap();
        let root = api::portal::roots(&app.app).join(&it.name);
        let read = |path: &str| text_of(&std::fs::read(root.join(path)).unwrap());
        for path in ["documents/database/data-dictionary.pdf", "en/documents/database/data-dictionary.pdf"] {
            let text = read(path);
            for table in &committed().tables {
                assert!(text.contains(&table.name), "{path}: {}", table.name);
                for column in &table.columns {
                    assert!(text.contains(&column.name), "{path}: {}.{}", table.name, column.name);
                }
            }
        }
        let text = read("documents/interface/interface.pdf");
        for name in ["createTicket", "inspectionReport", "UserErrorCode", "调用方式", "接口参数", "返回格式"] {
            assert!(text.contains(name), "{name}");
        }
    }
}
