//! What happened in the demonstration: tickets of a year, on time and late, some still open.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::ids::TicketId;
use entity::rules::catalog::Catalog;
use entity::rules::ticket::CHECKLIST;
use entity::ticket;
use entity::values::{
    BedsAffected, Channel, RootCause, Route, StepKind, TicketCategory, TicketStatus, Urgency,
    WaitReason,
};
use sea_orm::EntityTrait;

use super::articles::Library;
use super::inspections::Visits;
use super::notices::Board;
use super::people::Cast;
use super::statements::Statements;
use crate::app::App;
use crate::error::Result;
use crate::jobs;
use crate::ticket::ops::{
    self, NewFault, NewPlan, NewReply, NewResponse, NewStep, NewTicket, NewWait, Solution,
};

/// A small generator of numbers; the same seed gives the same story.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        // Constants of Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }

    fn minutes(&mut self, from: u64, to: u64) -> TimeDelta {
        TimeDelta::minutes(i64::try_from(from + self.roll(to - from + 1)).unwrap_or(0))
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Create(Box<NewTicket>, &'static str),
    Release,
    Respond(&'static str),
    Step(&'static str),
    ProposeWait(&'static str),
    AcceptWait,
    HospitalReply(&'static str),
    Plan(&'static str),
    Resolve(&'static str, Option<RootCause>),
    Reject(&'static str),
    Confirm(&'static str),
    Rate(&'static str, i32),
    Cancel(&'static str),
    Take,
    HandOver,
    Reopen(&'static str),
}

/// How many tickets the first hospital has; the second has a tenth.
const TICKETS: u64 = 400;

const KINDS: &[(TicketCategory, u64)] = &[
    (TicketCategory::Consult, 48),
    (TicketCategory::Fault, 30),
    (TicketCategory::Change, 7),
    (TicketCategory::Interface, 3),
    (TicketCategory::Maintenance, 3),
    (TicketCategory::Backup, 2),
    (TicketCategory::Training, 3),
    (TicketCategory::Upgrade, 1),
    (TicketCategory::Document, 1),
    (TicketCategory::Complaint, 2),
];

const COMPONENTS: &[&str] = &[
    "ICU-GW-01",
    "ICU-APP-01",
    "ICU-APP-02",
    "ICU-DB-01",
    "NURSE-CHART",
    "SCORE",
    "LIS-IF",
    "HIS-IF",
    "PRINT",
];

fn kind(dice: &mut Dice) -> TicketCategory {
    let mut left = dice.roll(KINDS.iter().map(|(_, weight)| weight).sum());
    for (category, weight) in KINDS {
        if left < *weight {
            return *category;
        }
        left -= weight;
    }
    TicketCategory::Consult
}

/// Lays out the deeds of one ticket.
fn plan(
    dice: &mut Dice,
    no: u64,
    start: DateTime<Utc>,
    second: bool,
) -> Vec<(DateTime<Utc>, Deed)> {
    let category = kind(dice);
    let class = Catalog::shared().class(category);
    let subs: Vec<_> = class
        .subcategories
        .iter()
        .filter(|sub| sub.code != "CHANGE-BUGFIX")
        .collect();
    let Some(sub) = subs.get(usize::try_from(dice.roll(subs.len() as u64)).unwrap_or(0)) else {
        return Vec::new();
    };
    let reporter = if second {
        if category == TicketCategory::Consult || category == TicketCategory::Fault {
            "nurse_b"
        } else {
            "it_admin_b"
        }
    } else {
        let ward = class.may_submit.contains(&entity::values::Role::IcuNurse);
        match dice.roll(10) {
            0..=4 if ward => "nurse",
            5..=6 if ward => "head_nurse",
            7 if ward && class.may_submit.contains(&entity::values::Role::IcuDoctor) => "doctor",
            8 => "it_admin2",
            _ => "it_admin",
        }
    };
    let centre = if second { "it_admin_b" } else { "it_admin" };
    let handler = if second {
        "engineer2"
    } else if category == TicketCategory::Training {
        "trainer"
    } else if dice.roll(3) == 0 {
        "engineer2"
    } else {
        "engineer"
    };
    let handler = if second && category == TicketCategory::Training {
        "pm"
    } else {
        handler
    };
    let fault = category == TicketCategory::Fault;
    let urgency = match dice.roll(20) {
        0..=1 => Urgency::High,
        2..=10 => Urgency::Medium,
        _ => Urgency::Low,
    };
    let beds = match dice.roll(40) {
        0 => BedsAffected::WholeUnit,
        1..=4 => BedsAffected::Several,
        5..=25 => BedsAffected::One,
        _ => BedsAffected::None,
    };
    let component = COMPONENTS
        .get(usize::try_from(dice.roll(COMPONENTS.len() as u64)).unwrap_or(0))
        .map(|name| (*name).to_owned());
    let new = NewTicket {
        key: format!("demo-{second}-{no:06}"),
        contract: None,
        reporter: None,
        category,
        subcategory: sub.code.clone(),
        description: format!("{}：{}", sub.name_zh, sub.example_zh),
        fault: fault.then(|| NewFault {
            component,
            phenomenon: sub.example_zh.clone(),
            occurred_at: start - dice.minutes(1, 20),
            scope: match beds {
                BedsAffected::WholeUnit => "全科".to_owned(),
                BedsAffected::Several => "多张床位".to_owned(),
                BedsAffected::One | BedsAffected::None => "单个终端".to_owned(),
            },
            related_systems: vec!["重症系统".to_owned()],
            steps: "按日常流程操作即出现".to_owned(),
        }),
        urgency: Some(urgency),
        beds_affected: Some(beds),
        channel: if dice.roll(4) == 0 {
            Channel::Phone
        } else {
            Channel::Portal
        },
        received_at: None,
        location: fault.then(|| format!("{}床", 1 + dice.roll(24))),
        recurrence_of: None,
    };
    let mut deeds = vec![(start, Deed::Create(Box::new(new), reporter))];
    let mut at = start;
    let mut go = |at: &mut DateTime<Utc>, wait: TimeDelta, deed: Deed| {
        *at += wait;
        deeds.push((*at, deed));
    };
    if class.route != Route::Direct {
        go(&mut at, dice.minutes(20, 600), Deed::Release);
    }
    let fate = dice.roll(100);
    if fate < 2 {
        go(&mut at, dice.minutes(3, 30), Deed::Cancel(reporter));
        return deeds;
    }
    if fate < 4 && centre == "it_admin" {
        go(&mut at, dice.minutes(10, 40), Deed::Take);
        go(&mut at, dice.minutes(40, 120), Deed::HandOver);
    }
    let late = dice.roll(100) < 7;
    let answer = if late {
        dice.minutes(130, 260)
    } else {
        dice.minutes(3, 50)
    };
    go(&mut at, answer, Deed::Respond(handler));
    go(&mut at, dice.minutes(2, 40), Deed::Step(handler));
    if fate < 12 {
        go(&mut at, dice.minutes(10, 60), Deed::ProposeWait(handler));
        go(&mut at, dice.minutes(5, 90), Deed::AcceptWait);
        go(
            &mut at,
            dice.minutes(30, 300),
            Deed::HospitalReply(reporter),
        );
    }
    if fault {
        go(&mut at, dice.minutes(5, 60), Deed::Plan(handler));
    }
    let cause = fault.then(|| match dice.roll(6) {
        0 => RootCause::Config,
        1 => RootCause::OperationError,
        2 => RootCause::Network,
        3 => RootCause::Device,
        _ => RootCause::SoftwareDefect,
    });
    let work = if late {
        dice.minutes(600, 2_000)
    } else {
        dice.minutes(15, 200)
    };
    go(&mut at, work, Deed::Resolve(handler, cause));
    if (20..24).contains(&fate) {
        go(&mut at, dice.minutes(30, 400), Deed::Reject(reporter));
        go(&mut at, dice.minutes(20, 90), Deed::Step(handler));
        go(
            &mut at,
            dice.minutes(20, 120),
            Deed::Resolve(handler, cause),
        );
    }
    if (30..32).contains(&fate) {
        // Nobody answers: reminded twice, then 院方未确认.
        return deeds;
    }
    go(&mut at, dice.minutes(10, 2_000), Deed::Confirm(reporter));
    if dice.roll(2) == 0 {
        let rating = 5 - i32::try_from(dice.roll(10) / 4).unwrap_or(0);
        go(&mut at, dice.minutes(1, 60), Deed::Rate(reporter, rating));
    }
    if (40..42).contains(&fate) {
        go(&mut at, dice.minutes(1_500, 6_000), Deed::Reopen(reporter));
        go(&mut at, dice.minutes(10, 60), Deed::Respond(handler));
        go(&mut at, dice.minutes(5, 30), Deed::Step(handler));
        go(
            &mut at,
            dice.minutes(30, 200),
            Deed::Resolve(handler, cause),
        );
        go(&mut at, dice.minutes(10, 600), Deed::Confirm(reporter));
    }
    deeds
}

/// Tells the whole story in the order of time; timers fire where they fall due.
///
/// # Errors
/// Those of the operations.
pub async fn tell(
    app: &App,
    cast: &Cast,
    start: NaiveDate,
    now: DateTime<Utc>,
    say: &mut dyn FnMut(&str),
) -> Result<()> {
    let mut dice = Dice(20_260_101);
    let first = entity::rules::calendar::midnight(start) + TimeDelta::hours(8);
    let span = u64::try_from((now - first).num_minutes()).unwrap_or(1);
    let mut deeds: BTreeMap<(DateTime<Utc>, u64, usize), Deed> = BTreeMap::new();
    for no in 0..TICKETS + TICKETS / 10 {
        let second = no >= TICKETS;
        // The last few come in within the last hours, so that clocks are running.
        let at = if no % 50 == 0 {
            now - dice.minutes(5, 100)
        } else {
            first + TimeDelta::minutes(i64::try_from(dice.roll(span)).unwrap_or(0))
        };
        for (step, (at, deed)) in plan(&mut dice, no, at, second).into_iter().enumerate() {
            if at <= now {
                deeds.insert((at, no, step), deed);
            }
        }
    }
    let total = deeds.len();
    let mut made: BTreeMap<u64, TicketId> = BTreeMap::new();
    let mut visits = Visits::new(start, now);
    let mut statements = Statements::new(now);
    let mut library = Library::new(start, now)?;
    let mut board = Board::new(start, now);
    for (place, ((at, no, _), deed)) in deeds.into_iter().enumerate() {
        let others = (&mut statements, &mut visits);
        told(app, cast, (&mut library, &mut board), others, at).await?;
        app.clock.set(at);
        jobs::drain(app).await?;
        act(app, cast, &mut made, no, deed).await?;
        if place % 400 == 399 {
            say(&format!("  {} / {total}", place + 1));
        }
    }
    let others = (&mut statements, &mut visits);
    told(app, cast, (&mut library, &mut board), others, now).await?;
    app.clock.set(now);
    jobs::drain(app).await?;
    super::pending::tell(app, cast).await
}

/// What is announced and written before `until`, in the order of time.
async fn told(
    app: &App,
    cast: &Cast,
    (library, board): (&mut Library, &mut Board),
    (statements, visits): (&mut Statements, &mut Visits),
    until: DateTime<Utc>,
) -> Result<()> {
    while let Some(at) = board.next(until) {
        library
            .until(app, cast, (&mut *statements, &mut *visits), at)
            .await?;
        app.clock.set(at);
        jobs::drain(app).await?;
        board.act(app, cast, library).await?;
    }
    library.until(app, cast, (statements, visits), until).await
}

async fn act(
    app: &App,
    cast: &Cast,
    made: &mut BTreeMap<u64, TicketId>,
    no: u64,
    deed: Deed,
) -> Result<()> {
    let second = no >= TICKETS;
    let centre = if second { "it_admin_b" } else { "it_admin" };
    if let Deed::Create(mut new, reporter) = deed {
        new.contract = Some(if second {
            cast.contract_b.id
        } else {
            cast.contract.id
        });
        let row = ops::create(app, &cast.get(app, reporter).await?, *new).await?;
        made.insert(no, row.id);
        return Ok(());
    }
    let Some(id) = made.get(&no).copied() else {
        return Ok(());
    };
    let Some(row) = ticket::Entity::find_by_id(id).one(app.db.read()).await? else {
        return Ok(());
    };
    if matches!(row.status, TicketStatus::Cancelled) {
        return Ok(());
    }
    let (id, version) = (Some(row.id), row.version);
    match deed {
        Deed::Create(..) => return Ok(()),
        Deed::Release => ops::release(app, &cast.get(app, centre).await?, id, version).await?,
        Deed::Respond(who) => {
            let answer = NewResponse {
                key: None,
                text: "您好，已收到并开始核查，先按以下方法处理，稍后回复进展。".to_owned(),
                channel: Channel::Phone,
                claimed_at: None,
            };
            ops::respond(app, &cast.get(app, who).await?, id, version, &answer).await?
        }
        Deed::Step(who) => {
            let step = NewStep {
                key: None,
                kind: StepKind::Diagnosis,
                channel: Channel::Phone,
                action: "核对日志与配置，复现问题".to_owned(),
                finding: Some("已定位到原因".to_owned()),
            };
            ops::add_step(app, &cast.get(app, who).await?, id, &step).await?
        }
        Deed::ProposeWait(who) => {
            let wait = NewWait {
                key: None,
                reason: WaitReason::WaitHospital,
                note: "需科室提供复现时的界面截图（请勿含患者信息）".to_owned(),
            };
            ops::propose_wait(app, &cast.get(app, who).await?, id, version, &wait).await?
        }
        Deed::AcceptWait => {
            ops::decide_wait(app, &cast.get(app, centre).await?, id, version, true).await?
        }
        Deed::HospitalReply(who) => {
            ops::reply(
                app,
                &cast.get(app, who).await?,
                id,
                NewReply {
                    key: format!("demo-{}", app.clock.id()),
                    text: "已按要求补充说明。".to_owned(),
                    as_response: false,
                    files: Vec::new(),
                },
            )
            .await?
            .0
        }
        Deed::Plan(who) => {
            let plan = NewPlan {
                key: None,
                steps: "一、备份配置；二、按手册修正；三、核对结果。".to_owned(),
                risk: "低，不影响在科患者记录".to_owned(),
                rollback: "恢复备份的配置".to_owned(),
                checklist: CHECKLIST
                    .iter()
                    .map(|item| (item.code.to_owned(), Some(true), String::new()))
                    .collect(),
                executed: true,
            };
            ops::write_plan(app, &cast.get(app, who).await?, id, version, &plan).await?
        }
        Deed::Resolve(who, root_cause) => {
            let solution = Solution {
                text: "已处理，功能恢复正常，并说明了操作要点。".to_owned(),
                root_cause,
                verification: root_cause.map(|_| "现场核对三次，结果正确".to_owned()),
            };
            ops::resolve(app, &cast.get(app, who).await?, id, version, solution).await?
        }
        Deed::Reject(who) => {
            ops::reject(app, &cast.get(app, who).await?, id, version, "问题仍然出现").await?
        }
        Deed::Confirm(who) => ops::confirm(app, &cast.get(app, who).await?, id, version).await?,
        Deed::Rate(who, rating) => {
            ops::rate(app, &cast.get(app, who).await?, id, rating, None).await?
        }
        Deed::Cancel(who) => {
            ops::cancel(app, &cast.get(app, who).await?, id, version, "重复提交").await?
        }
        Deed::Take => {
            ops::take(
                app,
                &cast.get(app, centre).await?,
                id,
                version,
                "信息中心先自行处理",
            )
            .await?
        }
        Deed::HandOver => {
            ops::hand_over(
                app,
                &cast.get(app, centre).await?,
                id,
                version,
                "已检查网络，正常，转服务商",
            )
            .await?
        }
        Deed::Reopen(who) => {
            ops::reopen(app, &cast.get(app, who).await?, id, version, "问题再次出现").await?
        }
    };
    Ok(())
}
