//! The search: words of two characters, blocks, characters that would be patterns, pages.

use e2e::{TestApp, both_backends};
use serde_json::{Value, json};

use super::{content, done, new, out};

/// Titles that a search finds.
async fn titles(app: &TestApp, account: &str, text: &str, more: &str) -> Vec<String> {
    let query = format!(
        "query($t:String!){{searchArticles(text:$t,first:50{more}){{totalCount nodes{{title}}}}}}"
    );
    let body = app.ask(account, &query, json!({ "t": text })).await;
    let list = &body["data"]["searchArticles"];
    let nodes = list["nodes"].as_array().unwrap_or_else(|| panic!("{body}"));
    assert_eq!(list["totalCount"], nodes.len(), "{text}: {body}");
    let title = |node: &Value| node["title"].as_str().unwrap().to_owned();
    nodes.iter().map(title).collect()
}

both_backends! {
    /// SG-SRCH: short words of both languages, in title, module, tag and text; all words of a search.
    async fn words_of_two_characters_are_found(app: &TestApp) {
        let mut first = content("出入量核对", "每班核对一次，参见 100% 与 a_b 的说明。Flowsheet 栏位");
        first["module"] = json!("特护单");
        first["tags"] = json!(["尿量"]);
        out(app, "one", first).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::minutes(1));
        out(app, "two", content("医嘱执行", "扫码执行；与出入量无关，ａｂｃ")).await;
        done(app, "engineer", "draftArticle", new("three", content("出入量草稿", "草稿"))).await;
        for (text, expected) in [
            ("出入", vec!["医嘱执行", "出入量核对"]),
            ("入量", vec!["医嘱执行", "出入量核对"]),
            ("尿量", vec!["出入量核对"]),
            ("特护", vec!["出入量核对"]),
            ("医嘱", vec!["医嘱执行"]),
            ("码", vec!["医嘱执行"]),
            ("FLOW", vec!["出入量核对"]),
            ("flowsheet 栏位", vec!["出入量核对"]),
            ("出入量 扫码", vec!["医嘱执行"]),
            ("ABC", vec!["医嘱执行"]),
            ("ＡＢＣ", vec!["医嘱执行"]),
            ("100%", vec!["出入量核对"]),
            ("a_b", vec!["出入量核对"]),
            ("%", vec!["出入量核对"]),
            ("a%b", vec![]),
            ("草稿", vec![]),
            ("出量", vec![]),
            ("!", vec![]),
        ] {
            assert_eq!(titles(app, "nurse", text, "").await, expected, "{text}");
        }
        assert_eq!(titles(app, "nurse", "出入", ",tag:\"尿量\"").await, ["出入量核对"]);
        assert_eq!(titles(app, "nurse", "出入", ",tag:\"尿\"").await, Vec::<String>::new());
        assert_eq!(titles(app, "nurse", "出入", ",module:\"特护单\"").await, ["出入量核对"]);
        assert_eq!(titles(app, "nurse", "出入", ",kind:HOWTO").await, Vec::<String>::new());
        for (text, reason) in [("  ".to_owned(), "VALUE_MISSING"), ("字".repeat(101), "TEXT_TOO_LONG"), ("a b c d e f".to_owned(), "TEXT_TOO_LONG")] {
            let body = app.ask("nurse", "query($t:String!){searchArticles(text:$t){totalCount}}", json!({ "t": text })).await;
            assert_eq!(body["errors"][0]["extensions"]["reason"], reason, "{text}: {body}");
        }
    }

    /// SG-AUD-4: a word inside a block is found by its audiences, and nobody else learns that it is there.
    async fn a_word_in_a_block_is_found_by_its_audiences_only(app: &TestApp) {
        out(app, "block", content("网关重启", "先通知病区\n:::audience IT,VENDOR\n口令存于保险柜\n:::\n再观察")).await;
        for (account, inside) in [("nurse", false), ("manager", false), ("auditor", false), ("engineer", true), ("it_admin", true)] {
            assert_eq!(titles(app, account, "病区", "").await, ["网关重启"], "{account}");
            assert_eq!(titles(app, account, "口令", "").await.len(), usize::from(inside), "{account}");
            assert_eq!(titles(app, account, "病区 口令", "").await.len(), usize::from(inside), "{account}");
            let body = app.ask(account, "{articles{nodes{body}}}", json!({})).await;
            let text = body["data"]["articles"]["nodes"][0]["body"].as_str().unwrap();
            assert_eq!(text.contains("口令"), inside, "{account}: {text}");
            assert!(text.contains("再观察") && !text.contains(":::"), "{account}: {text}");
        }
    }

    /// G16–G18: pages of hits and of the list go on where they ended, newest first.
    async fn hits_come_in_pages_newest_first(app: &TestApp) {
        for n in 0..5 {
            app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::minutes(1));
            out(app, &format!("page-{n}"), content(&format!("第{n}篇"), "呼吸机接口")).await;
        }
        for (list, arguments) in [("searchArticles", "text:\"呼吸\","), ("articles", "")] {
            let (mut after, mut seen) = (Value::Null, Vec::new());
            loop {
                let query = format!("query($a:String){{l:{list}({arguments}first:2,after:$a){{nodes{{title}} pageInfo{{hasNextPage endCursor}}}}}}");
                let body = app.ask("nurse", &query, json!({ "a": after })).await;
                let page = &body["data"]["l"];
                for node in page["nodes"].as_array().unwrap_or_else(|| panic!("{body}")) {
                    seen.push(node["title"].as_str().unwrap().to_owned());
                }
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            assert_eq!(seen, ["第4篇", "第3篇", "第2篇", "第1篇", "第0篇"], "{list}");
        }
    }
}
