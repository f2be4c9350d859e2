//! Values of the machinery: jobs, notifications.

words! {
    /// 作业状态. State of a job.
    JobState {
        /// 待执行. Waits for its time.
        Available = "AVAILABLE",
        /// 执行中. Claimed by a worker.
        Running = "RUNNING",
        /// 完成. Done.
        Done = "DONE",
        /// 已取消：事由不复存在. Cancelled, its cause is gone.
        Cancelled = "CANCELLED",
        /// 死信：待管理员处理. Dead, waits for an administrator.
        Dead = "DEAD",
    }
}

words! {
    /// 作业一次执行的结局. How an attempt of a job ended.
    JobOutcome {
        /// 完成. Done.
        Done = "DONE",
        /// 失败，将重试. Failed, to be tried again.
        Retried = "RETRIED",
        /// 失败，不再重试. Failed for good.
        Dead = "DEAD",
        /// 租约到期仍无结果. No result before the lease ended.
        Lost = "LOST",
    }
}

words! {
    /// 通知种类. Kind of a notification.
    NotificationKind {
        /// 新工单. A ticket has come in.
        TicketReceived = "TICKET_RECEIVED",
        /// 工单有变化. A ticket has moved on.
        TicketChanged = "TICKET_CHANGED",
        /// 时限预警. A clock nears its due instant.
        ClockWarning = "CLOCK_WARNING",
        /// 时限逾期. A clock has passed its due instant.
        ClockBreach = "CLOCK_BREACH",
        /// 待您确认或决定. Something waits for your decision.
        DecisionNeeded = "DECISION_NEEDED",
        /// 巡检、报告与整改. Inspections, reports and rectification.
        Inspection = "INSPECTION",
        /// 报告. Reports.
        Report = "REPORT",
        /// 知识库. The knowledge base.
        Knowledge = "KNOWLEDGE",
        /// 账号与权限. Accounts and rights.
        Account = "ACCOUNT",
        /// 系统事项. Matters of the system.
        System = "SYSTEM",
    }
}
