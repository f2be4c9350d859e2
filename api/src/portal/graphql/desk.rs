//! How the service is reached and when it answers, as the contract says.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::ids::HospitalId;
use entity::parameter_set;
use entity::rules::access::Permission;
use entity::rules::calendar::{Slot, civil_date};
use entity::rules::catalog::{Catalog, Span};
use entity::rules::desk::{CHANNELS, forbids_patient_data, hours, needs_authorisation};
use entity::rules::sla::{PolicyRule, policy_under};
use entity::values::{Channel, ClockCode, ContractState, TicketCategory};
use entity::{contract, work_calendar};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::Maybe;
use super::query::hospital;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::{app, requester};
use crate::inspection::seen;
use crate::requester::Requester;
use crate::ticket::clocks::terms::calendar_around;

const READ: Permission = Permission::PortalRead;

/// The query of the service desk.
#[derive(Default)]
pub struct DeskQuery;

/// The query of the service desk.
#[Object]
impl DeskQuery {
    /// 服务台：热线、时段、服务方式与承诺的响应时限；可见多家医院而未指定，医院不可见，或无生效合同，为 null. 权限 PORTAL_READ.
    /// The service desk: hotline, hours, channels and promised response times; null for who sees several hospitals and names none, out of scope, and without a contract in force. Permission PORTAL_READ.
    async fn service_desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "医院；只见一家时可省略. Hospital; may be left out by who sees one only."
        )]
        hospital_id: Option<ID>,
    ) -> Maybe<ServiceDesk> {
        let found = async {
            let Some(hospital) = hospital(ctx, hospital_id)? else {
                return Ok(None);
            };
            desk(app(ctx), requester(ctx), hospital).await
        };
        found.await.map_err(|error: Error| error.into()).transpose()
    }
}

/// 服务台.
/// How the service of a contract is reached.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceDesk {
    /// 服务热线；未设定为 null.
    /// Service telephone; null where none was named.
    pub hotline: Option<String>,
    /// 服务时段，法定工作日；节假日与调休以工作日历为准.
    /// Service hours of statutory working days; days off and make-up days are those of the calendar.
    pub hours: Vec<ServiceHours>,
    /// 合同约定的服务方式.
    /// The channels that the contract names.
    pub channels: Vec<ServiceChannel>,
    /// 合同承诺的响应时限，按工单类别.
    /// Response times that the contract promises, by category of tickets.
    pub response_times: Vec<ResponseTime>,
}

/// 服务时段.
/// A stretch of service hours.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceHours {
    /// 星期，1 为周一.
    /// Weekdays, 1 for Monday.
    pub weekdays: Vec<i32>,
    /// 自，HH:MM，北京时间.
    /// From, HH:MM in Shanghai.
    pub from: String,
    /// 至，HH:MM，不含.
    /// To, HH:MM, exclusive.
    pub to: String,
}

/// 一种服务方式.
/// A way to reach the service.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServiceChannel {
    /// 方式.
    /// Channel.
    pub channel: Channel,
    /// 号码、邮箱或群；未设定与无需者为 null.
    /// Telephone, mailbox or group; null where none was named or none is needed.
    pub address: Option<String>,
    /// 是否不得含任何患者信息.
    /// Whether no patient data whatever belong into it.
    pub forbids_patient_data: bool,
    /// 是否每次须经院方授权.
    /// Whether the hospital authorises each use.
    pub needs_authorisation: bool,
}

/// 一类工单承诺的响应时限.
/// The promised response time of a category.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResponseTime {
    /// 类别.
    /// Category.
    pub category: TicketCategory,
    /// 子类代码，时限与类别不同者；null 为整类.
    /// Code of a subcategory with a limit of its own; null for the category.
    pub subcategory: Option<String>,
    /// 时限代码.
    /// Code of the clock.
    pub code: ClockCode,
    /// 时限，自然时间秒；以工作日计为 null.
    /// Limit in seconds of natural time; null for one in working days.
    pub limit_sec: Option<i32>,
    /// 时限，工作日.
    /// Limit in working days.
    pub limit_wd: Option<i32>,
}

impl From<(Slot, Vec<i32>)> for ServiceHours {
    fn from((slot, weekdays): (Slot, Vec<i32>)) -> Self {
        let clock = |second: u32| format!("{:02}:{:02}", second / 3600, second / 60 % 60);
        Self {
            weekdays,
            from: clock(slot.from_s),
            to: clock(slot.to_s),
        }
    }
}

impl From<PolicyRule> for ResponseTime {
    fn from(rule: PolicyRule) -> Self {
        let (limit_sec, limit_wd) = match rule.limit {
            Span::Seconds(n) => (i32::try_from(n).ok(), None),
            Span::NaturalDays(n) => (i32::try_from(u64::from(n) * 86_400).ok(), None),
            Span::WorkingDays(n) => (None, i32::try_from(n).ok()),
        };
        Self {
            category: rule.category,
            subcategory: rule.subcategory,
            code: rule.clock_code,
            limit_sec,
            limit_wd,
        }
    }
}

/// The desk of the contract in force that began last, among those that the reader sees.
async fn desk(app: &App, who: &Requester, hospital: HospitalId) -> Result<Option<ServiceDesk>> {
    use contract::Column as C;
    use parameter_set::Column as P;
    let (db, now) = (app.db.read(), app.clock.now());
    let today = civil_date(now);
    let contract = contract::Entity::find()
        .filter(C::HospitalId.eq(hospital))
        .filter(seen(who, READ, C::HospitalId, C::Id))
        .filter(C::State.eq(ContractState::Active))
        .filter(C::ServiceFromOn.lte(today))
        .filter(C::ServiceToOn.gte(today))
        .order_by_desc(C::ServiceFromOn)
        .order_by_desc(C::Id)
        .one(db)
        .await?;
    let Some(contract) = contract else {
        return Ok(None);
    };
    let terms = parameter_set::Entity::find()
        .filter(P::HospitalId.eq(hospital))
        .filter(P::ContractId.eq(contract.id))
        .filter(P::EffectiveFromOn.lte(today))
        .order_by_desc(P::Version)
        .one(db)
        .await?
        .ok_or_else(|| Error::internal("a contract without parameters"))?;
    let hours = hours_of(app, hospital, now).await?;
    Ok(Some(told(terms, hours)))
}

/// The hours of the calendar; none where no calendar was ever imported.
async fn hours_of(
    app: &App,
    hospital: HospitalId,
    now: DateTime<Utc>,
) -> Result<Vec<ServiceHours>> {
    let db = app.db.read();
    let imported = work_calendar::Entity::find()
        .filter(work_calendar::Column::HospitalId.eq(hospital))
        .count(db)
        .await?;
    if imported == 0 {
        return Ok(Vec::new());
    }
    let calendar = calendar_around(db, hospital, now).await?;
    Ok(hours(&calendar).into_iter().map(Into::into).collect())
}

fn told(terms: parameter_set::Model, hours: Vec<ServiceHours>) -> ServiceDesk {
    let days = u32::try_from(terms.response_wd_n).unwrap_or(1);
    let immediate = i64::from(terms.immediate_min) * 60;
    let response_times = policy_under(Catalog::shared(), days, immediate)
        .into_iter()
        .map(Into::into)
        .collect();
    let channels = CHANNELS.into_iter().map(|channel| ServiceChannel {
        channel,
        address: match channel {
            Channel::Phone => terms.hotline.clone(),
            Channel::Email => terms.service_email.clone(),
            Channel::Qq => terms.service_qq.clone(),
            Channel::Remote | Channel::Onsite | Channel::Portal | Channel::Other => None,
        },
        forbids_patient_data: forbids_patient_data(channel),
        needs_authorisation: needs_authorisation(channel),
    });
    ServiceDesk {
        channels: channels.collect(),
        hotline: terms.hotline,
        hours,
        response_times,
    }
}
