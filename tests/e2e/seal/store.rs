//! What must never be kept.

use super::*;

/// RP-SIG-1: no private key is kept, under whatever name and by whatever door it comes.
#[test]
fn a_private_key_is_refused_as_any_kind_of_file() {
    on_both(async |app, trusted| {
        let (id, _, _) = approved(app, "seal-key-07").await;
        let ticket = app.consult("seal-key-08").await;
        agree(app).await;
        let vendor = trusted.root.vendor();
        let (pem, der) = (vendor.key.serialize_pem(), vendor.key.serialize_der());
        let objects = stored(app, "objects");
        for bytes in [vendor.p12.as_slice(), pem.as_bytes(), &der] {
            for name in [
                "unit.p12",
                "unit.PFX",
                "unit.pem",
                "notes.txt",
                "a.pdf",
                "a.zip",
                "a.json",
            ] {
                let answer = put(app, "nurse", &ticket, name, bytes).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (422, "INVALID"),
                    "{name}"
                );
                let text = String::from_utf8(answer.body).unwrap();
                assert!(
                    text.contains("私钥") && text.contains("private key"),
                    "{name}: {text}"
                );
            }
            for (way, name) in [
                ("VENDOR_SIGNED", "a.pdf"),
                ("ESEAL", "unit.p12"),
                ("PHYSICAL_SCAN&paperLocation=A", "a.png"),
            ] {
                let (status, body) = bring(app, &id, way, name, bytes.to_vec()).await;
                let message = body["errors"][0]["extensions"]["messages"]["zh"].to_string();
                assert!(
                    status == 422 && message.contains("私钥"),
                    "{way} {name}: {body}"
                );
            }
        }
        assert_eq!(rows(app).await, 0);
        assert_eq!(
            (stored(app, "objects"), stored(app, "staging")),
            (objects, Vec::new())
        );
        let public = put(
            app,
            "nurse",
            &ticket,
            "root.txt",
            trusted.root.pem.as_bytes(),
        )
        .await;
        assert_eq!(public.status, 201, "a certificate is no key");
    });
}

/// RP-QA, L42: an upload that is cut off in the middle leaves neither row nor file.
#[test]
fn an_upload_that_is_cut_off_stores_nothing() {
    on_both(async |app, trusted| {
        let (id, pdf, _) = approved(app, "seal-key-09").await;
        agree(app).await;
        let signed = trusted.root.vendor().sign(&pdf);
        let objects = stored(app, "objects");
        let head = format!(
            "POST /reports/{id}/sealed?way=VENDOR_SIGNED&sealedOn=2026-03-02 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Length: {}\r\n\r\n",
            app.token("pm").await,
            signed.len()
        );
        let mut stream = connect(app).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&signed[..signed.len() / 2]).await.unwrap();
        stream.flush().await.unwrap();
        for _ in 0..200 {
            if !stored(app, "staging").is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(stored(app, "staging").len(), 1, "it had begun to arrive");
        drop(stream);
        staging_empties(app).await;
        assert_eq!((rows(app).await, stored(app, "objects")), (0, objects));
        assert_eq!(
            bring(app, &id, "VENDOR_SIGNED", "a.pdf", signed).await.0,
            201
        );
    });
}
