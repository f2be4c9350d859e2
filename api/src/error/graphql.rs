//! How an error looks in GraphQL: `UserError` inside payloads.
//!
//! Top-level errors are finished in `http::respond`, not here (G25).

use async_graphql::SimpleObject;

use entity::values::Language;

use super::{Error, UserErrorCode};

/// 中英文消息.
/// The message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct Messages {
    /// 中文.
    /// In Chinese.
    pub zh: String,
    /// 英文.
    /// In English.
    pub en: String,
}

impl Messages {
    /// The text in the reader's language.
    pub fn text(&self, lang: Language) -> &str {
        match lang {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// 可预期的业务失败；CHARACTER_NOT_PRINTABLE 仅为提示，内容已保存.
/// An expected failure of a mutation; CHARACTER_NOT_PRINTABLE only warns, the text is saved.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// 代码，含义不变.
    /// The code; it never changes its meaning.
    pub code: UserErrorCode,
    /// 访问者语言的消息.
    /// The message in the reader's language.
    pub message: String,
    /// 中英文消息.
    /// The message in both languages.
    pub messages: Messages,
    /// input 内的路径，无关具体项时为 null.
    /// Path inside the input; null if no single value is at fault.
    pub field: Option<Vec<String>>,
}

impl Error {
    /// The error as an entry of `userErrors`.
    ///
    /// # Errors
    /// Gives the error back unchanged if its code is one of top-level errors; the resolver then returns it as such.
    pub fn into_user_error(self, lang: Language) -> Result<UserError, Self> {
        let Some(code) = self.code().user() else {
            return Err(self);
        };
        let messages = self.messages();
        Ok(UserError {
            code,
            message: messages.text(lang).to_owned(),
            messages,
            field: self.into_field(),
        })
    }
}
