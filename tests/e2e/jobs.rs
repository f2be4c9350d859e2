//! The job table under several workers, lost leases, failures and outages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::app::App;
use api::clock::Clock;
use api::jobs::{self, Kind, NewJob};
use chrono::{DateTime, TimeDelta, Utc};
use e2e::{Backend, TestApp, block_on, both_backends, seconds, t};
use entity::ids::{HospitalId, JobId};
use entity::values::{JobOutcome, JobState};
use entity::{hospital, job, job_run};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use uuid::Uuid;

async fn hospital(app: &App) -> HospitalId {
    let rows = hospital::Entity::find().all(app.db.read()).await.unwrap();
    rows[0].id
}

/// A mail about a notification that does not exist: nothing to do but to finish.
fn no_op(hospital: HospitalId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: Kind::Mail,
        hospital,
        subject: Uuid::new_v4(),
        payload: "{}".to_owned(),
        dedup: None,
        run_at,
    }
}

async fn enqueue(app: &App, new: Vec<NewJob>) {
    let tx = app.db.begin_write().await.unwrap();
    for job in new {
        jobs::enqueue(&tx, app, job).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn row(app: &App, id: JobId) -> job::Model {
    job::Entity::find_by_id(id)
        .one(app.db.read())
        .await
        .unwrap()
        .unwrap()
}

async fn only(app: &App) -> job::Model {
    let mut rows = job::Entity::find()
        .filter(job::Column::Kind.eq("MAIL"))
        .all(app.db.read())
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn runs(app: &App, id: JobId) -> Vec<Option<JobOutcome>> {
    let rows = job_run::Entity::find()
        .filter(job_run::Column::JobId.eq(id))
        .order_by_asc(job_run::Column::Attempt)
        .all(app.db.read())
        .await
        .unwrap();
    rows.into_iter().map(|run| run.outcome).collect()
}

/// The same database seen from another start of the program.
fn another_node(app: &App) -> App {
    App {
        node: Uuid::new_v4(),
        held: Arc::default(),
        ..app.clone()
    }
}

async fn finish(app: &App, row: &job::Model) -> Result<(), api::error::Error> {
    let tx = app.db.begin_write().await?;
    jobs::finish(&tx, app, row).await?;
    Ok(tx.commit().await?)
}

both_backends! {
    /// L20
    async fn a_job_is_seen_only_after_its_transaction_was_committed(app: &TestApp) {
        use proptest::prelude::*;
        use proptest::strategy::ValueTree;
        let app = &app.app;
        let whose = hospital(app).await;
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        // Each transaction: how many jobs, and whether it is committed, rolled back or dropped.
        let plan = proptest::collection::vec((0_usize..4, 0_u8..3), 30);
        let mut expected = 0;
        for (count, end) in plan.new_tree(&mut runner).unwrap().current() {
            let tx = app.db.begin_write().await.unwrap();
            for _ in 0..count {
                jobs::enqueue(&tx, app, no_op(whose, app.clock.now())).await.unwrap();
            }
            if app.db.backend() == DbBackend::Postgres || count > 0 {
                let seen = job::Entity::find().count(app.db.read()).await.unwrap();
                assert_eq!(seen, expected, "an open transaction is seen");
            }
            match end {
                0 => {
                    tx.commit().await.unwrap();
                    expected += count as u64;
                }
                1 => tx.rollback().await.unwrap(),
                _ => drop(tx),
            }
            assert_eq!(job::Entity::find().count(app.db.read()).await.unwrap(), expected);
        }
        assert!(expected > 0);
        assert_eq!(jobs::drain(app).await.unwrap() as u64, expected);
    }

    /// L21
    async fn eight_workers_claim_every_job_exactly_once(app: &TestApp) {
        let app = &app.app;
        let whose = hospital(app).await;
        let count = 60 * seconds().min(160) as usize;
        enqueue(app, (0..count).map(|_| no_op(whose, app.clock.now())).collect()).await;
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            // One process serves a SQLite file; PostgreSQL has eight of them here.
            let worker = if app.db.backend() == DbBackend::Postgres { another_node(app) } else { app.clone() };
            workers.spawn(async move { jobs::drain(&worker).await.unwrap() });
        }
        let ran: Vec<usize> = workers.join_all().await;
        assert_eq!(ran.iter().sum::<usize>(), count, "{ran:?}");
        assert!(ran.iter().filter(|ran| **ran > 0).count() > 1, "one worker did everything: {ran:?}");
        let rows = job::Entity::find().all(app.db.read()).await.unwrap();
        assert!(rows.iter().all(|row| row.state == JobState::Done && row.attempt == 1));
        assert_eq!(job_run::Entity::find().count(app.db.read()).await.unwrap(), count as u64);
    }

    /// L22
    async fn what_a_dead_process_held_is_run_by_the_next_one(app: &TestApp) {
        let app = &app.app;
        let whose = hospital(app).await;
        enqueue(app, (0..20).map(|_| no_op(whose, app.clock.now())).collect()).await;
        let mut held = 0;
        while let Ok(rows) = jobs::claim(app, &Kind::ALL, 16).await && !rows.is_empty() {
            held += rows.len();
        }
        assert_eq!(held, 20);
        let next = another_node(app);
        if app.db.backend() == DbBackend::Postgres {
            // The first process may live: its time must be over.
            app.clock.set(app.clock.now() + TimeDelta::seconds(29));
            assert_eq!(jobs::drain(&next).await.unwrap(), 0);
            app.clock.set(app.clock.now() + TimeDelta::seconds(2));
        }
        assert_eq!(jobs::drain(&next).await.unwrap(), 20);
        let lost = job_run::Entity::find().filter(job_run::Column::Outcome.eq(JobOutcome::Lost)).count(app.db.read()).await.unwrap();
        assert_eq!(lost, 20);
        let all = job::Entity::find().all(app.db.read()).await.unwrap();
        assert!(all.iter().all(|row| row.state == JobState::Done && row.attempt == 2));
    }

    /// L23
    async fn a_late_result_is_refused(app: &TestApp) {
        let app = &app.app;
        enqueue(app, vec![no_op(hospital(app).await, app.clock.now())]).await;
        let late = jobs::claim(app, &Kind::ALL, 1).await.unwrap().remove(0);
        let next = another_node(app);
        app.clock.set(app.clock.now() + TimeDelta::seconds(31));
        let successor = jobs::claim(&next, &Kind::ALL, 1).await.unwrap().remove(0);
        let refused = finish(app, &late).await.unwrap_err();
        assert!(std::error::Error::source(&refused).unwrap().is::<jobs::LeaseLost>());
        assert_eq!(row(app, late.id).await.state, JobState::Running);
        finish(&next, &successor).await.unwrap();
        let refused = finish(app, &late).await.unwrap_err();
        assert!(std::error::Error::source(&refused).unwrap().is::<jobs::LeaseLost>());
        assert_eq!(row(app, late.id).await.state, JobState::Done);
        assert_eq!(runs(app, late.id).await, [Some(JobOutcome::Lost), Some(JobOutcome::Done)]);
    }

    /// L25
    async fn a_job_that_ends_its_process_is_dead_after_its_attempts(app: &TestApp) {
        let app = &app.app;
        enqueue(app, vec![no_op(hospital(app).await, app.clock.now())]).await;
        for attempt in 1..=12 {
            let node = another_node(app);
            let claimed = jobs::claim(&node, &Kind::ALL, 1).await.unwrap();
            assert_eq!(claimed.iter().map(|row| row.attempt).collect::<Vec<_>>(), [attempt]);
            app.clock.set(app.clock.now() + TimeDelta::seconds(31));
        }
        let node = another_node(app);
        assert_eq!(jobs::drain(&node).await.unwrap(), 0);
        let dead = only(app).await;
        assert_eq!((dead.state, dead.last_error.as_deref()), (JobState::Dead, Some("ATTEMPTS")));
        assert!(app.metrics.encode().unwrap().contains("icuops_job_dead_total{kind=\"MAIL\"} 1"));
        assert_eq!(jobs::drain(&node).await.unwrap(), 0);
    }

    /// L25
    async fn an_administrator_runs_a_dead_job_again_or_gives_it_up_and_both_are_audited(app: &TestApp) {
        let app = &app.app;
        enqueue(app, vec![no_op(hospital(app).await, app.clock.now())]).await;
        let id = only(app).await.id.to_string();
        assert_eq!(jobs::retry(app, &id).await.unwrap_err().code().word(), "WRONG_STATE");
        assert_eq!(jobs::retry(app, "job_nonsense").await.unwrap_err().code().word(), "NOT_FOUND");
        kill(app).await;
        let listed = jobs::list(app, false).await.unwrap();
        assert!(listed.len() == 1 && listed[0].contains(&id) && listed[0].contains("DEAD"), "{listed:?}");
        jobs::retry(app, &id).await.unwrap();
        assert!(jobs::list(app, false).await.unwrap().is_empty());
        assert_eq!(jobs::drain(app).await.unwrap(), 1);
        let done = only(app).await;
        assert_eq!((done.state, done.attempt), (JobState::Done, 13));

        use sea_orm::sea_query::Expr;
        job::Entity::update_many().col_expr(job::Column::State, Expr::value(JobState::Dead)).exec(app.db.connections()[0]).await.unwrap();
        jobs::discard(app, &id).await.unwrap();
        assert_eq!(only(app).await.state, JobState::Cancelled);
        assert_eq!(jobs::discard(app, &id).await.unwrap_err().code().word(), "WRONG_STATE");
        for action in ["job.retry", "job.discard"] {
            let rows = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq(action)).count(app.db.read()).await.unwrap();
            assert_eq!(rows, 1, "{action}");
        }
    }

    /// L30
    async fn after_an_outage_everything_overdue_runs_once_and_the_oldest_first(app: &TestApp) {
        for (key, at) in [("outage-key-1", "2026-03-02 08:00:00"), ("outage-key-2", "2026-03-02 09:10:00"), ("outage-key-3", "2026-03-02 08:30:00")] {
            app.app.clock.set(t(at));
            app.consult(key).await;
        }
        // Nothing ran meanwhile; now the server comes back in the evening.
        app.app.clock.set(t("2026-03-02 21:00:00"));
        let app = &app.app;
        let overdue = job::Entity::find().filter(job::Column::RunAt.lte(app.clock.now())).count(app.db.read()).await.unwrap();
        let mut order = Vec::new();
        loop {
            let claimed = jobs::claim(app, &[Kind::ClockPoint, Kind::Unconfirmed], 5).await.unwrap();
            if claimed.is_empty() {
                break;
            }
            order.extend(claimed.iter().map(|row| row.run_at));
        }
        assert!(order.len() == 12 && order.is_sorted(), "{order:?}");
        // The process that claimed them is gone before it did anything.
        app.clock.set(app.clock.now() + TimeDelta::seconds(31));
        assert!(jobs::drain(&another_node(app)).await.unwrap() as u64 >= overdue);
        assert_eq!(jobs::drain(app).await.unwrap(), 0);
        let mut causes = BTreeMap::new();
        for row in entity::notification::Entity::find().all(app.db.read()).await.unwrap() {
            *causes.entry((row.person_id.to_string(), row.effect_key)).or_insert(0) += 1;
        }
        assert!(causes.values().all(|count| *count == 1), "{causes:?}");
        let overdue = entity::audit::Entity::find().filter(entity::audit::Column::Action.eq("clock.overdue")).count(app.db.read()).await.unwrap();
        assert_eq!(overdue, 3);
    }

    /// L35: the targets of the two databases, from the histogram that an operator sees. Other tests on the machine may
    /// spoil a round; a worker that is not woken, or slow, spoils them all.
    async fn a_job_starts_soon_after_it_was_enqueued_realtime(app: &TestApp) {
        let target = if app.app.db.backend() == DbBackend::Postgres { "0.3" } else { "0.15" };
        let mut shares = Vec::new();
        for _ in 0..5 {
            let (soon, all) = started_within(&app.app, target).await;
            assert!(all >= 60.0, "{all} started");
            shares.push(soon / all);
            if soon / all >= 0.95 {
                return;
            }
        }
        panic!("{shares:?} within {target} s");
    }
}

/// Enqueues sixty jobs beside a worker of its own: how many it started within so many seconds, and how many at all.
async fn started_within(app: &App, target: &str) -> (f64, f64) {
    let app = App {
        clock: Clock::real(),
        metrics: Arc::default(),
        ..app.clone()
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let worker = tokio::spawn(jobs::work(app.clone(), stop.clone()));
    let whose = hospital(&app).await;
    for _ in 0..60 {
        enqueue(&app, vec![no_op(whose, app.clock.now())]).await;
        app.wake.notify_one();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.cancel();
    worker.await.unwrap();
    let page = app.metrics.encode().unwrap();
    let of = |line: &str| -> f64 {
        let start = format!("icuops_job_start_latency_seconds_{line}");
        let value = page
            .lines()
            .find_map(|line| line.strip_prefix(start.as_str()));
        value.unwrap().trim().parse().unwrap()
    };
    let soon = format!("bucket{{le=\"{target}\",kind=\"MAIL\"}}");
    (of(&soon), of("count{kind=\"MAIL\"}"))
}

/// Uses up every attempt of the only job.
async fn kill(app: &App) {
    loop {
        jobs::claim(&another_node(app), &Kind::ALL, 1)
            .await
            .unwrap();
        app.clock.set(app.clock.now() + TimeDelta::seconds(31));
        if only(app).await.state == JobState::Dead {
            return;
        }
    }
}

/// A mail server that answers every message with these words, in turn; the last one for ever.
async fn mail_server(answers: &'static [&'static str]) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answers[turn.min(answers.len() - 1)];
            turn += 1;
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let _ = write.write_all(b"220 here\r\n").await;
            let mut in_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let reply = match line.split(' ').next().unwrap() {
                    "." => {
                        in_data = false;
                        match answer.strip_prefix("slowly ") {
                            Some(answer) => {
                                tokio::time::sleep(Duration::from_secs(2)).await;
                                answer
                            }
                            None => answer,
                        }
                    }
                    _ if in_data => continue,
                    "EHLO" | "MAIL" | "RCPT" => "250 ok",
                    "DATA" => {
                        in_data = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    _ => "500 what",
                };
                if write
                    .write_all(format!("{reply}\r\n").as_bytes())
                    .await
                    .is_err()
                {
                    break;
                }
            }
        }
    });
    format!("smtp://{address}")
}

async fn mailing(backend: Backend, answers: &'static [&'static str]) -> Option<TestApp> {
    let url = mail_server(answers).await;
    let app = TestApp::start_with(backend, |config| config.smtp_url = Some(url)).await?;
    api::demo::people::open_mailboxes(&app.app).await.unwrap();
    let notice = api::notification::Notice {
        kind: entity::values::NotificationKind::System,
        ticket: entity::ids::TicketId(Uuid::new_v4()),
        cause: "test".to_owned(),
        zh: "通知".to_owned(),
        en: "Notice".to_owned(),
    };
    let person = entity::person::Entity::find()
        .filter(entity::person::Column::Email.is_not_null())
        .one(app.app.db.read())
        .await
        .unwrap()
        .unwrap();
    let ticket = app.consult("mail-key-1").await;
    let notice = api::notification::Notice {
        ticket: entity::ids::TicketId::parse(ticket["id"].as_str().unwrap()).unwrap(),
        ..notice
    };
    job::Entity::delete_many()
        .exec(app.app.db.connections()[0])
        .await
        .unwrap();
    let whose = hospital(&app.app).await;
    let tx = app.app.db.begin_write().await.unwrap();
    api::notification::tell(&tx, &app.app, whose, &[person.id].into(), &notice)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Some(app)
}

fn on_both(body: impl AsyncFn(Backend)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        block_on(body(backend));
    }
}

/// L25
#[test]
fn a_mail_server_that_fails_three_times_gets_the_mail_once() {
    on_both(async |backend| {
        let answers = &["451 later", "451 later", "421 later", "250 taken"];
        let Some(test) = mailing(backend, answers).await else {
            return;
        };
        let app = &test.app;
        for _ in 0..4 {
            assert_eq!(jobs::drain(app).await.unwrap(), 1);
            app.clock.set(app.clock.now() + TimeDelta::hours(1));
        }
        assert_eq!(jobs::drain(app).await.unwrap(), 0);
        let done = only(app).await;
        assert_eq!((done.state, done.attempt), (JobState::Done, 4));
        let retried = Some(JobOutcome::Retried);
        assert_eq!(
            runs(app, done.id).await,
            [retried, retried, retried, Some(JobOutcome::Done)]
        );
        assert!(
            app.metrics
                .encode()
                .unwrap()
                .contains("icuops_job_retried_total{kind=\"MAIL\"} 3")
        );
    });
}

/// L25
#[test]
fn a_mail_that_is_refused_for_good_is_dead_at_once() {
    on_both(async |backend| {
        let Some(test) = mailing(backend, &["550 no such user"]).await else {
            return;
        };
        let app = &test.app;
        assert_eq!(jobs::drain(app).await.unwrap(), 1);
        let dead = only(app).await;
        assert_eq!(
            (dead.state, dead.attempt, dead.last_error.as_deref()),
            (JobState::Dead, 1, Some("SMTP_5XX"))
        );
        assert_eq!(runs(app, dead.id).await, [Some(JobOutcome::Dead)]);
    });
}

/// L23
#[test]
fn a_mail_that_outlives_its_lease_is_finished_by_its_successor_and_counted_once_realtime() {
    on_both(async |backend| {
        let Some(test) = mailing(backend, &["slowly 250 taken"]).await else {
            return;
        };
        let app = test.app.clone();
        let late = tokio::spawn({
            let app = app.clone();
            async move { jobs::drain(&app).await }
        });
        while only(&app).await.state != JobState::Running {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let next = another_node(&app);
        app.clock.set(app.clock.now() + TimeDelta::seconds(31));
        let successor = jobs::claim(&next, &[Kind::Mail], 1)
            .await
            .unwrap()
            .remove(0);
        finish(&next, &successor).await.unwrap();
        assert_eq!(late.await.unwrap().unwrap(), 1);
        assert_eq!(app.metrics.jobs_fenced("MAIL"), 1);
        let done = only(&app).await;
        assert_eq!((done.state, done.attempt), (JobState::Done, 2));
        assert_eq!(
            runs(&app, done.id).await,
            [Some(JobOutcome::Lost), Some(JobOutcome::Done)]
        );
    });
}

/// L22, L24: the database falls silent while a job is under way.
#[test]
fn a_worker_that_cannot_renew_stops_by_itself_and_works_again_after_the_outage_realtime() {
    block_on(async {
        let Some(url) = e2e::create_database().await else {
            return;
        };
        let (proxy, through) = e2e::proxy::Proxy::before(&url).await;
        let folder = tempfile::tempdir().unwrap();
        let leases = jobs::Leases {
            hold: TimeDelta::seconds(3),
            beat: Duration::from_secs(1),
            fence: Duration::from_secs(2),
        };
        let config = |url: String| {
            let mut config = api::config::Config::local(
                url,
                folder.path().to_owned(),
                "127.0.0.1:0".parse().unwrap(),
            );
            config.leases = leases;
            config
        };
        let first = App::start(config(through), Clock::real()).await.unwrap();
        api::demo::people::found(&first, e2e::contract_start())
            .await
            .unwrap();
        let second = App::start(config(url), Clock::real()).await.unwrap();
        let stop = tokio_util::sync::CancellationToken::new();
        let worker = tokio::spawn(jobs::work(first.clone(), stop.clone()));
        let whose = hospital(&second).await;
        // Claimed beside the worker, so that the test holds it as a slow handler would.
        enqueue(&second, vec![no_op(whose, DateTime::UNIX_EPOCH)]).await;
        let claimed = loop {
            // The worker may be faster: then there is another one.
            match jobs::claim(&first, &[Kind::Mail], 1).await.unwrap().pop() {
                Some(row) => break row,
                None => enqueue(&second, vec![no_op(whose, DateTime::UNIX_EPOCH)]).await,
            }
        };
        // Two renewals pass: the claim outlives its first three seconds.
        tokio::time::sleep(Duration::from_secs(4)).await;
        jobs::still_ours(&first, &claimed).unwrap();
        assert!(
            jobs::claim(&second, &[Kind::Mail], 1)
                .await
                .unwrap()
                .is_empty()
        );

        proxy.faults.swallow();
        tokio::time::sleep(Duration::from_secs(4)).await;
        let lost = jobs::still_ours(&first, &claimed).unwrap_err();
        assert!(
            std::error::Error::source(&lost)
                .unwrap()
                .is::<jobs::LeaseLost>()
        );
        assert!(first.held.is_fenced(&leases));
        // By now somebody else may have it, and nobody else has it twice.
        let mut tries = 0;
        let taken = loop {
            if let Some(row) = jobs::claim(&second, &[Kind::Mail], 1).await.unwrap().pop() {
                break row;
            }
            tries += 1;
            assert!(tries < 300, "the lease did not end within 30 s");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert_eq!((taken.id, taken.attempt), (claimed.id, claimed.attempt + 1));
        finish(&second, &taken).await.unwrap();

        proxy.faults.heal();
        let refused = finish(&first, &claimed).await.unwrap_err();
        assert!(
            std::error::Error::source(&refused)
                .unwrap()
                .is::<jobs::LeaseLost>()
        );
        first.held.forget(&claimed);
        enqueue(&second, vec![no_op(whose, DateTime::UNIX_EPOCH)]).await;
        let mut waited = 0;
        while job::Entity::find()
            .filter(job::Column::State.ne(JobState::Done))
            .count(second.db.read())
            .await
            .unwrap()
            > 0
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
            waited += 1;
            assert!(waited < 100, "the worker did not work again within 10 s");
        }
        stop.cancel();
        worker.await.unwrap();
    });
}
