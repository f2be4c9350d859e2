//! Administration of accounts: one mutation an act.

use async_graphql::{Context, ID, Object};
use entity::ids::{ContractId, GrantId, PersonId, SessionId, TokenId};
use uuid::Uuid;

use super::super::ops;
use super::access::MachineToken;
use super::given::{Assignment, RoleGrant, Undertaking};
use super::input::*;
use super::payload::*;
use super::types::Person;
use crate::graphql::{act, app, requester};

type Maybe<T> = Option<async_graphql::Result<T>>;

/// What is shown once must not be compressed beside other text, nor kept by anybody on the way.
fn shown_once(ctx: &Context<'_>) {
    ctx.insert_http_header("pragma", "no-cache");
}

fn person_of(id: &ID) -> (Option<PersonId>, (&'static str, Option<Uuid>)) {
    let id = PersonId::parse(id);
    (id, ("person", id.map(|id| id.0)))
}

/// Changes of accounts, roles and tokens.
#[derive(Default)]
pub struct AdminMutation;

/// Changes of accounts, roles and tokens.
#[Object]
impl AdminMutation {
    /// 建立账号，一次性口令只显示一次. 权限 ACCOUNT_MANAGE.
    /// Makes an account; its one-time password is shown once. Permission ACCOUNT_MANAGE.
    async fn create_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "新账号. The new account.")] input: CreatePersonInput,
    ) -> Maybe<CreatePersonPayload> {
        let new = || ops::NewAccount {
            key: Some(input.idempotency_key.clone()),
            account: input.account.clone(),
            name: input.name.clone(),
            side: input.side,
            email: input.email.clone(),
            phone: input.phone.clone(),
            roles: input.roles.iter().map(RoleInput::read).collect(),
            contract: input.contract_id.as_ref().map(|id| ContractId::lookup(id)),
            undertaking: input.undertaking.as_ref().map(Into::into),
            leave_on: input.leave_on.map(|day| day.0),
        };
        shown_once(ctx);
        let run = || async {
            requester(ctx).desk(entity::rules::access::Permission::AccountManage)?;
            ops::create(app(ctx), requester(ctx), new()).await
        };
        act(
            ctx,
            "account.create",
            ("person", None),
            run,
            |made, user_errors| {
                let (person, one_time_password) =
                    made.map_or((None, None), |made| (Some(made.person), made.password));
                CreatePersonPayload {
                    person: person.map(Person::from),
                    one_time_password,
                    user_errors,
                }
            },
        )
        .await
    }

    /// 重置口令，会话随之结束，账号解锁. 权限 ACCOUNT_MANAGE.
    /// Gives a new one-time password, ends the sessions, unlocks the account. Permission ACCOUNT_MANAGE.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员. The person.")] input: ResetPasswordInput,
    ) -> Maybe<ResetPasswordPayload> {
        let (id, object) = person_of(&input.person_id);
        shown_once(ctx);
        let version = Some(input.expected_version);
        let run = || ops::reset(app(ctx), requester(ctx), id, version);
        act(
            ctx,
            "account.reset_password",
            object,
            run,
            |made, user_errors| {
                let (person, one_time_password) =
                    made.map_or((None, None), |made| (Some(made.person), made.password));
                ResetPasswordPayload {
                    person: person.map(Person::from),
                    one_time_password,
                    user_errors,
                }
            },
        )
        .await
    }

    /// 停用账号；由他院维护者只结束在本院的角色与分派. 权限 ACCOUNT_MANAGE.
    /// Disables an account; of one that another hospital keeps, only roles and assignments here end. Permission ACCOUNT_MANAGE.
    async fn disable_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员与原因. The person, and why.")] input: DisablePersonInput,
    ) -> Maybe<DisablePersonPayload> {
        let (id, object) = person_of(&input.person_id);
        let version = Some(input.expected_version);
        let run = || ops::disable(app(ctx), requester(ctx), id, version, &input.reason);
        act(ctx, "account.disable", object, run, |done, user_errors| {
            let (person, open_ticket_numbers) = split(done);
            DisablePersonPayload {
                person,
                open_ticket_numbers,
                user_errors,
            }
        })
        .await
    }

    /// 启用停用或锁定的账号；服务商人员须有保密承诺. 权限 ACCOUNT_MANAGE.
    /// Enables a disabled or locked account; a vendor person needs an undertaking. Permission ACCOUNT_MANAGE.
    async fn enable_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员. The person.")] input: EnablePersonInput,
    ) -> Maybe<EnablePersonPayload> {
        let (id, object) = person_of(&input.person_id);
        let version = Some(input.expected_version);
        let run = || ops::enable(app(ctx), requester(ctx), id, version);
        act(ctx, "account.enable", object, run, |person, user_errors| {
            EnablePersonPayload {
                person: person.map(Person::from),
                user_errors,
            }
        })
        .await
    }

    /// 设置离岗日期；次日零点停用，过去的日期即刻停用. 权限 ACCOUNT_MANAGE.
    /// Sets the last day; the account ends at 00:00 of the next, or at once for a day that has passed. Permission ACCOUNT_MANAGE.
    async fn set_leave_date(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员与日期. The person and the day.")] input: SetLeaveDateInput,
    ) -> Maybe<SetLeaveDatePayload> {
        let (id, object) = person_of(&input.person_id);
        let (version, last) = (
            Some(input.expected_version),
            input.leave_on.map(|day| day.0),
        );
        let run = || ops::set_leave_date(app(ctx), requester(ctx), id, version, last);
        act(
            ctx,
            "account.leave_date",
            object,
            run,
            |done, user_errors| {
                let (person, open_ticket_numbers) = split(done);
                SetLeaveDatePayload {
                    person,
                    open_ticket_numbers,
                    user_errors,
                }
            },
        )
        .await
    }

    /// 授予角色；特权角色待医院管理人员批准. 权限 ACCOUNT_MANAGE.
    /// Grants a role; a privileged one waits for a manager. Permission ACCOUNT_MANAGE.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员与角色. The person and the role.")] input: GrantRoleInput,
    ) -> Maybe<GrantRolePayload> {
        let (id, object) = person_of(&input.person_id);
        let run = || async {
            requester(ctx).desk(entity::rules::access::Permission::AccountManage)?;
            let role = input.role.read();
            ops::grant(app(ctx), requester(ctx), &input.idempotency_key, id, role).await
        };
        act(ctx, "account.grant", object, run, |grant, user_errors| {
            GrantRolePayload {
                grant: grant.map(RoleGrant),
                user_errors,
            }
        })
        .await
    }

    /// 批准或拒绝特权角色，须另一人. 权限 GRANT_DECIDE.
    /// Approves or refuses a privileged role, as another person. Permission GRANT_DECIDE.
    async fn decide_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "决定. The decision.")] input: DecideGrantInput,
    ) -> Maybe<DecideGrantPayload> {
        let id = GrantId::parse(&input.grant_id);
        let (accept, reason) = (input.accept, input.reason.as_deref());
        let run = || ops::decide(app(ctx), requester(ctx), id, accept, reason);
        let object = ("role_grant", id.map(|id| id.0));
        act(
            ctx,
            "account.decide_grant",
            object,
            run,
            |grant, user_errors| DecideGrantPayload {
                grant: grant.map(RoleGrant),
                user_errors,
            },
        )
        .await
    }

    /// 撤销角色；其会话随之结束. 权限 ACCOUNT_MANAGE.
    /// Takes a role away; the sessions end. Permission ACCOUNT_MANAGE.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "角色授予与原因. The grant, and why.")] input: RevokeRoleInput,
    ) -> Maybe<RevokeRolePayload> {
        let id = GrantId::parse(&input.grant_id);
        let run = || ops::revoke(app(ctx), requester(ctx), id, &input.reason);
        let object = ("role_grant", id.map(|id| id.0));
        act(ctx, "account.revoke", object, run, |grant, user_errors| {
            RevokeRolePayload {
                grant: grant.map(RoleGrant),
                user_errors,
            }
        })
        .await
    }

    /// 登记服务商人员的保密承诺（一(九)2）；待激活账号随之激活. 权限 UNDERTAKING_RECORD.
    /// Records the undertaking of a vendor person; an account that waited becomes active. Permission UNDERTAKING_RECORD.
    async fn record_undertaking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员与承诺书. The person and the paper.")] input: RecordUndertakingInput,
    ) -> Maybe<RecordUndertakingPayload> {
        let by = ops::PersonBy::from(&input.person);
        let run = || {
            let paper = ops::NewUndertaking::from(&input.undertaking);
            ops::record_undertaking(app(ctx), requester(ctx), &input.idempotency_key, &by, paper)
        };
        act(
            ctx,
            "account.undertaking",
            ("undertaking", None),
            run,
            |row, user_errors| RecordUndertakingPayload {
                undertaking: row.map(Undertaking),
                user_errors,
            },
        )
        .await
    }

    /// 将服务商人员分派到合同；须有保密承诺. 权限 ACCOUNT_MANAGE.
    /// Lets a vendor person serve a contract; needs the undertaking. Permission ACCOUNT_MANAGE.
    async fn assign_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员与合同. The person and the contract.")] input: AssignPersonInput,
    ) -> Maybe<AssignPersonPayload> {
        let by = ops::PersonBy::from(&input.person);
        let contract = ContractId::lookup(&input.contract_id);
        let key = &input.idempotency_key;
        let run = || ops::assign(app(ctx), requester(ctx), key, &by, contract);
        act(
            ctx,
            "account.assign",
            ("assignment", None),
            run,
            |done, user_errors| {
                let (person, assignment) =
                    done.map_or((None, None), |done| (Some(done.person), Some(done.row)));
                AssignPersonPayload {
                    person: person.map(Person::from),
                    assignment: assignment.map(Assignment),
                    user_errors,
                }
            },
        )
        .await
    }

    /// 撤出合同；未结工单须重新分派. 权限 ACCOUNT_MANAGE.
    /// Ends the service at a contract; open tickets have to be assigned again. Permission ACCOUNT_MANAGE.
    async fn unassign_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员、合同与原因. The person, the contract, and why.")]
        input: UnassignPersonInput,
    ) -> Maybe<UnassignPersonPayload> {
        let (id, object) = person_of(&input.person_id);
        let contract = ContractId::lookup(&input.contract_id);
        let run = || ops::unassign(app(ctx), requester(ctx), id, contract, &input.reason);
        act(ctx, "account.unassign", object, run, |done, user_errors| {
            let (person, open_ticket_numbers) = split(done);
            UnassignPersonPayload {
                person,
                open_ticket_numbers,
                user_errors,
            }
        })
        .await
    }

    /// 结束本人的一个会话.
    /// Ends one of the own sessions.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "会话. The session.")] input: RevokeSessionInput,
    ) -> Maybe<RevokeSessionPayload> {
        let id = SessionId::parse(&input.session_id);
        let run = || ops::revoke_own(app(ctx), requester(ctx), id);
        let object = ("session", id.map(|id| id.0));
        act(
            ctx,
            "account.revoke_session",
            object,
            run,
            |_, user_errors| RevokeSessionPayload { user_errors },
        )
        .await
    }

    /// 结束某人的全部会话. 权限 SESSION_MANAGE.
    /// Ends every session of a person. Permission SESSION_MANAGE.
    async fn end_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "人员. The person.")] input: EndSessionsInput,
    ) -> Maybe<EndSessionsPayload> {
        let (id, object) = person_of(&input.person_id);
        let run = || ops::end_sessions(app(ctx), requester(ctx), id);
        act(
            ctx,
            "account.end_sessions",
            object,
            run,
            |ended, user_errors| EndSessionsPayload {
                ended: i32::try_from(ended.unwrap_or(0)).unwrap_or(i32::MAX),
                user_errors,
            },
        )
        .await
    }

    /// 创建机器令牌，令牌只显示一次. 权限 TOKEN_MANAGE.
    /// Makes a machine token, which is shown once. Permission TOKEN_MANAGE.
    async fn create_machine_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "新令牌. The new token.")] input: CreateMachineTokenInput,
    ) -> Maybe<CreateMachineTokenPayload> {
        shown_once(ctx);
        let run = || {
            let new = ops::NewToken {
                key: input.idempotency_key.clone(),
                agent: input.agent.clone(),
                scopes: input.scopes.clone(),
                portal_instance: input.portal_instance.clone(),
                expires_at: input.expires_at.0,
            };
            ops::create_token(app(ctx), requester(ctx), new)
        };
        act(
            ctx,
            "token.create",
            ("machine_token", None),
            run,
            |made, user_errors| {
                let (row, token) = made.map_or((None, None), |made| (Some(made.row), made.token));
                CreateMachineTokenPayload {
                    machine_token: row.map(MachineToken),
                    token,
                    user_errors,
                }
            },
        )
        .await
    }

    /// 撤销机器令牌. 权限 TOKEN_MANAGE.
    /// Ends a machine token. Permission TOKEN_MANAGE.
    async fn revoke_machine_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "令牌与原因. The token, and why.")] input: RevokeMachineTokenInput,
    ) -> Maybe<RevokeMachineTokenPayload> {
        let id = TokenId::parse(&input.token_id);
        let run = || ops::revoke_token(app(ctx), requester(ctx), id, &input.reason);
        let object = ("machine_token", id.map(|id| id.0));
        act(ctx, "token.revoke", object, run, |row, user_errors| {
            RevokeMachineTokenPayload {
                machine_token: row.map(MachineToken),
                user_errors,
            }
        })
        .await
    }
}

fn split(done: Option<(entity::person::Model, Vec<String>)>) -> (Option<Person>, Vec<String>) {
    done.map_or((None, Vec::new()), |(person, open)| {
        (Some(Person::from(person)), open)
    })
}
