//! What an operator sees: probes, version, metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use e2e::{Backend, TestApp, block_on, both_backends};
use serde_json::{Value, json};

const TOKEN: &str = "scrape-me-0123456789";

/// A sample of the text form: name, labels, value.
fn samples(page: &str) -> Vec<(String, String, f64)> {
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    assert!(page.ends_with("# EOF\n"));
    for line in page.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').unwrap();
            assert!(
                types.insert(name, kind).is_none(),
                "{name} is declared twice"
            );
        } else if !line.starts_with('#') {
            let (head, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = head.split_once('{').unwrap_or((head, "}"));
            let family = ["_total", "_bucket", "_sum", "_count"]
                .iter()
                .find_map(|ending| name.strip_suffix(ending))
                .unwrap_or(name);
            assert!(types.contains_key(family), "{line} has no type");
            found.push((
                name.to_owned(),
                labels.trim_end_matches('}').to_owned(),
                value.parse().unwrap(),
            ));
        }
    }
    found
}

async fn get(app: &TestApp, path: &str, token: Option<&str>) -> (u16, String) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", app.base));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

both_backends! {
    /// G90
    async fn probes_and_version_answer_and_metrics_do_not_exist_without_a_token(app: &TestApp) {
        for path in ["/livez", "/health/live", "/readyz", "/health/ready"] {
            assert_eq!(get(app, path, None).await, (200, r#"{"status":"ok"}"#.to_owned()));
        }
        let version: Value = serde_json::from_str(&get(app, "/version", None).await.1).unwrap();
        assert_eq!((&version["name"], &version["version"]), (&json!("icuops"), &json!(env!("CARGO_PKG_VERSION"))));
        assert!(version["schema"].as_str().unwrap().starts_with("m2026"));
        assert_eq!(get(app, "/metrics", Some(TOKEN)).await.0, 404);
        app.app.health.stop();
        assert_eq!(get(app, "/readyz", None).await, (503, r#"{"status":"stopping"}"#.to_owned()));
        assert_eq!(get(app, "/livez", None).await.0, 200);
    }
}

mod metrics {
    use super::*;

    #[test]
    fn sqlite() {
        run(Backend::Sqlite);
    }

    #[test]
    fn postgres() {
        run(Backend::Postgres);
    }

    fn run(backend: Backend) {
        block_on(async {
            let set =
                |config: &mut api::config::Config| config.metrics_token = Some(TOKEN.to_owned());
            if let Some(app) = TestApp::start_with(backend, set).await {
                scraped(&app).await;
            }
        });
    }

    /// G90
    async fn scraped(app: &TestApp) {
        for wrong in [
            None,
            Some(""),
            Some("scrape-me-012345678"),
            Some("scrape-me-01234567890"),
        ] {
            assert_eq!(get(app, "/metrics", wrong).await.0, 401, "{wrong:?}");
        }
        app.consult("metrics-1").await;
        let mut operations = BTreeSet::new();
        for number in 0..300 {
            let name = format!("Client{}Given{number}", uuid::Uuid::new_v4().simple());
            app.send(None, &format!("query {name} {{ nope{number} }}"), json!({}))
                .await;
            operations.insert(name);
        }
        let (status, page) = get(app, "/metrics", Some(TOKEN)).await;
        assert_eq!(status, 200);
        let samples = samples(&page);
        let of = |name: &str| {
            samples
                .iter()
                .filter(|sample| sample.0 == name)
                .collect::<Vec<_>>()
        };
        let labels = of("icuops_operation_duration_seconds_count").len();
        assert!((40..=64).contains(&labels), "{labels} buckets");
        assert!(
            !page.contains("Client") && !page.contains("nope"),
            "a client's word became a label"
        );
        let counted: f64 = of("icuops_operation_duration_seconds_count")
            .iter()
            .map(|sample| sample.2)
            .sum();
        assert!(counted >= 302.0, "{counted}");
        let refused: f64 = of("icuops_operation_errors_total")
            .iter()
            .filter(|sample| sample.1.contains("GRAPHQL_VALIDATION_FAILED"))
            .map(|sample| sample.2)
            .sum();
        assert_eq!(refused, 300.0);
        assert!(
            of("icuops_operation_cost_total")
                .iter()
                .any(|sample| sample.2 > 0.0)
        );
        // The clock of the new ticket has its points, and nothing is late.
        let waiting = of("icuops_jobs");
        assert!(
            waiting.iter().any(|sample| sample.1.contains("CLOCK_POINT")
                && sample.1.contains("AVAILABLE")
                && sample.2 > 0.0),
            "{waiting:?}"
        );
        assert_eq!(of("icuops_job_oldest_available_seconds")[0].2, 0.0);
        assert!(of("icuops_db_write_wait_seconds_count")[0].2 > 0.0);
        assert_eq!(
            of("icuops_db_pool_connections").len(),
            6,
            "three pools, idle and busy"
        );
        let wal = of("icuops_sqlite_wal_bytes")[0].2;
        assert_eq!(
            wal > 0.0,
            app.app.db.backend() == sea_orm::DbBackend::Sqlite
        );
    }
}

/// L70, L22: a database that falls silent. A clock of this machine is right beside its own database.
#[test]
fn readiness_follows_the_database_and_liveness_does_not_realtime() {
    block_on(async {
        let Some(url) = e2e::create_database().await else {
            return;
        };
        let (proxy, through) = e2e::proxy::Proxy::before(&url).await;
        let set = |config: &mut api::config::Config| config.database_url = through;
        let test = TestApp::start_with(Backend::Postgres, set).await.unwrap();
        assert_eq!(get(&test, "/readyz", None).await.0, 200);
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        proxy.faults.swallow();
        let asked = Instant::now();
        assert_eq!(
            get(&test, "/readyz", None).await,
            (503, r#"{"status":"database"}"#.to_owned())
        );
        assert!(asked.elapsed() < Duration::from_secs(3));
        assert_eq!(get(&test, "/livez", None).await.0, 200);
        proxy.faults.heal();
        let healed = Instant::now();
        while get(&test, "/readyz", None).await.0 != 200 {
            assert!(healed.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let real = api::app::App {
            clock: api::clock::Clock::real(),
            health: std::sync::Arc::default(),
            ..test.app.clone()
        };
        assert_eq!(
            api::health::readiness(&real).await,
            api::health::Readiness::Ready
        );
    });
}
