//! Files that are not the approved one under the seal of the vendor.

use super::*;

/// RP-ISS-6: a changed byte, another report's file, an earlier revision's, no signature, a foreign, expired or sample certificate, another unit, a signature that does not cover the file.
#[test]
fn what_is_not_the_approved_file_under_the_vendors_seal_is_refused() {
    on_both(async |app, trusted| {
        let (first, old, fault) = approved(app, "seal-key-02").await;
        let (other, foreign, _) = approved(app, "seal-key-03").await;
        agree(app).await;
        let vendor = trusted.root.vendor();
        let (status, brought) =
            bring(app, &first, "VENDOR_SIGNED", "a.pdf", vendor.sign(&old)).await;
        assert_eq!(status, 201, "{brought}");
        attest(app, "it_admin", &brought["id"], "OK").await;
        let correction = json!({ "idempotencyKey": "seal-key-04", "code": "fault_report", "subjectId": fault["id"], "correction": { "reportId": first, "reason": "更正" } });
        let id = drafted(app, correction).await;
        app.approved("pm", &id).await;
        let pdf = pdf(app, &id).await;
        let good = vendor.sign(&pdf);

        let mut flipped = good.clone();
        flipped[pdf.len() / 2] ^= 1;
        refused(
            app,
            &id,
            "VENDOR_SIGNED",
            &flipped,
            "CONTENT_DIFFERS",
            ("不以批准的文件为开头", "does not begin with"),
        )
        .await;
        let mut flipped = good.clone();
        let widget = good.windows(5).rposition(|at| at == b"/Rect").unwrap();
        flipped[widget + 6] = b'1';
        refused(
            app,
            &id,
            "VENDOR_SIGNED",
            &flipped,
            "INVALID",
            ("签名之后文件被改动", "changed after it was signed"),
        )
        .await;
        for way in ["VENDOR_SIGNED", "ESEAL"] {
            refused(
                app,
                &id,
                way,
                &vendor.sign(&foreign),
                "CONTENT_DIFFERS",
                ("批准的文件", "approved file"),
            )
            .await;
            refused(
                app,
                &id,
                way,
                &vendor.sign(&old),
                "CONTENT_DIFFERS",
                ("批准的文件", "approved file"),
            )
            .await;
            refused(
                app,
                &other,
                way,
                &good,
                "CONTENT_DIFFERS",
                ("批准的文件", "approved file"),
            )
            .await;
            refused(app, &id, way, &pdf, "INVALID", ("没有签名", "no signature")).await;
            refused(
                app,
                &id,
                way,
                &pdf[..pdf.len() - 9],
                "INVALID",
                ("损坏", "damaged"),
            )
            .await;
            let sign = |unit: &Unit| unit.sign(&pdf);
            let stranger = Root::named("Another Root").vendor();
            refused(
                app,
                &id,
                way,
                &sign(&stranger),
                "INVALID",
                ("信任根", "configured root"),
            )
            .await;
            // Of the same name as the trusted one, with another key.
            let impostor = Root::new().vendor();
            refused(
                app,
                &id,
                way,
                &sign(&impostor),
                "INVALID",
                ("证书链有误", "chain of certificates"),
            )
            .await;
            let expired = trusted.root.unit(VENDOR, keys::expired);
            refused(
                app,
                &id,
                way,
                &sign(&expired),
                "INVALID",
                ("已过期", "expired"),
            )
            .await;
            let another = trusted.root.unit("另一科技有限公司", |_| ());
            refused(
                app,
                &id,
                way,
                &sign(&another),
                "INVALID",
                ("另一科技有限公司", "is not one that seals"),
            )
            .await;
            let sample = trusted.root.unit(VENDOR, keys::sample);
            refused(app, &id, way, &sign(&sample), "INVALID", ("样章", "sample")).await;
            let longer = [good.as_slice(), b"\n% later\n"].concat();
            refused(
                app,
                &id,
                way,
                &longer,
                "INVALID",
                ("未覆盖整个文件", "does not cover the whole file"),
            )
            .await;
            let twice = another.sign_again(&good);
            refused(
                app,
                &id,
                way,
                &twice,
                "INVALID",
                ("另一科技有限公司", "is not one that seals"),
            )
            .await;
        }
        let (status, body) = bring(
            app,
            &id,
            "VENDOR_SIGNED",
            "a.png",
            crate::files::PNG.to_vec(),
        )
        .await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (422, &json!("INVALID"))
        );
        let (status, body) = bring(app, &id, "BY_HAND", "a.pdf", good.clone()).await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (422, &json!("INVALID")),
            "{body}"
        );
        let (status, body) = bring(app, &id, "PHYSICAL_SCAN", "a.pdf", good.clone()).await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (422, &json!("ORIGINAL_LOCATION_MISSING"))
        );
        assert_eq!(bring(app, &id, "VENDOR_SIGNED", "a.pdf", good).await.0, 201);

        // The page of a replaced revision names the one in force.
        let waiting = app
            .ask(
                "it_admin",
                "query($id:ID!){report(id:$id){sealedDocuments{id}}}",
                json!({ "id": id }),
            )
            .await;
        attest(
            app,
            "it_admin",
            &waiting["data"]["report"]["sealedDocuments"][0]["id"],
            "OK",
        )
        .await;
        let (_, page) = looked_up(app, None, &old).await;
        assert!(
            page.contains("已被更正版替代") && page.contains("现行版次"),
            "{page}"
        );
    });
}

/// Without configured roots no chain can be trusted, and the refusal says so; a file of roots without certificates keeps the server from starting.
#[test]
fn without_roots_no_electronic_seal_is_accepted() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        e2e::block_on(async {
            let Some(app) = TestApp::start(backend).await else {
                return;
            };
            let (id, pdf, _) = approved(&app, "seal-key-06").await;
            agree(&app).await;
            let signed = Root::new().vendor().sign(&pdf);
            refused(
                &app,
                &id,
                "ESEAL",
                &signed,
                "INVALID",
                ("信任根", "configured root"),
            )
            .await;
        });
    }
    let trusted = Trusted::new();
    let key = trusted.root.vendor().key.serialize_pem();
    for wrong in [key.as_bytes(), b"", b"\x30\x03\x02\x01\x01"] {
        trusted.write("wrong.pem", wrong);
        let files = [trusted.path("roots.pem"), trusted.path("wrong.pem")];
        assert!(api::report::esign::roots(&files).is_err());
    }
    assert!(api::report::esign::roots(&[trusted.path("no such file")]).is_err());
    let twice = [trusted.path("roots.pem"), trusted.path("roots.pem")];
    assert!(api::report::esign::roots(&twice).is_ok());
}
