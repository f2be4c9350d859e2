//! Further people: the demonstration has no doctor without a lead, and few people in its second hospital.

use api::setup::{self, NewPerson};
use entity::ids::PersonId;
use entity::values::{PersonState, Role, Side};
use entity::{contract, department, hospital, person};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::TestApp;

/// Somebody to be hired.
#[derive(Clone, Copy, Debug)]
pub struct Hire {
    /// Sign-in name.
    pub account: &'static str,
    /// Name.
    pub name: &'static str,
    /// Code of the hospital.
    pub hospital: &'static str,
    /// Role there.
    pub role: Role,
    /// Name of the department of ward roles.
    pub department: Option<&'static str>,
    /// Lead.
    pub is_lead: bool,
}

/// The people of both hospitals whom the demonstration lacks, so that each has every role.
pub const COMPANY: &[Hire] = &[
    hire("doctor2", "许川", "DEMO", Role::IcuDoctor, false),
    hire("pm_a", "唐蕾", "DEMO", Role::VendorPm, false),
    hire("head_nurse_b", "乙甄护士长", "DEMO-B", Role::IcuNurse, true),
    hire("doctor_b", "乙甄医生", "DEMO-B", Role::IcuDoctor, false),
    hire("manager_b", "乙甄经理", "DEMO-B", Role::HospManager, false),
    hire("auditor_b", "乙甄审计", "DEMO-B", Role::Auditor, false),
    hire("pm_b", "乙甄项目", "DEMO-B", Role::VendorPm, false),
    hire(
        "engineer_b",
        "乙甄工程",
        "DEMO-B",
        Role::VendorEngineer,
        false,
    ),
    hire(
        "trainer_b",
        "乙甄讲师",
        "DEMO-B",
        Role::VendorTrainer,
        false,
    ),
    hire("spare_b", "乙甄备员", "DEMO-B", Role::IcuNurse, false),
    hire(
        "spare_vendor_b",
        "乙甄外援",
        "DEMO-B",
        Role::VendorTrainer,
        false,
    ),
];

/// Whom account administration is tried on, so that nobody who acts loses an account.
pub const SPARE: [&str; 2] = ["spare_b", "spare_vendor_b"];

const fn hire(
    account: &'static str,
    name: &'static str,
    hospital: &'static str,
    role: Role,
    is_lead: bool,
) -> Hire {
    let ward = matches!(role, Role::IcuNurse | Role::IcuDoctor);
    Hire {
        account,
        name,
        hospital,
        role,
        department: if ward { Some("重症医学科") } else { None },
        is_lead,
    }
}

impl TestApp {
    /// Hires somebody with the shared password; the row.
    pub async fn hire(&self, hire: Hire) -> person::Model {
        let db = self.app.db.read();
        let nurse = person::Entity::find()
            .filter(person::Column::Account.eq("nurse"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let hospital = hospital::Entity::find()
            .filter(hospital::Column::Code.eq(hire.hospital))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let contract = contract::Entity::find()
            .filter(contract::Column::HospitalId.eq(hospital.id))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let department = match hire.department {
            None => None,
            Some(name) => department::Entity::find()
                .filter(department::Column::HospitalId.eq(hospital.id))
                .filter(department::Column::Name.eq(name))
                .one(db)
                .await
                .unwrap()
                .map(|row| row.id),
        };
        let side = hire.role.side();
        let new = NewPerson {
            id: PersonId(self.app.clock.id()),
            account: hire.account,
            name: hire.name,
            email: None,
            phone: None,
            home: hospital.id,
            made_by: None,
            leave_on: None,
            hospital: (side == Side::Hospital).then_some(hospital.id),
            vendor: (side == Side::Vendor).then_some(contract.vendor_id),
            state: PersonState::Active,
            hash: nurse.password_hash,
            one_time_until_at: None,
        };
        let tx = self.app.db.begin_write().await.unwrap();
        let row = setup::add_person(&tx, &self.app, new).await.unwrap();
        setup::grant(
            &tx,
            &self.app,
            hospital.id,
            row.id,
            hire.role,
            department,
            hire.is_lead,
        )
        .await
        .unwrap();
        if side == Side::Vendor {
            setup::assign(
                &tx,
                &self.app,
                &contract,
                row.id,
                Some("承诺书，档案柜 T-01"),
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        row
    }
}
