//! Objects on disk: one a content and hospital, swept when no row names them, checked by the doctor.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::attachment::{check_objects, not_scanned, sweep};
use api::files::{Damage, Staged, Store};
use chrono::TimeDelta;
use e2e::both_backends;
use entity::ids::AttachmentId;

use super::*;

/// What a crash between the rename and the row leaves behind.
async fn orphan(app: &TestApp, bytes: &[u8]) -> PathBuf {
    let store = Store::at(&app.app.config.data);
    let hospital = entity::hospital::Entity::find()
        .one(app.app.db.read())
        .await
        .unwrap()
        .unwrap();
    let mut staging = store.stage().await.unwrap();
    staging.write(bytes).await.unwrap();
    let staged: Staged = staging.finish().await.unwrap();
    let sha256 = staged.sha256.clone();
    store
        .promote(staged, hospital.id, app.app.clock.now())
        .await
        .unwrap();
    let folder = app
        .app
        .config
        .data
        .join("objects")
        .join(hospital.id.to_string());
    folder.join(&sha256[..2]).join(sha256)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

both_backends! {
    /// G64, G66, L41: the same bytes are one object of their hospital, and every name is kept.
    async fn the_same_bytes_are_one_object_of_each_hospital(app: &TestApp) {
        let ticket = app.consult("store-key-1").await;
        let foreign = app.create("nurse_b", json!({ "category": "CONSULT", "subcategory": "CONSULT-OPER", "idempotencyKey": "store-key-b" })).await;
        let first = attached(app, "nurse", &ticket, "甲.png", PNG).await;
        let second = attached(app, "engineer", &ticket, "乙.png", PNG).await;
        assert_ne!(first, second);
        let objects = stored(app, "objects");
        assert_eq!((objects.len(), rows(app).await), (1, 2));
        let data = &app.app.config.data;
        let relative: Vec<String> = objects[0].strip_prefix(data).unwrap().iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let etag = get(app, "nurse", &first, &[]).await.headers["etag"].trim_matches('"').to_owned();
        assert!(relative[1].starts_with("hos_"), "{relative:?}");
        assert_eq!((relative[0].as_str(), &relative[2], &relative[3]), ("objects", &etag[..2].to_owned(), &etag));
        assert_eq!((mode(&objects[0]), mode(objects[0].parent().unwrap())), (0o600, 0o700));
        attached(app, "nurse_b", &foreign, "丙.png", PNG).await;
        assert_eq!((stored(app, "objects").len(), rows(app).await), (2, 3));
        // No path of the server leads into the folder.
        for path in ["objects", "staging", "data", "files/../objects", "assets/../objects"] {
            let answer = send(reqwest::Client::new().get(format!("{}/{path}/{}", app.base, relative[1..].join("/"))).bearer_auth(app.token("nurse").await)).await;
            assert!([401, 404].contains(&answer.status), "{path}: {}", answer.status);
        }
    }

    /// G64: a crash between object and row leaves an orphan that the sweep takes after a day, and only then.
    async fn the_sweep_takes_old_objects_without_a_row_and_nothing_else(app: &TestApp) {
        let ticket = app.consult("store-key-2").await;
        let kept = attached(app, "nurse", &ticket, "a.png", PNG).await;
        let lost = orphan(app, b"nobody names me").await;
        assert_eq!(sweep(&app.app).await.unwrap(), 0, "younger than a day: its row may still come");
        assert!(lost.exists());
        let crashed = app.app.config.data.join("staging").join("crashed");
        std::fs::File::create(&crashed).unwrap().set_modified(app.app.clock.now().into()).unwrap();
        app.app.clock.set(app.app.clock.now() + TimeDelta::hours(25));
        assert_eq!(sweep(&app.app).await.unwrap(), 1);
        assert!(!lost.exists() && !crashed.exists());
        assert_eq!((stored(app, "objects").len(), stored(app, "aside").len()), (1, 0));
        assert_eq!(get(app, "nurse", &kept, &[]).await.body, PNG);
    }

    /// G64: an upload of the same bytes while the sweep runs does not lose them.
    async fn an_upload_of_the_same_bytes_survives_the_sweep(app: &TestApp) {
        let ticket = app.consult("store-key-3").await;
        let old = orphan(app, b"same bytes").await;
        app.app.clock.set(app.app.clock.now() + TimeDelta::hours(25));
        // Uploaded again before the sweep looks: it is young, whatever its first life was.
        let id = attached(app, "nurse", &ticket, "a.log", b"same bytes").await;
        assert_eq!(sweep(&app.app).await.unwrap(), 0);
        assert_eq!(get(app, "nurse", &id, &[]).await.body, b"same bytes");
        // The sweep has moved the young object aside, with and without a row, when a crash ends it.
        let aside = app.app.config.data.join("aside");
        std::fs::create_dir_all(&aside).unwrap();
        let place = |path: &Path| {
            let sha256 = path.file_name().unwrap().to_string_lossy().into_owned();
            let hospital = path.ancestors().nth(2).unwrap().file_name().unwrap().to_string_lossy().into_owned();
            aside.join(format!("{hospital}.{sha256}"))
        };
        let young = orphan(app, b"row still to come").await;
        for object in [&old, &young] {
            std::fs::rename(object, place(object)).unwrap();
        }
        assert_eq!(get(app, "nurse", &id, &[]).await.body, b"same bytes", "readers look there too");
        assert_eq!(sweep(&app.app).await.unwrap(), 0);
        assert!(old.exists() && young.exists());
        // Two days later the row still holds the one; the other is let go.
        app.app.clock.set(app.app.clock.now() + TimeDelta::hours(49));
        std::fs::rename(&old, place(&old)).unwrap();
        assert_eq!(sweep(&app.app).await.unwrap(), 1);
        assert!(old.exists() && !young.exists());
    }

    /// What is missing or damaged is named, and a wrong document is never sent whole.
    async fn the_doctor_names_missing_and_damaged_objects(app: &TestApp) {
        let ticket = app.consult("store-key-4").await;
        let mut ids = Vec::new();
        for text in ["first", "second", "third", "fourth"] {
            ids.push(attached(app, "nurse", &ticket, &format!("{text}.log"), text.as_bytes()).await);
        }
        let good = check_objects(&app.app).await.unwrap();
        assert_eq!((good.rows, good.damaged.len(), not_scanned(&app.app).await.unwrap()), (4, 0, 4));
        for path in stored(app, "objects") {
            match std::fs::read(&path).unwrap().as_slice() {
                b"first" => std::fs::remove_file(&path).unwrap(),
                b"second" => std::fs::File::options().append(true).open(&path).map(|mut file| std::io::Write::write_all(&mut file, b"!").unwrap()).unwrap(),
                b"third" => std::fs::File::options().write(true).open(&path).map(|mut file| std::io::Write::write_all(&mut file, b"T").unwrap()).unwrap(),
                _ => {}
            }
        }
        let found: BTreeMap<_, _> = check_objects(&app.app).await.unwrap().damaged.into_iter().collect();
        let id = |n: usize| AttachmentId::parse(&ids[n]).unwrap();
        assert_eq!(found, BTreeMap::from([(id(0), Damage::Missing), (id(1), Damage::Size), (id(2), Damage::Content)]));
        for id in &ids[..3] {
            let answer = get(app, "nurse", id, &[]).await;
            assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
            assert!(!String::from_utf8_lossy(&answer.body).contains("objects"), "no path is told");
        }
        assert_eq!(get(app, "nurse", &ids[3], &[]).await.body, b"fourth");
        assert_eq!(audited(app, "attachment.download").await, 1, "what was not sent is not recorded as sent");
    }
}
