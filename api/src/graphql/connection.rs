//! Connections in the form of Relay: edges, nodes, page position, and a count that is lazy (G16–G18).
//!
//! [`connection!`] makes the types of one list; what rows it holds is decided by the capability.

use std::fmt;
use std::sync::Arc;

use async_graphql::SimpleObject;
use futures_util::future::BoxFuture;
use sea_orm::{EntityTrait, FromQueryResult, PaginatorTrait, QuerySelect, Select};

use crate::app::App;
use crate::error::{Error, Result};
use crate::page::{self, Cursors, Key, Window};

/// 分页信息.
/// Page position.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// 后面还有.
    /// There is more behind.
    pub has_next_page: bool,
    /// 前面还有.
    /// There is more before.
    pub has_previous_page: bool,
    /// 首行游标.
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// 末行游标.
    /// Cursor of the last row.
    pub end_cursor: Option<String>,
}

type Count = dyn Fn(App) -> BoxFuture<'static, Result<u64>> + Send + Sync;

/// Counts the rows of a list when it is asked to; one more than the cap means "more".
#[derive(Clone)]
pub struct Counter(Arc<Count>);

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counter")
    }
}

impl Counter {
    /// Counts the rows of a query, up to the cap.
    pub fn of<E, M>(query: Select<E>) -> Self
    where
        E: EntityTrait<Model = M>,
        M: FromQueryResult + Sized + Send + Sync + 'static,
        Select<E>: Send + Sync,
    {
        Self(Arc::new(move |app| {
            let query = query.clone().limit(page::COUNT_CAP + 1);
            Box::pin(async move { Ok(query.count(app.db.read()).await?) })
        }))
    }

    /// A number that is known already.
    #[must_use]
    pub fn known(count: u64) -> Self {
        Self(Arc::new(move |_| Box::pin(async move { Ok(count) })))
    }

    /// Counts.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, app: &App) -> Result<i32> {
        let count = (self.0)(app.clone()).await?;
        Ok(i32::try_from(count.min(page::COUNT_CAP + 1)).unwrap_or(i32::MAX))
    }
}

/// Rows of a page with their cursors, and where the page lies.
#[derive(Debug)]
pub struct Page<T> {
    /// Cursor and row.
    pub rows: Vec<(String, T)>,
    /// Page position.
    pub info: PageInfo,
}

/// Makes a page of the rows that were read for a window, surplus row included.
///
/// # Errors
/// `INTERNAL`, never in practice.
pub fn page<T>(
    cursors: &Cursors,
    window: &Window,
    mut rows: Vec<T>,
    key: impl Fn(&T) -> Key,
) -> Result<Page<T>> {
    let more = page::trim(&mut rows, window);
    let rows = rows
        .into_iter()
        .map(|row| Ok((cursors.write(key(&row))?, row)))
        .collect::<Result<Vec<_>, Error>>()?;
    let beyond = window.beyond.is_some();
    let info = PageInfo {
        has_next_page: if window.backward { beyond } else { more },
        has_previous_page: if window.backward { more } else { beyond },
        start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
    };
    Ok(Page { rows, info })
}

/// The connection and edge types of a node; the comments are the descriptions in the schema.
#[macro_export]
macro_rules! connection {
    ($(#[$about:meta])* $connection:ident, $(#[$row:meta])* $edge:ident, $node:ident) => {
        $(#[$row])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $edge {
            /// 游标.
            /// Cursor.
            pub cursor: String,
            /// 行.
            /// The row.
            pub node: Option<$node>,
        }

        $(#[$about])*
        #[derive(Debug, async_graphql::SimpleObject)]
        #[graphql(complex)]
        pub struct $connection {
            /// 带游标的行.
            /// Rows with cursors.
            pub edges: Vec<Option<$edge>>,
            /// 行.
            /// Rows.
            pub nodes: Vec<Option<$node>>,
            /// 分页信息.
            /// Page position.
            pub page_info: $crate::graphql::PageInfo,
            #[graphql(skip)]
            counter: $crate::graphql::Counter,
        }

        #[async_graphql::ComplexObject]
        impl $connection {
            /// 总数，选取时才计算.
            /// Number of rows, computed only when asked for.
            async fn total_count(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> Option<async_graphql::Result<i32>> {
                let counted = self.counter.count($crate::graphql::app(ctx)).await;
                Some(counted.map_err(Into::into))
            }
        }

        impl $connection {
            /// The connection of a page.
            fn new(
                page: $crate::graphql::Page<impl Into<$node>>,
                counter: $crate::graphql::Counter,
            ) -> Self {
                let edges: Vec<Option<$edge>> = page
                    .rows
                    .into_iter()
                    .map(|(cursor, row)| {
                        Some($edge {
                            cursor,
                            node: Some(row.into()),
                        })
                    })
                    .collect();
                let nodes = edges
                    .iter()
                    .map(|edge| edge.as_ref().and_then(|edge| edge.node.clone()))
                    .collect();
                Self {
                    edges,
                    nodes,
                    page_info: page.info,
                    counter,
                }
            }
        }
    };
}
