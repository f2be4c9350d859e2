//! Names and content: the corpus of what must not get in, and what gets in harmless.

use e2e::both_backends;
use entity::attachment;
use sea_orm::EntityTrait;

use super::*;

/// A header as it is, not encoded again.
async fn named(app: &TestApp, ticket: &Value, disposition: &str) -> Answer {
    let request = reqwest::Client::new()
        .post(format!(
            "{}/files?subject={}",
            app.base,
            ticket["id"].as_str().unwrap()
        ))
        .bearer_auth(app.token("nurse").await)
        .header("content-type", "application/octet-stream")
        .header("content-disposition", disposition)
        .body("log");
    send(request).await
}

both_backends! {
    /// G66: names are metadata, and not every name is one.
    async fn names_that_lead_elsewhere_or_hide_something_are_refused(app: &TestApp) {
        let ticket = app.consult("name-key-1").await;
        for encoded in [
            "..%2fetc%2fpasswd.log", "..%252fetc.log", "..%5c..%5cboot.log", "a%5Cb.log", "a%2Fb.log", "%2Fetc%2Fa.log", "C%3A%5Ca.log",
            "a%00.log", "a.png%00.log", "CON", "con.log", "LPT1.log", "nul.tar.log", ".htaccess", ".log", "..", "a..log", "a.log.",
            "a%E2%80%AEgol.exe.log", "a%E2%80%8Fb.log", "%EF%BB%BFa.log", "a%0D%0AX-Evil%3A1.log", "a%0Ab.log", "a%09b.log", "a%7F.log",
            "%C0%AE%C0%AE%2Fa.log", "%C0%AF.log", "%E0%80%AF.log", "%ED%A0%80.log", "%FF.log", "a%2", "a%zz.log", "a%3Cb%3E.log", "a%22b.log",
        ] {
            let answer = named(app, &ticket, &format!("attachment; filename*=UTF-8''{encoded}")).await;
            assert_eq!((answer.status, answer.code().as_str()), (422, "INVALID"), "{encoded}");
        }
        for (disposition, code) in [
            ("attachment".to_owned(), "REQUIRED"),
            ("attachment; filename*=UTF-8''".to_owned(), "REQUIRED"),
            ("attachment; filename=\"../a.log\"".to_owned(), "INVALID"),
            ("form-data; name=\"x\"; filename=\"a.log\"".to_owned(), "INVALID"),
            (format!("attachment; filename*=UTF-8''{}.log", "a".repeat(197)), "TOO_LONG"),
            (format!("attachment; filename*=UTF-8''{}", encoded("患者姓名：张三丰.log")), "PATIENT_DATA_IN_TEXT"),
        ] {
            let answer = named(app, &ticket, &disposition).await;
            assert_eq!((answer.status, answer.code().as_str()), (422, code), "{disposition}");
        }
        assert_eq!((rows(app).await, stored(app, "objects").len()), (0, 0));
        // What looks odd and is a name stays one, composed (NFC).
        for (sent, kept) in [("e\u{301}cran.log", "\u{e9}cran.log"), ("50%.log", "50%.log"), ("𠮷床 (1) '甲';.log", "𠮷床 (1) '甲';.log"), (" 🙂.log ", "🙂.log")] {
            let id = attached(app, "nurse", &ticket, sent, b"log").await;
            let row = attachment::Entity::find_by_id(entity::ids::AttachmentId::parse(&id).unwrap()).one(app.app.db.read()).await.unwrap().unwrap();
            assert_eq!(row.name, kept);
        }
    }

    /// Extension and signature agree, whatever is declared.
    async fn content_that_is_not_what_its_name_says_is_refused(app: &TestApp) {
        let ticket = app.consult("name-key-2").await;
        let zip: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0";
        for (name, bytes) in [
            ("a.png", zip), ("a.pdf", zip), ("a.docx", zip), ("a.zip", PNG), ("a.jpg", PNG), ("a.txt", PNG), ("a.log", b"a\0b"), ("a.csv", b"MZ\x90\0"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), ("a.html", b"<!doctype html>"), ("a.htm", b"<p>"),
            ("a.js", b"GIF89a/*"), ("a.exe", b"MZ"), ("a.bat", b"echo"), ("a", b"text"), ("a.png.exe", PNG), ("a.gif", PNG),
        ] {
            let answer = put(app, "nurse", &ticket, name, bytes).await;
            assert_eq!((answer.status, answer.code().as_str()), (422, "INVALID"), "{name}");
        }
        assert_eq!((rows(app).await, stored(app, "objects").len(), stored(app, "staging").len()), (0, 0, 0));
        // A NUL after the first bytes is found too: the whole file is looked through.
        let late = [vec![b'a'; 100_000], vec![0]].concat();
        assert_eq!(put(app, "nurse", &ticket, "a.log", &late).await.status, 422);
    }

    /// A polyglot stays a picture, and a browser is told so; a picture of 900 million pixels is never decoded.
    async fn polyglots_and_giant_pictures_are_harmless(app: &TestApp) {
        let ticket = app.consult("name-key-3").await;
        let polyglot = b"GIF89a/*\x01\0\x01\0\0\0\0;*/=1;alert(document.cookie)";
        let id = attached(app, "nurse", &ticket, "a.gif", polyglot).await;
        for path in [id.clone(), format!("{id}?disposition=inline")] {
            let answer = get(app, "engineer", &path, &[]).await;
            assert_eq!((answer.status, answer.body.as_slice()), (200, polyglot.as_slice()));
            assert_eq!(answer.headers["content-type"], "image/gif");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers["content-security-policy"], "sandbox; default-src 'none'");
            assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin");
        }
        let mut giant = PNG.to_vec();
        giant[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let id = attached(app, "nurse", &ticket, "巨图.png", &giant).await;
        assert_eq!(get(app, "nurse", &id, &[]).await.body, giant);
        // HTML in a text file is text.
        let id = attached(app, "nurse", &ticket, "a.txt", b"<script>alert(1)</script>").await;
        let answer = get(app, "nurse", &format!("{id}?disposition=inline"), &[]).await;
        assert_eq!(answer.headers["content-type"], "text/plain");
        assert!(answer.headers["content-disposition"].starts_with("attachment;"));
    }
}
