//! Connections in the form of Relay: edges, nodes, page position, and a count that is lazy (G16–G18).
//!
//! [`connection!`] makes the types of one list; what rows it holds is decided by the capability.

use std::fmt;
use std::sync::Arc;

use async_graphql::Object;
use futures_util::future::BoxFuture;
use sea_orm::{EntityTrait, FromQueryResult, PaginatorTrait, QuerySelect, Select};

use crate::app::App;
use crate::error::Result;
use crate::page::{self, Cursors, Key, Window};

/// Where a page lies; cursors are made only when they are asked for.
#[derive(Clone, Debug)]
pub struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    first: Option<Key>,
    last: Option<Key>,
    cursors: Cursors,
}

/// 分页信息.
/// Page position.
#[Object]
impl PageInfo {
    /// 后面还有.
    /// There is more behind.
    async fn has_next_page(&self) -> bool {
        self.has_next_page
    }
    /// 前面还有.
    /// There is more before.
    async fn has_previous_page(&self) -> bool {
        self.has_previous_page
    }
    /// 首行游标.
    /// Cursor of the first row.
    async fn start_cursor(&self) -> Option<async_graphql::Result<String>> {
        self.first.map(|key| Ok(self.cursors.write(key)?))
    }
    /// 末行游标.
    /// Cursor of the last row.
    async fn end_cursor(&self) -> Option<async_graphql::Result<String>> {
        self.last.map(|key| Ok(self.cursors.write(key)?))
    }
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

/// Rows of a page with their keys, and where the page lies.
#[derive(Debug)]
pub struct Page<T> {
    /// Key and row.
    pub rows: Vec<(Key, T)>,
    /// Page position.
    pub info: PageInfo,
    /// Makes the cursors.
    pub cursors: Cursors,
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
    let rows: Vec<(Key, T)> = rows.into_iter().map(|row| (key(&row), row)).collect();
    let beyond = window.beyond.is_some();
    let info = PageInfo {
        has_next_page: if window.backward { beyond } else { more },
        has_previous_page: if window.backward { more } else { beyond },
        first: rows.first().map(|(key, _)| *key),
        last: rows.last().map(|(key, _)| *key),
        cursors: cursors.clone(),
    };
    Ok(Page {
        rows,
        info,
        cursors: cursors.clone(),
    })
}

/// The connection and edge types of a node; the comments are the descriptions in the schema.
#[macro_export]
macro_rules! connection {
    ($(#[$about:meta])* $connection:ident, $(#[$row:meta])* $edge:ident, $node:ident) => {
        $(#[$row])*
        #[derive(Debug)]
        pub struct $edge<'a> {
            key: $crate::page::Key,
            node: &'a $node,
            cursors: &'a $crate::page::Cursors,
        }

        $(#[$row])*
        #[async_graphql::Object]
        impl<'a> $edge<'a> {
            /// 游标.
            /// Cursor.
            async fn cursor(&self) -> async_graphql::Result<String> {
                Ok(self.cursors.write(self.key)?)
            }
            /// 行.
            /// The row.
            async fn node(&self) -> Option<&$node> {
                Some(self.node)
            }
        }

        $(#[$about])*
        #[derive(Debug)]
        pub struct $connection {
            page: $crate::graphql::Page<$node>,
            counter: $crate::graphql::Counter,
        }

        $(#[$about])*
        #[async_graphql::Object]
        impl $connection {
            /// 带游标的行.
            /// Rows with cursors.
            async fn edges(&self) -> Vec<Option<$edge<'_>>> {
                let cursors = &self.page.cursors;
                let rows = self.page.rows.iter();
                rows.map(|(key, node)| Some($edge { key: *key, node, cursors })).collect()
            }
            /// 行.
            /// Rows.
            async fn nodes(&self) -> Vec<Option<&$node>> {
                self.page.rows.iter().map(|(_, node)| Some(node)).collect()
            }
            /// 分页信息.
            /// Page position.
            async fn page_info(&self) -> &$crate::graphql::PageInfo {
                &self.page.info
            }
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
                let rows = page.rows.into_iter().map(|(key, row)| (key, row.into()));
                let page = $crate::graphql::Page {
                    rows: rows.collect(),
                    info: page.info,
                    cursors: page.cursors,
                };
                Self { page, counter }
            }
        }
    };
}
