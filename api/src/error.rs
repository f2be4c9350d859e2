//! The one error of the server, its table of codes, and its form in GraphQL.
//!
//! It does not write HTTP answers and attaches no codes to GraphQL errors: `?` in a resolver keeps this error as the
//! source of the engine's error, and `http::respond` finds it there once, after execution (G25, G26, G57).

mod code;
mod graphql;

use std::{fmt, sync::Arc};

use entity::rules::calendar::CalendarMissing;
use entity::values::Language;

pub use code::{Code, Row, UserErrorCode};
pub use graphql::{Messages, UserError};

/// A row of the input at `field` (parts divided by dots) that is not in scope, or not there.
#[must_use]
pub fn missing(field: &str) -> Error {
    Error::from(UserErrorCode::NotFound).at(field.split('.'))
}

/// An expected refusal of the input at `field` (parts divided by dots), with its reason.
#[must_use]
pub fn invalid(field: &str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::from(UserErrorCode::Invalid)
        .at(field.split('.'))
        .detail(zh, en)
}

/// Reads `Accept-Language`; English only if it is weighted strictly above Chinese and above `*`.
#[must_use]
pub fn accepted_language(header: Option<&str>) -> Language {
    let (mut zh, mut en, mut any) = (None, None, 0);
    for item in header.unwrap_or_default().split(',') {
        let mut parts = item.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1000, milli);
        match range.split('-').next().unwrap_or_default() {
            "zh" => zh = zh.max(Some(weight)),
            "en" => en = en.max(Some(weight)),
            "*" => any = any.max(weight),
            _ => {}
        }
    }
    match en {
        Some(en) if en > zh.unwrap_or(any) => Language::En,
        _ => Language::Zh,
    }
}

/// A quality value such as `0.8` in thousandths; nonsense counts as 0.
pub(crate) fn milli(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, fraction.parse::<u16>()) {
        ("0", Ok(value)) => value,
        ("1", _) => 1000,
        _ => 0,
    }
}

macro_rules! reasons {
    ($($name:ident $word:tt $zh:tt $en:tt;)*) => {
        /// Why an input was refused; the word in `extensions.reason`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $(#[doc = $en] $name,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// Word on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Reason::$name => $word,)* }
            }

            /// Text in Chinese and English.
            pub const fn text(self) -> (&'static str, &'static str) {
                match self { $(Reason::$name => ($zh, $en),)* }
            }
        }
    };
}

reasons! {
    BadCursor "BAD_CURSOR" "游标无效或属于其他查询" "the cursor is invalid or belongs to another query";
    PageSize "PAGE_SIZE" "first 与 last 只能给一个，且在允许的条数内" "give either first or last, within the allowed number of rows";
    ListTooLong "LIST_TOO_LONG" "列表元素过多" "the list has too many elements";
    TextTooLong "TEXT_TOO_LONG" "文字过长" "the text is too long";
    AmbiguousNumber "AMBIGUOUS_NUMBER" "编号在多家医院存在，请改用 id" "the number exists in several hospitals; use the id";
    ValueMissing "VALUE_MISSING" "缺少必填值" "a required value is missing";
    ValueNull "VALUE_NULL" "值不能为 null" "the value must not be null";
    ValueType "VALUE_TYPE" "值的类型不符" "the value has the wrong type";
    ValueRange "VALUE_RANGE" "数值超出范围" "the number is out of range";
    UnknownEnum "UNKNOWN_ENUM" "不是允许的枚举值" "the value is not one of the allowed words";
    UnknownInputField "UNKNOWN_INPUT_FIELD" "输入对象没有此字段" "the input object has no such field";
    CalendarMissing "CALENDAR_MISSING" "该年份没有工作日历" "there is no working-day calendar for that year";
    OneOf "ONE_OF" "只能且必须给出一个成员" "exactly one member must be given";
}

/// An error with its code, and what the reader may know about it.
#[derive(Debug, Clone)]
pub struct Error {
    code: Code,
    reason: Option<Reason>,
    field: Option<Vec<String>>,
    detail: Option<(String, String)>,
    status: Option<u16>,
    retry_after_s: Option<u64>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a code, from either list.
    pub fn new(code: impl Into<Code>) -> Self {
        let code = code.into();
        Self {
            code,
            reason: None,
            field: None,
            detail: None,
            status: None,
            retry_after_s: None,
            source: None,
        }
    }

    /// An internal fault; `source` goes to the log only.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(Arc::from(source.into())),
            ..Self::new(Code::Internal)
        }
    }

    /// Refused input, with its reason.
    pub fn input(reason: Reason) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(Code::BadUserInput)
        }
    }

    /// Names the value at fault by its path inside the input.
    #[must_use]
    pub fn at<S: Into<String>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.field = Some(path.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Says more, in place of the code's hint. Never SQL, a path or a secret.
    #[must_use]
    pub fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Some((zh.into(), en.into()));
        self
    }

    /// Puts the place of the fault, such as a line of a sheet, before what is said of it.
    #[must_use]
    pub fn in_place(mut self, zh: &str, en: &str) -> Self {
        let row = self.code.row();
        let (said_zh, said_en) = match (self.detail.take(), self.reason) {
            (Some(said), _) => said,
            (None, Some(reason)) => {
                let (zh, en) = reason.text();
                (zh.to_owned(), en.to_owned())
            }
            (None, None) => (row.hint_zh.to_owned(), row.hint_en.to_owned()),
        };
        self.detail = Some((joined(zh, "：", &said_zh), joined(en, ": ", &said_en)));
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Answers with another HTTP status than the table's.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Tells the client to wait, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The reason, if one was given.
    pub fn reason_word(&self) -> Option<&'static str> {
        self.reason.map(Reason::word)
    }

    /// Path inside the input, if one was given.
    pub fn field(&self) -> Option<&[String]> {
        self.field.as_deref()
    }

    /// HTTP status when nothing was executed.
    pub fn status(&self) -> u16 {
        self.status.unwrap_or(self.code.status())
    }

    /// Seconds to wait; every 503 and 429 has a value.
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after_s.or(match self.status() {
            429 | 503 => Some(1),
            _ => None,
        })
    }

    /// Text for the reader in both languages: the code's text, then the detail, the reason or the hint.
    pub fn messages(&self) -> Messages {
        let row = self.code.row();
        let (zh, en) = match (&self.detail, self.reason) {
            _ if self.code == Code::Internal => ("", ""),
            (Some((zh, en)), _) => (zh.as_str(), en.as_str()),
            (None, Some(reason)) => reason.text(),
            (None, None) => (row.hint_zh, row.hint_en),
        };
        Messages {
            zh: joined(row.zh, "：", zh),
            en: joined(row.en, ": ", en),
        }
    }

    fn into_field(self) -> Option<Vec<String>> {
        self.field
    }
}

fn joined(text: &str, mark: &str, more: &str) -> String {
    if more.is_empty() {
        text.to_owned()
    } else {
        format!("{text}{mark}{more}")
    }
}

/// For the log: code, English text and the whole chain of causes. Never sent to a client.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.word(), self.messages().en)?;
        let mut cause: Option<&(dyn std::error::Error + 'static)> =
            self.source.as_deref().map(|source| source as _);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<UserErrorCode> for Error {
    fn from(code: UserErrorCode) -> Self {
        Self::new(code)
    }
}

/// A year that an act counts in and nobody knows; a read says so as bad input instead.
impl From<CalendarMissing> for Error {
    fn from(missing: CalendarMissing) -> Self {
        Self::from(UserErrorCode::CalendarMissing).caused_by(missing)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        let code = match &error {
            sea_orm::DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout) => {
                Code::PoolTimeout
            }
            sea_orm::DbErr::Conn(cause)
            | sea_orm::DbErr::Exec(cause)
            | sea_orm::DbErr::Query(cause) => code_of_cause(cause),
            _ => Code::Internal,
        };
        let new = Self::new(code).caused_by(error);
        if code == Code::PoolTimeout {
            return new.retry_after(1);
        }
        new
    }
}

/// Full disks and exhausted pools have codes of their own; everything else in the database is an internal fault.
fn code_of_cause(cause: &sea_orm::RuntimeErr) -> Code {
    let sea_orm::RuntimeErr::SqlxError(cause) = cause else {
        return Code::Internal;
    };
    match cause.as_ref() {
        sea_orm::SqlxError::PoolTimedOut => Code::PoolTimeout,
        sea_orm::SqlxError::Database(error) => match error.code().as_deref() {
            // SQLITE_FULL and PostgreSQL's disk_full.
            Some("13" | "53100") => Code::StorageFull,
            _ => Code::Internal,
        },
        _ => Code::Internal,
    }
}

/// Result of everything that can fail with a code.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
