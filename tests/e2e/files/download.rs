//! Downloads: rights, headers, ranges.

use e2e::both_backends;
use entity::attachment;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;

use super::*;

both_backends! {
    /// G67: the headers of a download, one by one.
    async fn a_download_is_saved_under_its_name_and_cached_nowhere(app: &TestApp) {
        let ticket = app.consult("load-key-1").await;
        let id = attached(app, "nurse", &ticket, "特护单 截图.png", PNG).await;
        let answer = get(app, "engineer", &id, &[]).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, PNG));
        let disposition = "filename=\"___ __.png\"; filename*=UTF-8''%E7%89%B9%E6%8A%A4%E5%8D%95%20%E6%88%AA%E5%9B%BE.png";
        let mut expected = BTreeMap::from([
            ("content-type", "image/png".to_owned()),
            ("content-length", PNG.len().to_string()),
            ("content-disposition", format!("attachment; {disposition}")),
            ("x-content-type-options", "nosniff".to_owned()),
            ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
            ("cross-origin-resource-policy", "same-origin".to_owned()),
            ("cache-control", "private, no-store".to_owned()),
            ("accept-ranges", "bytes".to_owned()),
            ("x-frame-options", "DENY".to_owned()),
            ("referrer-policy", "no-referrer".to_owned()),
        ]);
        let same = |answer: &Answer, expected: &BTreeMap<&str, String>| {
            for (name, value) in expected {
                assert_eq!(answer.headers.get(*name), Some(value), "{name}");
            }
        };
        same(&answer, &expected);
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(audited(app, "attachment.download").await, 1, "each download is recorded");

        let url = format!("{}/files/{id}", app.base);
        let head = send(reqwest::Client::new().head(&url).bearer_auth(app.token("nurse").await)).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        same(&head, &expected);
        assert_eq!(audited(app, "attachment.download").await, 1, "no byte was sent");

        // Pictures and PDF may be shown in place, nothing else.
        let shown = get(app, "nurse", &format!("{id}?disposition=inline"), &[]).await;
        expected.insert("content-disposition", format!("inline; {disposition}"));
        same(&shown, &expected);
        for (name, bytes, kind) in [("a.pdf", b"%PDF-1.7\n".as_slice(), "inline;"), ("a.log", b"log", "attachment;"), ("a.zip", b"PK\x05\x06", "attachment;")] {
            let id = attached(app, "nurse", &ticket, name, bytes).await;
            let answer = get(app, "nurse", &format!("{id}?disposition=inline"), &[]).await;
            assert!(answer.headers["content-disposition"].starts_with(kind), "{name}");
        }
    }

    /// G67: authorised on every request; other hospital, unknown and nonsense are one answer.
    async fn a_file_is_read_by_whoever_sees_its_ticket_and_nobody_else(app: &TestApp) {
        let ticket = app.consult("load-key-2").await;
        let id = attached(app, "nurse", &ticket, "a.log", b"log").await;
        for account in ["nurse", "head_nurse", "doctor", "it_admin", "manager", "auditor", "pm", "engineer"] {
            assert_eq!(get(app, account, &id, &[]).await.status, 200, "{account}");
        }
        for (account, path) in [
            ("nurse_b", id.as_str()), ("it_admin_b", &id), ("nurse", "att_00000000000000000000000000"), ("nurse", "nonsense"),
            ("nurse", ticket["id"].as_str().unwrap()), ("nurse", "..%2f..%2ficuops.db"), ("nurse", "%00"),
        ] {
            let answer = get(app, account, path, &[]).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "NOT_FOUND"), "{account} {path}");
        }
        let url = format!("{}/files/{id}", app.base);
        let nobody = send(reqwest::Client::new().get(&url)).await;
        assert_eq!((nobody.status, nobody.code().as_str()), (401, "UNAUTHENTICATED"));
        let stale = send(reqwest::Client::new().get(&url).bearer_auth("nothing")).await;
        assert_eq!(stale.status, 401);
        assert_eq!(audited(app, "attachment.download").await, 8);

        // Not yet released to the vendor: the engineer does not see it, and then not its files.
        let request = json!({ "category": "CHANGE", "subcategory": "CHANGE-CONFIG", "idempotencyKey": "load-key-3" });
        let closed = app.create("head_nurse", request).await;
        let inner = attached(app, "head_nurse", &closed, "a.log", b"log").await;
        assert_eq!((get(app, "engineer", &inner, &[]).await.status, get(app, "head_nurse", &inner, &[]).await.status), (404, 200));

        // What a scanner would hold back is not sent.
        let tx = app.app.db.begin_write().await.unwrap();
        attachment::Entity::update_many().col_expr(attachment::Column::ScanState, Expr::value("INFECTED")).exec(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let held = get(app, "nurse", &id, &[]).await;
        assert_eq!((held.status, held.code().as_str()), (409, "WRONG_STATE"));
    }

    /// G67: ranges and their edges.
    async fn parts_of_a_file_are_sent_by_range(app: &TestApp) {
        let ticket = app.consult("load-key-4").await;
        let id = attached(app, "nurse", &ticket, "a.log", b"0123456789").await;
        let etag = get(app, "nurse", &id, &[]).await.headers["etag"].clone();
        for (range, part, told) in [
            ("bytes=0-3", "0123", "bytes 0-3/10"), ("bytes=7-", "789", "bytes 7-9/10"), ("bytes=-2", "89", "bytes 8-9/10"),
            ("bytes=9-9", "9", "bytes 9-9/10"), ("bytes=5-1000", "56789", "bytes 5-9/10"), ("bytes=-1000", "0123456789", "bytes 0-9/10"),
        ] {
            let answer = get(app, "nurse", &id, &[("range", range), ("if-range", &etag)]).await;
            assert_eq!((answer.status, answer.body.as_slice()), (206, part.as_bytes()), "{range}");
            assert_eq!((answer.headers["content-range"].as_str(), answer.headers["content-length"].as_str()), (told, part.len().to_string().as_str()));
        }
        for range in ["bytes=10-", "bytes=99999999999999999999-", "bytes=-0"] {
            let answer = get(app, "nurse", &id, &[("range", range)]).await;
            assert_eq!((answer.status, answer.code().as_str(), answer.headers["content-range"].as_str()), (416, "BAD_REQUEST", "bytes */10"), "{range}");
        }
        for headers in [vec![("range", "bytes=3-1")], vec![("range", "bytes=0-1,5-6")], vec![("range", "lines=1-2")], vec![("range", "bytes=0-1"), ("if-range", "\"other\"")], vec![("range", "bytes=0-1"), ("if-range", "Mon, 02 Mar 2026 00:00:00 GMT")]] {
            let answer = get(app, "nurse", &id, &headers).await;
            assert_eq!((answer.status, answer.body.as_slice()), (200, b"0123456789".as_slice()), "{headers:?}");
        }
    }
}
