//! Keyset pages: authenticated cursors and the SQL of "after this row" (G16–G18, G73).
//!
//! A cursor carries the sort key and the id of a row and a digest of the filter, under an HMAC: a
//! foreign, altered or other-filter cursor is `BAD_CURSOR`, never an SQL error.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr, UnionType,
};
use sea_orm::{EntityTrait, IdenStatic, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Reason, Result};

/// Rows of a page unless asked otherwise.
pub const DEFAULT: u64 = 25;
/// Most rows of a page.
pub const MOST: u64 = 100;
/// `totalCount` is exact up to here; one more means "more".
pub const COUNT_CAP: u64 = 25_000;

/// What a page was asked for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Rows from the start.
    pub first: Option<i32>,
    /// Rows behind this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Rows before this cursor.
    pub before: Option<String>,
}

/// Sort key and id of the row at a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Sort key: microseconds of an instant, or a sequence number.
    pub order: i64,
    /// Closes the order.
    pub id: Uuid,
}

impl Key {
    /// The key of a row that is sorted by an instant.
    #[must_use]
    pub fn at(at: DateTime<Utc>, id: Uuid) -> Self {
        Self {
            order: at.timestamp_micros(),
            id,
        }
    }

    /// The sort key as an instant.
    ///
    /// # Errors
    /// `BAD_CURSOR` outside the range of instants.
    pub fn instant(&self) -> Result<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.order).ok_or_else(|| Error::input(Reason::BadCursor))
    }

    /// The sort key as a sequence number.
    ///
    /// # Errors
    /// `BAD_CURSOR` outside the range of sequence numbers.
    pub fn seq(&self) -> Result<i32> {
        i32::try_from(self.order).map_err(|error| Error::input(Reason::BadCursor).caused_by(error))
    }
}

/// A checked request for a page.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Rows wanted.
    pub size: u64,
    /// From the end of the list.
    pub backward: bool,
    /// Only rows beyond this one, in the direction of reading.
    pub beyond: Option<Key>,
}

/// Makes and reads cursors for one list with one filter.
#[derive(Clone, Debug)]
pub struct Cursors {
    key: [u8; 32],
    filter: [u8; 8],
}

const LENGTH: usize = 1 + 8 + 16 + 8 + 16;

impl Cursors {
    /// `key` is the secret of the server; `scope` names list, reader and filter.
    #[must_use]
    pub fn new(key: [u8; 32], scope: &str) -> Self {
        let digest = Sha256::digest(scope.as_bytes());
        let mut filter = [0_u8; 8];
        filter
            .iter_mut()
            .zip(digest.iter())
            .for_each(|(to, from)| *to = *from);
        Self { key, filter }
    }

    /// The cursor of a row.
    ///
    /// # Errors
    /// `INTERNAL`, never in practice.
    pub fn write(&self, key: Key) -> Result<String> {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(1);
        bytes.extend(key.order.to_be_bytes());
        bytes.extend(key.id.as_bytes());
        bytes.extend(self.filter);
        let tag = self.tag(&bytes)?;
        bytes.extend(tag);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// `BAD_CURSOR`.
    pub fn read(&self, text: &str) -> Result<Key> {
        let bad = || Error::input(Reason::BadCursor);
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|error| bad().caused_by(error))?;
        let (body, tag) = bytes.split_at_checked(LENGTH - 16).ok_or_else(bad)?;
        if bytes.len() != LENGTH
            || !bool::from(subtle::ConstantTimeEq::ct_eq(
                self.tag(body)?.as_slice(),
                tag,
            ))
        {
            return Err(bad());
        }
        let order = body
            .get(1..9)
            .and_then(|part| part.try_into().ok())
            .map(i64::from_be_bytes)
            .ok_or_else(bad)?;
        let id = body
            .get(9..25)
            .and_then(|part| part.try_into().ok())
            .map(Uuid::from_bytes)
            .ok_or_else(bad)?;
        if body.first() != Some(&1) || body.get(25..33) != Some(self.filter.as_slice()) {
            return Err(bad());
        }
        Ok(Key { order, id })
    }

    fn tag(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(Error::internal)?;
        mac.update(bytes);
        Ok(mac.finalize().into_bytes().into_iter().take(16).collect())
    }

    /// Checks the arguments of a connection.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` with `PAGE_SIZE` or `BAD_CURSOR`.
    pub fn window(&self, ask: &Ask) -> Result<Window> {
        let backward = ask.last.is_some() || (ask.before.is_some() && ask.first.is_none());
        let wrong = (ask.first.is_some() && ask.last.is_some())
            || (ask.after.is_some() && ask.before.is_some());
        let size = ask
            .first
            .or(ask.last)
            .map_or(Ok(DEFAULT), u64::try_from)
            .unwrap_or(0);
        if wrong || size == 0 || size > MOST {
            return Err(Error::input(Reason::PageSize));
        }
        let cursor = if backward {
            ask.before.as_deref()
        } else {
            ask.after.as_deref()
        };
        Ok(Window {
            size,
            backward,
            beyond: cursor.map(|text| self.read(text)).transpose()?,
        })
    }
}

/// Rows that lie beyond `key` as a row value, which both engines answer from the index.
///
/// # Errors
/// `BAD_CURSOR`.
pub fn beyond<C: sea_orm::ColumnTrait>(
    at: C,
    id: C,
    key: Key,
    descending: bool,
) -> Result<SimpleExpr> {
    let left = Expr::tuple([Expr::col(at.as_column_ref()), Expr::col(id.as_column_ref())]);
    let right = Expr::tuple([Expr::value(key.instant()?), Expr::value(key.id)]);
    Ok(if descending {
        left.lt(right)
    } else {
        left.gt(right)
    })
}

/// Asks for one row more than the window holds, in the order `(at, id)`, beyond its cursor.
///
/// # Errors
/// `BAD_CURSOR`.
pub fn select<E, C>(
    query: Select<E>,
    (at, id): (C, C),
    window: &Window,
    descending: bool,
) -> Result<Select<E>>
where
    E: EntityTrait,
    C: sea_orm::ColumnTrait,
{
    let down = descending != window.backward;
    let query = match window.beyond {
        Some(key) => query.filter(beyond(at, id, key, down)?),
        None => query,
    };
    let order = if down { Order::Desc } else { Order::Asc };
    Ok(query
        .order_by(at, order.clone())
        .order_by(id, order)
        .limit(window.size + 1))
}

/// [`select`] for a list of several parts: each is answered from an index by itself, and their first rows are merged
/// by the same statement. It selects these columns, in this order.
///
/// # Errors
/// `BAD_CURSOR`.
pub fn merged<E: EntityTrait>(
    parts: Vec<Select<E>>,
    columns: &[E::Column],
    (at, id): (E::Column, E::Column),
    window: &Window,
    descending: bool,
) -> Result<SelectStatement> {
    let mut parts = parts
        .into_iter()
        .map(|part| {
            let part = select(part, (at, id), window, descending)?;
            Ok(part
                .select_only()
                .columns(columns.iter().copied())
                .into_query())
        })
        .collect::<Result<Vec<SelectStatement>>>()?;
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(only);
    }
    let name = |column: &E::Column| Alias::new(column.as_str());
    let of = |part: SelectStatement, alias: &'static str| {
        Query::select()
            .columns(columns.iter().map(name))
            .from_subquery(part, alias)
            .to_owned()
    };
    let mut parts = parts.into_iter().map(|part| of(part, "part"));
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        all.union(UnionType::All, part);
    }
    let down = descending != window.backward;
    let order = || if down { Order::Desc } else { Order::Asc };
    Ok(of(all, "page")
        .order_by(name(&at), order())
        .order_by(name(&id), order())
        .limit(window.size + 1)
        .to_owned())
}

/// Cuts the surplus row off and puts the rows in the order of the list; whether there was more.
pub fn trim<T>(rows: &mut Vec<T>, window: &Window) -> bool {
    let size = usize::try_from(window.size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    if window.backward {
        rows.reverse();
    }
    more
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn key() -> Key {
        Key {
            order: 1_790_000_000_123_456,
            id: Uuid::from_u128(7),
        }
    }

    /// G17
    #[test]
    fn a_cursor_is_read_only_under_its_key_and_filter() {
        let cursors = Cursors::new([7; 32], "tickets|a");
        let text = cursors.write(key()).unwrap();
        assert_eq!(cursors.read(&text).unwrap(), key());
        assert!(Cursors::new([8; 32], "tickets|a").read(&text).is_err());
        assert!(Cursors::new([7; 32], "tickets|b").read(&text).is_err());
        for place in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            *altered.get_mut(place).unwrap() = if altered.get(place) == Some(&b'A') {
                b'B'
            } else {
                b'A'
            };
            assert!(
                cursors.read(&String::from_utf8(altered).unwrap()).is_err(),
                "{place}"
            );
        }
        assert!(cursors.read("").is_err() && cursors.read("é").is_err());
    }

    /// G16
    #[test]
    fn page_sizes_outside_the_bounds_are_refused() {
        let cursors = Cursors::new([7; 32], "x");
        let ask = |first, last| Ask {
            first,
            last,
            ..Ask::default()
        };
        assert_eq!(cursors.window(&ask(None, None)).unwrap().size, DEFAULT);
        assert_eq!(cursors.window(&ask(Some(100), None)).unwrap().size, 100);
        assert!(cursors.window(&ask(None, Some(3))).unwrap().backward);
        for (first, last) in [
            (Some(0), None),
            (Some(-1), None),
            (Some(101), None),
            (None, Some(0)),
            (Some(1), Some(1)),
        ] {
            assert!(cursors.window(&ask(first, last)).is_err());
        }
    }
}
