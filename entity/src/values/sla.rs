//! Clocks (`domain.md` 3.2, `sla.md` 1.2).

words! {
    /// 时限代码 (合同的时限一览). Code of a clock of the contract.
    ClockCode {
        /// 咨询 1 小时响应. Consultation, response in 1 h.
        ConsultResponse1h = "CONSULT_RESPONSE_1H",
        /// 故障 2 小时响应处理. Fault, response and first step in 2 h.
        FaultResponse2h = "FAULT_RESPONSE_2H",
        /// 维护、备份、漏洞 2 小时响应处理. Maintenance, backup, vulnerability, 2 h.
        Response2h = "RESPONSE_2H",
        /// 变更与接口 2 小时响应处理，自转交起. Change and interface, 2 h from the release.
        ChangeResponse2h = "CHANGE_RESPONSE_2H",
        /// 数据申请 2 小时响应处理，自转交起. Data request, 2 h from the forwarding.
        DataResponse2h = "DATA_RESPONSE_2H",
        /// 培训：下一法定工作日 24:00 前响应. Training, by the end of the next working day.
        TrainingResponseWd = "TRAINING_RESPONSE_WD",
        /// 升级：下一法定工作日 24:00 前响应. Upgrade, by the end of the next working day.
        UpgradeResponseWd = "UPGRADE_RESPONSE_WD",
        /// 文档与投诉：下一法定工作日. Documents and complaints, next working day.
        ResponseNextWd = "RESPONSE_NEXT_WD",
        /// 立即响应 15 分钟. Immediate, 15 min.
        Immediate15min = "IMMEDIATE_15MIN",
        /// 首个处理步骤 30 分钟，仅指标. First step in 30 min, KPI only.
        FirstStepKpi30min = "FIRST_STEP_KPI_30MIN",
        /// 按级别解决. Resolution by severity.
        ResolutionBySeverity = "RESOLUTION_BY_SEVERITY",
        /// 约定计划. Date of the agreed plan.
        AgreedPlan = "AGREED_PLAN",
        /// 灾难恢复时间. Recovery time of a disaster.
        DisasterRto = "DISASTER_RTO",
        /// 故障报告 3 个工作日. Fault report, 3 wd.
        FaultReport3wd = "FAULT_REPORT_3WD",
        /// 工作量评估 5 个工作日. Effort estimate, 5 wd.
        EffortEstimate5wd = "EFFORT_ESTIMATE_5WD",
        /// 巡检报告 5 个工作日. Inspection report, 5 wd.
        InspectionReport5wd = "INSPECTION_REPORT_5WD",
        /// 报告确认 5 个工作日. Confirmation of a report, 5 wd.
        ReportConfirm5wd = "REPORT_CONFIRM_5WD",
        /// 交接培训 10 个工作日. Hand-over training, 10 wd.
        HandoverTraining10wd = "HANDOVER_TRAINING_10WD",
        /// 升级后培训 10 个工作日. Training after a release, 10 wd.
        TrainingAfterRelease = "TRAINING_AFTER_RELEASE",
        /// 技术文档 15 个工作日. Technical documents, 15 wd.
        Docs15wd = "DOCS_15WD",
        /// 文档更新 10 个工作日. Update of documents, 10 wd.
        DocsUpdate10wd = "DOCS_UPDATE_10WD",
        /// 灾难复盘 5 个工作日. Review of a disaster, 5 wd.
        DisasterReview5wd = "DISASTER_REVIEW_5WD",
        /// 退出删除 10 个工作日. Deletion at the exit, 10 wd.
        ExitDelete10wd = "EXIT_DELETE_10WD",
        /// 违约答复 5 个工作日. Reply to a breach notice, 5 wd.
        BreachReply5wd = "BREACH_REPLY_5WD",
        /// 申诉 5 个工作日. Appeal, 5 wd.
        Appeal5wd = "APPEAL_5WD",
        /// 考核整改 10 个工作日. Rectification after an assessment, 10 wd.
        AssessmentRectify10wd = "ASSESSMENT_RECTIFY_10WD",
    }
}

words! {
    /// 时限种类. Kind of a clock.
    SlaClockKind {
        /// 响应. Response.
        Response = "RESPONSE",
        /// 解决. Resolution.
        Resolution = "RESOLUTION",
        /// 交付. Delivery.
        Delivery = "DELIVERY",
        /// 周期. Periodic.
        Periodic = "PERIODIC",
        /// 指标，无后果. KPI without consequence.
        Kpi = "KPI",
    }
}

words! {
    /// 时限单位，三者不换算 (S3). Unit of a clock; the three are never converted.
    SlaUnit {
        /// 自然时间，秒. Natural time in seconds.
        Natural = "NATURAL",
        /// 服务时间，秒. Service time in seconds.
        Service = "SERVICE",
        /// 法定工作日. Statutory working days.
        Wd = "WD",
    }
}

words! {
    /// 时限状态. State of a clock.
    SlaClockState {
        /// 运行. Running.
        Running = "RUNNING",
        /// 暂停（经院方同意）. Paused with the consent of the hospital.
        Paused = "PAUSED",
        /// 已停止. Stopped.
        Stopped = "STOPPED",
        /// 已取消. Cancelled.
        Cancelled = "CANCELLED",
    }
}

words! {
    /// 时限结果. Outcome of a clock.
    SlaResult {
        /// 进行中. Open.
        Open = "OPEN",
        /// 按时. On time.
        OnTime = "ON_TIME",
        /// 逾期. Late.
        Late = "LATE",
        /// 不适用. Not applicable.
        Na = "NA",
    }
}

words! {
    /// 目标来源. Where the target of a clock comes from.
    TargetSource {
        /// 合同策略. Policy of the contract.
        Policy = "POLICY",
        /// 已签附件. Signed annex.
        Annex = "ANNEX",
        /// 书面催告. Written demand.
        Demand = "DEMAND",
        /// 无目标：未约定解决时限. None: no resolution target agreed.
        None = "NONE",
    }
}

words! {
    /// 解决的确认 (S35). Confirmation of a solution.
    Confirmation {
        /// 未到确认. Not due.
        None = "NONE",
        /// 已确认. Confirmed.
        Confirmed = "CONFIRMED",
        /// 院方未确认. Not confirmed by the hospital in time.
        Unconfirmed = "UNCONFIRMED",
    }
}

words! {
    /// 时限取消的原因. Why a clock was cancelled.
    ClockCancelReason {
        /// 院方自行处理. Taken by the hospital.
        TakenByHospital = "TAKEN_BY_HOSPITAL",
        /// 工单撤销. Ticket cancelled.
        TicketCancelled = "TICKET_CANCELLED",
        /// 重复工单. Duplicate.
        Duplicate = "DUPLICATE",
        /// 超出服务范围. Out of scope.
        OutOfScope = "OUT_OF_SCOPE",
    }
}

words! {
    /// 月度报告中时限不适用的原因 (S30, S31, S36). Why the monthly statement does not judge a clock.
    NotApplicable {
        /// 院方自行处理. Taken by the hospital.
        TakenByHospital = "TAKEN_BY_HOSPITAL",
        /// 工单撤销. Ticket cancelled.
        TicketCancelled = "TICKET_CANCELLED",
        /// 重复工单. Duplicate.
        Duplicate = "DUPLICATE",
        /// 超出服务范围. Out of scope.
        OutOfScope = "OUT_OF_SCOPE",
        /// 由院方解决. Solved by the hospital.
        SolvedByHospital = "SOLVED_BY_HOSPITAL",
        /// 未约定解决时限. No resolution target agreed.
        NoTarget = "NO_TARGET",
    }
}

words! {
    /// 时限事件种类 (S5, S6). Kind of an event of a clock.
    SlaEventKind {
        /// 起算. Attached and started.
        Attach = "ATTACH",
        /// 暂停（已获同意）. Paused by consent.
        Pause = "PAUSE",
        /// 恢复. Resumed.
        Resume = "RESUME",
        /// 完成. Completed.
        Complete = "COMPLETE",
        /// 完成被驳回. Completion withdrawn.
        Reject = "REJECT",
        /// 取消. Cancelled.
        Cancel = "CANCEL",
        /// 进入下一轮. The next cycle begins.
        Reattach = "REATTACH",
        /// 目标改变. The target changes.
        Retarget = "RETARGET",
        /// 更正时刻. A time is corrected.
        Correct = "CORRECT",
        /// 迁移策略或日历. Policy or calendar migrated.
        Migrate = "MIGRATE",
    }
}

words! {
    /// 时间由谁占用 (S15). Who held the object.
    Party {
        /// 院方. Hospital.
        Hospital = "HOSPITAL",
        /// 服务商. Vendor.
        Vendor = "VENDOR",
        /// 第三方. Third party.
        ThirdParty = "THIRD_PARTY",
    }
}

words! {
    /// 占用原因. Cause of a holding.
    HoldingCause {
        /// 处理. Handling.
        Handling = "HANDLING",
        /// 暂停. Pause.
        Pause = "PAUSE",
        /// 院方核对. Check by the hospital.
        Check = "CHECK",
        /// 院方自行处理. Taken by the hospital.
        Taken = "TAKEN",
        /// 院方审批. Approval by the hospital.
        Approval = "APPROVAL",
    }
}

words! {
    /// 违约种类. Kind of a breach.
    BreachKind {
        /// 解决逾期. Late resolution.
        ResolutionLate = "RESOLUTION_LATE",
        /// 响应逾期. Late response.
        ResponseLate = "RESPONSE_LATE",
        /// 其他. Other.
        Other = "OTHER",
    }
}

words! {
    /// 违约状态；候选不会消失，只会撤回. State of a breach; a candidate is never deleted.
    BreachState {
        /// 候选. Candidate, nobody has judged it yet.
        Candidate = "CANDIDATE",
        /// 撤回：重算后按时. Withdrawn, a replay shows it on time.
        Withdrawn = "WITHDRAWN",
    }
}
