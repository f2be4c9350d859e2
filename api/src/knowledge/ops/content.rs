//! What a version says and for whom, checked before anything is written.

use entity::article_version;
use entity::department;
use entity::ids::{DepartmentId, HospitalId};
use entity::rules::audience::{self, Audiences, Unfit};
use entity::rules::block::{self, folded};
use entity::rules::screening::screen;
use entity::values::Audience;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{invalid, missing};
use crate::db::Tx;
use crate::error::{Error, Result, UserErrorCode};
use crate::ticket::ops::{SHORT, checked, checked_option};

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
}

/// A text in Markdown whose blocks for audiences are in order.
pub(crate) fn markdown(value: &str, field: &str, most: usize) -> Result<String> {
    let text = checked(value, field, most)?;
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

/// Tags as they are stored: folded, each once, in the order given.
pub(super) fn tags(all: &[String], field: &str) -> Result<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in all {
        let tag = folded(&checked(tag, field, NAME)?);
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

/// The tags of a stored list.
pub fn tags_of(stored: &str) -> impl Iterator<Item = &str> {
    stored.split(TAG).filter(|tag| !tag.is_empty())
}

impl Content {
    /// The content as it is stored.
    ///
    /// # Errors
    /// Those of the texts, `REQUIRED` without an audience, `DATA_LEVEL_REFUSED`, `INVALID` for blocks that are not in order.
    pub(super) fn checked(&self) -> Result<(Self, String)> {
        let body = markdown(&self.body, "content.body", TEXT)?;
        let title = checked(&self.title, "content.title", TITLE)?;
        let module = checked_option(self.module.as_deref(), "content.module", NAME)?;
        let tags = tags(&self.tags, "content.tags")?;
        audiences_fit(
            "content.",
            &self.audiences,
            self.department.is_some(),
            self.data_level,
        )?;
        let kept = Self {
            title,
            module,
            body,
            ..self.clone()
        };
        Ok((kept, tags))
    }

    /// Puts it into a version.
    pub(super) fn put(self, tags: String, version: &mut article_version::Model) {
        version.title = self.title;
        version.module = self.module;
        version.tags = tags;
        version.body = self.body;
        version.audience_bits = self.audiences.into_iter().collect::<Audiences>().bits();
        version.department_id = self.department;
        version.data_level = self.data_level;
    }
}

/// Whether a content would be kept.
#[cfg(test)]
pub(crate) fn checked_content(content: &Content) -> Result<()> {
    content.checked().map(|_| ())
}

/// Whether a version may go out as it stands: screened again, because the rules may have become stricter since.
pub(super) fn fit_to_publish(version: &article_version::Model) -> Result<()> {
    let texts = [
        ("标题", "title", version.title.as_str()),
        (
            "模块",
            "module",
            version.module.as_deref().unwrap_or_default(),
        ),
        ("标签", "tags", version.tags.as_str()),
        ("正文", "body", version.body.as_str()),
    ];
    clean(&texts, "articleId")?;
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
