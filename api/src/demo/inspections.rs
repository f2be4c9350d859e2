//! The inspections of the demonstration: a year with four online and one on site, findings of every risk, a report
//! that was returned, rectifications verified, rejected, extended, waived and overdue. The scans say 样章.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entity::ids::{FindingId, InspectionId};
use entity::rules::calendar::{at, civil_date};
use entity::rules::inspection::{Item, ItemValue, Normal, Threshold};
use entity::values::{
    AdviceKind, Channel, InspectionKind, InspectionScope, ResponsibleParty, ReturnKind, Risk,
    SealVerdict, SealWay,
};
use entity::{finding, inspection, inspection_result, rectification_task, report_issue};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::people::Cast;
use crate::app::App;
use crate::error::{Error, Result};
use crate::files::Store;
use crate::inspection::{INSPECTION_REPORT, ops};
use crate::jobs;
use crate::report::{ops as report, seal};
use crate::requester::Requester;

/// The register of assets.
const REGISTER: &str = "code,kind,label,engine,os,owner,warrantyUntilOn,dataLevel\n\
    ROOM-01,ROOM,信息中心机房,,,HOSPITAL,,\n\
    ICU-APP-01,SERVER,应用服务器一,,LINUX,HOSPITAL,2027-06-30,2\n\
    ICU-APP-02,SERVER,应用服务器二,,LINUX,HOSPITAL,2027-06-30,2\n\
    ICU-GW-01,SERVER,采集网关,,WINDOWS,HOSPITAL,2026-12-31,2\n\
    STO-01,STORAGE,存储阵列,,,HOSPITAL,2026-12-31,3\n\
    NET-01,NETWORK,重症接入交换机,,,HOSPITAL,2028-03-31,1\n\
    ICU-DB-01,DATABASE,重症主库,DAMENG,,HOSPITAL,2027-06-30,3\n\
    ICU-MW-01,MIDDLEWARE,消息中间件,,,VENDOR,,2\n\
    ICU-WEB,APPLICATION,重症临床信息系统,,,VENDOR,,3\n\
    HIS-IF,APPLICATION,医院信息系统接口,,,THIRD_PARTY,,3\n";

/// A finding as it is told, and what becomes of it.
struct Told {
    scope: InspectionScope,
    risk: Risk,
    owner: ResponsibleParty,
    what: &'static str,
    impact: &'static str,
    advice: &'static str,
    /// Days from the end of the inspection to its date; none for a limit by risk.
    days: Option<u64>,
    fate: Fate,
}

/// What becomes of a rectification.
#[derive(Clone, Copy)]
enum Fate {
    /// Verified in time.
    Done,
    /// Rejected once, then verified.
    Again,
    /// A later date was agreed on.
    Extended,
    /// Rejected, and nothing since.
    Rejected,
    /// The manager accepts the risk.
    Waived,
    /// Begun and not finished.
    Begun,
}

/// An inspection of the year.
struct Plan {
    kind: InspectionKind,
    quarter: i32,
    from: NaiveDate,
    returned: bool,
    confirmed: bool,
    findings: Vec<Told>,
}

#[expect(
    clippy::too_many_arguments,
    reason = "a table of findings, one line each"
)]
const fn told(
    scope: InspectionScope,
    risk: Risk,
    owner: ResponsibleParty,
    what: &'static str,
    impact: &'static str,
    advice: &'static str,
    days: Option<u64>,
    fate: Fate,
) -> Told {
    Told {
        scope,
        risk,
        owner,
        what,
        impact,
        advice,
        days,
        fate,
    }
}

/// The year of a contract that began on `start`, seen from `now`.
fn year(start: NaiveDate, now: DateTime<Utc>) -> Vec<Plan> {
    use InspectionScope as S;
    use ResponsibleParty as O;
    let on = |days| start.checked_add_days(Days::new(days)).unwrap_or(start);
    let today = civil_date(now);
    let last = today.checked_sub_days(Days::new(12)).unwrap_or(today);
    let online = |quarter, from, returned, confirmed, findings| Plan {
        kind: InspectionKind::Online,
        quarter,
        from,
        returned,
        confirmed,
        findings,
    };
    vec![
        online(
            1,
            on(60),
            false,
            true,
            vec![
                told(
                    S::Sto,
                    Risk::High,
                    O::Vendor,
                    "存储池使用率 86%，超过预警线",
                    "空间耗尽后数据无法写入",
                    "清理过期日志并扩容存储池",
                    Some(25),
                    Fate::Done,
                ),
                told(
                    S::Os,
                    Risk::Medium,
                    O::Hospital,
                    "采集网关系统补丁滞后四个月",
                    "存在已公开的漏洞",
                    "由院方安排停机窗口更新补丁",
                    None,
                    Fate::Done,
                ),
                told(
                    S::Rec,
                    Risk::Low,
                    O::Vendor,
                    "三张工单未填根本原因",
                    "无法统计复发问题",
                    "补录并在结单前校验",
                    None,
                    Fate::Again,
                ),
            ],
        ),
        online(
            2,
            on(150),
            true,
            true,
            vec![
                told(
                    S::Bak,
                    Risk::Critical,
                    O::Vendor,
                    "最近两次异地备份未完成",
                    "机房故障时将丢失数据",
                    "修复异地链路并补做完整备份",
                    None,
                    Fate::Done,
                ),
                told(
                    S::Db,
                    Risk::High,
                    O::Vendor,
                    "重症主库表空间使用率 88%",
                    "表空间写满将中断业务",
                    "扩展数据文件并设置告警",
                    Some(20),
                    Fate::Again,
                ),
            ],
        ),
        Plan {
            kind: InspectionKind::Onsite,
            quarter: 2,
            from: on(171),
            returned: false,
            confirmed: true,
            findings: vec![
                told(
                    S::Env,
                    Risk::Medium,
                    O::ThirdParty,
                    "机柜进风温度 27.8℃，高于标准",
                    "设备寿命缩短",
                    "由空调维保单位调整送风",
                    None,
                    Fate::Done,
                ),
                told(
                    S::Net,
                    Risk::Low,
                    O::Hospital,
                    "接入交换机单电源运行",
                    "电源故障将中断一个病区",
                    "增配冗余电源",
                    Some(60),
                    Fate::Waived,
                ),
            ],
        },
        online(
            3,
            on(245),
            false,
            true,
            vec![
                told(
                    S::App,
                    Risk::High,
                    O::Vendor,
                    "护理文书服务夜间内存增长",
                    "可能在夜间自动重启",
                    "升级至修复版本并复测",
                    Some(30),
                    Fate::Rejected,
                ),
                told(
                    S::Mw,
                    Risk::Medium,
                    O::Vendor,
                    "消息队列积压告警未启用",
                    "接口中断不能及时发现",
                    "启用积压告警并接入值班电话",
                    Some(20),
                    Fate::Extended,
                ),
                told(
                    S::Sec,
                    Risk::Medium,
                    O::Vendor,
                    "两个远程账号未按期更换口令",
                    "账号可能被冒用",
                    "更换口令并设置到期提醒",
                    Some(25),
                    Fate::Begun,
                ),
            ],
        ),
        online(
            4,
            last,
            false,
            false,
            vec![told(
                S::Srv,
                Risk::Low,
                O::Vendor,
                "应用服务器二一块硬盘预告警",
                "磁盘冗余下降",
                "更换预告警硬盘",
                None,
                Fate::Begun,
            )],
        ),
    ]
}

/// What happens next, in the order of time.
pub struct Visits {
    deeds: Vec<(DateTime<Utc>, usize, Deed)>,
    plans: Vec<Plan>,
    made: Vec<Option<InspectionId>>,
}

#[derive(Clone, Copy)]
enum Deed {
    Register,
    Announce,
    Visit,
    End,
    Report,
    Submit,
    Return,
    Confirm,
    Work,
    HandIn,
    Decide,
    Again,
    Settle,
}

impl Visits {
    /// The deeds of the year up to `now`.
    #[must_use]
    pub fn new(start: NaiveDate, now: DateTime<Utc>) -> Self {
        let plans = year(start, now);
        let mut deeds = vec![(at(start, 9 * 3600), 0, Deed::Register)];
        for (place, plan) in plans.iter().enumerate() {
            let day = |days: i64, hour: i64| {
                at(plan.from, 0) + TimeDelta::days(days) + TimeDelta::hours(hour)
            };
            if plan.kind == InspectionKind::Onsite {
                deeds.push((day(-9, 10), place, Deed::Announce));
            }
            deeds.push((day(0, 9), place, Deed::Visit));
            deeds.push((day(0, 16), place, Deed::End));
            deeds.push((day(1, 10), place, Deed::Report));
            deeds.push((day(2, 11), place, Deed::Submit));
            if plan.returned {
                deeds.push((day(3, 9), place, Deed::Return));
                deeds.push((day(3, 15), place, Deed::Submit));
            }
            if plan.confirmed {
                deeds.push((day(4, 10), place, Deed::Confirm));
                deeds.push((day(4, 15), place, Deed::Work));
                deeds.push((day(5, 8), place, Deed::HandIn));
                deeds.push((day(7, 10), place, Deed::Decide));
                deeds.push((day(9, 9), place, Deed::Again));
                deeds.push((day(11, 10), place, Deed::Settle));
            }
        }
        deeds.retain(|(at, ..)| *at <= now);
        deeds.sort_by_key(|(at, place, _)| (std::cmp::Reverse(*at), std::cmp::Reverse(*place)));
        let made = plans.iter().map(|_| None).collect();
        Self { deeds, plans, made }
    }

    /// Does what falls before `until`; timers fire where they fall due.
    ///
    /// # Errors
    /// Those of the operations.
    pub async fn until(&mut self, app: &App, cast: &Cast, until: DateTime<Utc>) -> Result<()> {
        while self.deeds.last().is_some_and(|(at, ..)| *at <= until) {
            let Some((at, place, deed)) = self.deeds.pop() else {
                return Ok(());
            };
            app.clock.set(at);
            jobs::drain(app).await?;
            self.act(app, cast, place, deed).await?;
        }
        Ok(())
    }

    async fn act(&mut self, app: &App, cast: &Cast, place: usize, deed: Deed) -> Result<()> {
        let scene = Scene::open(app, cast).await?;
        if matches!(deed, Deed::Register) {
            return scene.register(cast, &self.plans).await;
        }
        let (Some(plan), Some(made)) = (self.plans.get(place), self.made.get_mut(place)) else {
            return Ok(());
        };
        if made.is_none() {
            *made = Some(scene.plan(cast, plan, place).await?);
        }
        let Some(id) = *made else { return Ok(()) };
        match deed {
            Deed::Register | Deed::Announce => scene.announce(id, plan).await,
            Deed::Visit => scene.visit(id, plan, place).await,
            Deed::End => scene.end(id, plan).await,
            Deed::Report => scene.report(id).await,
            Deed::Submit => scene.submit(id).await,
            Deed::Return => scene.send_back(id).await,
            Deed::Confirm => scene.confirm(id).await,
            Deed::Work => scene.work(id, plan).await,
            Deed::HandIn => scene.hand_in(id, plan).await,
            Deed::Decide => scene.decide(id, plan).await,
            Deed::Again => scene.again(id, plan).await,
            Deed::Settle => scene.settle(id, plan).await,
        }
    }
}

/// The people of a deed.
struct Scene<'a> {
    app: &'a App,
    pm: Requester,
    engineer: Requester,
    centre: Requester,
    second: Requester,
    manager: Requester,
}

fn refused<T>(done: ops::Sheeted<T>) -> Result<T> {
    done.map_err(|mut wrong| wrong.pop().unwrap_or_else(|| Error::internal("no reason")))
}

/// A normal value of an item; numbers creep up from one inspection to the next.
fn normal(item: &Item, place: usize) -> ItemValue {
    let share = 70 + 6 * i64::try_from(place).unwrap_or(0);
    match &item.threshold {
        Threshold::Lte { normal_milli, .. } => {
            // Whole units, as an instrument shows them.
            ItemValue::Milli(normal_milli * share / 100 / 1000 * 1000)
        }
        Threshold::Gte { normal_milli, .. } => ItemValue::Milli(*normal_milli),
        Threshold::Between {
            normal_milli: [low, high],
            ..
        } => ItemValue::Milli((low + high) / 2 / 1000 * 1000),
        Threshold::Is { normal, .. } => match normal {
            Normal::Bool(truth) => ItemValue::Bool(*truth),
            Normal::Text(word) => ItemValue::Text(word.clone()),
        },
    }
}

impl<'a> Scene<'a> {
    async fn open(app: &'a App, cast: &Cast) -> Result<Self> {
        Ok(Self {
            app,
            pm: cast.get(app, "pm").await?,
            engineer: cast.get(app, "engineer").await?,
            centre: cast.get(app, "it_admin").await?,
            second: cast.get(app, "it_admin2").await?,
            manager: cast.get(app, "manager").await?,
        })
    }

    async fn register(&self, cast: &Cast, plans: &[Plan]) -> Result<()> {
        let contract = Some(cast.contract.id);
        refused(ops::import_assets(self.app, &self.centre, contract, REGISTER).await?)?;
        let entries = plans.iter().map(|plan| ops::PlanLine {
            kind: plan.kind,
            quarter: plan.quarter,
            from: plan.from,
            to: plan.from,
            note: None,
        });
        let new = ops::NewPlan {
            key: "demo-inspection-plan".to_owned(),
            contract,
            service_year: 1,
            entries: entries.collect(),
        };
        let drafted = ops::draft_plan(self.app, &self.pm, new).await?;
        let of = (drafted.id, drafted.version);
        ops::approve_plan(self.app, &self.centre, of).await?;
        Ok(())
    }

    async fn plan(&self, cast: &Cast, plan: &Plan, place: usize) -> Result<InspectionId> {
        let new = ops::NewVisit {
            key: format!("demo-inspection-{place}"),
            plan: None,
            entry: None,
            contract: Some(cast.contract.id),
            kind: Some(plan.kind),
            from: Some(plan.from),
            to: Some(plan.from),
        };
        Ok(ops::plan_visit(self.app, &self.engineer, new).await?.id)
    }

    /// The inspection in its present version.
    async fn now(&self, id: InspectionId) -> Result<(InspectionId, i32)> {
        let row = inspection::Entity::find_by_id(id)
            .one(self.app.db.read())
            .await?
            .ok_or_else(|| Error::internal("an inspection of the demonstration is gone"))?;
        Ok((id, row.version))
    }

    async fn announce(&self, id: InspectionId, _: &Plan) -> Result<()> {
        let of = self.now(id).await?;
        ops::announce(self.app, &self.engineer, of, None).await?;
        Ok(())
    }

    async fn visit(&self, id: InspectionId, plan: &Plan, place: usize) -> Result<()> {
        let (app, engineer) = (self.app, &self.engineer);
        let onsite = plan.kind == InspectionKind::Onsite;
        let by = ops::Visitors {
            inspectors: Vec::new(),
            hospital: self.second.person_id().into_iter().collect(),
            location: onsite.then(|| "信息中心机房".to_owned()),
        };
        ops::start(app, engineer, self.now(id).await?, by).await?;
        let lines = inspection_result::Entity::find()
            .filter(inspection_result::Column::InspectionId.eq(id))
            .order_by_asc(inspection_result::Column::Seq)
            .all(app.db.read())
            .await?;
        let mut entered = Vec::new();
        for line in &lines {
            let item: Item = serde_json::from_str(&line.item).map_err(Error::internal)?;
            entered.push(ops::Entered {
                item: line.item_code.clone(),
                target: line.target.clone(),
                value: Some(normal(&item, place)),
                is_ambiguous: false,
                not_applicable: false,
                reason: None,
                evidence: Some(format!("截图 {:03}", line.seq)),
                files: None,
                explanation: None,
            });
        }
        for results in entered.chunks(150) {
            let sheet = ops::Sheet {
                results: results.to_vec(),
                not_applicable: Vec::new(),
            };
            refused(ops::record_results(app, engineer, id, sheet).await?)?;
        }
        if onsite {
            let elsewhere = |scope| ops::NotApplicable {
                scope,
                reason: Some("见同季度线上巡检".to_owned()),
            };
            let scopes = [
                InspectionScope::Os,
                InspectionScope::Db,
                InspectionScope::Mw,
            ];
            let sheet = ops::Sheet {
                results: Vec::new(),
                not_applicable: scopes.into_iter().map(elsewhere).collect(),
            };
            refused(ops::record_results(app, engineer, id, sheet).await?)?;
        }
        for (n, told) in plan.findings.iter().enumerate() {
            let deadline = match told.days {
                None => ops::Deadline::ByRisk,
                Some(days) => ops::Deadline::On(
                    plan.from
                        .checked_add_days(Days::new(days))
                        .unwrap_or(plan.from),
                ),
            };
            let new = ops::NewFinding {
                key: format!("demo-finding-{place}-{n}"),
                inspection: id,
                scope: told.scope,
                description: told.what.to_owned(),
                risk: told.risk,
                impact: told.impact.to_owned(),
                advice: Some(told.advice.to_owned()),
                deadline: Some(deadline),
                owner: told.owner,
                component: None,
                lines: Vec::new(),
            };
            ops::add_finding(app, engineer, new).await?;
        }
        Ok(())
    }

    async fn end(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        let (app, engineer) = (self.app, &self.engineer);
        if let Some(person) = self.second.person_id() {
            let talk = ops::NewTalk {
                at: app.clock.now() - TimeDelta::minutes(30),
                person,
                topics: "反馈本次运行情况，逐项说明发现的问题与整改时限".to_owned(),
                channel: Channel::Phone,
            };
            ops::record_talk(app, engineer, id, talk).await?;
        }
        for (kind, text) in [
            (
                AdviceKind::FaultMethod,
                "采集数据停止刷新时，先看采集网关服务状态，再查接入交换机端口",
            ),
            (
                AdviceKind::Prevention,
                "每周核对备份日志与存储使用率，超过 80% 提前扩容",
            ),
        ] {
            let text = text.to_owned();
            ops::add_advice(app, engineer, id, ops::NewAdvice { kind, text }).await?;
        }
        let words = ops::Words {
            environment: Some("生产环境，重症医学科 24 床".to_owned()),
            method: Some(match plan.kind {
                InspectionKind::Onsite => "到场逐台查看设备与机房环境，读取管理口日志".to_owned(),
                InspectionKind::Online => {
                    "经堡垒机远程登录，按模板逐项检查，数值取自监控平台与系统命令".to_owned()
                }
            }),
            conclusion: Some("系统总体运行平稳；所列问题须按时限整改，整改前加强监测".to_owned()),
        };
        ops::describe(app, engineer, self.now(id).await?, words).await?;
        let ending = ops::Ending {
            visit_record: (plan.kind == InspectionKind::Onsite)
                .then(|| "信息中心档案柜 B-02".to_owned()),
            says_no_problem: false,
        };
        ops::end(app, engineer, self.now(id).await?, ending).await?;
        Ok(())
    }

    async fn report(&self, id: InspectionId) -> Result<()> {
        let new = report::NewReport {
            key: format!("demo-report-{id}"),
            code: INSPECTION_REPORT.to_owned(),
            subject: id.to_string(),
            year: None,
            quarter: None,
            month: None,
            corrects: None,
        };
        let drafted = report::draft(self.app, &self.engineer, new).await?;
        let seen = report::preview(self.app, &self.pm, Some(drafted.id)).await?;
        let (id, version) = (Some(drafted.id), drafted.version);
        report::approve(self.app, &self.pm, id, version, &seen.fresh.sha256).await?;
        jobs::drain(self.app).await.map(|_| ())
    }

    async fn issue(&self, id: InspectionId) -> Result<report_issue::Model> {
        report_issue::Entity::find()
            .filter(report_issue::Column::Subject.eq(id.to_string()))
            .order_by_desc(report_issue::Column::Revision)
            .one(self.app.db.read())
            .await?
            .ok_or_else(|| Error::internal("a report of the demonstration is gone"))
    }

    /// Brings a scan, which is the print itself, and submits.
    async fn submit(&self, id: InspectionId) -> Result<()> {
        let issue = self.issue(id).await?;
        let store = Store::at(&self.app.config.data);
        let sha256 = issue
            .pdf_sha256
            .as_deref()
            .ok_or_else(|| Error::internal("a report of the demonstration has no pages"))?;
        let mut bytes = Vec::new();
        let mut file = store.open(report::key(&issue, sha256)).await?;
        std::io::Read::read_to_end(&mut file, &mut bytes).map_err(Error::internal)?;
        let mut staging = store.stage().await?;
        staging.write(&bytes).await?;
        let sealing = seal::Sealing {
            way: SealWay::PhysicalScan,
            sealed_on: civil_date(self.app.clock.now()),
            paper_location: Some("信息中心档案柜 A-09".to_owned()),
        };
        let (row, sealing) = seal::admit(self.app, &self.pm, Some(issue.id), sealing).await?;
        let new = seal::NewSealed {
            name: "盖章扫描件（样章）.pdf".to_owned(),
            media: "application/pdf",
            staged: staging.finish().await?,
            sealing,
        };
        seal::add(self.app, &self.pm, &row, new).await?;
        ops::submit(self.app, &self.pm, self.now(id).await?).await?;
        Ok(())
    }

    async fn send_back(&self, id: InspectionId) -> Result<()> {
        let why = (ReturnKind::Defect, "扫描件缺第 3 页，公章不完整");
        ops::send_back(self.app, &self.centre, self.now(id).await?, why).await?;
        Ok(())
    }

    async fn confirm(&self, id: InspectionId) -> Result<()> {
        let issue = self.issue(id).await?;
        let waiting = seal::of(self.app, &issue)
            .await?
            .into_iter()
            .find(|one| one.attested_at.is_none())
            .ok_or_else(|| Error::internal("no sealed document waits"))?;
        let verdict = SealVerdict::Ok;
        seal::attest(self.app, &self.centre, Some(waiting.id), verdict, None).await?;
        ops::confirm(self.app, &self.centre, self.now(id).await?).await?;
        Ok(())
    }

    /// The tasks of an inspection, each with what becomes of it.
    async fn tasks<'p>(
        &self,
        id: InspectionId,
        plan: &'p Plan,
    ) -> Result<Vec<(rectification_task::Model, &'p Told)>> {
        let findings: Vec<FindingId> = finding::Entity::find()
            .filter(finding::Column::InspectionId.eq(id))
            .order_by_asc(finding::Column::Seq)
            .all(self.app.db.read())
            .await?
            .into_iter()
            .map(|row| row.id)
            .collect();
        let rows = rectification_task::Entity::find()
            .filter(rectification_task::Column::InspectionId.eq(id))
            .all(self.app.db.read())
            .await?;
        let told = |row: rectification_task::Model| {
            let place = findings.iter().position(|id| *id == row.finding_id)?;
            Some((row, plan.findings.get(place)?))
        };
        Ok(rows.into_iter().filter_map(told).collect())
    }

    fn owner(&self, told: &Told) -> &Requester {
        match told.owner {
            ResponsibleParty::Vendor => &self.engineer,
            ResponsibleParty::Hospital | ResponsibleParty::ThirdParty => &self.second,
        }
    }

    async fn work(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        for (task, told) in self.tasks(id, plan).await? {
            let of = (task.id, task.version);
            let text = format!("已制定方案：{}", told.advice);
            ops::step(self.app, self.owner(told), of, &text).await?;
        }
        Ok(())
    }

    async fn hand_in(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        for (task, told) in self.tasks(id, plan).await? {
            let of = (task.id, task.version);
            match told.fate {
                Fate::Done | Fate::Again | Fate::Rejected => {
                    let done = handed(told.advice, "整改前后截图各一份");
                    ops::submit_task(self.app, self.owner(told), of, done).await?;
                }
                Fate::Extended => {
                    let on = task
                        .due_on
                        .checked_add_days(Days::new(120))
                        .unwrap_or(task.due_on);
                    let why = (on, "须与医院统一告警平台同期建设");
                    ops::extend(self.app, &self.pm, of, why).await?;
                }
                Fate::Waived | Fate::Begun => {}
            }
        }
        Ok(())
    }

    async fn decide(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        for (task, told) in self.tasks(id, plan).await? {
            let of = (task.id, task.version);
            match told.fate {
                Fate::Done => {
                    ops::verify(self.app, &self.centre, of, Some("现场核对无误")).await?;
                }
                Fate::Again | Fate::Rejected => {
                    ops::reject(self.app, &self.centre, of, "复测仍有告警，请继续整改").await?;
                }
                Fate::Extended => {
                    ops::agree(self.app, &self.centre, of, true).await?;
                }
                Fate::Waived => {
                    let why = "该病区年内改造，改造前由备用交换机保障";
                    ops::waive(self.app, &self.manager, of, why).await?;
                }
                Fate::Begun => {}
            }
        }
        Ok(())
    }

    async fn again(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        for (task, told) in self.tasks(id, plan).await? {
            if matches!(told.fate, Fate::Again) {
                let done = handed(told.advice, "复测记录与截图");
                let of = (task.id, task.version);
                ops::submit_task(self.app, self.owner(told), of, done).await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, id: InspectionId, plan: &Plan) -> Result<()> {
        for (task, told) in self.tasks(id, plan).await? {
            if matches!(told.fate, Fate::Again) {
                let of = (task.id, task.version);
                ops::verify(self.app, &self.centre, of, Some("复测通过")).await?;
            }
        }
        Ok(())
    }
}

/// A submission whose evidence is a text.
fn handed<'a>(text: &'a str, evidence: &'a str) -> ops::Handed<'a> {
    ops::Handed {
        text,
        evidence: Some(evidence),
        files: &[],
    }
}
