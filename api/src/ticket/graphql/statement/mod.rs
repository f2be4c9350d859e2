//! The monthly statement of the clocks of a contract (二(二), 三3; `reports.md` 10.4): counts by class and severity,
//! percentiles, every late clock, pauses, demands, recurrences, tickets. Who reads it: `STATEMENT_READ`.

mod read;
mod types;

use async_graphql::{Context, ID, Object};
use entity::ids::ContractId;

use super::account::for_reader;
use super::types::Maybe;

pub use types::SlaStatement;

/// Queries of the statement.
#[derive(Default)]
pub struct StatementQuery;

/// Queries of the statement.
#[Object]
impl StatementQuery {
    /// 合同一个自然月的服务时效统计，截至查询时；合同不可见为 null，未开始的月份为错误，明细超过 5000 行为错误. 权限 STATEMENT_READ.
    /// The clocks of a contract in one civil month as they stand now; null out of scope, an error for a month that has not
    /// begun and for lists of more than 5000 rows. Permission STATEMENT_READ.
    #[graphql(complexity = "20 + child_complexity")]
    async fn sla_statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "合同. The contract.")] contract_id: ID,
        #[graphql(desc = "年份，2000–2100. Year, 2000 to 2100.")] year: i32,
        #[graphql(desc = "月份，1–12. Month, 1 to 12.")] month: i32,
    ) -> Maybe<SlaStatement> {
        let id = ContractId::lookup(&contract_id);
        let found = Box::pin(read::statement(ctx, id, (year, month))).await;
        found.map_err(for_reader).map_err(Into::into).transpose()
    }
}
