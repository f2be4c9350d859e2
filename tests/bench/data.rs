//! The data set: the demonstration, multiplied by bulk insert into the real schema.
//!
//! Tickets, history and clocks are copies of what the product itself wrote, with new ids and numbers and instants
//! spread over the months before today, so every value is one that occurs. The audit is not multiplied. The same
//! seed gives the same tickets for the same people; ids are new each time.

use std::collections::HashMap;

use api::app::App;
use api::clock::{Clock, id_at};
use api::config::Config;
use chrono::{DateTime, TimeDelta, Utc};
use e2e::process::{Seeded, Store};
use entity::ids::{ClockId, GrantId, PersonId, TicketEventId, TicketId};
use entity::values::Role;
use entity::{person, role_grant, sla_clock, ticket, ticket_event};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder,
};

/// Entries of the history of every ticket.
pub const EVENTS: usize = 3;
/// Nurses who report.
const REPORTERS: usize = 200;
/// Days over which the tickets are spread.
const DAYS: i64 = 200;

/// Shared state over a store, for the loader only.
pub async fn open(store: &Store) -> App {
    std::fs::create_dir_all(&store.data).unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config::local(store.url.clone(), store.data.clone(), listen);
    App::start(config, Clock::real()).await.unwrap()
}

/// Fills the store up to so many tickets; leaves a full one as it is. How many there are.
pub async fn fill(store: &Store, tickets: usize, seed: u64) -> u64 {
    let app = open(store).await;
    let there = ticket::Entity::find().count(app.db.read()).await.unwrap();
    if there < tickets as u64 {
        api::demo::prepare(&app, None, &mut |_| {}).await.unwrap();
        let there = ticket::Entity::find().count(app.db.read()).await.unwrap();
        let missing = tickets.saturating_sub(usize::try_from(there).unwrap());
        multiply(&app, missing, seed).await;
        // What the engines do by themselves after a while: autovacuum, `PRAGMA optimize`.
        let db = Database::connect(&store.url).await.unwrap();
        db.execute_unprepared("ANALYZE").await.unwrap();
        db.close().await.unwrap();
        app.db.checkpoint().await.unwrap();
    }
    ticket::Entity::find().count(app.db.read()).await.unwrap()
}

/// A ticket that is copied, with what belongs to it.
struct Pattern {
    row: ticket::Model,
    events: Vec<ticket_event::Model>,
    clocks: Vec<sla_clock::Model>,
}

async fn multiply(app: &App, count: usize, seed: u64) {
    let patterns = patterns(app).await;
    assert!(patterns.len() > 20, "too few tickets to copy");
    let mut random = Seeded(seed);
    let people = reporters(app).await;
    let now = app.clock.now();
    let tx = app.db.begin_write().await.unwrap();
    let step = TimeDelta::days(DAYS) / i32::try_from(count.max(1)).unwrap();
    // SQLite takes 32,766 values in a statement, and a ticket has about fifty.
    let mut tickets = Vec::new();
    let mut events = Vec::new();
    let mut clocks = Vec::new();
    for number in 0..count {
        let pick = usize::try_from(random.below(patterns.len() as u64)).unwrap();
        let pattern = &patterns[pick];
        let jitter = TimeDelta::microseconds(i64::try_from(random.below(1_000_000)).unwrap());
        let at = now - TimeDelta::days(DAYS) + step * i32::try_from(number).unwrap() + jitter;
        let who = people[usize::try_from(random.below(people.len() as u64)).unwrap()];
        let copy = copied(pattern, at, number, who);
        let all = |event: ticket_event::Model| event.into_active_model().reset_all();
        events.extend(copy.events.into_iter().map(all));
        let all = |clock: sla_clock::Model| clock.into_active_model().reset_all();
        clocks.extend(copy.clocks.into_iter().map(all));
        tickets.push(copy.row.into_active_model().reset_all());
        if tickets.len() == 500 || number + 1 == count {
            ticket::Entity::insert_many(std::mem::take(&mut tickets))
                .exec_without_returning(&tx)
                .await
                .unwrap();
            for many in std::mem::take(&mut events).chunks(2_000) {
                ticket_event::Entity::insert_many(many.to_vec())
                    .exec_without_returning(&tx)
                    .await
                    .unwrap();
            }
            for many in std::mem::take(&mut clocks).chunks(1_000) {
                sla_clock::Entity::insert_many(many.to_vec())
                    .exec_without_returning(&tx)
                    .await
                    .unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
}

async fn patterns(app: &App) -> Vec<Pattern> {
    let db = app.db.read();
    let hospital = entity::hospital::Entity::find()
        .filter(entity::hospital::Column::Code.eq("DEMO"))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let rows = ticket::Entity::find()
        .filter(ticket::Column::HospitalId.eq(hospital.id))
        .order_by_asc(ticket::Column::Number)
        .all(db)
        .await
        .unwrap();
    let mut events: HashMap<TicketId, Vec<ticket_event::Model>> = HashMap::new();
    let all = ticket_event::Entity::find().order_by_asc(ticket_event::Column::Seq);
    for event in all.all(db).await.unwrap() {
        events.entry(event.ticket_id).or_default().push(event);
    }
    let mut clocks: HashMap<TicketId, Vec<sla_clock::Model>> = HashMap::new();
    for clock in sla_clock::Entity::find().all(db).await.unwrap() {
        clocks.entry(clock.ticket_id).or_default().push(clock);
    }
    rows.into_iter()
        .filter_map(|row| {
            let mut events = events.remove(&row.id)?;
            events.truncate(EVENTS);
            let clocks = clocks.remove(&row.id).unwrap_or_default();
            (events.len() == EVENTS && row.parent_id.is_none()).then_some(Pattern {
                row,
                events,
                clocks,
            })
        })
        .collect()
}

/// Nurses of the same department as the demonstration's, who never sign in.
async fn reporters(app: &App) -> Vec<PersonId> {
    let db = app.db.read();
    let nurse = person::Entity::find()
        .filter(person::Column::Account.eq("nurse"))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let grant = role_grant::Entity::find()
        .filter(role_grant::Column::PersonId.eq(nurse.id))
        .filter(role_grant::Column::Role.eq(Role::IcuNurse))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let mut ids = Vec::new();
    let mut people = Vec::new();
    let mut grants = Vec::new();
    for number in 0..REPORTERS {
        let id = PersonId(app.clock.id());
        ids.push(id);
        let row = person::Model {
            id,
            account: format!("reporter_{number:03}"),
            name: format!("护士{number:03}"),
            email: None,
            ..nurse.clone()
        };
        people.push(row.into_active_model().reset_all());
        let row = role_grant::Model {
            id: GrantId(app.clock.id()),
            person_id: id,
            ..grant.clone()
        };
        grants.push(row.into_active_model().reset_all());
    }
    let tx = app.db.begin_write().await.unwrap();
    person::Entity::insert_many(people)
        .exec_without_returning(&tx)
        .await
        .unwrap();
    role_grant::Entity::insert_many(grants)
        .exec_without_returning(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    ids
}

/// A copy at another instant, for another person.
fn copied(pattern: &Pattern, at: DateTime<Utc>, number: usize, who: PersonId) -> Pattern {
    let id = TicketId(id_at(at));
    let moved = at - pattern.row.created_at;
    let shift = |instant: DateTime<Utc>| instant + moved;
    let old = pattern.row.clone();
    let year = chrono::Datelike::year(&at);
    let row = ticket::Model {
        id,
        number: format!("ICU-{year}-{:06}", 500_000 + number),
        created_at: at,
        received_at: shift(old.received_at),
        received_claimed_at: old.received_claimed_at.map(shift),
        occurred_at: old.occurred_at.map(shift),
        released_at: old.released_at.map(shift),
        responded_at: old.responded_at.map(shift),
        first_step_at: old.first_step_at.map(shift),
        resolved_at: old.resolved_at.map(shift),
        closed_at: old.closed_at.map(shift),
        taken_at: old.taken_at.map(shift),
        handed_over_at: old.handed_over_at.map(shift),
        next_due_at: old.next_due_at.map(shift),
        reporter_id: who,
        registered_by: who,
        ..old
    };
    let events = pattern
        .events
        .iter()
        .cloned()
        .map(|event| ticket_event::Model {
            id: TicketEventId(id_at(shift(event.at))),
            ticket_id: id,
            at: shift(event.at),
            ..event
        });
    let clocks = pattern
        .clocks
        .iter()
        .cloned()
        .map(|clock| sla_clock::Model {
            id: ClockId(id_at(shift(clock.started_at))),
            ticket_id: id,
            started_at: shift(clock.started_at),
            due_at: clock.due_at.map(shift),
            due_before_at: clock.due_before_at.map(shift),
            stopped_at: clock.stopped_at.map(shift),
            ..clock
        });
    Pattern {
        row,
        events: events.collect(),
        clocks: clocks.collect(),
    }
}
