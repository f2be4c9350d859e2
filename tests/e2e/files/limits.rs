//! Sizes, lengths, types: what is refused leaves nothing behind.

use e2e::both_backends;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

const MOST: usize = 20 * 1024 * 1024;

both_backends! {
    /// Announced too large at once, chunked too large in mid-stream; the largest file fits.
    async fn twenty_mebibytes_fit_and_one_byte_more_does_not(app: &TestApp) {
        let ticket = app.consult("limit-key-1").await;
        let id = ticket["id"].as_str().unwrap();
        let announced = raw(app, head(app, Some("nurse"), id, &format!("Content-Length: {}\r\n", MOST + 1)).await.as_bytes()).await;
        assert_eq!((announced.status, announced.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));

        let mut chunked = connect(app).await;
        chunked.write_all(head(app, Some("nurse"), id, "Transfer-Encoding: chunked\r\n").await.as_bytes()).await.unwrap();
        let piece = [format!("{:x}\r\n", 1024 * 1024).as_bytes(), &vec![b'a'; 1024 * 1024], b"\r\n"].concat();
        for _ in 0..21 {
            if chunked.write_all(&piece).await.is_err() {
                break;
            }
        }
        let refused = answer(&mut chunked).await;
        assert_eq!((refused.status, refused.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
        staging_empties(app).await;
        assert_eq!((rows(app).await, stored(app, "objects").len()), (0, 0));

        let mut largest = vec![b'a'; MOST];
        largest[..4].copy_from_slice(b"PK\x03\x04");
        let made = put(app, "nurse", &ticket, "最大.zip", &largest).await;
        assert_eq!(made.status, 201, "{}", made.json());
        let back = get(app, "engineer", made.json()["id"].as_str().unwrap(), &[]).await;
        assert!(back.status == 200 && back.body == largest);
    }

    /// A length that lies and a connection that breaks leave nothing.
    async fn a_broken_transfer_leaves_nothing(app: &TestApp) {
        let ticket = app.consult("limit-key-2").await;
        let id = ticket["id"].as_str().unwrap();
        for more in ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"] {
            let mut stream = connect(app).await;
            let body = if more.contains("chunked") { "5\r\nhello\r\n" } else { "hello" };
            stream.write_all(format!("{}{body}", head(app, Some("nurse"), id, more).await).as_bytes()).await.unwrap();
            for _ in 0..100 {
                if !stored(app, "staging").is_empty() { break; }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(stored(app, "staging").len(), 1, "{more}: it was under way");
            drop(stream);
            staging_empties(app).await;
        }
        // Chunks that cannot be read as HTTP end the connection.
        let mut garbled = connect(app).await;
        let request = head(app, Some("nurse"), id, "Transfer-Encoding: chunked\r\n").await;
        garbled.write_all(format!("{request}5\r\nhello\r\nzz\r\n").as_bytes()).await.unwrap();
        let mut told = Vec::new();
        let _ = tokio::time::timeout(std::time::Duration::from_secs(20), garbled.read_to_end(&mut told)).await.unwrap();
        assert!(!String::from_utf8_lossy(&told).contains(" 201 "));
        staging_empties(app).await;
        assert_eq!((rows(app).await, stored(app, "objects").len()), (0, 0));
    }

    /// A type that no form can send; no compression; something inside.
    async fn types_of_forms_compressed_and_empty_bodies_are_refused(app: &TestApp) {
        let ticket = app.consult("limit-key-3").await;
        let typed = async |media: Option<&str>| {
            let mut request = reqwest::Client::new()
                .post(format!("{}/files?subject={}", app.base, ticket["id"].as_str().unwrap()))
                .bearer_auth(app.token("nurse").await)
                .header("content-disposition", "attachment; filename=a.log")
                .body("log");
            if let Some(media) = media {
                request = request.header("content-type", media);
            }
            send(request).await
        };
        for media in [None, Some(""), Some("text/plain"), Some("Text/Plain; charset=utf-8"), Some("multipart/form-data; boundary=x"), Some("multipart/mixed"), Some("application/x-www-form-urlencoded"), Some("nonsense")] {
            let answer = typed(media).await;
            assert_eq!((answer.status, answer.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media:?}");
        }
        // What is declared counts for nothing: the kind is found in the bytes.
        for media in ["application/octet-stream", "text/html", "image/svg+xml"] {
            let answer = typed(Some(media)).await;
            assert_eq!((answer.status, &answer.json()["contentType"]), (201, &serde_json::json!("text/plain")), "{media}");
        }
        let packed = send(upload(app, "nurse", &ticket, "a.log").await.header("content-encoding", "gzip").body("x")).await;
        assert_eq!(packed.status, 415);
        let empty = put(app, "nurse", &ticket, "a.log", b"").await;
        assert_eq!((empty.status, empty.code().as_str()), (422, "INVALID"));
        assert_eq!((rows(app).await, stored(app, "staging").len()), (3, 0));
        // Other methods have their own answer.
        let other = send(reqwest::Client::new().put(format!("{}/files", app.base))).await;
        assert_eq!((other.status, other.code().as_str(), other.headers["allow"].as_str()), (405, "METHOD_NOT_ALLOWED", "POST"));
    }
}
