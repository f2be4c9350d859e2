//! Payloads of the mutations on accounts.

use async_graphql::SimpleObject;

use super::access::MachineToken;
use super::given::{Assignment, RoleGrant, Undertaking};
use super::types::Person;
use crate::error::UserError;

macro_rules! payloads {
    ($($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$about])*
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            $($(#[$of])* pub $field: $ty,)*
            /// 可预期的失败.
            /// Expected failures.
            pub user_errors: Vec<UserError>,
        }
    )+};
}

payloads! {
    /// 建立账号的结果.
    /// Result of createPerson.
    CreatePersonPayload {
        /// 新人员.
        /// The new person.
        person: Option<Person>,
        /// 一次性口令，只出现这一次，72 小时内有效；重放时为 null.
        /// One-time password, shown only here, valid for 72 hours; null on a replay.
        one_time_password: Option<String>,
    }
    /// 重置口令的结果.
    /// Result of resetPassword.
    ResetPasswordPayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
        /// 一次性口令，只出现这一次，72 小时内有效.
        /// One-time password, shown only here, valid for 72 hours.
        one_time_password: Option<String>,
    }
    /// 停用的结果.
    /// Result of disablePerson.
    DisablePersonPayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
        /// 须重新分派的未结工单号，至多 500 个.
        /// Numbers of the open tickets to assign again, at most 500.
        open_ticket_numbers: Vec<String>,
    }
    /// 启用的结果.
    /// Result of enablePerson.
    EnablePersonPayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
    }
    /// 设置离岗日期的结果.
    /// Result of setLeaveDate.
    SetLeaveDatePayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
        /// 即刻离岗时须重新分派的未结工单号，至多 500 个.
        /// For a day that has passed: numbers of the open tickets to assign again, at most 500.
        open_ticket_numbers: Vec<String>,
    }
    /// 授予角色的结果.
    /// Result of grantRole.
    GrantRolePayload {
        /// 授予；须批准者为 PENDING.
        /// The grant; PENDING if it waits for the second person.
        grant: Option<RoleGrant>,
    }
    /// 批准或拒绝角色的结果.
    /// Result of decideGrant.
    DecideGrantPayload {
        /// 授予.
        /// The grant.
        grant: Option<RoleGrant>,
    }
    /// 撤销角色的结果.
    /// Result of revokeRole.
    RevokeRolePayload {
        /// 授予.
        /// The grant.
        grant: Option<RoleGrant>,
    }
    /// 登记保密承诺的结果.
    /// Result of recordUndertaking.
    RecordUndertakingPayload {
        /// 保密承诺.
        /// The undertaking.
        undertaking: Option<Undertaking>,
    }
    /// 分派到合同的结果.
    /// Result of assignPerson.
    AssignPersonPayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
        /// 分派.
        /// The assignment.
        assignment: Option<Assignment>,
    }
    /// 撤出合同的结果.
    /// Result of unassignPerson.
    UnassignPersonPayload {
        /// 人员.
        /// The person.
        person: Option<Person>,
        /// 须重新分派的未结工单号，至多 500 个.
        /// Numbers of the open tickets to assign again, at most 500.
        open_ticket_numbers: Vec<String>,
    }
    /// 结束本人会话的结果.
    /// Result of revokeSession.
    RevokeSessionPayload {}
    /// 结束他人会话的结果.
    /// Result of endSessions.
    EndSessionsPayload {
        /// 结束了几个会话.
        /// How many sessions ended.
        ended: i32,
    }
    /// 创建机器令牌的结果.
    /// Result of createMachineToken.
    CreateMachineTokenPayload {
        /// 令牌记录.
        /// The record of the token.
        machine_token: Option<MachineToken>,
        /// 令牌，只出现这一次；重放时为 null.
        /// The token, shown only here; null on a replay.
        token: Option<String>,
    }
    /// 撤销机器令牌的结果.
    /// Result of revokeMachineToken.
    RevokeMachineTokenPayload {
        /// 令牌记录.
        /// The record of the token.
        machine_token: Option<MachineToken>,
    }
}
