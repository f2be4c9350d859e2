//! What gets out of the portal whatever happens: notices at their times, a banner and a withdrawal when a root cannot be
//! built, and nothing of what was withdrawn when an old build is served again (SG-FRESH-1, SG-QUAR-2, SG-INC-3).

use std::path::{Path, PathBuf};

use api::portal::build as portal;
use api::portal::instance::{self, Instance};
use e2e::{TestApp, both_backends};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::files::{PNG, attached};
use crate::inspection::act;
use crate::knowledge::{content, done, new, of, out};

/// The instances of the first hospital for staff and the information centre.
async fn roots(app: &TestApp) -> (Instance, Instance) {
    let all = instance::all(app.app.db.read(), None).await.unwrap();
    let named = |part: &str| {
        all.iter()
            .find(|one| one.name.ends_with(part))
            .unwrap()
            .clone()
    };
    (named("demo-p0"), named("demo-p2"))
}

/// A file of a root as it is served now.
fn read(app: &TestApp, instance: &Instance, path: &str) -> String {
    let root = api::portal::roots(&app.app).join(&instance.name);
    std::fs::read_to_string(root.join(path)).unwrap_or_default()
}

/// Whether any file of a root has a text in it.
fn holds(app: &TestApp, instance: &Instance, text: &str) -> bool {
    fn any(folder: &Path, text: &[u8]) -> bool {
        std::fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return any(&path, text);
            }
            let bytes = std::fs::read(&path).unwrap();
            bytes.windows(text.len()).any(|part| part == text)
        })
    }
    any(
        &api::portal::roots(&app.app).join(&instance.name),
        text.as_bytes(),
    )
}

/// Waits until the home page of the staff says something, or does not.
async fn until(app: &TestApp, staff: &Instance, text: &str, wanted: bool) {
    for _ in 0..300 {
        if read(app, staff, "index.html").contains(text) == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{text} was to be there: {wanted}");
}

/// Takes the bytes of a picture away from under the server; no build that shows it can succeed.
fn lose(app: &TestApp) {
    let mut folders: Vec<PathBuf> = vec![app.app.config.data.clone()];
    let mut lost = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("portal") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).is_ok_and(|bytes| bytes == PNG) {
                std::fs::remove_file(&path).unwrap();
                lost += 1;
            }
        }
    }
    assert_eq!(lost, 1);
}

/// Withdraws an article.
async fn retire(app: &TestApp, row: &Value) {
    done(
        app,
        "it_admin",
        "retireArticle",
        of(row, json!({ "reason": "已过期" })),
    )
    .await;
}

both_backends! {
    /// SG-FRESH-1: a notice begins and ends at its times, although nobody does anything.
    async fn sg_fresh_1_a_notice_begins_and_ends_by_itself(app: &TestApp) {
        let (staff, _) = roots(app).await;
        let now = app.app.clock.now();
        let at = |minutes: i64| (now + chrono::TimeDelta::minutes(minutes)).to_rfc3339();
        let input = json!({
            "idempotencyKey": "rescue-times", "kind": "ANNOUNCEMENT", "title": "定时公告", "body": "到时显示", "audiences": ["STAFF"],
            "dataLevel": 1, "validFrom": at(10), "validTo": at(20),
        });
        let payload = act(app, "it_admin", "publishNotice", "notice{id}", input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(portal::keep(app.app.clone(), stop.clone()));
        until(app, &staff, "系统状态", true).await;
        until(app, &staff, "定时公告", false).await;
        app.app.clock.set(now + chrono::TimeDelta::minutes(11));
        until(app, &staff, "定时公告", true).await;
        app.app.clock.set(now + chrono::TimeDelta::minutes(21));
        until(app, &staff, "定时公告", false).await;
        stop.cancel();
        keeping.await.unwrap();
    }

    /// SG-QUAR-2: a root that cannot be built gets the banner and loses what was withdrawn, from its last input; without
    /// an input from a copy of what is served.
    async fn sg_quar_2_banner_and_withdrawal_get_out_of_a_root_that_cannot_be_built(app: &TestApp) {
        let (staff, _) = roots(app).await;
        let row = done(app, "engineer", "draftArticle", new("rescue-shot", content("带图", "先写文字"))).await;
        let shot = attached(app, "engineer", &row, "界面.png", PNG).await;
        let body = format!("见图\n\n![采集界面](file:{shot})\n");
        let row = done(app, "engineer", "reviseArticle", of(&row, json!({ "content": content("带图", &body) }))).await;
        let row = done(app, "engineer", "submitArticle", of(&row, json!({}))).await;
        done(app, "it_admin", "publishArticle", of(&row, json!({ "clearedFileIds": [shot] }))).await;
        let first = out(app, "rescue-first", content("先撤", "canary-first")).await;
        let second = out(app, "rescue-second", content("后撤", "canary-second")).await;
        portal::all(&app.app, None).await.unwrap();
        assert!(holds(app, &staff, "canary-first") && holds(app, &staff, "canary-second"));

        lose(app);
        // Another size would be asked for: what the root has already is not.
        let input = json!({ "idempotencyKey": "rescue-banner", "title": "机房断电", "body": "改用纸质表单" });
        let payload = act(app, "manager", "publishDisasterNotice", "notice{id}", input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        retire(app, &first).await;
        let shelf = api::portal::roots(&app.app).join(format!(".{}", staff.name));
        let kept = app.app.config.data.join("portal-input");
        // Nothing of the build before is left to take the picture from.
        let served = std::fs::read_link(api::portal::roots(&app.app).join(&staff.name)).unwrap();
        let record = shelf.join(format!("{}.json", served.file_name().unwrap().to_string_lossy()));
        let aside = shelf.join("aside");
        std::fs::rename(&record, &aside).unwrap();
        assert!(portal::all(&app.app, None).await.is_err(), "the picture is gone");
        std::fs::rename(&aside, &record).unwrap();
        assert!(read(app, &staff, "index.html").contains("机房断电"));
        assert!(!holds(app, &staff, "canary-first") && holds(app, &staff, "canary-second"));
        std::fs::remove_dir_all(&kept).unwrap();
        retire(app, &second).await;
        let _ = portal::all(&app.app, None).await;
        assert!(!holds(app, &staff, "canary-second"));
        assert!(read(app, &staff, "index.html").contains("机房断电"));
    }

    /// SG-INC-3: an old build that is served again has nothing of what was withdrawn since.
    async fn sg_inc_3_what_was_withdrawn_does_not_come_back(app: &TestApp) {
        let (staff, _) = roots(app).await;
        let row = out(app, "rescue-back", content("会撤下", "canary-back")).await;
        portal::all(&app.app, None).await.unwrap();
        assert!(holds(app, &staff, "canary-back"));
        retire(app, &row).await;
        portal::all(&app.app, None).await.unwrap();
        assert!(!holds(app, &staff, "canary-back"));
        portal::roll_back(&app.app, &staff).await.unwrap();
        assert!(!holds(app, &staff, "canary-back"));
        assert!(!read(app, &staff, "index.html").is_empty());
    }
}
