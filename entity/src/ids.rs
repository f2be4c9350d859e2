//! Typed ids: a UUIDv7 inside, `prefix_` and 26 lower-case Crockford base32 characters outside.
//!
//! Unknown, malformed and foreign ids are the same answer to a reader, so parsing returns `None`
//! and says nothing about the reason. Ids are made by `api::clock`, never here.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text form of `id` under `prefix`, e.g. `tkt_01jd…`.
#[must_use]
pub fn encode(prefix: &str, id: Uuid) -> String {
    let bits = id.as_u128();
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    for place in (0..26u32).rev() {
        let digit = ((bits >> (place * 5)) & 31) as usize;
        text.push(ALPHABET.get(digit).copied().map_or('0', char::from));
    }
    text
}

/// Reads the text form; `None` for another prefix, length, character or a value beyond 128 bits.
#[must_use]
pub fn decode(prefix: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if digits.len() != 26 {
        return None;
    }
    let mut bits: u128 = 0;
    for (place, byte) in digits.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|c| *c == byte)? as u128;
        if place == 0 && digit > 7 {
            return None;
        }
        bits = (bits << 5) | digit;
    }
    Some(Uuid::from_u128(bits))
}

macro_rules! id_type {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
            #[serde(transparent)]
            pub struct $name(pub Uuid);

            impl $name {
                /// Prefix of the text form.
                pub const PREFIX: &'static str = $prefix;

                /// Reads the text form; `None` says nothing about the reason.
                #[must_use]
                pub fn parse(text: &str) -> Option<Self> {
                    decode($prefix, text).map(Self)
                }

                /// Reads the text form. A text that is none becomes the id of nothing, so that it is answered like
                /// an id that does not exist, at the place where ids are looked up, after rights and texts.
                #[must_use]
                pub fn lookup(text: &str) -> Self {
                    Self::parse(text).unwrap_or(Self(Uuid::nil()))
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(&encode($prefix, self.0))
                }
            }

            impl crate::partial::Blank for $name {
                fn blank() -> Self {
                    Self(Uuid::nil())
                }
            }

            impl sea_orm::TryFromU64 for $name {
                fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                    Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
                }
            }
        )+

        /// Every prefix with the type it stands for, in alphabetical order of the source.
        pub const PREFIXES: &[(&str, &str)] = &[$(($prefix, stringify!($name))),+];
    };
}

id_type! {
    /// 资产 asset.
    AssetId = "ast",
    /// 知识条目 article of the knowledge base.
    ArticleId = "art",
    /// 附件 attachment.
    AttachmentId = "att",
    /// 违约 breach.
    BreachId = "brc",
    /// 日历年 a year of the working-day calendar.
    CalendarId = "cal",
    /// 申报时刻 claimed time.
    ClaimId = "clm",
    /// 时限 clock.
    ClockId = "clk",
    /// 合同 contract.
    ContractId = "ctr",
    /// 合同分派 assignment of a person to a contract.
    AssignmentId = "asg",
    /// 科室 department.
    DepartmentId = "dep",
    /// 书面催告 resolution demand.
    DemandId = "dmd",
    /// 问题 finding of an inspection.
    FindingId = "fnd",
    /// 角色授予 grant of a role.
    GrantId = "grt",
    /// 医院 hospital.
    HospitalId = "hos",
    /// 巡检 inspection.
    InspectionId = "ins",
    /// 巡检计划 plan of inspections.
    InspectionPlanId = "ipl",
    /// 作业 job.
    JobId = "job",
    /// 机器令牌 machine token.
    TokenId = "tok",
    /// 公告 notice.
    NoticeId = "ntc",
    /// 通知 notification.
    NotificationId = "ntf",
    /// 人员 person.
    PersonId = "psn",
    /// 解决方案 solution plan.
    PlanId = "pln",
    /// 参数集 parameter set of a contract.
    ParameterSetId = "prm",
    /// 服务期 service period.
    PeriodId = "prd",
    /// 整改任务 rectification task.
    RectificationTaskId = "rtk",
    /// 复发 recurrence link.
    RecurrenceId = "rec",
    /// 报告 issue of a report.
    ReportId = "rep",
    /// 答复 reply.
    ReplyId = "rpl",
    /// 盖章件 sealed document.
    SealedDocumentId = "sld",
    /// 会话 session.
    SessionId = "ses",
    /// 解决时限附件 SLA annex.
    AnnexId = "anx",
    /// 时效策略 SLA policy.
    PolicyId = "pol",
    /// 时限事件 event of a clock.
    SlaEventId = "sle",
    /// 占用区间 holding interval of a clock.
    HoldingId = "hld",
    /// 处理步骤 handling or diagnosis step.
    StepId = "stp",
    /// 工单 ticket.
    TicketId = "tkt",
    /// 工单事件 event of a ticket.
    TicketEventId = "evt",
    /// 保密承诺 confidentiality undertaking.
    UndertakingId = "und",
    /// 服务商 vendor.
    VendorId = "ven",
    /// 等待 wait, a proposed or accepted pause.
    WaitId = "wai",
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prefixes_are_unique_and_three_letters() {
        let mut seen = std::collections::BTreeSet::new();
        for (prefix, name) in PREFIXES {
            assert!(
                prefix.len() == 3 && prefix.bytes().all(|b| b.is_ascii_lowercase()),
                "{name}"
            );
            assert!(seen.insert(*prefix), "{prefix} stands twice");
        }
    }

    #[test]
    fn a_foreign_prefix_or_character_is_no_id() {
        let id = TicketId(Uuid::from_u128(u128::MAX));
        let text = id.to_string();
        assert_eq!(text, "tkt_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(TicketId::parse(&text), Some(id));
        assert_eq!(PersonId::parse(&text), None);
        for bad in [
            "",
            "tkt_",
            "tkt_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "tkt_uzzzzzzzzzzzzzzzzzzzzzzzzz",
            "tkt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        ] {
            assert_eq!(TicketId::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn text_and_id_round_trip(bits: u128) {
            let id = TicketId(Uuid::from_u128(bits));
            prop_assert_eq!(TicketId::parse(&id.to_string()).unwrap(), id);
        }
    }
}
