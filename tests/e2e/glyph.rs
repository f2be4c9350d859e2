//! What no font of a report can print: told when the text is saved (RP-FONT-4), printed with a font of the operator's.

use e2e::process::{Binary, Store};
use e2e::{TestApp, both_backends};
use serde_json::{Value, json};

async fn reply(app: &TestApp, ticket: &Value, text: &str) -> Value {
    app.on(
        ticket,
        "engineer",
        "addReply",
        json!({ "text": text, "idempotencyKey": format!("glyph-reply-{}", text.len()) }),
    )
    .await
}

both_backends! {
    /// RP-FONT-4
    async fn a_character_without_a_glyph_is_saved_and_told_at_once(app: &TestApp) {
        let ticket = app.consult("glyph-key-1").await;
        let answer = reply(app, &ticket, "请联系𠮷野老师，𠮷字可显示").await;
        let errors = answer["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!((&errors[0]["code"], &errors[0]["field"]), (&json!("CHARACTER_NOT_PRINTABLE"), &json!(["text"])), "{answer}");
        let query = "mutation($i:AddReplyInput!){addReply(input:$i){userErrors{messages{zh en}}}}";
        let body = app.ask("engineer", query, json!({ "i": { "ticketId": ticket["id"], "text": "𠮷", "idempotencyKey": "glyph-reply-of-its-own" } })).await;
        let told = body["data"]["addReply"]["userErrors"][0]["messages"].to_string();
        assert_eq!(told.matches("U+20BB7").count(), 2, "in both languages: {body}");
        let body = app.ask("engineer", "query($id:ID!){ticket(by:{id:$id}){replies(first:5){nodes{text}}}}", json!({ "id": ticket["id"] })).await;
        assert!(body["data"]["ticket"]["replies"].to_string().contains("𠮷野老师"), "saved all the same: {body}");
        // Symbols are replaced on paper, and refused texts are not told twice.
        assert_eq!(reply(app, &ticket, "已处理 ✔ 😀 ℃ 䶮").await["userErrors"], json!([]));
        let refused = reply(app, &ticket, "患者姓名：张三，𠮷字").await;
        assert_eq!((&refused["userErrors"][0]["code"], refused["userErrors"].as_array().unwrap().len()), (&json!("PATIENT_DATA_IN_TEXT"), 1), "{refused}");
    }
}

/// RP-FONT-5
#[test]
fn a_folder_of_fonts_that_cannot_be_read_stops_the_start_and_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(folder.path());
    let binary = Binary::at(env!("CARGO_BIN_EXE_icuops-e2e"));
    let fonts = folder.path().join("fonts");
    let start = || {
        let fonts = fonts.display().to_string();
        let words = ["serve", "--listen", "127.0.0.1:0", "--fonts", &fonts];
        let output = binary.run(&words, &store);
        assert!(!output.status.success());
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert!(start().contains("fonts"), "it is not there");
    std::fs::create_dir(&fonts).unwrap();
    std::fs::File::create(fonts.join("rare.ttf")).unwrap();
    let told = start();
    assert!(
        told.contains("rare.ttf") && told.contains("is no font"),
        "{told}"
    );
}
