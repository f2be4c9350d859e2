//! Subcommands. Those that act for a hospital call the operations of the server, as SYSTEM with a reason; those of
//! report files need neither server nor database.

pub mod calendar;
pub mod report;
mod secret;
pub mod serve;
pub mod site;
pub mod user;

use api::app::App;
use api::error::{Error, Result, UserErrorCode};
use entity::hospital;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The hospital of a code, or the only one there is.
///
/// # Errors
/// `NOT_FOUND` for an unknown code, `REQUIRED` where there are several.
pub async fn hospital_of(app: &App, code: Option<&str>) -> Result<hospital::Model> {
    let mut query = hospital::Entity::find();
    if let Some(code) = code {
        query = query.filter(hospital::Column::Code.eq(code));
    }
    let mut rows = query.all(app.db.read()).await?;
    match (rows.pop(), rows.is_empty(), code) {
        (Some(row), true, _) => Ok(row),
        (Some(_), false, _) => Err(Error::from(UserErrorCode::Required).detail(
            "有多家医院，请给出 --hospital 代码",
            "there are several hospitals, name one with --hospital CODE",
        )),
        (None, _, Some(code)) => Err(Error::from(UserErrorCode::NotFound).detail(
            format!("没有代码为 {code} 的医院"),
            format!("there is no hospital with the code {code}"),
        )),
        (None, _, None) => Err(Error::from(UserErrorCode::NotFound).detail(
            "尚无医院，请先 icuops setup",
            "there is no hospital yet, run icuops setup first",
        )),
    }
}
