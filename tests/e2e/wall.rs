//! What a person may see and do: rights, gates, the wall between hospitals, bad input.

use e2e::both_backends;
use serde_json::{Value, json};

pub fn code(payload: &Value) -> &str {
    payload["code"]
        .as_str()
        .or_else(|| payload["userErrors"][0]["code"].as_str())
        .unwrap_or("none")
}

both_backends! {
    /// AC1.2-2
    async fn an_open_checklist_keeps_a_fault_from_being_solved_and_a_consultation_needs_none(app: &TestApp) {
        let fault = app.fault("gate-fault", "LOW", "ONE").await;
        let respond = json!({ "text": "开始处理", "channel": "PHONE" });
        let step = json!({ "kind": "HANDLING", "channel": "PHONE", "action": "处理" });
        app.done(&fault, "engineer", "respondTicket", respond.clone()).await;
        app.done(&fault, "engineer", "addStep", step.clone()).await;
        let solution = json!({ "text": "已恢复", "rootCause": "CONFIG", "verification": "现场核对" });
        assert_eq!(code(&app.on(&fault, "engineer", "resolveTicket", json!({ "text": "已恢复" })).await), "REQUIRED");
        assert_eq!(code(&app.on(&fault, "engineer", "resolveTicket", solution.clone()).await), "REQUIRED", "no executed plan");
        let plan = json!({ "steps": "修正", "risk": "低", "rollback": "恢复", "checklist": [{ "code": "REMOTE", "answer": true }], "executed": true });
        app.done(&fault, "engineer", "writePlan", plan).await;
        assert_eq!(code(&app.on(&fault, "engineer", "resolveTicket", solution).await), "CHECKLIST_INCOMPLETE");

        let question = app.consult("gate-consult").await;
        app.done(&question, "engineer", "respondTicket", respond).await;
        app.done(&question, "engineer", "addStep", step).await;
        assert_eq!(app.done(&question, "engineer", "resolveTicket", json!({ "text": "已说明" })).await["status"], "RESOLVED");
    }

    /// G47, G49
    async fn nothing_of_a_hospital_reaches_the_people_of_another(app: &TestApp) {
        let ticket = app.consult("wall-key-1").await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "wall-key-2" })).await;
        for account in ["nurse_b", "it_admin_b"] {
            assert!(app.read(account, &ticket).await.is_null(), "{account}");
            let list = app.ask(account, "{tickets{totalCount nodes{id}}}", json!({})).await;
            assert_eq!(list["data"]["tickets"], json!({ "totalCount": 1, "nodes": [{ "id": foreign["id"] }] }), "{account}");
        }
        for (name, input) in [("takeTicket", json!({ "reason": "x" })), ("releaseTicket", json!({})), ("confirmTicket", json!({})), ("decideWait", json!({ "accept": true }))] {
            assert_eq!(code(&app.on(&ticket, "it_admin_b", name, input.clone()).await), "NOT_FOUND", "{name}");
            let unknown = json!({ "id": "tkt_00000000000000000000000000" });
            assert_eq!(code(&app.on(&unknown, "it_admin_b", name, input).await), "NOT_FOUND", "{name}: unknown and foreign are one answer");
        }
        // The engineer serves the first hospital only, the other engineer both.
        assert!(app.read("engineer", &foreign).await.is_null());
        assert_eq!(app.read("engineer2", &foreign).await["id"], foreign["id"]);
        // A number that fits rows of both hospitals is no authority.
        let by_number = app.ask("engineer2", "query($n:String!){ticket(by:{number:$n}){id}}", json!({ "n": ticket["number"] })).await;
        assert_eq!(by_number["errors"][0]["extensions"]["reason"], "AMBIGUOUS_NUMBER", "{by_number}");
    }

    /// The permission matrix: every transition once a role, compared with the one table.
    async fn every_role_may_do_what_the_table_says(app: &TestApp) {
        use entity::rules::access::{Permission as P, allows};
        use entity::values::Role as R;
        let ticket = app.consult("matrix-key-1").await;
        let people = [
            ("it_admin", R::HospItAdmin), ("nurse", R::IcuNurse), ("doctor", R::IcuDoctor), ("manager", R::HospManager), ("pm", R::VendorPm),
            ("engineer", R::VendorEngineer), ("trainer", R::VendorTrainer), ("auditor", R::Auditor),
        ];
        let acts: [(&str, P, Value); 17] = [
            ("triageTicket", P::TicketTriage, json!({})),
            ("releaseTicket", P::TicketRelease, json!({})),
            ("assignTicket", P::TicketAssign, json!({ "assigneeId": "psn_00000000000000000000000000" })),
            ("respondTicket", P::TicketRespond, json!({ "text": "答", "channel": "PHONE" })),
            ("addStep", P::TicketHandle, json!({ "kind": "HANDLING", "channel": "PHONE", "action": "做" })),
            ("writePlan", P::TicketHandle, json!({ "steps": "a", "risk": "b", "rollback": "c", "checklist": [], "executed": false })),
            ("proposeWait", P::WaitPropose, json!({ "reason": "WAIT_WINDOW", "note": "等" })),
            ("decideWait", P::WaitDecide, json!({ "accept": true })),
            ("resumeTicket", P::TicketHandle, json!({})),
            ("resolveTicket", P::TicketResolve, json!({ "text": "好" })),
            ("confirmTicket", P::TicketConfirm, json!({})),
            ("rejectTicket", P::TicketReject, json!({ "reason": "不" })),
            ("reopenTicket", P::TicketReopen, json!({ "reason": "再" })),
            ("cancelTicket", P::TicketCancel, json!({ "reason": "撤" })),
            ("rateTicket", P::TicketRate, json!({ "rating": 5 })),
            ("takeTicket", P::TicketTake, json!({ "reason": "取" })),
            ("handOver", P::TicketHandOver, json!({ "text": "转" })),
        ];
        for (name, permission, input) in acts {
            for (account, role) in people {
                // A version nobody has, so that an allowed act stops at CONFLICT or its rule and changes nothing where versions are checked.
                let mut input = input.clone();
                input["expectedVersion"] = json!(9_999);
                if !["triageTicket", "releaseTicket", "assignTicket", "respondTicket", "resolveTicket", "confirmTicket", "rejectTicket", "reopenTicket", "cancelTicket", "takeTicket", "handOver"].contains(&name) {
                    input.as_object_mut().unwrap().remove("expectedVersion");
                }
                let payload = app.on(&ticket, account, name, input).await;
                assert_eq!(code(&payload) != "FORBIDDEN", allows(role, permission), "{account} {name}: {payload}");
            }
        }
    }

    async fn wrong_states_versions_and_repeated_calls_lose_nothing(app: &TestApp) {
        let ticket = app.consult("state-key-1").await;
        assert_eq!(code(&app.on(&ticket, "it_admin", "handOver", json!({ "text": "转" })).await), "WRONG_STATE");
        assert_eq!(code(&app.on(&ticket, "engineer", "resolveTicket", json!({ "text": "好" })).await), "WRONG_STATE");
        let stale = app.on(&ticket, "engineer", "respondTicket", json!({ "text": "答", "channel": "PHONE", "expectedVersion": 7 })).await;
        assert_eq!((code(&stale), &stale["ticket"]["id"]), ("CONFLICT", &ticket["id"]), "the payload shows the current ticket");
        let again = app.consult("state-key-1").await;
        assert_eq!(again["id"], ticket["id"], "the same key and input answer with the same ticket");
        let other = app.try_create("nurse", json!({ "category": "CONSULT", "subcategory": "CONSULT-FUNC", "idempotencyKey": "test-state-key-1" })).await;
        assert_eq!(code(&other), "IDEMPOTENCY_KEY_REUSED");
    }

    async fn bad_input_gets_its_code_and_creates_nothing(app: &TestApp) {
        let now = app.app.clock.now();
        let ask = |extra: Value| {
            let mut input = json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "bad-input-1" });
            input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            input
        };
        let hours = |n: i64| (now - chrono::TimeDelta::hours(n)).to_rfc3339();
        for (extra, expected) in [
            (json!({ "description": "  " }), "REQUIRED"),
            (json!({ "description": "长".repeat(10_001) }), "TOO_LONG"),
            (json!({ "description": "a\u{202E}b" }), "INVALID"),
            (json!({ "description": "患者姓名：张三丰 无法保存" }), "PATIENT_DATA_IN_TEXT"),
            (json!({ "description": "联系 13812345678" }), "PATIENT_DATA_IN_TEXT"),
            (json!({ "subcategory": "FAULT-SLOW" }), "INVALID"),
            (json!({ "category": "FAULT", "subcategory": "FAULT-SLOW" }), "REQUIRED"),
            (json!({ "category": "DATA_RECOVERY", "subcategory": "DATA_RECOVERY-ADMIT" }), "CATEGORY_NOT_ENABLED"),
            (json!({ "receivedAt": hours(30) }), "BACKDATE_TOO_FAR"),
            (json!({ "receivedAt": hours(-1) }), "INVALID"),
            (json!({ "idempotencyKey": "short" }), "INVALID"),
            (json!({ "contractId": "ctr_00000000000000000000000000" }), "NOT_FOUND"),
            (json!({ "category": "BACKUP", "subcategory": "BACKUP-FAIL" }), "INVALID"),
        ] {
            let payload = app.try_create("nurse", ask(extra.clone())).await;
            assert_eq!(code(&payload), expected, "{}", extra.to_string().chars().take(200).collect::<String>());
        }
        assert_eq!(code(&app.try_create("nurse", ask(json!({ "category": "NO_SUCH" }))).await), "BAD_USER_INPUT");
        assert_eq!(app.ask("nurse", "{tickets{totalCount}}", json!({})).await["data"]["tickets"]["totalCount"], 0);
        let rare = app.try_create("nurse", ask(json!({ "description": "𠮷床😀 特护单" }))).await["ticket"].clone();
        let read = app.ask("nurse", "query($id:ID!){ticket(by:{id:$id}){description}}", json!({ "id": rare["id"] })).await;
        assert_eq!(read["data"]["ticket"]["description"], "𠮷床😀 特护单");
        let after = app.app.clock.now() + chrono::TimeDelta::days(400);
        app.app.clock.set(after);
        assert_eq!(code(&app.try_create("nurse", ask(json!({ "idempotencyKey": "after-the-end" }))).await), "OUTSIDE_SERVICE_PERIOD");
    }

    /// G16, G17, G18
    async fn pages_joined_are_the_whole_list_in_both_directions(app: &TestApp) {
        for n in 0..7 {
            app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(n % 3));
            app.consult(&format!("page-key-{n}")).await;
        }
        let whole = app.ask("nurse", "{tickets(first:100){totalCount nodes{id}}}", json!({})).await["data"]["tickets"].clone();
        assert_eq!(whole["totalCount"], 7);
        let (mut forward, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = app.ask("nurse", "query($a:String){tickets(first:3,after:$a){nodes{id} pageInfo{hasNextPage endCursor}}}", json!({ "a": after })).await["data"]["tickets"].clone();
            forward.extend(page["nodes"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(json!(forward), whole["nodes"]);
        let (mut backward, mut before) = (Vec::new(), Value::Null);
        loop {
            let page = app.ask("nurse", "query($b:String){tickets(last:2,before:$b){nodes{id} pageInfo{hasPreviousPage startCursor}}}", json!({ "b": before })).await["data"]["tickets"].clone();
            let mut nodes = page["nodes"].as_array().unwrap().clone();
            nodes.extend(backward);
            backward = nodes;
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
        }
        assert_eq!(backward, forward);
        let foreign = app.ask("doctor", "query($a:String){tickets(first:3,after:$a){nodes{id}}}", json!({ "a": after })).await;
        assert_eq!(foreign["errors"][0]["extensions"]["reason"], "BAD_CURSOR");
    }
}
