//! Tests of the module beside it (tests).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeSet, io::Write};

use super::*;

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The table as text: code, status, Chinese, English. G26.
fn printed() -> String {
    Code::ALL
        .iter()
        .map(|code| {
            let messages = Error::new(*code).messages();
            let list = if code.user().is_some() { "user" } else { "top" };
            format!(
                "{list} {} {} | {} | {}\n",
                code.word(),
                code.status(),
                messages.zh,
                messages.en
            )
        })
        .chain(Reason::ALL.iter().map(|reason| {
            let (zh, en) = reason.text();
            format!("reason {} | {zh} | {en}\n", reason.word())
        }))
        .collect()
}

/// G26: whoever changes a code, a status or a text sees it in the snapshot. `UPDATE_SNAPSHOTS=1` writes it anew.
#[test]
fn table_of_codes_equals_its_snapshot() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/error/table.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let mut file = std::fs::File::create(path).unwrap();
        file.write_all(printed().as_bytes()).unwrap();
    }
    assert_eq!(printed(), std::fs::read_to_string(path).unwrap());
}

/// G26: words are unique and UPPER_SNAKE; each text is there in both languages.
#[test]
fn every_code_is_bilingual_and_its_word_unique() {
    let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    for code in Code::ALL {
        let row = code.row();
        assert!(
            row.word.chars().all(|c| c.is_ascii_uppercase() || c == '_'),
            "{}",
            row.word
        );
        assert!(
            has_chinese(row.zh) && !has_chinese(row.en) && !row.en.is_empty(),
            "{}",
            row.word
        );
        assert_eq!(
            row.hint_zh.is_empty(),
            row.hint_en.is_empty(),
            "{}",
            row.word
        );
        assert!((400..600).contains(&row.status), "{}", row.word);
    }
}

#[test]
fn user_code_has_the_same_word_in_graphql_as_in_the_table() {
    use async_graphql::resolver_utils::EnumType;
    for code in Code::ALL {
        if let Some(user) = code.user() {
            assert_eq!(Code::from(user), *code);
            let item = UserErrorCode::items()
                .iter()
                .find(|item| item.value == user)
                .unwrap();
            assert_eq!(item.name, code.word());
        }
    }
}

#[test]
fn language_is_chinese_unless_english_is_preferred() {
    for (header, lang) in [
        (None, Language::Zh),
        (Some(""), Language::Zh),
        (Some("*"), Language::Zh),
        (Some("en"), Language::En),
        (Some("en-GB,en;q=0.8"), Language::En),
        (Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Zh),
        (Some("en;q=0.9, zh;q=0.5"), Language::En),
        (Some("en, zh"), Language::Zh),
        (Some("fr, en;q=0.5"), Language::En),
        (Some("en;q=0"), Language::Zh),
        (Some("en;q=abc"), Language::Zh),
    ] {
        assert_eq!(accepted_language(header), lang, "{header:?}");
    }
}

/// G57: nothing of the cause reaches the reader, all of it the log.
#[test]
fn internal_error_shows_nothing_of_its_cause() {
    let error =
        Error::from(sea_orm::DbErr::Custom("SELECT secret FROM t".into())).detail("泄露", "leak");
    assert_eq!(error.code(), Code::Internal);
    assert_eq!(error.messages().en, "internal error");
    assert_eq!(error.messages().zh, "内部错误");
    assert!(error.to_string().contains("SELECT secret"));
}

#[test]
fn timeout_of_the_pool_has_its_own_code() {
    let error = Error::from(sea_orm::DbErr::ConnectionAcquire(
        sea_orm::ConnAcquireErr::Timeout,
    ));
    assert_eq!(
        (error.code(), error.status(), error.retry_after_s()),
        (Code::PoolTimeout, 503, Some(1))
    );
    let pool =
        sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(sea_orm::SqlxError::PoolTimedOut));
    assert_eq!(
        Error::from(sea_orm::DbErr::Conn(pool)).code(),
        Code::PoolTimeout
    );
}

#[test]
fn source_survives_the_question_mark_of_a_resolver() {
    fn resolver() -> async_graphql::Result<i32> {
        Err(Error::new(UserErrorCode::FourEyes))?
    }
    let error = resolver()
        .unwrap_err()
        .into_server_error(Default::default());
    assert_eq!(error.source::<Error>().unwrap().code(), Code::FourEyes);
}

#[test]
fn only_codes_of_expected_failures_become_user_errors() {
    let user = Error::new(UserErrorCode::Required)
        .at(["fault", "scope"])
        .into_user_error(Language::En)
        .unwrap();
    assert_eq!(user.code, UserErrorCode::Required);
    assert_eq!(user.message, "a required value is missing");
    assert_eq!(
        user.field,
        Some(vec!["fault".to_owned(), "scope".to_owned()])
    );
    assert_eq!(
        Error::new(Code::Forbidden)
            .into_user_error(Language::En)
            .unwrap_err()
            .code(),
        Code::Forbidden
    );
}
