//! The audit chain in the database.

use e2e::{TestApp, both_backends};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

async fn damage(app: &TestApp) -> Option<i64> {
    api::audit::verify(&app.app.db)
        .await
        .unwrap()
        .into_iter()
        .find_map(|verdict| verdict.damage)
        .map(|(seq, _)| seq)
}

/// As the owner of the database would, who can take the guard away.
async fn as_owner(app: &TestApp, sql: &str) {
    let tx = app.app.db.begin_write().await.unwrap();
    let (off, on) = match tx.get_database_backend() {
        DbBackend::Postgres => (
            "ALTER TABLE audit DISABLE TRIGGER append_only",
            "ALTER TABLE audit ENABLE TRIGGER append_only",
        ),
        _ => (
            "DROP TRIGGER append_only_audit_UPDATE",
            "DROP TRIGGER append_only_audit_DELETE",
        ),
    };
    tx.execute_unprepared(off).await.unwrap();
    if tx.get_database_backend() == DbBackend::Sqlite {
        tx.execute_unprepared(on).await.unwrap();
    }
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

both_backends! {
    /// G60, L60
    async fn every_mutation_done_or_refused_adds_a_row_and_the_chains_hold(app: &TestApp) {
        let count = async || entity::audit::Entity::find().count(app.app.db.read()).await.unwrap();
        let before = count().await;
        let ticket = app.consult("audit-key-1").await;
        assert_eq!(count().await, before + 2, "sign in and ticket");
        app.on(&ticket, "nurse", "respondTicket", json!({ "text": "答", "channel": "PHONE" })).await;
        assert_eq!(count().await, before + 3, "a refused attempt");
        let refused = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("ticket.respond")).one(app.app.db.read()).await.unwrap().unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&refused.payload).unwrap();
        assert_eq!((&payload["success"], &payload["reason"]), (&json!(false), &json!("FORBIDDEN")));
        assert_eq!(damage(app).await, None);
    }

    /// L64
    async fn the_database_refuses_to_change_history(app: &TestApp) {
        app.consult("audit-key-2").await;
        let status = json!({ "idempotencyKey": "audit-status", "state": "DEGRADED" });
        crate::inspection::act(app, "it_admin", "setSystemStatus", "status{state}", status).await;
        for table in ["audit", "ticket_event", "sla_event", "system_status"] {
            for verb in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET seq = seq + 1")] {
                let tx = app.app.db.begin_write().await.unwrap();
                assert!(tx.execute_unprepared(&verb).await.is_err(), "{verb}");
            }
        }
    }

    /// L63
    async fn an_edited_row_is_named(app: &TestApp) {
        app.consult("audit-key-3").await;
        let last = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("ticket.create")).one(app.app.db.read()).await.unwrap().unwrap();
        as_owner(app, &format!("UPDATE audit SET hash = replace(hash, 'a', 'b') WHERE hash = '{}'", last.hash)).await;
        assert_eq!(damage(app).await, Some(last.seq));
    }

    /// L63
    async fn a_cut_tail_is_found_by_the_head(app: &TestApp) {
        app.consult("audit-key-4").await;
        let last = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("ticket.create")).one(app.app.db.read()).await.unwrap().unwrap();
        as_owner(app, &format!("DELETE FROM audit WHERE hash = '{}'", last.hash)).await;
        assert_eq!(damage(app).await, Some(last.seq));
    }

    /// L61
    async fn concurrent_writers_leave_no_gap(app: &TestApp) {
        let token = app.token("nurse").await;
        let write = async |n: usize| {
            let query = "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{number} userErrors{code}}}";
            let input = json!({ "i": { "category": "CONSULT", "subcategory": "CONSULT-OPER", "description": "并发", "channel": "PORTAL", "idempotencyKey": format!("concurrent-{n}") } });
            // A server that is too busy to take a call has executed nothing: it is sent again.
            for _ in 0..20 {
                let body = app.send(Some(&token), query, input.clone()).await.1;
                let busy = ["OVERLOADED", "POOL_TIMEOUT"].map(serde_json::Value::from);
                if !busy.contains(&body["errors"][0]["extensions"]["code"]) {
                    return body["data"]["createTicket"]["ticket"]["number"].as_str().map(str::to_owned);
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            None
        };
        // Within the sixteen operations that one session may run at once.
        let numbers = [write(0), write(1), write(2), write(3), write(4), write(5), write(6), write(7), write(8), write(9), write(10), write(11)];
        // A verifier that looks on meanwhile sees no damage.
        let looking = async {
            for _ in 0..40 {
                assert_eq!(damage(app).await, None);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let (done, ()) = tokio::join!(join_all(numbers), looking);
        let done: std::collections::BTreeSet<Option<String>> = done.into_iter().collect();
        assert_eq!(done.len(), 12);
        assert!(!done.contains(&None));
        assert_eq!(damage(app).await, None);
    }
}

async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut pinned: Vec<_> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in &mut pinned {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    pinned
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}
