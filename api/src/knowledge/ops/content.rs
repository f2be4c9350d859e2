//! What a version says and for whom, checked before anything is written.

use entity::article_version;
use entity::department;
use entity::ids::{DepartmentId, HospitalId};
use entity::rules::access::Permission;
use entity::rules::audience::{self, Audiences, Unfit};
use entity::rules::block::{self, folded};
use entity::rules::screening::screen;
use entity::values::Audience;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{invalid, missing};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::requester::Requester;
use crate::ticket::ops::{SHORT, checked, checked_option, normal};

/// Stands between tags as they are stored.
pub const TAG: char = '|';
/// Longest title, in characters.
pub(super) const TITLE: usize = 200;
/// Longest text, in characters: what one value of a request may hold.
const TEXT: usize = 100_000;
/// Longest module or tag, in characters.
pub(super) const NAME: usize = 50;
/// Most tags.
const TAGS: usize = 20;

/// What a version says and for whom.
#[derive(Clone, Debug)]
pub struct Content {
    /// Title.
    pub title: String,
    /// Module of the ICU system.
    pub module: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Markdown.
    pub body: String,
    /// For whom.
    pub audiences: Vec<Audience>,
    /// The one department of the ward.
    pub department: Option<DepartmentId>,
    /// Classification.
    pub data_level: i32,
    /// Why what the screen stops is no patient data.
    pub screening_reason: Option<String>,
}

/// A content as it is stored.
#[derive(Debug)]
pub(super) struct Fit {
    content: Content,
    tags: String,
}

/// A text whose blocks for audiences are in order.
pub(crate) fn blocks_fit(text: String, field: &str) -> Result<String> {
    block::check(&text).map_err(|wrong| {
        let (zh, en) = wrong.text();
        invalid(field, zh, en)
    })?;
    Ok(text)
}

/// Audiences and classification that fit each other; `prefix` names the input around them.
pub(crate) fn audiences_fit(
    prefix: &str,
    all: &[Audience],
    for_department: bool,
    data_level: i32,
) -> Result<Audiences> {
    let audiences: Audiences = all.iter().copied().collect();
    let at = |field: &str| format!("{prefix}{field}");
    audience::check(audiences, data_level, for_department).map_err(|unfit| match unfit {
        Unfit::NoAudience => {
            Error::from(UserErrorCode::Required).at(at("audiences").split('.').map(str::to_owned))
        }
        Unfit::Level => Error::from(UserErrorCode::DataLevelRefused)
            .at(at("dataLevel").split('.').map(str::to_owned))
            .detail(
                "数据级别为 1 至 3，全院员工与重症医学科至多 2",
                "the level is 1 to 3, for staff and ward at most 2",
            ),
        Unfit::Department => invalid(
            &at("departmentId"),
            "科室只用于重症医学科受众，且不与全院员工并列",
            "a department narrows the ward, and not the whole staff",
        ),
    })?;
    Ok(audiences)
}

/// Whether the department is one of the hospital.
pub(crate) async fn department_of(
    tx: &Tx,
    hospital: HospitalId,
    id: Option<DepartmentId>,
    field: &str,
) -> Result<()> {
    let Some(id) = id else {
        return Ok(());
    };
    let known = department::Entity::find_by_id(id)
        .filter(department::Column::HospitalId.eq(hospital))
        .count(tx)
        .await?;
    if known == 0 {
        return Err(missing(field));
    }
    Ok(())
}

/// Checks a text; see [`checked`] and [`normal`].
pub(super) type Check = fn(&str, &str, usize) -> Result<String>;

/// Tags as they are stored: folded, each once, in the order given.
pub(super) fn tags(all: &[String], field: &str, check: Check) -> Result<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in all {
        let tag = folded(&check(tag, field, NAME)?);
        if tag.contains(TAG) || tag.contains('\n') {
            return Err(invalid(
                field,
                "标签不含 | 与换行",
                "a tag has no | and one line",
            ));
        }
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    if kept.len() > TAGS {
        return Err(Error::from(UserErrorCode::TooLong).at(field.split('.')));
    }
    Ok(if kept.is_empty() {
        String::new()
    } else {
        format!("{TAG}{}{TAG}", kept.join(&TAG.to_string()))
    })
}

/// What is screened of a content, each text with its names.
const fn texts<'a>(
    title: &'a str,
    module: Option<&'a str>,
    tags: &'a str,
    body: &'a str,
) -> [(&'static str, &'static str, &'a str); 4] {
    let module = match module {
        Some(module) => module,
        None => "",
    };
    [
        ("标题", "title", title),
        ("模块", "module", module),
        ("标签", "tags", tags),
        ("正文", "body", body),
    ]
}

/// Tags as one text, in which none is the value of the one before it.
fn listed(stored: &str) -> String {
    tags_of(stored).collect::<Vec<_>>().join("、")
}

/// The tags of a stored list.
pub fn tags_of(stored: &str) -> impl Iterator<Item = &str> {
    stored.split(TAG).filter(|tag| !tag.is_empty())
}

impl Content {
    /// The content as it is stored. What the screen stops is kept if the information centre says why it is no patient
    /// data (`domain.md` 4.6).
    ///
    /// # Errors
    /// Those of the texts, `REQUIRED` without an audience, `DATA_LEVEL_REFUSED`, `INVALID` for blocks that are not in
    /// order and for a reason that nothing needs or that somebody else gives.
    pub(super) fn checked(&self, who: &Requester) -> Result<Fit> {
        let why = override_of(
            who,
            self.screening_reason.as_deref(),
            "content.screeningOverrideReason",
        )?;
        let check: Check = if why.is_some() { normal } else { checked };
        let body = blocks_fit(check(&self.body, "content.body", TEXT)?, "content.body")?;
        let title = check(&self.title, "content.title", TITLE)?;
        let module = self.module.as_deref();
        let module = module
            .filter(|module| !module.trim().is_empty())
            .map(|module| check(module, "content.module", NAME))
            .transpose()?;
        let tags = tags(&self.tags, "content.tags", check)?;
        audiences_fit(
            "content.",
            &self.audiences,
            self.department.is_some(),
            self.data_level,
        )?;
        let field = "content.screeningOverrideReason";
        if why.is_some()
            && clean(
                &texts(&title, module.as_deref(), &listed(&tags), &body),
                field,
            )
            .is_ok()
        {
            return Err(needless(field));
        }
        let content = Self {
            title,
            module,
            body,
            screening_reason: why,
            ..self.clone()
        };
        Ok(Fit { content, tags })
    }
}

impl Fit {
    /// The one department of the ward.
    pub(super) const fn department(&self) -> Option<DepartmentId> {
        self.content.department
    }

    /// Puts it into a version.
    pub(super) fn put(self, version: &mut article_version::Model) {
        let content = self.content;
        version.title = content.title;
        version.module = content.module;
        version.tags = self.tags;
        version.body = content.body;
        version.audience_bits = content.audiences.into_iter().collect::<Audiences>().bits();
        version.department_id = content.department;
        version.data_level = content.data_level;
        version.screening_reason = content.screening_reason;
    }
}

/// Why what the screen stops is no patient data, given by somebody who may say so: who reviews articles.
pub(super) fn override_of(
    who: &Requester,
    why: Option<&str>,
    field: &str,
) -> Result<Option<String>> {
    let why = checked_option(why, field, SHORT)?;
    if why.is_some() && who.require(Permission::KnowledgePublish).is_err() {
        return Err(invalid(
            field,
            "仅信息中心可确认疑似之处并非患者信息",
            "only the information centre says that what was found is no patient data",
        ));
    }
    Ok(why)
}

fn needless(field: &str) -> Error {
    invalid(
        field,
        "文中没有疑似患者信息，无需理由",
        "nothing in it looks like patient data, so no reason is needed",
    )
}

/// Whether a content would be kept.
#[cfg(test)]
pub(crate) fn checked_content(content: &Content) -> Result<()> {
    content.checked(&Requester::system()).map(|_| ())
}

/// Whether a version may go out as it stands: screened again, because the rules may have become stricter since. `why`
/// says that what they stop now is no patient data; the reason of the writer, for the same text, stays.
pub(super) fn fit_to_publish(
    version: &mut article_version::Model,
    why: Option<String>,
) -> Result<()> {
    let (tags, module) = (listed(&version.tags), version.module.as_deref());
    let texts = texts(&version.title, module, &tags, &version.body);
    let found = match version.screening_reason {
        None => clean(&texts, "articleId"),
        Some(_) => Ok(()),
    };
    match (found, why) {
        (Ok(()), None) => {}
        (Ok(()), Some(_)) => return Err(needless("screeningOverrideReason")),
        (Err(found), None) => return Err(found),
        (Err(_), why) => version.screening_reason = why,
    }
    let audiences: Vec<Audience> = Audiences::from_bits(version.audience_bits).list().collect();
    let department = version.department_id.is_some();
    audiences_fit("", &audiences, department, version.data_level).map(|_| ())
}

/// Texts without patient data; the refusal names all others by their fields.
pub(super) fn clean(texts: &[(&str, &str, &str)], field: &str) -> Result<()> {
    let found: Vec<_> = texts
        .iter()
        .filter(|(_, _, text)| screen(text).is_some())
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    let names =
        |of: fn(&(&str, &str, &str)) -> String| found.iter().map(|one| of(one)).collect::<Vec<_>>();
    let zh = names(|one| one.0.to_owned()).join("、");
    let en = names(|one| one.1.to_owned()).join(", ");
    Err(Error::from(UserErrorCode::PatientDataInText)
        .at([field])
        .detail(zh, en))
}

/// A reason as it is stored.
pub(super) fn reason(text: &str) -> Result<String> {
    checked(text, "reason", SHORT)
}
