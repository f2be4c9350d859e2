//! The calendar comes in: by GraphQL and on the command line; accounts on the command line.

use e2e::process::{Binary, Store};
use e2e::{TestApp, both_backends, clock, instant, t};
use entity::work_calendar;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

const IMPORT: &str = "mutation($i:ImportCalendarInput!){importCalendar(input:$i){years{year outcome revision} userErrors{code field messages{zh en}}}}";

/// An official file of 2027 in which 4 and 5 January are days off, too.
fn official(version: &str, more: &[&str]) -> String {
    let mut holidays = vec!["2027-01-01", "2027-01-02", "2027-01-03"];
    holidays.extend(more);
    json!({ "_meta": { "version": version, "notices": { "2027": { "title": "放假通知", "doc": "国办发明电〔2026〕1号", "date": "2026-11-05" } } }, "2027": { "holidays": holidays, "workdays": ["2027-02-14"] } }).to_string()
}

async fn import(app: &TestApp, file: &str) -> Value {
    app.ask("it_admin", IMPORT, json!({ "i": { "file": file } }))
        .await["data"]["importCalendar"]
        .clone()
}

async fn revisions(app: &TestApp) -> Vec<(i32, bool)> {
    let hospital = entity::ids::HospitalId(app.hospital("DEMO").await);
    let rows = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.eq(hospital))
        .filter(work_calendar::Column::Year.eq(2027))
        .order_by_asc(work_calendar::Column::Revision)
        .all(app.app.db.read())
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.revision, row.provisional))
        .collect()
}

both_backends! {
    /// S20: an open provisional due date is counted again when its year comes in, and nothing else moves.
    async fn an_imported_year_settles_provisional_due_dates(app: &TestApp) {
        let train = async |key: &str| app.create("nurse", json!({ "category": "TRAINING", "subcategory": "TRAINING-MGMT", "idempotencyKey": key })).await;
        let old = train("calendar-old").await;
        app.app.clock.set(t("2026-12-31 17:00:00"));
        let ticket = train("calendar-key-1").await;
        let before = clock(&ticket, "TRAINING_RESPONSE_WD", 1);
        assert_eq!(before["provisional"], true, "{before}");
        let settled = clock(&app.read("nurse", &old).await, "TRAINING_RESPONSE_WD", 1);
        let done = import(app, &official("2027.1", &["2027-01-04", "2027-01-05"])).await;
        assert_eq!(done["years"], json!([{ "year": 2027, "outcome": "STORED", "revision": 2 }]), "{done}");
        app.at("2026-12-31 17:00:01").await;
        let after = clock(&app.read("nurse", &ticket).await, "TRAINING_RESPONSE_WD", 1);
        assert_eq!(after["provisional"], false, "{after}");
        assert_eq!(instant(&after["dueAt"]) - instant(&before["dueAt"]), chrono::TimeDelta::days(2), "two days off more: {before} {after}");
        assert_eq!(clock(&app.read("nurse", &old).await, "TRAINING_RESPONSE_WD", 1)["dueAt"], settled["dueAt"]);
    }

    async fn the_same_file_changes_nothing_and_a_changed_one_needs_a_new_version(app: &TestApp) {
        assert_eq!(revisions(app).await, [(1, true)]);
        import(app, &official("2027.1", &[])).await;
        assert_eq!(import(app, &official("2027.1", &[])).await["years"], json!([{ "year": 2027, "outcome": "UNCHANGED", "revision": 2 }]));
        let clash = import(app, &official("2027.1", &["2027-05-01"])).await;
        assert_eq!((&clash["userErrors"][0]["code"], &clash["userErrors"][0]["field"]), (&json!("INVALID"), &json!(["file"])));
        assert_eq!(import(app, &official("2027.2", &["2027-05-01"])).await["years"][0]["revision"], 3);
        let guess = json!({ "_meta": { "status": "PROVISIONAL" }, "2027": { "holidays": [], "workdays": [] } }).to_string();
        assert_eq!(import(app, &guess).await["years"], json!([{ "year": 2027, "outcome": "OFFICIAL_STAYS", "revision": null }]));
        assert_eq!(revisions(app).await, [(1, true), (2, false), (3, false)]);
        let seen = app.ask("nurse", "{workCalendars{year version provisional noticeNo}}", json!({})).await["data"]["workCalendars"].clone();
        let year = seen.as_array().unwrap().iter().find(|row| row["year"] == 2027).unwrap().clone();
        assert_eq!((&year["version"], &year["provisional"]), (&json!("2027.2"), &json!(false)));
        let shipped = import(app, include_str!("../../entity/data/cn-workdays.json")).await;
        assert!(shipped["years"].as_array().unwrap().iter().all(|row| row["outcome"] == "UNCHANGED"), "what the product ships is what the setup has stored: {shipped}");
    }

    async fn a_bad_file_names_the_place_and_stores_nothing(app: &TestApp) {
        let good = |list: Value| json!({ "_meta": { "version": "2027.1", "notices": { "2027": { "title": "t", "doc": "d", "date": "2026-11-05" } } }, "2027": list }).to_string();
        for (file, place) in [
            ("{\n \"2027\": }".to_owned(), "line 2, column 10"),
            ("[]".to_owned(), "$"),
            ("{}".to_owned(), "$"),
            (good(json!({ "holidays": ["2027-01-01", "2028-01-01"], "workdays": [] })), "2027.holidays[1]"),
            (good(json!({ "holidays": ["2027-13-01"], "workdays": [] })), "2027.holidays[0]"),
            (good(json!({ "holidays": [], "workdays": ["2027-02-14", "2027-02-14"] })), "2027.workdays[1]"),
            (good(json!({ "holidays": ["2027-02-14"], "workdays": ["2027-02-14"] })), "2027"),
            (good(json!({ "holidays": [{ "date": "2027-02-14", "slots": [["08:00", "12:00"]] }], "workdays": [] })), "2027.holidays"),
            (good(json!({ "holidays": [], "workdays": [], "weekends": [] })), "2027.weekends"),
            (good(json!({ "holidays": [] })), "2027.workdays"),
            (json!({ "_meta": { "version": "2027.1" }, "2027": { "holidays": [], "workdays": [] } }).to_string(), "_meta.notices.2027"),
            (official("", &[]), "_meta.version"),
            (json!({ "20x7": {} }).to_string(), "20x7"),
        ] {
            let payload = import(app, &file).await;
            let error = &payload["userErrors"][0];
            assert_eq!((&error["code"], &error["field"]), (&json!("INVALID"), &json!(["file"])), "{file}: {payload}");
            for language in ["zh", "en"] {
                assert!(error["messages"][language].as_str().unwrap().contains(place), "{place}: {error}");
            }
        }
        assert_eq!(revisions(app).await, [(1, true)]);
    }
}

/// The command line makes, resets and lists accounts and imports a calendar; the chain says who, and why.
#[test]
fn the_command_line_keeps_accounts_and_calendar() {
    e2e::block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (binary, store) = (
            Binary::at(env!("CARGO_BIN_EXE_icuops-e2e")),
            Store::sqlite(folder.path()),
        );
        let write = |name: &str, text: &str| {
            use std::io::Write as _;
            let path = folder.path().join(name);
            std::fs::File::create(&path)
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            path.to_str().unwrap().to_owned()
        };
        let setup = write("setup.toml", SETUP);
        let run = |words: &[&str]| {
            let output = binary.run(words, &store);
            (
                output.status.success(),
                String::from_utf8(output.stdout).unwrap(),
            )
        };
        let (good, text) = run(&["setup", &setup]);
        assert!(good && text.contains("admin1"), "{text}");
        assert!(!run(&["setup", &setup]).0, "the second run is refused");
        let ward = [
            "user",
            "add",
            "chen.xiao",
            "--name",
            "陈晓",
            "--role",
            "ICU_NURSE",
            "--department",
            "重症医学科",
            "--reason",
            "新入职",
        ];
        let (good, text) = run(&ward);
        assert!(good && text.contains("chen.xiao"), "{text}");
        assert!(!run(&ward).0, "the name is taken");
        let (good, text) = run(&[
            "user",
            "add",
            "deputy",
            "--name",
            "李某",
            "--role",
            "HOSP_IT_ADMIN",
            "--reason",
            "副主任",
        ]);
        assert!(good && text.contains("待医院管理人员批准"), "{text}");
        let (good, text) = run(&["user", "list"]);
        assert!(
            good && text.contains("HOSP_IT_ADMIN(PENDING)") && text.contains("pm1"),
            "{text}"
        );
        let (good, text) = run(&["user", "reset", "chen.xiao", "--reason", "忘记口令"]);
        assert!(good && text.contains("chen.xiao"), "{text}");
        let (good, text) = run(&["user", "reset", "nobody", "--reason", "忘记口令"]);
        assert!(!good && text.contains("nobody"), "{text}");
        let calendar = write("2027.json", &official("2027.1", &[]));
        let (good, text) = run(&["calendar", "import", &calendar]);
        assert!(good && text.contains("2027: 已导入"), "{text}");
        let bad = write("bad.json", "{\n \"2027\": }");
        let (good, text) = run(&["calendar", "import", &bad]);
        assert!(!good && text.contains("line 2, column 10"), "{text}");
        let (good, chain) = run(&["audit", "export"]);
        assert!(good);
        for (action, reason) in [
            ("account.create", "新入职"),
            ("account.reset_password", "忘记口令"),
            ("calendar.import", "calendar import on the command line"),
        ] {
            assert!(
                chain.lines().any(|line| line.contains(action)
                    && line.contains(reason)
                    && line.contains("SYSTEM")),
                "{action} {reason}"
            );
        }
        assert!(run(&["audit", "verify"]).0);
    });
}

const SETUP: &str = r#"
departments = [{ name = "重症医学科", beds = 24 }]
[hospital]
code = "H1"
name = "某市中心医院"
[vendor]
name = "某科技有限公司"
[contract]
no = "2026-001"
title = "重症系统运维服务"
fee_fen = 36000000
signed_on = "2026-01-01"
service_from_on = "2026-01-01"
service_to_on = "2026-12-31"
baseline_version = "5.2.0"
government_procurement = true
vendor_is_sme = true
[manager]
account = "manager1"
name = "何某"
[it_admin]
account = "admin1"
name = "周某"
[project_manager]
account = "pm1"
name = "刘某"
undertaking = "档案柜 A-05"
"#;
