//! Uploads: who may, where they show, replays, replies.

use e2e::both_backends;
use entity::{role_grant, ticket_event};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::*;

both_backends! {
    /// G64: one request, one row, one event, one audit row; GraphQL tells the rest.
    async fn a_file_of_a_chinese_name_is_kept_and_seen_by_both_sides(app: &TestApp) {
        let ticket = app.consult("file-key-1").await;
        let answer = put(app, "nurse", &ticket, "特护单 截图.png", PNG).await;
        let made = answer.json();
        assert_eq!(answer.status, 201, "{made}");
        let id = made["id"].as_str().unwrap();
        assert_eq!(answer.headers["location"], format!("/files/{id}"));
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        assert_eq!((&made["sizeBytes"], &made["contentType"], &made["scanState"]), (&json!(PNG.len()), &json!("image/png"), &json!("NOT_SCANNED")));
        for account in ["nurse", "engineer", "it_admin", "auditor"] {
            let listed = listed(app, account, &ticket).await;
            assert_eq!(listed[0]["name"], "特护单 截图.png", "{account}: {listed}");
            assert_eq!((&listed[0]["id"], &listed[0]["sizeBytes"], &listed[0]["uploadedBy"]["name"]), (&made["id"], &json!(PNG.len()), &json!("陈晓")));
        }
        let node = app.ask("engineer", "query($id:ID!){node(id:$id){id ...on Attachment{name}}}", json!({ "id": id })).await;
        assert_eq!(node["data"]["node"], json!({ "id": id, "name": "特护单 截图.png" }));
        let foreign = app.ask("it_admin_b", "query($id:ID!){node(id:$id){id}}", json!({ "id": id })).await;
        assert!(foreign["data"]["node"].is_null(), "{foreign}");
        let events = ticket_event::Entity::find().filter(ticket_event::Column::Kind.eq("ATTACHED")).all(app.app.db.read()).await.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(audited(app, "attachment.add").await, 1);
        assert!(api::audit::verify(&app.app.db).await.unwrap().iter().all(|chain| chain.damage.is_none()));
    }

    /// G63: every refusal below comes although not one byte of the body was sent.
    async fn whoever_may_not_attach_is_refused_before_the_body_is_read(app: &TestApp) {
        let ticket = app.consult("file-key-2").await;
        let id = ticket["id"].as_str().unwrap();
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "file-key-b" })).await;
        let foreign = foreign["id"].as_str().unwrap();
        let fifty = "Content-Length: 52428800\r\n";
        let small = "Content-Length: 1048576\r\n";
        for (account, subject, length, status, code) in [
            (None, id, fifty, 401, "UNAUTHENTICATED"),
            (Some("auditor"), id, small, 403, "FORBIDDEN"),
            (Some("nurse"), foreign, small, 404, "NOT_FOUND"),
            (Some("nurse"), "tkt_00000000000000000000000000", small, 404, "NOT_FOUND"),
            (Some("nurse"), "", small, 404, "NOT_FOUND"),
            (Some("nurse"), "../../etc/passwd", small, 404, "NOT_FOUND"),
            (Some("engineer"), foreign, small, 404, "NOT_FOUND"),
            (Some("nurse"), id, fifty, 413, "PAYLOAD_TOO_LARGE"),
        ] {
            let answer = raw(app, head(app, account, subject, length).await.as_bytes()).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{account:?} {subject}");
        }
        assert_eq!(audited(app, "attachment.add").await, 8, "each refusal is recorded");
        // A cookie alone, without an origin, is what another site could send.
        let token = app.token("nurse").await;
        let cookie = head(app, None, id, &format!("Cookie: __Host-icuops={token}\r\n{small}")).await;
        let answer = raw(app, cookie.as_bytes()).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "CSRF_PREVENTED"));
        // Somebody of another department of the same hospital.
        let other = entity::department::Entity::find().filter(entity::department::Column::Name.eq("信息网络中心")).all(app.app.db.read()).await.unwrap();
        let doctor = entity::person::Entity::find().filter(entity::person::Column::Account.eq("doctor")).one(app.app.db.read()).await.unwrap().unwrap();
        let other = other.iter().find(|row| Some(row.hospital_id) == doctor.hospital_id).unwrap();
        let tx = app.app.db.begin_write().await.unwrap();
        role_grant::Entity::update_many().col_expr(role_grant::Column::DepartmentId, Expr::value(other.id.0)).filter(role_grant::Column::PersonId.eq(doctor.id)).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let answer = raw(app, head(app, Some("doctor"), id, small).await.as_bytes()).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "NOT_FOUND"));
        assert_eq!(rows(app).await, 0);
        assert!(stored(app, "staging").is_empty() && stored(app, "objects").is_empty());
    }

    /// G64, L34: a key makes a retry harmless.
    async fn a_repeated_upload_with_its_key_makes_one_row(app: &TestApp) {
        let ticket = app.consult("file-key-3").await;
        let with = async |key: &str, bytes: &[u8]| {
            let request = upload(app, "nurse", &ticket, "a.png").await;
            send(request.header("idempotency-key", key).body(bytes.to_vec())).await
        };
        let first = with("upload-key-1", PNG).await;
        assert_eq!(first.status, 201);
        let again = with("upload-key-1", PNG).await;
        assert_eq!((again.status, &again.json()["id"], &again.headers["location"]), (201, &first.json()["id"], &first.headers["location"]));
        assert_eq!(rows(app).await, 1);
        let other = with("upload-key-1", &[PNG, b"x"].concat()).await;
        assert_eq!((other.status, other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
        for bad in ["short", "has a space in it", &"k".repeat(65)] {
            let answer = with(bad, PNG).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"), "{bad}");
        }
        assert_eq!((rows(app).await, audited(app, "attachment.add").await), (1, 1 + 4));

        // The first call is still sending while the second comes.
        let more = "Idempotency-Key: upload-key-2\r\nContent-Length: 8\r\n";
        let id = ticket["id"].as_str().unwrap();
        let mut slow = connect(app).await;
        slow.write_all(format!("{}half", head(app, Some("nurse"), id, more).await).as_bytes()).await.unwrap();
        for _ in 0..100 {
            if !stored(app, "staging").is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let second = with("upload-key-2", PNG).await;
        assert_eq!((second.status, second.code().as_str()), (409, "IDEMPOTENCY_IN_FLIGHT"));
        slow.write_all(b"full").await.unwrap();
        assert_eq!(answer(&mut slow).await.status, 201);
        assert_eq!(rows(app).await, 2);
    }

    /// L34: twenty at once.
    async fn twenty_replays_at_once_make_one_row(app: &TestApp) {
        let ticket = app.consult("file-key-4").await;
        let mut calls = Vec::new();
        for _ in 0..20 {
            let request = upload(app, "nurse", &ticket, "a.png").await;
            calls.push(tokio::spawn(send(request.header("idempotency-key", "upload-key-3").body(PNG))));
        }
        let mut ids = std::collections::BTreeSet::new();
        for call in calls {
            let answer = call.await.unwrap();
            match answer.status {
                201 => { ids.insert(answer.json()["id"].to_string()); }
                _ => assert_eq!(answer.code(), "IDEMPOTENCY_IN_FLIGHT"),
            }
        }
        assert_eq!((ids.len(), rows(app).await), (1, 1));
    }

    /// `AddReplyInput.fileIds`: only files of this ticket, of this person, of no other reply.
    async fn a_reply_takes_the_files_that_its_author_has_uploaded(app: &TestApp) {
        let ticket = app.consult("file-key-5").await;
        let elsewhere = app.consult("file-key-6").await;
        let own = attached(app, "engineer", &ticket, "a.png", PNG).await;
        // A second later, so that the order of the two is known.
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let nurses = attached(app, "nurse", &ticket, "b.png", PNG).await;
        let other = attached(app, "engineer", &elsewhere, "c.png", PNG).await;
        let reply = async |key: &str, files: serde_json::Value| {
            let query = "mutation($i:AddReplyInput!){addReply(input:$i){reply{attachments{id name}} userErrors{code field}}}";
            let input = json!({ "ticketId": ticket["id"], "text": "见附件", "fileIds": files, "idempotencyKey": key });
            app.ask("engineer", query, json!({ "i": input })).await["data"]["addReply"].clone()
        };
        for (key, files, code) in [
            ("reply-key-1", json!([nurses]), "NOT_FOUND"),
            ("reply-key-2", json!([other]), "NOT_FOUND"),
            ("reply-key-3", json!([own, ticket["id"]]), "NOT_FOUND"),
            ("reply-key-4", json!(vec![own.clone(); 11]), "TOO_LONG"),
        ] {
            let done = reply(key, files).await;
            assert_eq!(done["userErrors"], json!([{ "code": code, "field": ["fileIds"] }]), "{key}: {done}");
        }
        let done = reply("reply-key-5", json!([own])).await;
        assert_eq!(done["reply"]["attachments"], json!([{ "id": own, "name": "a.png" }]), "{done}");
        assert_eq!(reply("reply-key-5", json!([own])).await, done, "the same call answers the same");
        let again = reply("reply-key-6", json!([own])).await;
        assert_eq!(again["userErrors"][0]["code"], "INVALID", "{again}");
        let query = "query($id:ID!){ticket(by:{id:$id}){attachments{id} replies{nodes{attachments{id}}}}}";
        let seen = app.ask("nurse", query, json!({ "id": ticket["id"] })).await["data"]["ticket"].clone();
        assert_eq!(seen, json!({ "attachments": [{ "id": own }, { "id": nurses }], "replies": { "nodes": [{ "attachments": [{ "id": own }] }] } }));
    }

    /// A state that ends the talk ends the files too.
    async fn nothing_is_attached_to_a_cancelled_ticket(app: &TestApp) {
        let ticket = app.consult("file-key-7").await;
        app.done(&ticket, "nurse", "cancelTicket", json!({ "reason": "误报" })).await;
        let answer = put(app, "nurse", &ticket, "a.png", PNG).await;
        assert_eq!((answer.status, answer.code().as_str()), (409, "WRONG_STATE"));
    }

    /// 200 uploads at once fill four tickets; the next one finds no room.
    async fn two_hundred_uploads_at_once_are_all_kept(app: &TestApp) {
        let mut tickets = Vec::new();
        for n in 0..4 {
            tickets.push(app.consult(&format!("file-many-{n}")).await);
        }
        let token = app.token("nurse").await;
        let client = reqwest::Client::new();
        let calls: Vec<_> = (0..200).map(|n| {
            let request = client
                .post(format!("{}/files?subject={}", app.base, tickets[n / 50]["id"].as_str().unwrap()))
                .bearer_auth(&token)
                .header("content-type", "application/octet-stream")
                .header("content-disposition", format!("attachment; filename=\"{n}.log\""))
                .body(format!("log of call {}", n % 150));
            tokio::spawn(send(request))
        }).collect();
        for call in calls {
            let answer = call.await.unwrap();
            assert_eq!(answer.status, 201, "{}", answer.json());
        }
        assert_eq!((rows(app).await, stored(app, "objects").len(), stored(app, "staging").len()), (200, 150, 0));
        assert_eq!(listed(app, "nurse", &tickets[3]).await.as_array().unwrap().len(), 50);
        let full = raw(app, head(app, Some("nurse"), tickets[0]["id"].as_str().unwrap(), "Content-Length: 5\r\n").await.as_bytes()).await;
        assert_eq!((full.status, full.code().as_str()), (422, "INVALID"));
    }
}
