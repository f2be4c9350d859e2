//! The contract and its parameters (`domain.md` 4.1, 6). A value that no code implements is absent
//! and is refused with `PARAMETER_UNSUPPORTED`.

words! {
    /// 合同状态. State of a contract.
    ContractState {
        /// 草稿. Draft.
        Draft = "DRAFT",
        /// 履行中. In force.
        Active = "ACTIVE",
        /// 期满. Expired.
        Expired = "EXPIRED",
        /// 终止. Terminated.
        Terminated = "TERMINATED",
    }
}

words! {
    /// 服务期种类. Kind of a service period.
    PeriodKind {
        /// 服务年度. Service year.
        Year = "YEAR",
        /// 合同季度. Contract quarter of three months.
        Quarter = "QUARTER",
    }
}

words! {
    /// “2 小时内响应处理”的含义. Meaning of the two hour classes.
    TwoHourMeaning {
        /// 响应并采取首个处理步骤. Response and first handling step.
        RespondAndStart = "RESPOND_AND_START",
        /// 响应即可. The response alone.
        Respond = "RESPOND",
    }
}

words! {
    /// 关闭后重开的目标. Target of a cycle after reopening.
    ReopenTarget {
        /// 完整目标. The full target.
        Full = "FULL",
        /// 剩余目标. The target minus the elapsed time of earlier cycles.
        Remaining = "REMAINING",
    }
}

words! {
    /// 缺少日历年份时. When a calendar year is missing.
    CalendarMissing {
        /// 暂定到期并提示. Provisional due date with an alert.
        Provisional = "PROVISIONAL",
        /// 拒绝. Refuse.
        Refuse = "REFUSE",
    }
}
