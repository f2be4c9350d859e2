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

/// 整数，绝对值小于 2^53：字节数与分.
/// Integer of magnitude below 2^53, a JSON number: bytes and fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long(pub i64);

/// Beyond it a JSON number is no longer exact everywhere.
const EXACT: i64 = 1 << 53;

/// 整数，绝对值小于 2^53：字节数与分.
/// Integer of magnitude below 2^53, a JSON number: bytes and fen.
#[Scalar(
    name = "Long",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259#section-6"
)]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        match number {
            Some(number) if number > -EXACT && number < EXACT => Ok(Self(number)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

/// 日期：Asia/Shanghai 的民用日期，YYYY-MM-DD.
/// Civil date in Asia/Shanghai, YYYY-MM-DD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub NaiveDate);

/// 日期：Asia/Shanghai 的民用日期，YYYY-MM-DD.
/// Civil date in Asia/Shanghai, YYYY-MM-DD.
#[Scalar(name = "Date")]
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

    #[test]
    fn a_long_is_an_exact_json_number() {
        let read = |value: Value| Long::parse(value).ok();
        assert_eq!(read(Value::from(20_971_520)), Some(Long(20_971_520)));
        assert_eq!(read(Value::from(EXACT - 1)), Some(Long(EXACT - 1)));
        assert_eq!(read(Value::from(EXACT)), None);
        assert_eq!(read(Value::from(-EXACT)), None);
        assert_eq!(read(Value::from("1")), None);
        assert_eq!(read(Value::from(1.5)), None);
        assert_eq!(Long(7).to_value(), Value::from(7));
    }

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
