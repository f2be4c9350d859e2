//! Pictures and files of articles (SG-MD-7, SG-AUD-1): who uploads, what a text may name, who looks at them first, and
//! that nobody reads one whose place in the text is not for them.

use super::*;
use crate::files::{PNG, attached, get, put};

const FILES: &str =
    "files{dataLevel isCleared width height file{id name contentType sizeBytes sha256}}";

/// Content whose text is `body`, for the ward, the information centre and the vendor.
fn told(body: &str) -> Value {
    json!({ "title": "采集界面", "body": body, "audiences": ["ICU", "IT", "VENDOR"], "dataLevel": 2 })
}

/// The files of an article and of its versions as somebody reads them: names.
async fn names(app: &TestApp, account: &str, row: &Value) -> (Value, Vec<Value>) {
    let query = format!(
        "query($id:ID!){{article(articleId:$id){{{FILES} versions{{versionNo {FILES}}}}}}}"
    );
    let body = app.ask(account, &query, json!({ "id": row["id"] })).await;
    assert!(body["errors"].is_null(), "{account}: {body}");
    let article = &body["data"]["article"];
    let of = |list: &Value| -> Value {
        let files = list["files"].as_array();
        files.map_or(Value::Null, |files| {
            files
                .iter()
                .map(|file| file["file"]["name"].clone())
                .collect()
        })
    };
    let versions = article["versions"].as_array();
    let versions = versions.map_or_else(Vec::new, |all| all.iter().map(of).collect());
    (of(article), versions)
}

/// Whether somebody reads a file: by its bytes and by its node, which agree.
async fn reads(app: &TestApp, account: &str, file: &str) -> bool {
    let answer = get(app, account, file, &[]).await;
    let node = app
        .ask(
            account,
            "query($id:ID!){node(id:$id){id}}",
            json!({ "id": file }),
        )
        .await;
    let is_read = answer.status == 200;
    assert_eq!(
        !node["data"]["node"].is_null(),
        is_read,
        "{account}: {node}"
    );
    if !is_read {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "NOT_FOUND"),
            "{account}"
        );
    }
    is_read
}

async fn who_reads(app: &TestApp, file: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for account in [
        "nurse",
        "manager",
        "auditor",
        "it_admin",
        "engineer",
        "pm",
        "it_admin_b",
    ] {
        if reads(app, account, file).await {
            found.push(account);
        }
    }
    found
}

async fn revised(app: &TestApp, account: &str, row: &Value, body: &str) -> Value {
    done(
        app,
        account,
        "reviseArticle",
        of(row, json!({ "content": told(body) })),
    )
    .await
}

both_backends! {
    /// SG-AUD-1, SG-MD-7: uploaded to the draft, named by its text, looked at by somebody else, read like its place.
    async fn a_picture_is_read_where_its_article_shows_it(app: &TestApp) {
        let row = done(app, "engineer", "draftArticle", new("files", told("先写文字"))).await;
        let shot = attached(app, "engineer", &row, "界面.png", PNG).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let inner = attached(app, "engineer", &row, "接口.png", PNG).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        let sheet = attached(app, "pm", &row, "核对表.txt", b"sheet").await;
        // Until a text names it: whoever uploaded it, and whoever publishes.
        assert_eq!(who_reads(app, &shot).await, ["it_admin", "engineer"]);
        assert_eq!(names(app, "engineer", &row).await.0, json!([]));
        let body = format!("见 ![界面](file:{shot})\n:::audience IT,VENDOR\n![接口](file:{inner} \"接口\") [表](file:{sheet})\n:::");
        // Not every writer sees what nobody has named yet.
        let refused = tried(app, "engineer", "reviseArticle", of(&row, json!({ "content": told(&body) }))).await;
        assert_eq!((code(&refused), &refused["userErrors"][0]["field"]), ("INVALID", &json!(["content", "body"])), "{refused}");
        let row = revised(app, "pm", &row, &format!("[表](file:{sheet})")).await;
        let row = revised(app, "engineer", &row, &body).await;
        assert_eq!(names(app, "engineer", &row).await.0, json!(["界面.png", "接口.png", "核对表.txt"]));
        assert_eq!(who_reads(app, &shot).await, ["it_admin", "engineer", "pm"], "a draft");

        // Nobody has looked at the pictures.
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        let publish = async |account: &str, cleared: Value| tried(app, account, "publishArticle", of(&row, json!({ "clearedFileIds": cleared }))).await;
        for (cleared, expected) in [
            (Value::Null, "INVALID"),
            (json!([shot]), "INVALID"),
            (json!([shot, inner, sheet]), "NOT_FOUND"),
            (json!([shot, inner, "att_00000000000000000000000000"]), "NOT_FOUND"),
        ] {
            let refused = publish("it_admin", cleared.clone()).await;
            let field = &refused["userErrors"][0]["field"];
            assert_eq!((code(&refused), field), (expected, &json!(["clearedFileIds"])), "{cleared}: {refused}");
        }
        let refused = publish("it_admin", json!([shot])).await;
        let message = refused["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("接口.png") && !message.contains("界面.png"), "{message}");
        assert_eq!(put(app, "engineer", &row, "late.png", PNG).await.code(), "WRONG_STATE", "it is in review");
        let out = publish("it_admin", json!([shot, inner])).await;
        assert_eq!(out["userErrors"], json!([]), "{out}");
        let row = out["article"].clone();

        // Each where the text shows it to them.
        assert_eq!(who_reads(app, &shot).await, ["nurse", "it_admin", "engineer", "pm"]);
        for file in [&inner, &sheet] {
            assert_eq!(who_reads(app, file).await, ["it_admin", "engineer", "pm"]);
        }
        assert_eq!(names(app, "nurse", &row).await, (json!(["界面.png"]), vec![json!(["界面.png"])]));
        assert_eq!(names(app, "it_admin", &row).await.0, json!(["界面.png", "接口.png", "核对表.txt"]));
        let query = format!("query($id:ID!){{article(articleId:$id){{{FILES}}}}}");
        let seen = app.ask("nurse", &query, json!({ "id": row["id"] })).await;
        let file = &seen["data"]["article"]["files"][0];
        assert_eq!(file["dataLevel"], 2);
        assert_eq!((&file["isCleared"], &file["width"], &file["height"]), (&json!(true), &json!(1), &json!(1)), "{seen}");
        assert_eq!((&file["file"]["id"], &file["file"]["contentType"]), (&json!(shot), &json!("image/png")));
        assert_eq!(get(app, "nurse", &shot, &[]).await.body, PNG);

        // The next version keeps what its text names; what it drops is gone for readers, as is everything once it is withdrawn.
        let row = revised(app, "engineer", &row, &format!("仅 ![接口](file:{inner})")).await;
        assert_eq!(who_reads(app, &inner).await, ["it_admin", "engineer", "pm"], "the next version is a draft");
        assert_eq!(who_reads(app, &shot).await, ["nurse", "it_admin", "engineer", "pm"]);
        let row = published(app, &row, "engineer", "it_admin").await;
        assert_eq!(who_reads(app, &inner).await, ["nurse", "it_admin", "engineer", "pm"], "looked at before");
        assert_eq!(who_reads(app, &shot).await, ["it_admin", "engineer", "pm"], "of a version that was replaced");
        assert_eq!(names(app, "it_admin", &row).await.1, [json!(["界面.png", "接口.png", "核对表.txt"]), json!(["接口.png"])]);
        let row = done(app, "it_admin", "retireArticle", of(&row, json!({ "reason": "x" }))).await;
        assert!(!reads(app, "nurse", &inner).await);
        assert!(reads(app, "it_admin", &inner).await, "the record stays");
        assert_eq!(put(app, "engineer", &row, "late.png", PNG).await.code(), "WRONG_STATE");
        let checked = api::attachment::check_objects(&app.app).await.unwrap();
        assert_eq!((checked.rows, checked.damaged.len()), (3, 0));
    }

    /// A text names files of its own article only, and the database keeps to that too.
    async fn a_text_names_files_of_its_own_article(app: &TestApp) {
        let row = done(app, "engineer", "draftArticle", new("own", told("一"))).await;
        let other = done(app, "engineer", "draftArticle", new("other", told("二"))).await;
        let mine = attached(app, "engineer", &row, "a.png", PNG).await;
        let foreign = attached(app, "engineer", &other, "b.png", PNG).await;
        let revise = async |body: &str| tried(app, "engineer", "reviseArticle", of(&row, json!({ "content": told(body) }))).await;
        for body in [
            format!("![x](file:{foreign})"),
            format!("![x](file:{mine}) ![x](file:{foreign})"),
            "![x](file:att_00000000000000000000000000)".to_owned(),
            "![x](file:界面.png)".to_owned(),
            format!("![x][y]\n\n[y]: file:{foreign}"),
        ] {
            let refused = revise(&body).await;
            assert_eq!((code(&refused), &refused["userErrors"][0]["field"]), ("INVALID", &json!(["content", "body"])), "{body}: {refused}");
        }
        let refused = tried(app, "engineer", "draftArticle", new("none", told(&format!("![x](file:{mine})")))).await;
        assert_eq!(code(&refused), "INVALID", "it has no files yet");
        assert_eq!(revise(&format!("文字 file:{foreign} 不是引用，![x](file:{mine})")).await["userErrors"], json!([]));
        use sea_orm::{ActiveModelTrait, IntoActiveModel};
        let tx = app.app.db.begin_write().await.unwrap();
        let named = entity::article_file::Entity::find().one(&tx).await.unwrap().unwrap();
        let wrong = entity::article_file::Model { attachment_id: entity::ids::AttachmentId::parse(&foreign).unwrap(), ..named };
        assert!(wrong.into_active_model().reset_all().insert(&tx).await.is_err(), "a file of another article");
    }

    /// Who may upload: drafters, the vendor only to what it wrote; and nothing that says more than it shows.
    async fn a_file_comes_from_whoever_writes(app: &TestApp) {
        let ours = done(app, "it_admin", "draftArticle", new("ours", told("院方"))).await;
        let theirs = done(app, "engineer", "draftArticle", new("theirs", told("服务商"))).await;
        for (account, row, expected) in [
            ("nurse", &theirs, "FORBIDDEN"),
            ("manager", &theirs, "FORBIDDEN"),
            ("auditor", &theirs, "FORBIDDEN"),
            ("engineer", &ours, "NOT_FOUND"),
            ("it_admin_b", &theirs, "NOT_FOUND"),
        ] {
            assert_eq!(put(app, account, row, "a.png", PNG).await.code(), expected, "{account}");
        }
        let ours = published(app, &ours, "it_admin", "it_admin2").await;
        assert_eq!(put(app, "engineer", &ours, "a.png", PNG).await.code(), "INVALID", "the hospital writes it");
        // SG-MD-7: a place and a time in a photograph.
        let end = PNG.len() - 12;
        let mut exif = PNG[..end].to_vec();
        exif.extend(b"\0\0\0\x02eXIfMM\0\0\0\0");
        exif.extend(&PNG[end..]);
        let answer = put(app, "engineer", &theirs, "gps.png", &exif).await;
        assert_eq!(answer.code(), "INVALID");
        assert!(answer.json().to_string().contains("EXIF"), "{}", answer.json());
        assert_eq!(put(app, "engineer", &theirs, "cut.png", &PNG[..end]).await.code(), "INVALID");
        // A file of a ticket is evidence and stays as it came.
        let ticket = app.consult("article-files-1").await;
        assert_eq!(put(app, "nurse", &ticket, "gps.png", &exif).await.status, 201);

        // Who uploaded a picture does not find that there is no patient in it.
        let file = attached(app, "it_admin", &theirs, "a.png", PNG).await;
        assert!(!reads(app, "engineer", &file).await, "not named yet, and not their own");
        let row = revised(app, "it_admin2", &theirs, &format!("![x](file:{file})")).await;
        let row = done(app, "it_admin2", "submitArticle", of(&row, json!({}))).await;
        let own = tried(app, "it_admin", "publishArticle", of(&row, json!({ "clearedFileIds": [file] }))).await;
        assert_eq!((code(&own), &own["userErrors"][0]["field"]), ("FOUR_EYES", &json!(["clearedFileIds"])));
    }

    /// Articles that were kept before there were numbers get them in their order; evidence stays while files are built anew.
    async fn numbers_and_evidence_outlive_the_change_of_their_tables(app: &TestApp) {
        use crate::inspection::{begun, fill, register};
        use migration::{Migrator, MigratorTrait};
        use sea_orm::{ActiveModelTrait, IntoActiveModel};
        let first = done(app, "engineer", "draftArticle", new("one", told("一"))).await;
        app.app.clock.set(app.app.clock.now() + chrono::TimeDelta::seconds(1));
        done(app, "engineer", "draftArticle", new("two", told("二"))).await;
        let mut english = new("three", told("three"));
        english["language"] = json!("EN");
        english["originalId"] = first["id"].clone();
        done(app, "engineer", "draftArticle", english).await;
        attached(app, "engineer", &first, "a.png", PNG).await;
        register(app).await;
        let visit = begun(app, "numbers").await;
        fill(app, &visit, &[]).await;
        let file = attached(app, "engineer", &visit, "b.png", PNG).await;
        let file = entity::ids::AttachmentId::parse(&file).unwrap();
        let tx = app.app.db.begin_write().await.unwrap();
        let row = entity::attachment::Entity::find_by_id(file).one(&tx).await.unwrap().unwrap();
        let link = entity::inspection_evidence::Model { hospital_id: row.hospital_id, inspection_id: row.inspection_id.unwrap(), seq: 1, attachment_id: file };
        link.clone().into_active_model().reset_all().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let db = sea_orm::Database::connect(&app.app.config.database_url).await.unwrap();
        let numbers = async |db: &sea_orm::DatabaseConnection| -> Vec<(String, String)> {
            let rows = entity::knowledge_article::Entity::find().all(db).await.unwrap();
            let mut told: Vec<_> = rows.into_iter().map(|row| (row.title + row.language.word(), row.number)).collect();
            told.sort();
            told
        };
        let before = numbers(&db).await;
        assert_eq!(before.iter().filter(|(_, number)| number == "KB-2026-0001").count(), 2);
        let back = Migrator::migrations().iter().rev().position(|step| step.name() == "m20261128_000032_article_number").unwrap() + 1;
        Migrator::down(&db, Some(u32::try_from(back).unwrap())).await.unwrap();
        let fresh = sea_orm::Database::connect(&app.app.config.database_url).await.unwrap();
        Migrator::up(&fresh, None).await.unwrap();
        assert_eq!(numbers(&fresh).await, before);
        assert_eq!(entity::inspection_evidence::Entity::find().all(&fresh).await.unwrap(), [link]);
        let files = entity::attachment::Entity::find().all(&fresh).await.unwrap();
        assert_eq!(files, [row], "an older schema knows no files of articles");
        let counter = entity::article_counter::Entity::find().one(&fresh).await.unwrap().unwrap();
        assert_eq!((counter.year, counter.last), (2026, 2));
        db.close().await.unwrap();
        fresh.close().await.unwrap();
    }
}
