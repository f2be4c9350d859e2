//! Assets, plans, inspections and findings (一(五)1, 一(五)2): gates, clocks, reminders, tickets of critical findings.

use chrono::TimeDelta;
use e2e::{TestApp, both_backends, instant, t};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::wall::code;

/// Runs a mutation with one input and a selection; its payload, or the extensions of the error.
pub(crate) async fn act(
    app: &TestApp,
    account: &str,
    name: &str,
    node: &str,
    input: Value,
) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($i:{kind}!){{{name}(input:$i){{{node} userErrors{{code field message}}}}}}"
    );
    let body = app.ask(account, &query, json!({ "i": input })).await;
    if body["errors"].is_null() {
        body["data"][name].clone()
    } else {
        body["errors"][0]["extensions"].clone()
    }
}

const VISIT: &str =
    "inspection{id number version state kind reportDueOn reportDueBeforeAt templateVersion}";

pub(crate) async fn visit(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    act(app, account, name, VISIT, input).await
}

/// [`visit`] that must succeed; the inspection.
pub(crate) async fn done(app: &TestApp, account: &str, name: &str, input: Value) -> Value {
    let payload = visit(app, account, name, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{name}: {payload}");
    payload["inspection"].clone()
}

pub(crate) async fn contract(app: &TestApp) -> String {
    let hospital = entity::ids::HospitalId(app.hospital("DEMO").await);
    let found = entity::contract::Entity::find()
        .filter(entity::contract::Column::HospitalId.eq(hospital))
        .one(app.app.db.read())
        .await
        .unwrap();
    found.unwrap().id.to_string()
}

/// A sheet of assets with one database, one server and the rest of the kinds.
const REGISTER: &str = "code,kind,label,engine,os,owner,warrantyUntilOn,dataLevel\n\
    ICU-DB-01,DATABASE,主库,DAMENG,,HOSPITAL,2027-06-30,3\n\
    ICU-APP-01,SERVER,应用服务器,,LINUX,HOSPITAL,2027-06-30,2\n\
    STO-A,STORAGE,存储,,,HOSPITAL,,\n";

pub(crate) async fn register(app: &TestApp) {
    let input = json!({ "contractId": contract(app).await, "csv": REGISTER });
    let payload = act(app, "it_admin", "importAssets", "imported", input).await;
    assert_eq!(
        (&payload["userErrors"], &payload["imported"]),
        (&json!([]), &json!(3)),
        "{payload}"
    );
}

/// An online inspection that has begun.
pub(crate) async fn begun(app: &TestApp, key: &str) -> Value {
    let today = entity::rules::calendar::civil_date(app.app.clock.now()).to_string();
    let input = json!({ "idempotencyKey": format!("visit-{key}"), "contractId": contract(app).await, "kind": "ONLINE", "plannedFromOn": today, "plannedToOn": today });
    let planned = done(app, "engineer", "planInspection", input).await;
    done(app, "engineer", "startInspection", of(&planned, json!({}))).await
}

/// Input for an inspection in its present version.
pub(crate) fn of(row: &Value, mut input: Value) -> Value {
    input["inspectionId"] = row["id"].clone();
    input["expectedVersion"] = row["version"].clone();
    input
}

pub(crate) async fn lines(app: &TestApp, row: &Value) -> Vec<Value> {
    let query = "query($id:ID!){node(id:$id){... on Inspection{results{seq scope itemCode target valueType evaluation suggestedRisk valueMilli finding{number} previous{endedOn evaluation valueMilli}}}}}";
    let body = app.ask("engineer", query, json!({ "id": row["id"] })).await;
    assert!(body["errors"].is_null(), "{body}");
    body["data"]["node"]["results"].as_array().unwrap().clone()
}

/// A normal value for every line, by its threshold, with evidence; `but` is given instead for some.
pub(crate) fn normal(lines: &[Value], but: &[(&str, Value)]) -> Vec<Value> {
    use entity::rules::inspection::{Template, Threshold};
    let template = Template::shared();
    let line = |line: &Value| {
        let code = line["itemCode"].as_str().unwrap();
        let mut result = json!({ "item": code, "target": line["target"], "evidence": "截图 01" });
        match &template.item(code).unwrap().threshold {
            Threshold::Lte { normal_milli, .. } | Threshold::Gte { normal_milli, .. } => {
                result["valueMilli"] = json!(normal_milli)
            }
            Threshold::Between { normal_milli, .. } => {
                result["valueMilli"] = json!(normal_milli[0])
            }
            Threshold::Is { normal, .. } => match serde_json::to_value(normal).unwrap() {
                Value::Bool(truth) => result["valueBool"] = json!(truth),
                word => result["valueText"] = word,
            },
        }
        if let Some((_, other)) = but.iter().find(|(item, _)| *item == code) {
            result = json!({ "item": code, "target": line["target"] });
            result
                .as_object_mut()
                .unwrap()
                .extend(other.as_object().unwrap().clone());
        }
        result
    };
    lines.iter().map(line).collect()
}

/// Records a value for every line.
pub(crate) async fn fill(app: &TestApp, row: &Value, but: &[(&str, Value)]) -> Value {
    let results = normal(&lines(app, row).await, but);
    done(
        app,
        "engineer",
        "recordInspectionResults",
        json!({ "inspectionId": row["id"], "results": results }),
    )
    .await
}

async fn duties(app: &TestApp, kind: &str, no: i64) -> String {
    let query = "query($id:ID!){inspectionDuties(contractId:$id){kind periodNo state metOn}}";
    let body = app
        .ask("it_admin", query, json!({ "id": contract(app).await }))
        .await;
    let all = body["data"]["inspectionDuties"]
        .as_array()
        .unwrap_or_else(|| panic!("{body}"));
    let duty = all
        .iter()
        .find(|duty| duty["kind"] == kind && duty["periodNo"] == no)
        .unwrap();
    duty["state"].as_str().unwrap().to_owned()
}

async fn gaps(app: &TestApp, row: &Value) -> Vec<String> {
    let query = "query($id:ID!){inspectionReportGaps(inspectionId:$id){code message}}";
    let body = app.ask("pm", query, json!({ "id": row["id"] })).await;
    let all = body["data"]["inspectionReportGaps"]
        .as_array()
        .unwrap_or_else(|| panic!("{body}"));
    all.iter()
        .map(|gap| {
            format!(
                "{}/{}",
                gap["code"].as_str().unwrap(),
                gap["message"].as_str().unwrap()
            )
        })
        .collect()
}

both_backends! {
    /// C1.5.1-c
    async fn the_register_is_kept_with_rights_versions_and_sheets(app: &TestApp) {
        let new = json!({ "idempotencyKey": "asset-key-1", "contractId": contract(app).await, "code": "ICU-DB-01", "kind": "DATABASE", "label": "主库", "engine": "DAMENG", "owner": "HOSPITAL", "dataLevel": 3 });
        let node = "asset{id version code engine retiredAt}";
        let with = |extra: Value| {
            let mut input = new.clone();
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            input
        };
        assert_eq!(code(&act(app, "nurse", "createAsset", node, new.clone()).await), "FORBIDDEN");
        assert_eq!(code(&act(app, "it_admin_b", "createAsset", node, new.clone()).await), "NOT_FOUND");
        for (bad, expected) in [
            (json!({ "code": "主库 1" }), "INVALID"),
            (json!({ "engine": null }), "INVALID"),
            (json!({ "kind": "STORAGE" }), "INVALID"),
            (json!({ "os": "LINUX" }), "INVALID"),
            (json!({ "dataLevel": 5 }), "DATA_LEVEL_REFUSED"),
        ] {
            assert_eq!(code(&act(app, "pm", "createAsset", node, with(bad.clone())).await), expected, "{bad}");
        }
        let made = act(app, "pm", "createAsset", node, new.clone()).await;
        assert_eq!((&made["userErrors"], &made["asset"]["version"]), (&json!([]), &json!(1)), "{made}");
        let again = act(app, "pm", "createAsset", node, new.clone()).await;
        assert_eq!(again["asset"]["id"], made["asset"]["id"], "the same call is answered again");
        assert_eq!(code(&act(app, "pm", "createAsset", node, with(json!({ "idempotencyKey": "asset-key-2" }))).await), "INVALID", "the code is taken");
        let change = json!({ "assetId": made["asset"]["id"], "expectedVersion": 1, "label": "主库二", "engine": "KINGBASE", "owner": "VENDOR" });
        let changed = act(app, "engineer", "updateAsset", node, change.clone()).await;
        assert_eq!((&changed["asset"]["engine"], &changed["asset"]["version"]), (&json!("KINGBASE"), &json!(2)));
        assert_eq!(code(&act(app, "engineer", "updateAsset", node, change).await), "CONFLICT");

        // A sheet: every wrong line is named, and nothing of it is kept.
        let sheet = |csv: &str| json!({ "csv": csv });
        let bad = "code,kind,label,engine,os\nA-1,SERVER,甲,,LINUX\nA-2,SERVER,乙,,\nA 3,STORAGE,丙,,\nA-1,STORAGE,丁,,\nA-5,CASTLE,戊,,\n";
        let refused = act(app, "it_admin", "importAssets", "imported", sheet(bad)).await;
        let fields: Vec<Value> = refused["userErrors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, [json!(["csv", "3", "os"]), json!(["csv", "4", "code"]), json!(["csv", "5", "code"]), json!(["csv", "6", "kind"])], "{refused}");
        assert_eq!(refused["imported"], Value::Null);
        assert_eq!(entity::asset::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
        for text in ["kind,label\nSERVER,甲\n", "code,kind,label\n", "code,kind,label\n\"A-1,SERVER,甲\n", "code,kind,label\nA-1,SERVER\n"] {
            assert_eq!(code(&act(app, "it_admin", "importAssets", "imported", sheet(text)).await), "INVALID", "{text}");
        }
        let good = "\u{FEFF}code,kind,label,engine,os\r\nICU-DB-01,DATABASE,主库三,DAMENG,\r\nA-1,SERVER,\"甲,乙\",,LINUX\r\n";
        let made = act(app, "it_admin", "importAssets", "imported", sheet(good)).await;
        assert_eq!((&made["userErrors"], &made["imported"]), (&json!([]), &json!(2)), "{made}");
        let query = "query($f:AssetFilter){assets(filter:$f){totalCount nodes{id code label version}}}";
        let listed = app.ask("auditor", query, json!({})).await["data"]["assets"].clone();
        let by_code = |code: &str| listed["nodes"].as_array().unwrap().iter().find(|row| row["code"] == code).unwrap();
        assert_eq!((&listed["totalCount"], &by_code("ICU-DB-01")["label"], &by_code("A-1")["label"]), (&json!(2), &json!("主库三"), &json!("甲,乙")));
        let server = by_code("A-1");
        let retired = act(app, "it_admin", "retireAsset", node, json!({ "assetId": server["id"], "expectedVersion": server["version"], "reason": "报废" })).await;
        assert_eq!(retired["userErrors"], json!([]), "{retired}");
        assert_eq!(app.ask("engineer", query, json!({ "f": { "inUseOnly": true } })).await["data"]["assets"]["totalCount"], 1);
        assert_eq!(app.ask("engineer", query, json!({ "f": { "kind": ["SERVER"] } })).await["data"]["assets"]["totalCount"], 1);
        for account in ["nurse", "doctor", "trainer"] {
            assert_eq!(code(&app.ask(account, query, json!({})).await["errors"][0]["extensions"].clone()), "FORBIDDEN", "{account}");
        }
    }

    /// Two who enter the same code at once: one has it, the other is told.
    async fn a_code_is_entered_once_however_many_try_at_once(app: &TestApp) {
        let contract = contract(app).await;
        let enter = async |n: usize| {
            let new = json!({ "idempotencyKey": format!("asset-race-{n}"), "contractId": contract, "code": "ICU-DB-02", "kind": "STORAGE", "label": "存储", "owner": "HOSPITAL" });
            act(app, "pm", "createAsset", "asset{code}", new).await
        };
        let all = futures_util::future::join_all((0..8).map(enter)).await;
        let (made, told): (Vec<_>, Vec<_>) = all.iter().partition(|payload| payload["asset"]["code"] == "ICU-DB-02");
        assert_eq!(made.len(), 1, "{all:?}");
        assert!(told.iter().all(|payload| code(payload) == "INVALID"), "{told:?}");
    }

    /// C1.5.1-a, C1.5.1-b
    async fn a_plan_is_approved_only_with_what_the_contract_asks_for(app: &TestApp) {
        let entry = |kind: &str, quarter: i32, on: &str| json!({ "kind": kind, "quarter": quarter, "plannedFromOn": on, "plannedToOn": on });
        let mut entries = vec![entry("ONLINE", 1, "2026-03-10"), entry("ONLINE", 2, "2026-06-10"), entry("ONLINE", 3, "2026-09-10"), entry("ONLINE", 4, "2026-12-10")];
        let node = "inspectionPlan{id version state entries{seq kind quarter}}";
        let draft = json!({ "idempotencyKey": "plan-key-01", "contractId": contract(app).await, "serviceYear": 1, "entries": entries });
        for account in ["it_admin", "nurse", "manager"] {
            assert_eq!(code(&act(app, account, "draftInspectionPlan", node, draft.clone()).await), "FORBIDDEN", "{account}");
        }
        let mut outside = draft.clone();
        outside["entries"] = json!([entry("ONLINE", 1, "2026-04-10")]);
        assert_eq!(code(&act(app, "pm", "draftInspectionPlan", node, outside).await), "INVALID");
        let drafted = act(app, "pm", "draftInspectionPlan", node, draft).await["inspectionPlan"].clone();
        assert_eq!(drafted["state"], "DRAFT");
        assert!(app.notices("it_admin").await.iter().any(|title| title.contains("巡检计划待批准")));
        let id = |plan: &Value| json!({ "inspectionPlanId": plan["id"], "expectedVersion": plan["version"] });
        assert_eq!(code(&act(app, "pm", "approveInspectionPlan", node, id(&drafted)).await), "FORBIDDEN");
        let refused = act(app, "it_admin", "approveInspectionPlan", node, id(&drafted)).await;
        assert_eq!(code(&refused), "INVALID");
        assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("现场巡检"), "{refused}");
        entries.push(entry("ONSITE", 2, "2026-05-20"));
        let mut revised = id(&drafted);
        revised["entries"] = json!(entries);
        let revised = act(app, "engineer", "reviseInspectionPlan", node, revised).await["inspectionPlan"].clone();
        assert_eq!(revised["entries"].as_array().unwrap().len(), 5, "{revised}");
        let approved = act(app, "it_admin", "approveInspectionPlan", node, id(&revised)).await["inspectionPlan"].clone();
        assert_eq!(approved["state"], "APPROVED");
        assert_eq!(code(&act(app, "it_admin", "approveInspectionPlan", node, id(&approved)).await), "WRONG_STATE");
        // A later plan takes its place.
        app.app.clock.set(app.app.clock.now() + TimeDelta::seconds(1));
        let next = json!({ "idempotencyKey": "plan-key-02", "contractId": contract(app).await, "serviceYear": 1, "entries": entries });
        let next = act(app, "pm", "draftInspectionPlan", node, next).await["inspectionPlan"].clone();
        act(app, "it_admin2", "approveInspectionPlan", node, id(&next)).await;
        let plans = app.ask("manager", "{inspectionPlans{id state}}", json!({})).await["data"]["inspectionPlans"].clone();
        assert_eq!((&plans[0]["state"], &plans[1]["state"]), (&json!("APPROVED"), &json!("SUPERSEDED")), "{plans}");
        let of_old = json!({ "idempotencyKey": "plan-visit-1", "inspectionPlanId": approved["id"], "planEntry": 1 });
        assert_eq!(code(&visit(app, "engineer", "planInspection", of_old.clone()).await), "WRONG_STATE");
        let of_new = json!({ "idempotencyKey": "plan-visit-2", "inspectionPlanId": next["id"], "planEntry": 5 });
        let planned = done(app, "engineer", "planInspection", of_new).await;
        assert_eq!((&planned["kind"], &planned["state"]), (&json!("ONSITE"), &json!("PLANNED")));
    }

    /// AC1.5-1, AC-C1.5.1-a
    async fn on_site_leaves_the_online_duty_open_and_a_gap_when_the_quarter_is_over(app: &TestApp) {
        app.at("2026-05-11 09:00:00").await;
        let planned = json!({ "idempotencyKey": "onsite-key", "contractId": contract(app).await, "kind": "ONSITE", "plannedFromOn": "2026-05-14", "plannedToOn": "2026-05-20" });
        let row = done(app, "engineer", "planInspection", planned).await;
        assert_eq!(code(&visit(app, "engineer", "startInspection", of(&row, json!({ "location": "机房" }))).await), "WRONG_STATE", "not announced");
        let near = json!({ "plannedFromOn": "2026-05-13", "plannedToOn": "2026-05-20" });
        assert_eq!(code(&visit(app, "engineer", "announceInspection", of(&row, near)).await), "INVALID", "two working days before");
        let row = done(app, "engineer", "announceInspection", of(&row, json!({}))).await;
        assert!(app.notices("it_admin").await.iter().any(|title| title.contains("将于 2026-05-14 开始")));
        assert_eq!(code(&visit(app, "engineer", "startInspection", of(&row, json!({ "location": "机房" }))).await), "WRONG_STATE", "before the announced day");
        app.at("2026-05-20 09:00:00").await;
        assert_eq!(code(&visit(app, "engineer", "startInspection", of(&row, json!({}))).await), "REQUIRED", "without a place");
        let row = done(app, "engineer", "startInspection", of(&row, json!({ "location": "机房" }))).await;
        let asked = lines(app, &row).await;
        assert!(asked.iter().any(|line| line["scope"] == "ENV") && asked.iter().all(|line| line["scope"] != "DB"));
        let row = fill(app, &row, &[]).await;
        let end = |extra: Value| of(&row, extra);
        assert_eq!(code(&visit(app, "engineer", "endInspection", end(json!({}))).await), "REQUIRED", "without the signed visit record");
        let missing = visit(app, "engineer", "endInspection", end(json!({ "visitRecord": "档案柜 B-02" }))).await;
        assert_eq!(code(&missing), "SCOPE_ITEM_MISSING", "the template on site has no items for databases: {missing}");
        let scopes: Vec<Value> = ["DB", "OS", "MW"].iter().map(|scope| json!({ "scope": scope, "reason": "见同期线上巡检" })).collect();
        let row = done(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": [], "notApplicableScopes": scopes })).await;
        assert_eq!(duties(app, "ONSITE", 1).await, "IN_PROGRESS");
        let row = done(app, "engineer", "endInspection", of(&row, json!({ "visitRecord": "档案柜 B-02", "noProblem": true }))).await;
        assert_eq!((&row["state"], &row["reportDueOn"]), (&json!("ENDED"), &json!("2026-05-27")));
        assert_eq!((duties(app, "ONSITE", 1).await, duties(app, "ONLINE", 2).await), ("MET".to_owned(), "IN_PROGRESS".to_owned()));
        app.app.clock.set(t("2026-07-01 00:00:00"));
        assert_eq!(duties(app, "ONLINE", 2).await, "OVERDUE");
    }

    /// AC1.5-2, AC-C1.5.1-c, AC-C1.5.1-d
    async fn an_inspection_ends_only_with_every_mandatory_scope(app: &TestApp) {
        register(app).await;
        let row = begun(app, "scope").await;
        assert_eq!(row["templateVersion"], "2026.1");
        let asked = lines(app, &row).await;
        let of_db: Vec<&str> = asked.iter().filter(|line| line["target"] == "ICU-DB-01").map(|line| line["itemCode"].as_str().unwrap()).collect();
        assert_eq!((of_db.len(), &of_db[14..]), (16, &["DBD-01", "DBD-02"][..]));
        let all = normal(&asked, &[]);
        let without = |scope: &str| -> Vec<Value> {
            let own = |line: &&Value| !asked.iter().any(|other| other["itemCode"] == line["item"] && other["scope"] == scope);
            all.iter().filter(own).cloned().collect()
        };
        // A value of another type, a line that was not laid out: named, and nothing is kept.
        let mut bad = without("BAK");
        bad[0] = json!({ "item": bad[0]["item"], "target": bad[0]["target"], "valueBool": true, "valueMilli": 1 });
        bad.push(json!({ "item": "XX-99", "target": "整体", "valueMilli": 1 }));
        let refused = visit(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": bad })).await;
        let fields: Vec<Value> = refused["userErrors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, [json!(["results", "0", "value"]), json!(["results", (bad.len() - 1).to_string(), "item"])], "{refused}");
        assert!(lines(app, &row).await.iter().all(|line| line["evaluation"].is_null()));
        let row = done(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": without("BAK") })).await;
        let end = |row: &Value| of(row, json!({ "noProblem": true }));
        let missing = visit(app, "engineer", "endInspection", end(&row)).await;
        assert_eq!(code(&missing), "SCOPE_ITEM_MISSING");
        assert!(missing["userErrors"][0]["message"].as_str().unwrap().contains("数据备份完整性"), "{missing}");
        let scope = |reason: Value| json!({ "inspectionId": row["id"], "results": [], "notApplicableScopes": [{ "scope": "BAK", "reason": reason }] });
        let row = done(app, "engineer", "recordInspectionResults", scope(Value::Null)).await;
        assert_eq!(code(&visit(app, "engineer", "endInspection", end(&row)).await), "SCOPE_ITEM_MISSING", "without a reason");
        let row = done(app, "engineer", "recordInspectionResults", scope(json!("备份由院方第三方平台承担"))).await;
        assert_eq!(code(&visit(app, "it_admin", "endInspection", end(&row)).await), "FORBIDDEN");
        let row = done(app, "engineer", "endInspection", end(&row)).await;
        assert_eq!(row["state"], "ENDED");
        assert_eq!(code(&visit(app, "engineer", "endInspection", end(&row)).await), "WRONG_STATE");
        // Values are not changed after the end.
        let line = json!({ "item": all[0]["item"], "target": all[0]["target"], "explanation": "已复核" });
        done(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": [line] })).await;
        let late = visit(app, "engineer", "recordInspectionResults", json!({ "inspectionId": row["id"], "results": [all[0]] })).await;
        assert_eq!(code(&late), "WRONG_STATE");
        // Another hospital finds nothing, a ward may not look.
        let query = "query($id:ID!){node(id:$id){... on Inspection{id}}}";
        assert_eq!(app.ask("it_admin_b", query, json!({ "id": row["id"] })).await["data"]["node"], Value::Null);
        assert_eq!(app.ask("nurse", query, json!({ "id": row["id"] })).await["data"]["node"], Value::Null);
        assert_eq!(app.ask("nurse", "{inspections{nodes{id}}}", json!({})).await["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }

    /// C1.5.1-f, C1.5.2-d
    async fn a_line_is_evaluated_shows_the_last_value_and_is_imported_as_a_sheet(app: &TestApp) {
        register(app).await;
        let first = begun(app, "trend-1").await;
        let first = fill(app, &first, &[("OS-01", json!({ "valueMilli": 72_000, "evidence": "截图 02", "explanation": "报表时段" }))]).await;
        done(app, "engineer", "endInspection", of(&first, json!({}))).await;
        app.at("2026-03-20 09:00:00").await;
        let second = begun(app, "trend-2").await;
        let at = |lines: &[Value], code: &str, target: &str| lines.iter().find(|line| line["itemCode"] == code && line["target"] == target).unwrap().clone();
        let cpu = at(&lines(app, &second).await, "OS-01", "ICU-APP-01");
        assert_eq!(cpu["previous"], json!({ "endedOn": "2026-03-02", "evaluation": "WARNING", "valueMilli": 72_000 }), "{cpu}");
        assert_eq!(cpu["evaluation"], Value::Null);
        let sheet = |csv: &str| json!({ "inspectionId": second["id"], "csv": csv });
        let bad = "item,target,value,reason,evidence\nOS-01,ICU-APP-01,很高,,\nSTO-01,STO-A,正常,,\nBAK-03,,也许,,\nOS-99,ICU-APP-01,1,,\n";
        let refused = visit(app, "engineer", "importInspectionResults", sheet(bad)).await;
        let fields: Vec<Value> = refused["userErrors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert_eq!(fields, [json!(["csv", "2", "value"]), json!(["csv", "4", "value"]), json!(["csv", "5", "item"])], "{refused}");
        assert!(lines(app, &second).await.iter().all(|line| line["evaluation"].is_null()));
        let good = "item,target,value,reason,evidence\nOS-01,ICU-APP-01,90.5,,截图\nSTO-01,STO-A,正常,,截图\nBAK-03,,是,,日志\nSTO-05,STO-A,不适用,单链路,\n";
        done(app, "engineer", "importInspectionResults", sheet(good)).await;
        let now = lines(app, &second).await;
        let seen = |code: &str, target: &str| { let line = at(&now, code, target); (line["evaluation"].clone(), line["suggestedRisk"].clone(), line["valueMilli"].clone()) };
        assert_eq!(seen("OS-01", "ICU-APP-01"), (json!("SEVERE"), json!("MEDIUM"), json!(90_500)));
        assert_eq!(seen("BAK-03", "整体"), (json!("OK"), Value::Null, Value::Null));
        assert_eq!(seen("STO-05", "STO-A"), (json!("NA"), Value::Null, Value::Null));
    }

    /// AC1.5-7
    async fn a_critical_finding_opens_a_ticket_in_the_same_act(app: &TestApp) {
        register(app).await;
        app.at("2026-03-02 10:00:00").await;
        let row = begun(app, "critical").await;
        let row = fill(app, &row, &[("BAK-02", json!({ "valueMilli": 60_000, "evidence": "日志" }))]).await;
        assert_eq!(code(&visit(app, "engineer", "endInspection", of(&row, json!({}))).await), "FINDING_INCOMPLETE", "something critical has no finding");
        let node = "finding{id number version risk suggestedRisk ticket{id}} ticket{id number category subcategory severity component origin slaClocks{code startedAt}}";
        let new = |key: &str, extra: Value| {
            let mut input = json!({ "idempotencyKey": key, "inspectionId": row["id"], "scope": "BAK", "description": "完整备份已 60 小时未成功", "risk": "CRITICAL", "impact": "数据可能丢失", "advice": "修复备份任务", "deadlineByRisk": true, "owner": "VENDOR", "component": "ICU-DB-01", "results": [{ "item": "BAK-02", "target": "整体" }] });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            input
        };
        assert_eq!(code(&act(app, "it_admin", "addFinding", node, new("finding-key-0", json!({}))).await), "FORBIDDEN");
        assert_eq!(code(&act(app, "engineer", "addFinding", node, new("finding-key-0", json!({ "risk": "LOW" }))).await), "INVALID", "the thresholds say CRITICAL");
        assert_eq!(code(&act(app, "engineer", "addFinding", node, new("finding-key-0", json!({ "deadlineOn": "2026-03-01" }))).await), "DEADLINE_PAST");
        let tickets = || async { entity::ticket::Entity::find().count(app.app.db.read()).await.unwrap() };
        assert_eq!(tickets().await, 0, "a refused finding leaves no ticket");
        let made = act(app, "engineer", "addFinding", node, new("finding-key-1", json!({}))).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
        let ticket = &made["ticket"];
        assert_eq!((&ticket["category"], &ticket["severity"], &ticket["component"], &ticket["origin"]), (&json!("FAULT"), &json!("S2"), &json!("ICU-DB-01"), &json!("VENDOR_SELF")), "{made}");
        assert!(ticket["slaClocks"].as_array().unwrap().iter().all(|clock| instant(&clock["startedAt"]) == t("2026-03-02 10:00:00")));
        assert_eq!((&made["finding"]["suggestedRisk"], &made["finding"]["ticket"]["id"]), (&json!("CRITICAL"), &ticket["id"]));
        let again = act(app, "engineer", "addFinding", node, new("finding-key-1", json!({}))).await;
        assert_eq!((&again["finding"]["id"], &again["ticket"]["id"], tickets().await), (&made["finding"]["id"], &ticket["id"], 1));
        for account in ["it_admin", "pm"] {
            assert!(app.notices(account).await.iter().any(|title| title.contains("紧急问题")), "{account}");
        }
        // Security: restricted, and of the named engineers only.
        let sec = json!({ "scope": "SEC", "description": "远程会话无授权", "component": null, "results": [] });
        let secret = act(app, "engineer", "addFinding", node, new("finding-key-2", sec)).await;
        assert_eq!((&secret["ticket"]["category"], &secret["ticket"]["subcategory"]), (&json!("SECURITY"), &json!("SECURITY-VULN")), "{secret}");
        for (account, seen) in [("engineer", 2), ("pm", 2), ("it_admin", 2), ("manager", 2), ("auditor", 2), ("engineer2", 1), ("it_admin_b", 0)] {
            let body = app.ask(account, "query($id:ID!){findings{totalCount} node(id:$id){id}}", json!({ "id": secret["finding"]["id"] })).await;
            assert_eq!(body["data"]["findings"]["totalCount"], seen, "{account}: {body}");
            assert_eq!(body["data"]["node"].is_null(), seen < 2, "{account}");
        }
        // The vendor raises, the hospital lowers; what becomes critical opens its ticket then.
        let high = act(app, "engineer", "addFinding", node, new("finding-key-3", json!({ "risk": "HIGH", "results": [] }))).await["finding"].clone();
        let risk = |finding: &Value, risk: &str| json!({ "findingId": finding["id"], "expectedVersion": finding["version"], "risk": risk, "reason": "复核" });
        assert_eq!(code(&act(app, "engineer", "setFindingRisk", "finding{id version risk ticket{id}}", risk(&high, "LOW")).await), "INVALID");
        let lowered = act(app, "it_admin", "setFindingRisk", "finding{id version risk}", risk(&high, "MEDIUM")).await["finding"].clone();
        assert_eq!(lowered["risk"], "MEDIUM");
        let raised = act(app, "pm", "setFindingRisk", "finding{id version risk ticket{origin severity}}", risk(&lowered, "CRITICAL")).await;
        assert_eq!((&raised["finding"]["risk"], &raised["finding"]["ticket"]["origin"]), (&json!("CRITICAL"), &json!("VENDOR_SELF")), "{raised}");
        let row = done(app, "engineer", "endInspection", of(&visit_now(app, &row).await, json!({}))).await;
        assert_eq!(row["state"], "ENDED");
    }

    /// AC1.5-4, AC-C1.5.1-f, AC-C1.5.2-a, AC-C1.5.2-b
    async fn what_the_report_still_lacks_is_told(app: &TestApp) {
        register(app).await;
        let row = begun(app, "gaps").await;
        let row = fill(app, &row, &[("REC-02", json!({ "valueMilli": 90_000, "evidence": "抽样表" }))]).await;
        let none = gaps(app, &row).await;
        assert!(none.iter().any(|gap| gap.starts_with("FINDING_INCOMPLETE/1 个异常项")), "{none:?}");
        assert_eq!(none.iter().filter(|gap| gap.starts_with("REPORT_SECTION_MISSING")).count(), 4 + 2, "{none:?}");
        let new = json!({ "idempotencyKey": "gap-finding", "inspectionId": row["id"], "scope": "REC", "description": "工单要素不全", "risk": "LOW", "impact": "无法追溯", "advice": "补录", "owner": "VENDOR", "results": [{ "item": "REC-02", "target": "整体" }] });
        let finding = act(app, "engineer", "addFinding", "finding{id version number}", new).await["finding"].clone();
        let row = done(app, "engineer", "endInspection", of(&visit_now(app, &row).await, json!({}))).await;
        let open = gaps(app, &row).await;
        assert_eq!(open.len(), 3, "talk, advice, and the finding without a deadline: {open:?}");
        assert!(open.iter().any(|gap| gap.contains(finding["number"].as_str().unwrap())), "{open:?}");
        let change = json!({ "findingId": finding["id"], "expectedVersion": 1, "deadlineOn": "2026-03-31" });
        act(app, "engineer", "updateFinding", "finding{id}", change).await;
        let person = |account: &'static str| async move { entity::ids::PersonId(app.person_id(account).await).to_string() };
        let talk = |id: String| json!({ "inspectionId": row["id"], "at": app.app.clock.now().to_rfc3339(), "hospitalPersonId": id, "topics": "反馈运行情况", "channel": "PHONE" });
        assert_eq!(code(&visit(app, "engineer", "recordInspectionCommunication", talk(person("engineer2").await)).await), "NOT_FOUND", "not of the hospital");
        assert_eq!(code(&visit(app, "engineer", "recordInspectionCommunication", talk(person("it_admin_b").await)).await), "NOT_FOUND", "of another hospital");
        for _ in 0..2 {
            done(app, "engineer", "recordInspectionCommunication", talk(person("it_admin").await)).await;
        }
        done(app, "engineer", "addInspectionAdvice", json!({ "inspectionId": row["id"], "kind": "PREVENTION", "text": "每周检查备份日志" })).await;
        assert_eq!(gaps(app, &row).await, Vec::<String>::new());
        let query = "query($id:ID!){node(id:$id){... on Inspection{communications{hospitalPerson{name}} advice{kind} participants{person{name} side}}}}";
        let seen = app.ask("it_admin", query, json!({ "id": row["id"] })).await["data"]["node"].clone();
        assert_eq!(seen, json!({ "communications": [{ "hospitalPerson": { "name": "周敏" } }], "advice": [{ "kind": "PREVENTION" }], "participants": [{ "person": { "name": "吴浩" }, "side": "VENDOR" }] }));
    }

    /// AC1.5-3, V10
    async fn the_report_clock_starts_with_the_end_and_is_reminded_of(app: &TestApp) {
        let tx = app.app.db.begin_write().await.unwrap();
        entity::parameter_set::Entity::update_many().col_expr(entity::parameter_set::Column::InspectionIdleDays, Expr::value(2)).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        app.at("2026-09-25 09:00:00").await;
        let row = begun(app, "clock").await;
        let told = |account: &'static str, text: &'static str| async move { app.notices(account).await.iter().filter(|title| title.contains(text)).count() };
        app.at("2026-09-27 23:59:59").await;
        assert_eq!(told("pm", "没有进展").await, 0);
        app.at("2026-09-28 00:00:00").await;
        assert_eq!((told("pm", "2 日没有进展").await, told("it_admin", "2 日没有进展").await), (1, 1));
        app.at("2026-09-30 16:00:00").await;
        let row = fill(app, &row, &[]).await;
        let row = done(app, "engineer", "endInspection", of(&row, json!({ "noProblem": true }))).await;
        assert_eq!((&row["reportDueOn"], instant(&row["reportDueBeforeAt"])), (&json!("2026-10-13"), t("2026-10-14 00:00:00")));
        let overdue = || async {
            let body = app.ask("it_admin", "query($id:ID!){node(id:$id){... on Inspection{reportOverdue}}}", json!({ "id": row["id"] })).await;
            body["data"]["node"]["reportOverdue"].as_bool().unwrap()
        };
        // One word for the end itself; then two, one and no working days before.
        for (at, count) in [("2026-10-10 07:59:59", 1), ("2026-10-10 08:00:00", 2), ("2026-10-12 08:00:00", 3), ("2026-10-13 08:00:00", 4), ("2026-10-13 23:59:59", 4)] {
            app.at(at).await;
            assert_eq!(told("pm", "报告应于 2026-10-13").await, count, "{at}");
            assert!(!overdue().await, "{at}");
        }
        app.app.clock.set(t("2026-10-14 00:00:00"));
        assert!(overdue().await);
        app.at("2026-10-14 08:00:00").await;
        app.at("2026-10-15 08:00:00").await;
        assert_eq!(told("pm", "逾期：巡检").await, 2, "each working day");
        assert_eq!(told("it_admin", "逾期：巡检").await, 2);
    }

    /// C1.5.1-b
    async fn a_duty_that_nobody_met_is_reminded_of_30_15_and_5_days_before_its_end(app: &TestApp) {
        let told = || async { app.notices("it_admin").await.iter().filter(|title| title.contains("第 2 合同季度的线上巡检")).count() };
        app.at("2026-04-01 09:00:00").await;
        for _ in 0..2 {
            api::inspection::timer::sweep(&app.app).await.unwrap();
        }
        for (at, count) in [("2026-05-30 23:59:59", 0), ("2026-05-31 12:00:00", 1), ("2026-06-15 08:00:00", 2)] {
            app.at(at).await;
            assert_eq!(told().await, count, "{at}");
        }
        let row = begun(app, "duty").await;
        let row = fill(app, &row, &[]).await;
        done(app, "engineer", "endInspection", of(&row, json!({ "noProblem": true }))).await;
        app.at("2026-06-25 08:00:00").await;
        assert_eq!(told().await, 2, "it is met");
        assert_eq!(duties(app, "ONLINE", 2).await, "MET");
    }

    /// C1.5.1-a
    async fn only_the_hospital_cancels_and_only_before_the_end(app: &TestApp) {
        let row = begun(app, "cancel").await;
        let reason = json!({ "reason": "病区搬迁" });
        assert_eq!(code(&visit(app, "pm", "cancelInspection", of(&row, reason.clone())).await), "FORBIDDEN");
        let mut stale = of(&row, reason.clone());
        stale["expectedVersion"] = json!(99);
        assert_eq!(code(&visit(app, "it_admin", "cancelInspection", stale).await), "CONFLICT");
        let gone = done(app, "it_admin", "cancelInspection", of(&row, reason.clone())).await;
        assert_eq!(gone["state"], "CANCELLED");
        assert_eq!(code(&visit(app, "it_admin", "cancelInspection", of(&gone, reason)).await), "WRONG_STATE");
        app.app.clock.set(app.app.clock.now() + TimeDelta::days(30));
        api::jobs::drain(&app.app).await.unwrap();
        assert!(!app.notices("pm").await.iter().any(|title| title.contains("没有进展")), "nobody waits for it");
    }
}

/// The inspection as it stands.
async fn visit_now(app: &TestApp, row: &Value) -> Value {
    let query = "query($id:ID!){node(id:$id){... on Inspection{id number version state kind}}}";
    app.ask("engineer", query, json!({ "id": row["id"] })).await["data"]["node"].clone()
}
