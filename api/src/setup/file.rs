//! The setup file as it is written, and what its types cannot check.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use entity::rules::desk;
use entity::rules::screening::screen;
use serde::Deserialize;

use crate::account::ops::fold;
use crate::error::{Error, Result, UserErrorCode};

/// The setup file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupFile {
    /// The hospital.
    pub hospital: HospitalPart,
    /// Its departments.
    pub departments: Vec<DepartmentPart>,
    /// The vendor.
    pub vendor: VendorPart,
    /// The contract.
    pub contract: ContractPart,
    /// First manager of the hospital.
    pub manager: AccountPart,
    /// First person of the information centre.
    pub it_admin: AccountPart,
    /// Project manager of the vendor.
    pub project_manager: ProjectManagerPart,
}

/// The hospital.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalPart {
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A department.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentPart {
    /// Name.
    pub name: String,
    /// Beds.
    pub beds: i32,
}

/// The vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorPart {
    /// Name.
    pub name: String,
}

/// The contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractPart {
    /// Number.
    pub no: String,
    /// Title.
    pub title: String,
    /// Fee of a year in fen.
    pub fee_fen: i64,
    /// Signed.
    pub signed_on: NaiveDate,
    /// First day.
    pub service_from_on: NaiveDate,
    /// Last day.
    pub service_to_on: NaiveDate,
    /// Version of the ICU system at the start.
    pub baseline_version: String,
    /// Whether procurement law binds; there is no default.
    pub government_procurement: bool,
    /// Whether the vendor is a small or medium enterprise.
    pub vendor_is_sme: bool,
    /// Whether both parties agreed in writing on electronic seals and signatures; no if it is left out.
    #[serde(default)]
    pub eseal_agreed: bool,
    /// How the service is reached; what is left out is not shown.
    #[serde(default)]
    pub service: ServicePart,
}

/// How the service is reached (二(一)).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePart {
    /// Service telephone; never the mobile of a person.
    pub hotline: Option<String>,
    /// Mailbox.
    pub email: Option<String>,
    /// QQ number or group.
    pub qq: Option<String>,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountPart {
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
}

/// The project manager, with the evidence of the undertaking.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectManagerPart {
    /// Sign-in name.
    pub account: String,
    /// Name of the person.
    pub name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Where the signed undertaking lies; without it the account stays inactive.
    pub undertaking: Option<String>,
}

/// Checks what the types of the file cannot.
///
/// # Errors
/// `INVALID` naming the entry.
pub fn check(file: &SetupFile) -> Result<()> {
    let bad = |path: &str, zh: &str, en: &str| {
        Err(Error::from(UserErrorCode::Invalid)
            .at(path.split('.'))
            .detail(zh, en))
    };
    if file.departments.is_empty() {
        return bad(
            "departments",
            "至少一个科室",
            "name at least one department",
        );
    }
    if file.contract.service_to_on <= file.contract.service_from_on {
        return bad(
            "contract.service_to_on",
            "服务期的末日早于首日",
            "the service ends before it starts",
        );
    }
    if file.contract.fee_fen < 0 || file.contract.service_from_on.year() < 2024 {
        return bad(
            "contract",
            "金额为负，或首日早于日历",
            "the fee is negative, or the start lies before the calendar",
        );
    }
    service(&file.contract.service)?;
    let accounts: BTreeSet<String> = [
        &file.manager.account,
        &file.it_admin.account,
        &file.project_manager.account,
    ]
    .into_iter()
    .map(|account| fold(account))
    .collect();
    if accounts.len() < 3
        || accounts
            .iter()
            .any(|account| account.len() < 3 || account.chars().any(char::is_whitespace))
    {
        return bad(
            "manager.account",
            "三个账号须不同，至少 3 个字符且无空白",
            "three different accounts of at least 3 characters without blanks",
        );
    }
    Ok(())
}

/// Whether telephone, mailbox and group can be what they are called.
fn service(part: &ServicePart) -> Result<()> {
    let bad = |field: &str, zh: &str, en: &str| {
        Err(Error::from(UserErrorCode::Invalid)
            .at(["contract", "service", field])
            .detail(zh, en))
    };
    let fits = |text: &Option<String>, rule: fn(&str) -> bool| {
        text.as_deref().is_none_or(|text| {
            text.chars().count() <= desk::LONGEST && rule(text) && text.trim() == text
        })
    };
    if !fits(&part.hotline, desk::is_service_phone) {
        return bad(
            "hotline",
            "服务热线为固定号码，不能是个人手机号",
            "the hotline is a telephone number and nobody's mobile",
        );
    }
    if !fits(&part.email, desk::is_mailbox) {
        return bad("email", "不是邮箱地址", "it is no mail address");
    }
    if !fits(&part.qq, |text| !text.is_empty() && screen(text).is_none()) {
        return bad(
            "qq",
            "为空、过长或含个人号码",
            "it is empty, too long or has the number of a person",
        );
    }
    Ok(())
}
