//! Who lives in the demonstration; all names are invented.

use chrono::{Months, NaiveDate};
use entity::ids::{DepartmentId, PersonId};
use entity::values::{PersonState, Role, Side};
use entity::{contract, person};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::PASSWORD;
use crate::account::ops::{self, NewGrant};
use crate::app::App;
use crate::audit::{self, Act};
use crate::error::{Error, Result};
use crate::requester::Requester;
use crate::setup::{
    self, AccountPart, ContractPart, DepartmentPart, HospitalPart, NewPerson, ProjectManagerPart,
    ServicePart, SetupFile, VendorPart,
};

/// The people that the story needs.
pub struct Cast {
    /// Contract of the first hospital.
    pub contract: contract::Model,
    /// Contract of the second hospital.
    pub contract_b: contract::Model,
    people: Vec<person::Model>,
}

impl Cast {
    /// A person by account.
    ///
    /// # Errors
    /// `INTERNAL` for a name that is not in the cast.
    pub async fn get(&self, app: &App, account: &str) -> Result<Requester> {
        let person = self
            .people
            .iter()
            .find(|person| person.account == account)
            .ok_or_else(|| Error::internal("not in the cast"))?;
        Requester::load(app.db.read(), person.clone(), None, app.clock.now()).await
    }
}

fn file(
    start: NaiveDate,
    (code, name): (&str, &str),
    no: &str,
    beds: i32,
    service: ServicePart,
) -> SetupFile {
    let account = |account: &str| AccountPart {
        account: account.to_owned(),
        name: account.to_owned(),
        email: None,
    };
    let end = start
        .checked_add_months(Months::new(12))
        .and_then(|day| day.pred_opt())
        .unwrap_or(start);
    SetupFile {
        hospital: HospitalPart {
            code: code.to_owned(),
            name: name.to_owned(),
        },
        departments: vec![
            DepartmentPart {
                name: "重症医学科".to_owned(),
                beds,
            },
            DepartmentPart {
                name: "信息网络中心".to_owned(),
                beds: 0,
            },
        ],
        vendor: VendorPart {
            name: "嘉和示范科技有限公司".to_owned(),
        },
        contract: ContractPart {
            no: no.to_owned(),
            title: "嘉和重症系统运维服务".to_owned(),
            fee_fen: 36_000_000,
            signed_on: start,
            service_from_on: start,
            service_to_on: end,
            baseline_version: "5.2.0".to_owned(),
            government_procurement: true,
            vendor_is_sme: true,
            eseal_agreed: false,
            service,
        },
        manager: account("manager"),
        it_admin: account("it_admin"),
        project_manager: ProjectManagerPart {
            account: "pm".to_owned(),
            name: "pm".to_owned(),
            email: None,
            undertaking: None,
        },
    }
}

/// Both hospitals with their people, in one transaction.
///
/// # Errors
/// Those of the database.
pub async fn found(app: &App, start: NaiveDate) -> Result<Cast> {
    let hash = app.passwords.hash(PASSWORD.to_owned()).await?;
    let tx = app.db.begin_write().await?;
    let (a, departments) = setup::found(
        &tx,
        app,
        &file(
            start,
            ("DEMO", "示范市中心医院"),
            "DEMO-2026-001",
            24,
            ServicePart {
                hotline: Some("400-000-0000".to_owned()),
                email: Some("service@demo.example".to_owned()),
                qq: Some("重症运维服务群".to_owned()),
            },
        ),
    )
    .await?;
    let (b, departments_b) = setup::found(
        &tx,
        app,
        &file(
            start,
            ("DEMO-B", "示范县人民医院"),
            "DEMO-B-2026-001",
            10,
            ServicePart::default(),
        ),
    )
    .await?;
    setup::sign_annex(
        &tx,
        app,
        &a,
        "合同附件一（样章），档案柜 A-03",
        ("何静", "刘洋"),
    )
    .await?;
    let icu = departments.first().map(|row| row.id);
    let icu_b = departments_b.first().map(|row| row.id);
    let here: [(&str, &str, Role, Option<DepartmentId>, bool); 7] = [
        ("it_admin", "周敏", Role::HospItAdmin, None, true),
        ("it_admin2", "李哲", Role::HospItAdmin, None, false),
        ("nurse", "陈晓", Role::IcuNurse, icu, false),
        ("head_nurse", "王岚", Role::IcuNurse, icu, true),
        ("doctor", "孙磊", Role::IcuDoctor, icu, true),
        ("manager", "何静", Role::HospManager, None, false),
        ("auditor", "高航", Role::Auditor, None, false),
    ];
    let mut people = Vec::new();
    let person = |account: &'static str,
                  name: &'static str,
                  side: Side,
                  contract: &contract::Model| NewPerson {
        id: PersonId(app.clock.id()),
        account,
        name,
        email: None,
        phone: None,
        home: contract.hospital_id,
        made_by: None,
        leave_on: None,
        hospital: (side == Side::Hospital).then_some(contract.hospital_id),
        vendor: (side == Side::Vendor).then_some(contract.vendor_id),
        state: PersonState::Active,
        hash: hash.clone(),
        one_time_until_at: None,
    };
    for (account, name, role, department, lead) in here {
        let row = setup::add_person(&tx, app, person(account, name, Side::Hospital, &a)).await?;
        setup::grant(&tx, app, a.hospital_id, row.id, role, department, lead).await?;
        people.push(row);
    }
    let vendor = [
        ("pm", "刘洋", Role::VendorPm),
        ("engineer", "吴浩", Role::VendorEngineer),
        ("engineer2", "郑凯", Role::VendorEngineer),
        ("trainer", "林悦", Role::VendorTrainer),
    ];
    for (account, name, role) in vendor {
        let row = setup::add_person(&tx, app, person(account, name, Side::Vendor, &a)).await?;
        setup::grant(&tx, app, a.hospital_id, row.id, role, None, false).await?;
        setup::assign(&tx, app, &a, row.id, Some("保密承诺书，档案柜 A-05")).await?;
        if matches!(account, "pm" | "engineer2") {
            setup::grant(&tx, app, b.hospital_id, row.id, role, None, false).await?;
            setup::assign(&tx, app, &b, row.id, Some("保密承诺书，档案柜 B-01")).await?;
        }
        people.push(row);
    }
    for (account, name, role, department) in [
        ("it_admin_b", "冯雪", Role::HospItAdmin, None),
        ("nurse_b", "蒋雯", Role::IcuNurse, icu_b),
    ] {
        let row = setup::add_person(&tx, app, person(account, name, Side::Hospital, &b)).await?;
        setup::grant(&tx, app, b.hospital_id, row.id, role, department, false).await?;
        people.push(row);
    }
    audit::append(
        &tx,
        app.clock.now(),
        None,
        &Requester::system(),
        Act::done("demo.found", "hospital", a.hospital_id.0),
    )
    .await?;
    tx.commit().await?;
    Ok(Cast {
        contract: a,
        contract_b: b,
        people,
    })
}

/// Leaves a privileged role that waits for the manager's decision.
///
/// # Errors
/// Those of the database.
pub async fn ask_for_a_role(app: &App, cast: &Cast) -> Result<()> {
    let who = cast.get(app, "it_admin").await?;
    let deputy = cast.get(app, "it_admin2").await?.person_id();
    let role = NewGrant {
        role: Role::HospItAdmin,
        department: None,
        is_lead: true,
    };
    ops::grant(app, &who, "demo-deputy-lead", deputy, role).await?;
    Ok(())
}

/// Gives the people mail addresses once the story is told, so that only what happens from now on is mailed.
///
/// # Errors
/// Those of the database.
pub async fn open_mailboxes(app: &App) -> Result<()> {
    let people = person::Entity::find().all(app.db.read()).await?;
    let tx = app.db.begin_write().await?;
    for row in people {
        let address = format!("{}@demo.example", row.account);
        let mut row = row.into_active_model();
        row.email = Set(Some(address));
        row.update(&tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
