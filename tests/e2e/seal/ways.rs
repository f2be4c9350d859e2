//! Each way by which an electronic seal issues a report.

use super::*;

/// RP-ISS-6 (3), RP-SIG-2, RP-SIG-5: signed by the vendor's own command line, verified by it, by poppler and on upload, attested, issued, found again.
#[test]
fn a_report_that_the_vendor_signs_itself_is_issued() {
    on_both(async |app, trusted| {
        let (id, pdf, _) = approved(app, "seal-key-01").await;
        let facts = report(app, &id).await;
        let (number, data) = (
            facts["number"].as_str().unwrap(),
            facts["dataSha256"].as_str().unwrap(),
        );
        let paper = trusted.write("report.pdf", &pdf);
        let p12 = trusted.write("unit.p12", &trusted.root.vendor().p12);
        let roots = trusted.path("roots.pem").to_str().unwrap().to_owned();
        let base = ["sign", "--p12", &p12, "--password-stdin"];
        let with = |more: &[&str], password: &str| icuops(&[&base, more].concat(), password);
        let signed = trusted.path("report-signed.pdf");

        for (more, password, reason) in [
            (
                vec!["--number", "GZBG-2026-9999", "--revision", "1", &paper],
                PASSWORD,
                "GZBG-2026-9999",
            ),
            (
                vec!["--number", number, "--revision", "2", &paper],
                PASSWORD,
                "revision must be 2",
            ),
            (
                vec!["--data-sha256", &"0".repeat(64), &paper],
                PASSWORD,
                "data hash must be",
            ),
            (vec![paper.as_str()], "wrong", "the password is wrong"),
            (vec![paper.as_str()], "", "the password is empty"),
            (vec![p12.as_str()], PASSWORD, "this is no report"),
        ] {
            let output = with(&more, password);
            assert!(
                !output.status.success() && said(&output).contains(reason),
                "{more:?}: {output:?}"
            );
            assert!(!signed.exists());
        }
        let alone = icuops(
            &["sign", "--p12", &p12, "--number", number, &paper],
            PASSWORD,
        );
        assert_eq!(alone.status.code(), Some(2), "a number needs its revision");
        let asked = [
            "--number",
            number,
            "--revision",
            "1",
            "--data-sha256",
            data,
            &paper,
        ];
        let output = with(&asked, PASSWORD);
        assert!(output.status.success(), "{output:?}");
        let bytes = std::fs::read(&signed).unwrap();
        assert!(bytes.starts_with(&pdf) && bytes.len() > pdf.len());
        assert!(said(&output).contains(&sha256(&bytes)) && said(&output).contains(data));
        let again = with(&asked, PASSWORD);
        assert!(!again.status.success() && said(&again).contains("is not overwritten"));
        assert_eq!(std::fs::read(&signed).unwrap(), bytes);

        let signed = signed.to_str().unwrap();
        let good = icuops(&["verify", "--trust-roots", &roots, signed], "");
        assert_eq!(good.status.code(), Some(0), "{good:?}");
        for part in [
            VENDOR,
            "Seal 1",
            "the whole file",
            number,
            data,
            &sha256(&bytes),
            "VALID",
        ] {
            assert!(said(&good).contains(part), "{part}: {}", said(&good));
        }
        let unknown = icuops(&["verify", signed], "");
        assert!(
            unknown.status.code() == Some(1) && said(&unknown).contains("Hint"),
            "{unknown:?}"
        );
        assert_eq!(
            icuops(&["verify", "--trust-roots", &roots, &paper], "")
                .status
                .code(),
            Some(1),
            "no signature"
        );
        assert_eq!(
            icuops(&["verify", "--trust-roots", &roots, &p12], "")
                .status
                .code(),
            Some(2)
        );
        assert_eq!(
            icuops(&["verify", "--trust-roots", &p12, signed], "")
                .status
                .code(),
            Some(2)
        );
        assert_eq!(
            icuops(&["verify", "/no/such/file"], "").status.code(),
            Some(2)
        );
        match Command::new("pdfsig").args(["-nocert", signed]).output() {
            Ok(output) => {
                let text = said(&output);
                assert!(
                    text.contains("Signature is Valid") && text.contains("Total document signed"),
                    "{text}"
                );
            }
            Err(_absent) => assert!(std::env::var("CI").is_err(), "CI must have pdfsig"),
        }

        refused(
            app,
            &id,
            "VENDOR_SIGNED",
            &bytes,
            "ESEAL_NOT_AGREED",
            ("未约定", "not agreed"),
        )
        .await;
        refused(
            app,
            &id,
            "ESEAL",
            &bytes,
            "ESEAL_NOT_AGREED",
            ("未约定", "not agreed"),
        )
        .await;
        agree(app).await;
        let (status, brought) = bring(app, &id, "VENDOR_SIGNED", "signed.pdf", bytes.clone()).await;
        assert_eq!(
            (status, &brought["way"], &brought["sha256"]),
            (201, &json!("VENDOR_SIGNED"), &json!(sha256(&bytes))),
            "{brought}"
        );
        let seen = report(app, &id).await;
        let sealed = &seen["sealedDocuments"][0];
        assert_eq!(
            (&sealed["way"], &sealed["paperLocation"], &seen["state"]),
            (&json!("VENDOR_SIGNED"), &Value::Null, &json!("APPROVED"))
        );
        let esign = &sealed["esign"];
        assert_eq!(
            (&esign["result"], &esign["content"]),
            (&json!("VALID"), &json!("BYTES"))
        );
        let one = &esign["signatures"][0];
        assert_eq!(
            (&one["organization"], &one["commonName"], &one["coverage"]),
            (&json!(VENDOR), &json!("Seal 1"), &json!("WHOLE"))
        );
        assert!(
            one["serial"].as_str().unwrap().len() > 8
                && one["claimedAt"].is_string()
                && one["attestedAt"].is_null()
        );

        // The hospital's look is still the act that issues it.
        assert_eq!(
            attest(app, "pm", &brought["id"], "OK").await["errors"][0]["extensions"]["code"],
            "FORBIDDEN"
        );
        let issued = attest(app, "it_admin", &brought["id"], "OK").await;
        let issued = &issued["data"]["attestSeal"]["report"];
        assert_eq!(
            (&issued["state"], &issued["way"]),
            (&json!("ISSUED"), &json!("VENDOR_SIGNED"))
        );

        let (status, page) = looked_up(app, None, &bytes).await;
        assert!(
            status == 200
                && page.contains("已签发")
                && page.contains(number)
                && !page.contains("Seal 1"),
            "{page}"
        );
        let (_, page) = looked_up(app, Some("manager"), &bytes).await;
        assert!(
            page.contains("已签发") && page.contains("Seal 1") && page.contains("签名有效"),
            "{page}"
        );
        let mut other = bytes.clone();
        let at = pdf.len() / 2;
        other[at] ^= 1;
        let (_, page) = looked_up(app, Some("manager"), &other).await;
        assert!(
            page.contains("没有与此相符") && page.contains("签名无效") && !page.contains("已签发"),
            "{page}"
        );
        let (status, page) = looked_up(app, Some("manager"), b"hello").await;
        assert!(status == 200 && page.contains("不是完好的 PDF"));
        let (status, key) = looked_up(app, None, &trusted.root.vendor().p12).await;
        assert!(status == 422 && key.contains("私钥"), "{status} {key}");
        assert_eq!(stored(app, "staging"), Vec::<PathBuf>::new());

        let query = "query($h:String!){verifyReport(sha256:$h){number revision state}}";
        for (account, hash, expected) in [
            (
                "manager",
                sha256(&bytes),
                json!([{ "number": number, "revision": 1, "state": "ISSUED" }]),
            ),
            (
                "pm",
                sha256(&pdf).to_uppercase(),
                json!([{ "number": number, "revision": 1, "state": "ISSUED" }]),
            ),
            (
                "pm",
                data.to_owned(),
                json!([{ "number": number, "revision": 1, "state": "ISSUED" }]),
            ),
            ("manager", sha256(&other), json!([])),
            ("manager", "no hash".to_owned(), json!([])),
            ("it_admin_b", sha256(&bytes), json!([])),
        ] {
            let found = app.ask(account, query, json!({ "h": hash })).await;
            assert_eq!(found["data"]["verifyReport"], expected, "{account} {found}");
        }
    });
}

/// RP-ISS-6 (2): a platform may append its seal or write the file anew with the same words; the result says which.
#[test]
fn a_platform_may_write_the_file_anew_with_the_same_words() {
    on_both(async |app, trusted| {
        let (id, pdf, _) = approved(app, "seal-key-05").await;
        agree(app).await;
        let vendor = trusted.root.unit("嘉和示范 科技有限公司", |_| ());
        let anew = rewritten(&pdf);
        assert!(!anew.starts_with(&pdf));
        refused(
            app,
            &id,
            "VENDOR_SIGNED",
            &vendor.sign(&anew),
            "CONTENT_DIFFERS",
            ("原样签名", "as it is"),
        )
        .await;
        for (file, content) in [(anew, "TEXT"), (pdf, "BYTES")] {
            let (status, brought) =
                bring(app, &id, "ESEAL", "sealed.pdf", vendor.sign(&file)).await;
            assert_eq!(
                (status, &brought["way"]),
                (201, &json!("ESEAL")),
                "{brought}"
            );
            let seen = report(app, &id).await;
            let all = seen["sealedDocuments"].as_array().unwrap();
            let one = all.iter().find(|one| one["id"] == brought["id"]).unwrap();
            let esign = &one["esign"];
            assert_eq!(
                (&esign["result"], &esign["content"]),
                (&json!("VALID"), &json!(content))
            );
            let verdict = if content == "TEXT" { "ILLEGIBLE" } else { "OK" };
            let body = attest(app, "it_admin", &brought["id"], verdict).await;
            assert_eq!(
                body["data"]["attestSeal"]["userErrors"],
                json!([]),
                "{body}"
            );
        }
        let seen = report(app, &id).await;
        assert_eq!(
            (&seen["state"], &seen["way"]),
            (&json!("ISSUED"), &json!("ESEAL"))
        );
    });
}
