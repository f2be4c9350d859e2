//! What must hold after a kill, read from the database itself (L17).
//!
//! 1. Every acknowledged operation is present.
//! 2. What survived of a writer is a prefix.
//! 3. Ticket, history, audit, replay key, clocks, messages and jobs belong to each other: no half operation.
//! 4. An operation that was not acknowledged is absent or complete.
//! 5. Integrity, audit chains and doctor are good.
//! 6. No job is lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use e2e::process::{Binary, Store};
use entity::values::{JobState, SlaClockState, TicketEventKind};
use entity::{
    audit, idempotency, job, notification, sla_clock, ticket, ticket_counter, ticket_event,
    ticket_reply,
};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend,
    EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use uuid::Uuid;

use crate::burst::{self, Kind, Writer};

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Tickets.
    pub tickets: usize,
    /// Entries of their history.
    pub events: usize,
    /// Rows of the audit.
    pub audit: usize,
    /// Jobs of every state.
    pub jobs: usize,
    /// Jobs that were due and are done.
    pub jobs_done: u64,
    /// Mails of a message beyond the first; they carry the same id.
    pub mails_again: usize,
}

async fn open(store: &Store) -> DatabaseConnection {
    let mut options = ConnectOptions::new(&store.url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn words(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// The product's own checks.
pub fn commands(binary: &Binary, store: &Store, place: &str) {
    for words in [&["audit", "verify"][..], &["doctor"]] {
        let output = binary.run(words, store);
        assert!(
            output.status.success(),
            "{place}: icuops {words:?} ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

/// Reads the whole database; moves a writer on whose operation in doubt turns out to be complete.
pub async fn look(store: &Store, writers: &mut [Writer], place: &str) -> Seen {
    let db = open(store).await;
    if db.get_database_backend() == DbBackend::Sqlite {
        assert_eq!(
            words(&db, "PRAGMA integrity_check").await,
            ["ok"],
            "{place}"
        );
    } else {
        // The server's sessions outlive its process for a moment, and their transactions with them.
        let others = "SELECT pid::text FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        while !words(&db, others).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let rows = Rows::read(&db).await;
    rows.belong_together(place);
    for writer in writers {
        rows.hold(writer, place);
    }
    let mails_again = rows.mails(store, place);
    db.close().await.unwrap();
    Seen {
        tickets: rows.tickets.len(),
        events: rows.events.len(),
        audit: rows.audit.len(),
        jobs: rows.jobs.len(),
        jobs_done: 0,
        mails_again,
    }
}

struct Rows {
    tickets: Vec<ticket::Model>,
    events: Vec<ticket_event::Model>,
    replies: Vec<ticket_reply::Model>,
    clocks: Vec<sla_clock::Model>,
    notices: Vec<notification::Model>,
    jobs: Vec<job::Model>,
    audit: Vec<audit::Model>,
    keys: Vec<idempotency::Model>,
    counters: Vec<ticket_counter::Model>,
}

fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

impl Rows {
    async fn read(db: &DatabaseConnection) -> Self {
        Self {
            tickets: ticket::Entity::find().all(db).await.unwrap(),
            events: ticket_event::Entity::find().all(db).await.unwrap(),
            replies: ticket_reply::Entity::find().all(db).await.unwrap(),
            clocks: sla_clock::Entity::find().all(db).await.unwrap(),
            notices: notification::Entity::find().all(db).await.unwrap(),
            jobs: job::Entity::find().all(db).await.unwrap(),
            audit: audit::Entity::find().all(db).await.unwrap(),
            keys: idempotency::Entity::find().all(db).await.unwrap(),
            counters: ticket_counter::Entity::find().all(db).await.unwrap(),
        }
    }

    /// Rule 3: what one transaction writes is there together or not at all.
    fn belong_together(&self, place: &str) {
        // Numbers are given in the transaction of the ticket, so there is no gap.
        let given: i64 = self.counters.iter().map(|row| i64::from(row.last)).sum();
        assert_eq!(given, self.tickets.len() as i64, "{place}: ticket numbers");
        let numbers: BTreeSet<_> = self.tickets.iter().map(|row| &row.number).collect();
        assert_eq!(numbers.len(), self.tickets.len(), "{place}: numbers twice");

        let made: BTreeSet<Uuid> = self.tickets.iter().map(|row| row.id.0).collect();
        let created = counted(
            self.events
                .iter()
                .filter(|row| row.kind == TicketEventKind::Created)
                .map(|row| row.ticket_id.0),
        );
        let kept = |mutation: &str| {
            let keys = self.keys.iter().filter(|row| row.mutation == mutation);
            counted(keys.map(|row| row.object_id))
        };
        let once: BTreeMap<Uuid, usize> = made.iter().map(|id| (*id, 1)).collect();
        assert_eq!(created, once, "{place}: tickets and their first entry");
        assert_eq!(
            kept("createTicket"),
            once,
            "{place}: tickets and replay keys"
        );
        let replied = self.replies.iter().map(|row| (row.id.0, 1)).collect();
        assert_eq!(kept("addReply"), replied, "{place}: replies and keys");

        // Every act of a person is one entry of the history and one row of the audit.
        let acts = counted(
            self.events
                .iter()
                .filter(|row| row.actor_id.is_some())
                .map(|row| row.ticket_id.0),
        );
        let audited = counted(
            self.audit
                .iter()
                .filter(|row| row.action.starts_with("ticket."))
                .filter_map(|row| row.object_id),
        );
        assert_eq!(acts, audited, "{place}: history and audit");
        let replied = counted(
            self.events
                .iter()
                .filter(|row| row.kind == TicketEventKind::Replied)
                .map(|row| row.ticket_id.0),
        );
        let replies = counted(self.replies.iter().map(|row| row.ticket_id.0));
        assert_eq!(replied, replies, "{place}: history and replies");
        for ticket in &self.tickets {
            let own = |row: &&ticket_event::Model| row.ticket_id == ticket.id;
            let mut places: Vec<i32> = self.events.iter().filter(own).map(|row| row.seq).collect();
            places.sort_unstable();
            let count = i32::try_from(places.len()).unwrap();
            assert_eq!(places, (1..=count).collect::<Vec<_>>(), "{place}: a gap");
            assert_eq!(ticket.version, count, "{place}: version and history");
        }

        // A released ticket has its clock, a running clock its jobs.
        let clocked: BTreeSet<Uuid> = self.clocks.iter().map(|row| row.ticket_id.0).collect();
        let released = self.tickets.iter().filter(|row| row.released_at.is_some());
        for row in released {
            assert!(clocked.contains(&row.id.0), "{place}: no clock");
        }
        let timed: BTreeSet<Uuid> = self
            .jobs
            .iter()
            .filter(|row| row.kind == "CLOCK_POINT")
            .map(|row| row.subject)
            .collect();
        for row in &self.clocks {
            let runs = row.state == SlaClockState::Running && row.due_at.is_some();
            assert!(
                !runs || timed.contains(&row.id.0),
                "{place}: a clock without jobs"
            );
        }
        // A message that is mailed by itself has its job and the other way round; the others have a digest of the person.
        let jobs = |kind: &'static str| {
            counted(
                self.jobs
                    .iter()
                    .filter(move |row| row.kind == kind)
                    .map(|row| row.subject),
            )
        };
        let alone = self.notices.iter().filter(|row| row.mail_at.is_none());
        let told: BTreeMap<Uuid, usize> = alone.map(|row| (row.id.0, 1)).collect();
        assert_eq!(told, jobs("MAIL"), "{place}: messages and mail jobs");
        let together = self.notices.iter().filter(|row| row.mail_at.is_some());
        let told: BTreeSet<Uuid> = together.map(|row| row.person_id.0).collect();
        let digests: BTreeSet<Uuid> = jobs("DIGEST").into_keys().collect();
        assert_eq!(told, digests, "{place}: messages and digests");
        assert!(
            self.jobs.iter().all(|row| row.state != JobState::Dead),
            "{place}: a dead job"
        );
    }

    /// Rules 1, 2 and 4.
    fn hold(&self, writer: &mut Writer, place: &str) {
        let prefix = format!("writer {} step ", writer.no);
        let number = |text: &str| text.strip_prefix(&prefix)?.parse::<u64>().ok();
        let mut found: Vec<(u64, Kind)> = Vec::new();
        for row in &self.tickets {
            found.extend(number(&row.description).map(|at| (at, Kind::Create)));
        }
        for row in &self.events {
            if row.kind == TicketEventKind::Responded {
                let text = row.text.as_deref().unwrap_or_default();
                found.extend(number(text).map(|at| (at, Kind::Respond)));
            }
        }
        for row in &self.replies {
            found.extend(number(&row.text).map(|at| (at, Kind::Reply)));
        }
        found.sort_unstable_by_key(|(at, _)| *at);
        let numbers: Vec<u64> = found.iter().map(|(at, _)| *at).collect();
        let count = numbers.len() as u64;
        let place = format!("{place}, writer {}", writer.no);
        assert_eq!(
            numbers,
            (0..count).collect::<Vec<_>>(),
            "{place}: no prefix"
        );
        assert!(
            count >= writer.next,
            "{place}: {} operations acknowledged, {count} present",
            writer.next
        );
        let most = writer.next + u64::from(writer.doubt);
        assert!(count <= most, "{place}: {count} present, {most} sent");
        for (at, kind) in &found {
            assert_eq!(burst::kind(*at), *kind, "{place}: operation {at}");
        }
        // A response has no replay key, so one that is complete is not sent again. The others are: the same key
        // must answer with the same object.
        if count > writer.next {
            writer.survived += 1;
            if burst::kind(writer.next) == Kind::Respond {
                writer.next += 1;
                writer.doubt = false;
            }
        }
    }

    /// Rule 6 for mail: what is done was sent. A mail sent twice carries the same id; how many were.
    fn mails(&self, store: &Store, place: &str) -> usize {
        let mut sent: HashMap<String, usize> = HashMap::new();
        let folder = std::fs::read_dir(store.data.join("mail"));
        for entry in folder.into_iter().flatten() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            let id = text.lines().find_map(|line| {
                let (_, rest) = line.split_once("Message-ID: <")?;
                Some(rest.split_once('@')?.0.to_owned())
            });
            // A file that the kill cut short belongs to a job that is not done.
            if let Some(id) = id {
                *sent.entry(id).or_default() += 1;
            }
        }
        let notices: HashMap<Uuid, &notification::Model> =
            self.notices.iter().map(|row| (row.id.0, row)).collect();
        for row in &self.jobs {
            if row.kind == "MAIL" && row.state == JobState::Done {
                let id = notices[&row.subject].id.to_string();
                assert!(sent.contains_key(&id), "{place}: done, but never sent");
            }
        }
        sent.values().map(|times| times - 1).sum()
    }
}

/// Waits until no job is due; leases of killed servers run out within half a minute. How many are done.
pub async fn jobs_are_done(store: &Store, place: &str) -> u64 {
    let db = open(store).await;
    let clock = api::clock::Clock::real();
    for _ in 0..900 {
        let open = job::Entity::find()
            .filter(job::Column::State.is_in([JobState::Available, JobState::Running]))
            .filter(job::Column::RunAt.lte(clock.now()))
            .count(&db)
            .await
            .unwrap();
        if open == 0 {
            let done = job::Entity::find()
                .filter(job::Column::State.eq(JobState::Done))
                .count(&db)
                .await
                .unwrap();
            db.close().await.unwrap();
            return done;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{place}: jobs that are due are not done within 90 s");
}
