//! Scalars of the schema whose text form is promised (S21).

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, NaiveDate, SecondsFormat, SubsecRound, Utc};

/// 时刻：RFC 3339、UTC、微秒，输入可带任意时区.
/// Instant: RFC 3339 in UTC with six digits and `Z`; input with any offset, cut to microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant(pub DateTime<Utc>);

/// 时刻：RFC 3339、UTC、微秒，输入可带任意时区.
/// Instant: RFC 3339 in UTC with six digits and `Z`; input with any offset, cut to microseconds.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for Instant {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|error| {
            InputValueError::custom(format!("not an RFC 3339 instant: {error}"))
        })?;
        Ok(Self(parsed.with_timezone(&Utc).trunc_subsecs(6)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

/// 日期：合同时区（Asia/Shanghai）的民用日期.
/// Civil date in the zone of the contract, Asia/Shanghai.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

/// 日期：合同时区（Asia/Shanghai）的民用日期.
/// Civil date in the zone of the contract, Asia/Shanghai: YYYY-MM-DD.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|error| InputValueError::custom(format!("not a date: {error}")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S21
    #[test]
    fn instants_are_utc_with_six_digits() {
        let read = |text: &str| {
            Instant::parse(Value::from(text))
                .map(|instant| instant.to_value())
                .ok()
        };
        assert_eq!(
            read("2026-10-01T08:00:00+08:00"),
            Some(Value::from("2026-10-01T00:00:00.000000Z"))
        );
        assert_eq!(
            read("2026-10-01T00:00:00.1234567Z"),
            Some(Value::from("2026-10-01T00:00:00.123456Z"))
        );
        assert_eq!(read("2026-10-01"), None);
    }
}
