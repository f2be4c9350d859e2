//! `icuops user`: accounts from the command line, for the first people of a team and for emergencies.

use std::process::ExitCode;

use api::account::ops::{self, NewAccount, NewGrant, NewUndertaking};
use api::app::App;
use api::error::{Error, Result, UserErrorCode};
use api::requester::Requester;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use entity::values::{GrantState, Role, Side};
use entity::{contract, department, hospital, person, role_grant};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::hospital_of;
use crate::{Store, open, say};

/// What to do with accounts.
#[derive(Subcommand)]
pub enum UserCommand {
    /// 建立账号，一次性口令只打印一次. Make an account; its one-time password is printed once.
    ///
    /// 特权角色（HOSP_IT_ADMIN、HOSP_MANAGER、AUDITOR）须由医院管理人员在系统中批准. Privileged roles wait
    /// for the approval of a manager in the system. Examples:
    ///
    ///   icuops user add chen.xiao --name 陈晓 --role ICU_NURSE --department 重症医学科 --reason 新入职
    ///   icuops user add wu.hao --name 吴浩 --role VENDOR_ENGINEER --contract 2026-001 \
    ///       --undertaking "档案柜 A-05" --undertaking-signed-on 2026-01-05 --reason 厂方函
    #[command(verbatim_doc_comment)]
    Add(Box<AddArgs>),
    /// 重置口令：结束其会话、解除锁定，一次性口令只打印一次. Reset a password: sessions end, a lock is lifted.
    Reset {
        /// 登录名. Sign-in name.
        account: String,
        /// 原因，记入审计. Why; recorded in the audit.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        store: Store,
    },
    /// 列出账号、状态与角色. List accounts with state and roles.
    List {
        /// 医院代码；只有一家医院时可省略. Code of the hospital; may be left out where there is one.
        #[arg(long)]
        hospital: Option<String>,
        #[command(flatten)]
        store: Store,
    },
}

/// A new account.
#[derive(Args)]
pub struct AddArgs {
    /// 登录名，3 至 64 个字母、数字或 . _ - @. Sign-in name.
    account: String,
    /// 姓名. Name.
    #[arg(long)]
    name: String,
    /// 角色，可多次给出. Role, may be given several times.
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    /// 科室名称，病区角色必填. Name of the department, for ward roles.
    #[arg(long)]
    department: Option<String>,
    /// 负责人：护士长、科主任、信息中心主任. Lead of the department or of the information centre.
    #[arg(long)]
    lead: bool,
    /// 合同编号，服务商人员必填. Number of the contract, for vendor people.
    #[arg(long)]
    contract: Option<String>,
    /// 保密承诺书存放位置；缺少时服务商账号待激活. Where the undertaking lies; without it a vendor account waits.
    #[arg(long, requires = "undertaking_signed_on")]
    undertaking: Option<String>,
    /// 保密承诺书签署日期. When it was signed.
    #[arg(long, requires = "undertaking", value_name = "DATE")]
    undertaking_signed_on: Option<NaiveDate>,
    /// 邮箱. Mail address.
    #[arg(long)]
    email: Option<String>,
    /// 办公电话. Office phone.
    #[arg(long)]
    phone: Option<String>,
    /// 离岗日期（最后一日），已知必填. Last day, to be given when it is known.
    #[arg(long, value_name = "DATE")]
    leave_on: Option<NaiveDate>,
    /// 医院代码；只有一家医院时可省略. Code of the hospital; may be left out where there is one.
    #[arg(long)]
    hospital: Option<String>,
    /// 原因，记入审计. Why; recorded in the audit.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    store: Store,
}

fn role(word: &str) -> std::result::Result<Role, String> {
    Role::parse(word).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("角色为 one of {}", all.join(" "))
    })
}

/// Runs a subcommand.
///
/// # Errors
/// Those of the operations.
pub async fn run(command: UserCommand) -> Result<ExitCode> {
    match command {
        UserCommand::Add(args) => add(*args).await?,
        UserCommand::Reset {
            account,
            reason,
            store,
        } => reset(&open(&store).await?, &account, &reason).await?,
        UserCommand::List { hospital, store } => {
            let app = open(&store).await?;
            let hospital = hospital_of(&app, hospital.as_deref()).await?;
            list(&app, &hospital).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(args: AddArgs) -> Result<()> {
    let app = open(&args.store).await?;
    let hospital = hospital_of(&app, args.hospital.as_deref()).await?;
    let department = match &args.department {
        None => None,
        Some(name) => Some(department_of(&app, &hospital, name).await?.id),
    };
    let contract = match &args.contract {
        None => None,
        Some(no) => Some(contract_of(&app, &hospital, no).await?.id),
    };
    let side = args
        .roles
        .first()
        .map_or(Side::Hospital, |role| role.side());
    let ward = |role: Role| matches!(role, Role::IcuNurse | Role::IcuDoctor);
    let roles = args.roles.iter().map(|role| NewGrant {
        role: *role,
        department: department.filter(|_| ward(*role)),
        is_lead: args.lead && (ward(*role) || *role == Role::HospItAdmin),
    });
    let undertaking =
        args.undertaking
            .zip(args.undertaking_signed_on)
            .map(|(evidence, signed_on)| NewUndertaking {
                signed_on,
                evidence,
            });
    let new = NewAccount {
        key: None,
        account: args.account,
        name: args.name,
        side,
        email: args.email,
        phone: args.phone,
        roles: roles.collect(),
        contract,
        undertaking,
        leave_on: args.leave_on,
    };
    let who = Requester::command_line(hospital.id, &args.reason);
    let made = ops::create(&app, &who, new).await?;
    show(&made);
    if args.roles.iter().any(|role| role.is_privileged()) {
        say("特权角色待医院管理人员批准. The privileged role waits for a manager.");
    }
    Ok(())
}

fn show(made: &ops::MadeAccount) {
    say(
        "一次性口令只显示一次，72 小时内有效，首次登录须修改. One-time password, shown once, valid for 72 h:",
    );
    let password = made.password.as_deref().unwrap_or_default();
    say(&format!("  {}  {password}", made.person.account));
}

async fn reset(app: &App, account: &str, reason: &str) -> Result<()> {
    let unknown = || {
        Error::from(UserErrorCode::NotFound).detail(
            format!("没有账号 {account}"),
            format!("there is no account {account}"),
        )
    };
    let row = person::Entity::find()
        .filter(person::Column::Account.eq(ops::fold(account)))
        .one(app.db.read())
        .await?
        .ok_or_else(unknown)?;
    let home = row
        .home_hospital_id
        .or(row.hospital_id)
        .ok_or_else(unknown)?;
    let who = Requester::command_line(home, reason);
    show(&ops::reset(app, &who, Some(row.id), None).await?);
    Ok(())
}

async fn list(app: &App, hospital: &hospital::Model) -> Result<()> {
    let who = Requester::command_line(hospital.id, "list");
    let people = person::Entity::find()
        .filter(ops::listed_people(&who))
        .order_by_asc(person::Column::Account)
        .all(app.db.read())
        .await?;
    let grants = role_grant::Entity::find()
        .filter(role_grant::Column::HospitalId.eq(hospital.id))
        .filter(role_grant::Column::State.ne(GrantState::Revoked))
        .all(app.db.read())
        .await?;
    for row in people {
        let roles: Vec<String> = grants
            .iter()
            .filter(|grant| grant.person_id == row.id)
            .map(|grant| {
                let lead = if grant.is_lead { "(lead)" } else { "" };
                let waits = if grant.state == GrantState::Pending {
                    "(PENDING)"
                } else {
                    ""
                };
                format!("{}{lead}{waits}", grant.role)
            })
            .collect();
        let leave = row
            .leave_on
            .map(|day| format!("  leaves {day}"))
            .unwrap_or_default();
        say(&format!(
            "{}  {}  {}  {}{leave}",
            row.account,
            row.name,
            row.state,
            roles.join(" ")
        ));
    }
    Ok(())
}

async fn department_of(
    app: &App,
    hospital: &hospital::Model,
    name: &str,
) -> Result<department::Model> {
    department::Entity::find()
        .filter(department::Column::HospitalId.eq(hospital.id))
        .filter(department::Column::Name.eq(name))
        .one(app.db.read())
        .await?
        .ok_or_else(|| {
            Error::from(UserErrorCode::NotFound).detail(
                format!("没有科室 {name}"),
                format!("there is no department {name}"),
            )
        })
}

async fn contract_of(app: &App, hospital: &hospital::Model, no: &str) -> Result<contract::Model> {
    contract::Entity::find()
        .filter(contract::Column::HospitalId.eq(hospital.id))
        .filter(contract::Column::No.eq(no))
        .one(app.db.read())
        .await?
        .ok_or_else(|| {
            Error::from(UserErrorCode::NotFound).detail(
                format!("没有合同 {no}"),
                format!("there is no contract {no}"),
            )
        })
}
