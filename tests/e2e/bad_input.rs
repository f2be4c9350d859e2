//! Bad input: each kind gets its code and a sentence in both languages, and loses nothing.
//!
//! The harness holds every answer against the rules of errors; here are the codes and the rows.

use std::cell::Cell;

use e2e::both_backends;
use e2e::cast::COMPANY;
use e2e::make::{Maker, put};
use e2e::sdl::{Sdl, permissions};
use e2e::walk::repeated;
use entity::rules::access::allows;
use entity::values::Role;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

const CREATE: &str = "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id} userErrors{code message messages{zh en} field}}}";

fn code(body: &Value) -> String {
    let top = &body["errors"][0]["extensions"];
    let (code, reason) = (top["code"].as_str(), top["reason"].as_str());
    let user = body["data"]
        .as_object()
        .and_then(|data| data.values().next())
        .and_then(|payload| payload["userErrors"][0]["code"].as_str());
    match (code, reason) {
        (Some(code), Some(reason)) => format!("{code}/{reason}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => user.unwrap_or("none").to_owned(),
    }
}

fn consult(key: &str) -> Value {
    json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "channel": "PORTAL", "description": "十二床特护单无法保存", "idempotencyKey": key })
}

/// Characters that other systems lose: outside the first plane, joined emoji, combining marks without a composed form,
/// variation selectors, right to left, zero width.
const RARE: &[&str] = &[
    "𠮷野家𪚥",
    "👩‍⚕️👨‍👩‍👧‍👦🏴‍☠️",
    "x\u{0302}ỵ\u{0308}",
    "葛\u{E0100}",
    "مرحبا",
    "ก็็็็",
    "a\u{200B}b",
    "①㎎㏄Ⅳ",
    "\"'`;--<b>&amp;\\ {{x}} ${y}",
    "第一行\n第二行\t列",
];

both_backends! {
    /// G26: the kinds of bad input that the requirements name.
    async fn each_kind_of_bad_input_gets_its_code_and_changes_nothing(app: &TestApp) {
        let ticket = app.consult("bad-kind-1").await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "bad-kind-2" })).await;
        let hours = |n: i64| (app.app.clock.now() - chrono::TimeDelta::hours(n)).to_rfc3339();
        let with = |extra: Value| {
            let mut input = consult("bad-kind-3");
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!({ "i": input })
        };
        let fault = |extra: Value| {
            let mut fault = json!({ "phenomenon": "中断", "occurredAt": hours(1), "scope": "一床", "relatedSystems": [], "steps": "打开" });
            fault.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            with(json!({ "category": "FAULT", "subcategory": "FAULT-SLOW", "fault": fault }))
        };
        let act = |name: &str, kind: &str| format!("mutation($i:{kind}!){{{name}(input:$i){{userErrors{{code message messages{{zh en}} field}}}}}}");
        let on = |ticket: &Value, extra: Value| {
            let mut input = json!({ "ticketId": ticket["id"], "expectedVersion": 1 });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!({ "i": input })
        };
        let respond = act("respondTicket", "RespondTicketInput");
        let answer = json!({ "text": "答", "channel": "PHONE" });
        let patient = "患者姓名：欧阳金丝雀 住院号 ZY20260399";
        e2e::scan::secret("欧阳金丝雀 住院号");
        let cases: Vec<(&str, String, Value, &str)> = vec![
            // A wrong state, a stale version, a wrong role, the other hospital's id.
            ("it_admin", act("handOver", "HandOverInput"), on(&ticket, json!({ "text": "转" })), "WRONG_STATE"),
            ("engineer", act("resolveTicket", "ResolveTicketInput"), on(&ticket, json!({ "text": "好" })), "WRONG_STATE"),
            ("engineer", respond.clone(), on(&ticket, json!({ "text": "答", "channel": "PHONE", "expectedVersion": 7 })), "CONFLICT"),
            ("nurse", respond.clone(), on(&ticket, answer.clone()), "FORBIDDEN"),
            ("engineer", respond.clone(), on(&foreign, answer.clone()), "NOT_FOUND"),
            ("nurse", CREATE.to_owned(), with(json!({ "contractId": "ctr_00000000000000000000000000" })), "NOT_FOUND"),
            // Words that are none, members that do not exist, values of another type.
            ("nurse", CREATE.to_owned(), with(json!({ "category": "NO_SUCH" })), "BAD_USER_INPUT/UNKNOWN_ENUM"),
            ("nurse", CREATE.to_owned(), with(json!({ "category": "consult" })), "BAD_USER_INPUT/UNKNOWN_ENUM"),
            ("nurse", CREATE.to_owned(), with(json!({ "noSuchField": 1 })), "BAD_USER_INPUT/UNKNOWN_INPUT_FIELD"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": 5 })), "BAD_USER_INPUT/VALUE_TYPE"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": null })), "BAD_USER_INPUT/VALUE_NULL"),
            ("nurse", CREATE.to_owned(), with(json!({ "receivedAt": "yesterday" })), "BAD_USER_INPUT/VALUE_TYPE"),
            ("nurse", CREATE.to_owned(), with(json!({ "receivedAt": "2026-02-30T00:00:00Z" })), "BAD_USER_INPUT/VALUE_TYPE"),
            ("engineer", respond.clone(), on(&ticket, json!({ "text": "答", "channel": "PHONE", "expectedVersion": 3_000_000_000_i64 })), "BAD_USER_INPUT/VALUE_RANGE"),
            // Long texts: beyond the field, beyond any field, beyond the body.
            ("nurse", CREATE.to_owned(), with(json!({ "description": "长".repeat(10_001) })), "TOO_LONG"),
            ("nurse", CREATE.to_owned(), with(json!({ "location": "长".repeat(501) })), "TOO_LONG"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": "a".repeat(100_001) })), "BAD_USER_INPUT/TEXT_TOO_LONG"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": "a".repeat(1 << 20) })), "PAYLOAD_TOO_LARGE"),
            ("nurse", fault(json!({})).to_string(), json!({}), "GRAPHQL_PARSE_FAILED"),
            ("nurse", CREATE.to_owned(), fault(json!({ "relatedSystems": vec!["x"; 251] })), "BAD_USER_INPUT/LIST_TOO_LONG"),
            ("nurse", CREATE.to_owned(), fault(json!({ "relatedSystems": vec!["x"; 21] })), "TOO_LONG"),
            // Texts that are empty, hidden or not to be stored.
            ("nurse", CREATE.to_owned(), with(json!({ "description": " \n\t" })), "REQUIRED"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": "a\u{202E}b" })), "INVALID"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": "a\u{0}b" })), "INVALID"),
            ("nurse", CREATE.to_owned(), with(json!({ "description": patient })), "PATIENT_DATA_IN_TEXT"),
            ("nurse", CREATE.to_owned(), fault(json!({ "steps": "身份证 11010519491231002X" })), "PATIENT_DATA_IN_TEXT"),
            // Times: too far back, not yet, outside the contract.
            ("nurse", CREATE.to_owned(), with(json!({ "receivedAt": hours(25) })), "BACKDATE_TOO_FAR"),
            ("nurse", CREATE.to_owned(), with(json!({ "receivedAt": "0001-01-01T00:00:00Z" })), "BACKDATE_TOO_FAR"),
            ("nurse", CREATE.to_owned(), with(json!({ "receivedAt": hours(-1) })), "INVALID"),
            ("nurse", CREATE.to_owned(), fault(json!({ "occurredAt": hours(-1) })), "INVALID"),
            // Kinds.
            ("nurse", CREATE.to_owned(), with(json!({ "subcategory": "FAULT-SLOW" })), "INVALID"),
            ("nurse", CREATE.to_owned(), with(json!({ "category": "FAULT", "subcategory": "FAULT-SLOW" })), "REQUIRED"),
            ("nurse", CREATE.to_owned(), with(json!({ "category": "DATA_RECOVERY", "subcategory": "DATA_RECOVERY-ADMIT" })), "CATEGORY_NOT_ENABLED"),
            ("nurse", CREATE.to_owned(), with(json!({ "category": "BACKUP", "subcategory": "BACKUP-FAIL" })), "INVALID"),
            ("nurse", CREATE.to_owned(), with(json!({ "idempotencyKey": "short" })), "INVALID"),
        ];
        for account in ["nurse", "engineer", "it_admin"] {
            app.token(account).await;
        }
        let (sizes, here, there) = (app.sizes().await, app.picture(app.hospital("DEMO").await).await, app.picture(app.hospital("DEMO-B").await).await);
        let mut wrong = Vec::new();
        for (account, query, variables, expected) in cases {
            let body = app.ask(account, &query, variables.clone()).await;
            if code(&body) != expected {
                wrong.push(format!("expected {expected}: {body} for {}", variables.to_string().chars().take(150).collect::<String>()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(app.sizes().await, sizes);
        assert_eq!((app.picture(app.hospital("DEMO").await).await, app.picture(app.hospital("DEMO-B").await).await), (here, there));
    }

    /// What is written comes back as it was, also what other systems lose.
    async fn rare_characters_come_back_as_they_were_written(app: &TestApp) {
        for (n, text) in RARE.iter().enumerate() {
            let mut input = consult(&format!("rare-key-{n}"));
            let fault = json!({ "phenomenon": text, "occurredAt": app.app.clock.now().to_rfc3339(), "scope": text, "relatedSystems": [text], "steps": text, "component": text });
            for (key, value) in [("category", json!("FAULT")), ("subcategory", json!("FAULT-SLOW")), ("description", json!(text)), ("location", json!(text)), ("fault", fault)] {
                input[key] = value;
            }
            let body = app.ask("nurse", CREATE, json!({ "i": input })).await;
            // One that no report can print is saved all the same, and told.
            assert!(["none", "CHARACTER_NOT_PRINTABLE"].contains(&code(&body).as_str()), "{text:?}: {body}");
            let ticket = body["data"]["createTicket"]["ticket"].clone();
            app.on(&ticket, "engineer", "addReply", json!({ "text": text, "idempotencyKey": format!("rare-reply-{n}") })).await;
            let query = "query($id:ID!){ticket(by:{id:$id}){description location component phenomenon replies(first:1){nodes{text}}}}";
            let read = app.ask("nurse", query, json!({ "id": ticket["id"] })).await["data"]["ticket"].clone();
            let expected = json!({ "description": text, "location": text, "component": text, "phenomenon": text, "replies": { "nodes": [{ "text": text }] } });
            assert_eq!(read, expected, "{text:?}");
        }
    }

    /// S20: a year whose calendar is provisional or missing is said to be, or refused where the contract says so.
    async fn a_year_without_calendar_is_named_and_loses_nothing(app: &TestApp) {
        let tx = app.app.db.begin_write().await.unwrap();
        let last: chrono::NaiveDate = "2035-12-31".parse().unwrap();
        entity::contract::Entity::update_many().col_expr(entity::contract::Column::ServiceToOn, Expr::value(last)).filter(entity::contract::Column::No.eq("DEMO-2026-001")).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let training = |key: &str| {
            let mut input = consult(key);
            (input["category"], input["subcategory"]) = (json!("TRAINING"), json!("TRAINING-MGMT"));
            input
        };
        // 2027 has the statutory minimum of the contract's data, 2033 only what the law fixes by date.
        for (n, at) in ["2027-05-10 09:00:00", "2033-05-10 09:00:00"].into_iter().enumerate() {
            app.app.clock.set(e2e::t(at));
            let made = app.create("nurse", training(&format!("no-calendar-1{n}"))).await;
            let clocks = made["slaClocks"].as_array().unwrap().clone();
            assert!(!clocks.is_empty() && clocks.iter().all(|clock| clock["provisional"] == true), "{made}");
        }

        // A contract that refuses unknown years gets the code, and nothing is half made.
        let tx = app.app.db.begin_write().await.unwrap();
        let refuse = entity::values::CalendarMissing::Refuse;
        entity::parameter_set::Entity::update_many().col_expr(entity::parameter_set::Column::CalendarMissing, Expr::value(refuse)).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        app.token("nurse").await;
        let sizes = app.sizes().await;
        let body = app.ask("nurse", CREATE, json!({ "i": training("no-calendar-2") })).await;
        assert_eq!(code(&body), "CALENDAR_MISSING", "{body}");
        assert_eq!(app.sizes().await, sizes);
        // Limits in hours need no calendar.
        app.create("nurse", consult("no-calendar-3")).await;
    }

    /// Rights, then texts, then rows: a bad text is named before anything is looked up, in every mutation, and changes nothing.
    async fn a_bad_text_anywhere_is_told_before_any_row_is_read(app: &TestApp) {
        for hire in COMPANY {
            app.hire(*hire).await;
        }
        let people = [("it_admin", Role::HospItAdmin), ("nurse", Role::IcuNurse), ("pm", Role::VendorPm), ("manager", Role::HospManager), ("auditor", Role::Auditor)];
        for (account, _) in people {
            app.token(account).await;
        }
        let sdl = Sdl::of_the_server();
        let sizes = app.sizes().await;
        let id = |prefix: &str| format!("{prefix}_01jd0000000000000000000000");
        let (count, mut wrong, mut checked) = (Cell::new(0), Vec::new(), 0);
        for field in sdl.mutations() {
            let needed = permissions(&field.description);
            let Some((account, _)) = people.iter().find(|(_, role)| needed.iter().any(|permission| allows(*role, *permission))) else {
                continue;
            };
            for place in sdl.places(&field.arguments).into_iter().filter(|place| place.scalar == "String") {
                // Replay keys are no texts; an undertaking belongs to vendor people only, and a calendar is read as a whole.
                let elsewhere = [("createPerson", "evidence"), ("importCalendar", "file")];
                let last = place.path.last().map(String::as_str).unwrap_or_default();
                if last == "idempotencyKey" || elsewhere.contains(&(field.name.as_str(), last)) {
                    continue;
                }
                // The text of an article is as long as a value of a request may be.
                let is_article = place.path.iter().any(|name| name == "content") && last == "body";
                for (bad, expected) in [("a\u{202E}b".to_owned(), "INVALID"), ("长".repeat(20_000), "TOO_LONG"), ("患者姓名：欧阳金丝雀".to_owned(), "PATIENT_DATA_IN_TEXT")] {
                    if is_article && expected == "TOO_LONG" {
                        continue;
                    }
                    let maker = Maker { sdl: &sdl, now: app.app.clock.now(), tag: "文字", turn: 1, version: 1, id: &id, count: &count };
                    let mut arguments = maker.arguments(&field.arguments);
                    // The facts of a fault are read of a fault only.
                    if place.path.iter().any(|name| name == "fault") {
                        arguments["input"]["category"] = json!("FAULT");
                        arguments["input"]["subcategory"] = json!("FAULT-SLOW");
                    }
                    // With a reason the centre overrides the screen.
                    if last != "screeningOverrideReason" && let Some(content) = arguments["input"].get_mut("content").and_then(Value::as_object_mut) {
                        content.remove("screeningOverrideReason");
                    }
                    put(&mut arguments, &place, json!(bad));
                    let call = repeated("mutation", field, &[arguments], "{userErrors{code message messages{zh en} field}}");
                    let body = app.ask(account, &call.query, Value::Object(call.variables)).await;
                    let told = code(&body);
                    checked += 1;
                    // Codes, keys and names of accounts have rules of their own and are no free text.
                    if told != expected && !(is_word(&place.path) && told != "none" && told != "INTERNAL") {
                        wrong.push(format!("{}({}) as {account}: expected {expected}, got {told}", field.name, place.path.join(".")));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {checked}\n{}", wrong.len(), wrong.join("\n"));
        assert!(checked > 30, "{checked}");
        assert_eq!(app.sizes().await, sizes);
    }
}

/// Places for words that a machine reads.
fn is_word(path: &[String]) -> bool {
    let name = path
        .last()
        .map(String::as_str)
        .unwrap_or_default()
        .to_lowercase();
    [
        "code",
        "key",
        "account",
        "number",
        "password",
        "email",
        "phone",
        "token",
        "sha256",
        "version",
        "subcategory",
        "timezone",
    ]
    .iter()
    .any(|word| name.contains(word))
}
