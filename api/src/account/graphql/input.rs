//! Inputs of the mutations on accounts.

use async_graphql::{ID, InputObject, OneofObject};
use entity::ids::{DepartmentId, PersonId};
use entity::values::{Role, Side, TokenScope};

use super::super::ops;
use crate::scalar::{Day, Instant};

/// 二选一：指明一个人.
/// Exactly one: names a person.
#[derive(Clone, Debug, OneofObject)]
pub enum PersonBy {
    /// 全局 ID.
    /// Global id.
    Id(ID),
    /// 登录名.
    /// Sign-in name.
    Account(String),
}

impl From<&PersonBy> for ops::PersonBy {
    fn from(by: &PersonBy) -> Self {
        match by {
            PersonBy::Id(id) => Self::Id(PersonId::parse(id)),
            PersonBy::Account(account) => Self::Account(account.clone()),
        }
    }
}

/// 要授予的角色.
/// A role to grant.
#[derive(Clone, Debug, InputObject)]
pub struct RoleInput {
    /// 角色.
    /// Which role.
    pub role: Role,
    /// 科室；病区角色必填，其他角色不填.
    /// Department; needed for ward roles, absent for others.
    pub department_id: Option<ID>,
    /// 是否负责人：护士长、科主任、信息中心主任.
    /// Lead: head nurse, head physician, head of the information centre.
    #[graphql(default)]
    pub is_lead: bool,
}

impl RoleInput {
    /// The grant that is asked for.
    pub(super) fn read(&self) -> ops::NewGrant {
        ops::NewGrant {
            role: self.role,
            department: self
                .department_id
                .as_ref()
                .map(|id| DepartmentId::lookup(id)),
            is_lead: self.is_lead,
        }
    }
}

/// 保密承诺.
/// A signed undertaking of confidentiality.
#[derive(Clone, Debug, InputObject)]
pub struct UndertakingInput {
    /// 签署日期.
    /// Signed.
    pub signed_on: Day,
    /// 原件存放位置.
    /// Where the signed paper lies.
    pub evidence: String,
}

impl From<&UndertakingInput> for ops::NewUndertaking {
    fn from(input: &UndertakingInput) -> Self {
        Self {
            signed_on: input.signed_on.0,
            evidence: input.evidence.clone(),
        }
    }
}

/// 新账号；一人一号.
/// A new account; one natural person each.
#[derive(Debug, InputObject)]
pub struct CreatePersonInput {
    /// 重放键，8 至 64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 登录名，3 至 64 个字母、数字或 . _ - @，不分大小写.
    /// Sign-in name, 3 to 64 letters, digits or . _ - @, case-folded.
    pub account: String,
    /// 姓名.
    /// Name.
    pub name: String,
    /// 所属一方.
    /// Side.
    pub side: Side,
    /// 邮箱，通知由此发出.
    /// Mail address, for alerts.
    pub email: Option<String>,
    /// 办公电话.
    /// Office phone.
    pub phone: Option<String>,
    /// 角色，至多 10 个；特权角色待批准.
    /// Roles, at most 10; privileged ones wait for the second person.
    pub roles: Vec<RoleInput>,
    /// 服务商人员所服务的合同，必填.
    /// Contract that a vendor person serves; needed for vendor people.
    pub contract_id: Option<ID>,
    /// 服务商人员的保密承诺；缺少时账号待激活.
    /// Undertaking of a vendor person; without it the account waits.
    pub undertaking: Option<UndertakingInput>,
    /// 离岗日期，已知必填.
    /// Last day; to be given when it is known.
    pub leave_on: Option<Day>,
}

/// 重置口令；其会话全部结束.
/// Reset of a password; the sessions end.
#[derive(Debug, InputObject)]
pub struct ResetPasswordInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 读取时的版本.
    /// Version that was read.
    pub expected_version: i32,
}

/// 停用.
/// End of an account.
#[derive(Debug, InputObject)]
pub struct DisablePersonInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 读取时的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 原因.
    /// Why.
    pub reason: String,
}

/// 启用停用或锁定的账号.
/// Return of a disabled or locked account.
#[derive(Debug, InputObject)]
pub struct EnablePersonInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 读取时的版本.
    /// Version that was read.
    pub expected_version: i32,
}

/// 离岗日期；过去的日期即刻生效.
/// Last day; a day that has passed takes effect at once.
#[derive(Debug, InputObject)]
pub struct SetLeaveDateInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 读取时的版本.
    /// Version that was read.
    pub expected_version: i32,
    /// 最后一日；null 为取消.
    /// The last day; null takes it back.
    pub leave_on: Option<Day>,
}

/// 授予角色.
/// Grant of a role.
#[derive(Debug, InputObject)]
pub struct GrantRoleInput {
    /// 重放键，8 至 64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 角色.
    /// The role.
    pub role: RoleInput,
}

/// 批准或拒绝特权角色.
/// Decision about a privileged role.
#[derive(Debug, InputObject)]
pub struct DecideGrantInput {
    /// 角色授予.
    /// The grant.
    pub grant_id: ID,
    /// 是否批准.
    /// Whether it is approved.
    pub accept: bool,
    /// 原因；拒绝时必填.
    /// Why; needed for a refusal.
    pub reason: Option<String>,
}

/// 撤销角色.
/// End of a role.
#[derive(Debug, InputObject)]
pub struct RevokeRoleInput {
    /// 角色授予.
    /// The grant.
    pub grant_id: ID,
    /// 原因.
    /// Why.
    pub reason: String,
}

/// 登记保密承诺.
/// Record of an undertaking.
#[derive(Debug, InputObject)]
pub struct RecordUndertakingInput {
    /// 重放键，8 至 64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 服务商人员；尚未分派者以登录名指明.
    /// The vendor person; by sign-in name if not assigned yet.
    pub person: PersonBy,
    /// 承诺书.
    /// The paper.
    pub undertaking: UndertakingInput,
}

/// 分派到合同；须已有保密承诺.
/// Assignment to a contract; needs the undertaking.
#[derive(Debug, InputObject)]
pub struct AssignPersonInput {
    /// 重放键，8 至 64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 服务商人员；尚未分派者以登录名指明.
    /// The vendor person; by sign-in name if not assigned yet.
    pub person: PersonBy,
    /// 合同.
    /// The contract.
    pub contract_id: ID,
}

/// 撤出合同.
/// End of an assignment.
#[derive(Debug, InputObject)]
pub struct UnassignPersonInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
    /// 合同.
    /// The contract.
    pub contract_id: ID,
    /// 原因.
    /// Why.
    pub reason: String,
}

/// 结束本人的一个会话.
/// End of an own session.
#[derive(Debug, InputObject)]
pub struct RevokeSessionInput {
    /// 会话.
    /// The session.
    pub session_id: ID,
}

/// 结束他人的全部会话.
/// End of somebody's sessions.
#[derive(Debug, InputObject)]
pub struct EndSessionsInput {
    /// 人员.
    /// The person.
    pub person_id: ID,
}

/// 新机器令牌.
/// A new machine token.
#[derive(Debug, InputObject)]
pub struct CreateMachineTokenInput {
    /// 重放键，8 至 64 个字符.
    /// Replay key, 8 to 64 characters.
    pub idempotency_key: String,
    /// 使用它的程序.
    /// The program that uses it.
    pub agent: String,
    /// 范围；PORTAL 须单独使用.
    /// Scopes; PORTAL stands alone.
    pub scopes: Vec<TokenScope>,
    /// 范围 PORTAL：门户根的名称，如 demo-p2.
    /// With the scope PORTAL: name of the root of pages, such as demo-p2.
    pub portal_instance: Option<String>,
    /// 到期时刻，366 天以内.
    /// When it ends, within 366 days.
    pub expires_at: Instant,
}

/// 撤销机器令牌.
/// End of a machine token.
#[derive(Debug, InputObject)]
pub struct RevokeMachineTokenInput {
    /// 令牌.
    /// The token.
    pub token_id: ID,
    /// 原因.
    /// Why.
    pub reason: String,
}
