//! Rows of which only some columns are read (G72).
//!
//! The other fields are blank: empty, zero, none, the first word. Whoever reads so names the columns of everything
//! that is looked at later; a list that shows number and state never carries ten thousand characters of text.

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryResult, QuerySelect, QueryTrait, Select};

/// The value of a column that was not read.
pub trait Blank {
    /// That value.
    fn blank() -> Self;
}

macro_rules! blank {
    ($($kind:ty = $value:expr),+ $(,)?) => {
        $(impl Blank for $kind {
            fn blank() -> Self {
                $value
            }
        })+
    };
}

blank! {
    String = Self::new(),
    bool = false,
    i32 = 0,
    i64 = 0,
    sea_orm::prelude::DateTimeUtc = Self::UNIX_EPOCH,
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }
}

/// A row that can be read in part.
pub trait Partial<C>: Sized {
    /// Reads a row that holds these columns in this order, the first one at place `from`.
    ///
    /// # Errors
    /// Those of decoding.
    fn read(row: &QueryResult, columns: &[C], from: usize) -> Result<Self, DbErr>;
}

/// Reads these columns of the rows of a query.
///
/// # Errors
/// Those of the database.
pub async fn some<E>(
    query: Select<E>,
    columns: &[E::Column],
    db: &impl ConnectionTrait,
) -> Result<Vec<E::Model>, DbErr>
where
    E: EntityTrait,
    E::Model: Partial<E::Column>,
{
    let query = query.select_only().columns(columns.iter().copied());
    read(&query.into_query(), columns, db).await
}

/// Reads the rows of a statement that selects these columns in this order.
///
/// # Errors
/// Those of the database.
pub async fn read<M, C>(
    query: &SelectStatement,
    columns: &[C],
    db: &impl ConnectionTrait,
) -> Result<Vec<M>, DbErr>
where
    M: Partial<C>,
{
    let rows = db.query_all(query).await?;
    rows.iter().map(|row| M::read(row, columns, 0)).collect()
}

/// Makes the model of a table readable in part; each field with its column.
macro_rules! partial {
    ($($field:ident = $column:ident),+ $(,)?) => {
        impl $crate::partial::Partial<Column> for Model {
            fn read(
                row: &sea_orm::QueryResult,
                columns: &[Column],
                from: usize,
            ) -> Result<Self, DbErr> {
                let mut made = Self { $($field: $crate::partial::Blank::blank()),+ };
                for (place, column) in (from..).zip(columns) {
                    match column {
                        $(Column::$column => made.$field = row.try_get_by_index(place)?),+
                    }
                }
                Ok(made)
            }
        }
    };
}

pub(crate) use partial;
