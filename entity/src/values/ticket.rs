//! Tickets (`domain.md` 4.3, `entity/data/ticket-categories.json`).

words! {
    /// 工单类别. Category of a ticket.
    TicketCategory {
        /// 软件咨询与问题解答. Consultation and Q&A.
        Consult = "CONSULT",
        /// 故障排除. Fault.
        Fault = "FAULT",
        /// 系统灾难. Disaster.
        Disaster = "DISASTER",
        /// 系统调整变更. Adjustment and change.
        Change = "CHANGE",
        /// 接口配合. Interface cooperation.
        Interface = "INTERFACE",
        /// 数据恢复. Data recovery.
        DataRecovery = "DATA_RECOVERY",
        /// 数据调整. Data adjustment.
        DataAdjust = "DATA_ADJUST",
        /// 日常维护服务. Routine maintenance.
        Maintenance = "MAINTENANCE",
        /// 系统备份与恢复. Backup and recovery.
        Backup = "BACKUP",
        /// 人员培训. Training.
        Training = "TRAINING",
        /// 软件升级. Software upgrade.
        Upgrade = "UPGRADE",
        /// 技术文档与数据支持. Documents and data support.
        Document = "DOCUMENT",
        /// 数据安全与保密. Security and confidentiality.
        Security = "SECURITY",
        /// 投诉与表扬. Complaint and praise.
        Complaint = "COMPLAINT",
    }
}

words! {
    /// 流转路线. Route of a category.
    Route {
        /// 直接转服务商. To the vendor at once.
        Direct = "DIRECT",
        /// 信息中心先批准. The information centre approves first.
        HospitalApproval = "HOSPITAL_APPROVAL",
        /// 科室与信息中心双批准. Lead and information centre approve.
        DualApproval = "DUAL_APPROVAL",
        /// 宣告. Declared.
        Declare = "DECLARE",
        /// 受限可见. Restricted.
        Restricted = "RESTRICTED",
        /// 院内先行核查. Hospital triage before the vendor sees it.
        HospitalOnlyFirst = "HOSPITAL_ONLY_FIRST",
    }
}

words! {
    /// 级别. Severity.
    Severity {
        /// 一级（特急）. Critical.
        S1 = "S1",
        /// 二级（紧急）. High.
        S2 = "S2",
        /// 三级（一般）. Medium.
        S3 = "S3",
        /// 四级（轻微）. Low.
        S4 = "S4",
    }
}

words! {
    /// 紧急程度，报告人填写. Urgency, set by the reporter.
    Urgency {
        /// 高. High.
        High = "HIGH",
        /// 中. Medium.
        Medium = "MEDIUM",
        /// 低. Low.
        Low = "LOW",
    }
}

words! {
    /// 影响范围，信息中心填写. Impact, set by the information centre.
    Impact {
        /// 整个科室. The whole unit.
        WholeUnit = "WHOLE_UNIT",
        /// 多张床位. Several beds.
        SeveralBeds = "SEVERAL_BEDS",
        /// 单个. Single.
        Single = "SINGLE",
    }
}

words! {
    /// 影响多少张床位？ How many beds are affected?
    BedsAffected {
        /// 无. None.
        None = "NONE",
        /// 一张. One.
        One = "ONE",
        /// 多张. Several.
        Several = "SEVERAL",
        /// 整个科室. The whole unit.
        WholeUnit = "WHOLE_UNIT",
    }
}

words! {
    /// 服务方式 (二(一)). Channel of a contact.
    Channel {
        /// 电话. Telephone.
        Phone = "PHONE",
        /// 电子邮箱. E-mail.
        Email = "EMAIL",
        /// 网络远程（需院方授权）. Remote, with the hospital's authorisation.
        Remote = "REMOTE",
        /// QQ. QQ messenger.
        Qq = "QQ",
        /// 现场. On site.
        Onsite = "ONSITE",
        /// 服务平台. This system.
        Portal = "PORTAL",
        /// 其他. Other.
        Other = "OTHER",
    }
}

words! {
    /// 来源. Who raised the ticket.
    TicketOrigin {
        /// 院方. The hospital, also when a vendor person registered it.
        Hospital = "HOSPITAL",
        /// 服务商自报，不计入响应指标. The vendor itself; left out of response ratios.
        VendorSelf = "VENDOR_SELF",
        /// 系统. The system.
        System = "SYSTEM",
    }
}

words! {
    /// 工单状态. State of a ticket.
    TicketStatus {
        /// 已提交. Submitted.
        Submitted = "SUBMITTED",
        /// 已分诊. Triaged.
        Triaged = "TRIAGED",
        /// 已转服务商. Released to the vendor.
        Released = "RELEASED",
        /// 已响应. Responded.
        Responded = "RESPONDED",
        /// 处理中. In progress.
        InProgress = "IN_PROGRESS",
        /// 待院方. Waiting for the hospital.
        WaitingHospital = "WAITING_HOSPITAL",
        /// 待第三方. Waiting for a third party.
        WaitingThirdParty = "WAITING_THIRD_PARTY",
        /// 待窗口. Waiting for a window.
        WaitingWindow = "WAITING_WINDOW",
        /// 已解决待确认. Resolved, waits for confirmation.
        Resolved = "RESOLVED",
        /// 已关闭. Closed.
        Closed = "CLOSED",
        /// 重新打开. Reopened.
        Reopened = "REOPENED",
        /// 院方自行处理. Taken by the hospital.
        TakenByHospital = "TAKEN_BY_HOSPITAL",
        /// 已撤销. Cancelled.
        Cancelled = "CANCELLED",
        /// 重复. Duplicate.
        Duplicate = "DUPLICATE",
        /// 超范围. Out of scope.
        OutOfScope = "OUT_OF_SCOPE",
    }
}

words! {
    /// 可对工单执行的操作. What can be done to a ticket.
    TicketAction {
        /// 分诊. Triage.
        Triage = "TRIAGE",
        /// 转服务商. Release to the vendor.
        Release = "RELEASE",
        /// 指派. Assign.
        Assign = "ASSIGN",
        /// 响应. Respond.
        Respond = "RESPOND",
        /// 记录处理或排查步骤. Record a handling or diagnosis step.
        Start = "START",
        /// 申请等待. Propose a wait.
        ProposeWait = "PROPOSE_WAIT",
        /// 同意或拒绝等待. Decide a wait.
        DecideWait = "DECIDE_WAIT",
        /// 结束等待. End a wait.
        Resume = "RESUME",
        /// 制定解决方案. Write the solution plan.
        Plan = "PLAN",
        /// 解决. Resolve.
        Resolve = "RESOLVE",
        /// 确认并关闭. Confirm and close.
        Confirm = "CONFIRM",
        /// 驳回解决. Reject the solution.
        Reject = "REJECT",
        /// 评价. Rate.
        Rate = "RATE",
        /// 关闭后重开. Reopen after closing.
        Reopen = "REOPEN",
        /// 撤销. Cancel.
        Cancel = "CANCEL",
        /// 标为重复. Mark as duplicate.
        MarkDuplicate = "MARK_DUPLICATE",
        /// 提出重复. Propose that it is a duplicate.
        ProposeDuplicate = "PROPOSE_DUPLICATE",
        /// 拒绝重复的提议. Refuse the proposal of a duplicate.
        RefuseDuplicate = "REFUSE_DUPLICATE",
        /// 提出超范围. Propose out of scope.
        ProposeOutOfScope = "PROPOSE_OUT_OF_SCOPE",
        /// 决定超范围. Decide out of scope.
        DecideOutOfScope = "DECIDE_OUT_OF_SCOPE",
        /// 确认暂定级别. Confirm the provisional severity.
        ConfirmSeverity = "CONFIRM_SEVERITY",
        /// 提升级别. Raise the severity.
        RaiseSeverity = "RAISE_SEVERITY",
        /// 降低级别. Lower the severity.
        LowerSeverity = "LOWER_SEVERITY",
        /// 答复. Reply.
        Reply = "REPLY",
        /// 院方自行处理. Take the ticket.
        Take = "TAKE",
        /// 转交服务商. Hand the ticket over.
        HandOver = "HAND_OVER",
    }
}

words! {
    /// 工单经过的种类. Kind of an entry in the history of a ticket.
    TicketEventKind {
        /// 提交. Created.
        Created = "CREATED",
        /// 分诊. Triaged.
        Triaged = "TRIAGED",
        /// 转服务商. Released to the vendor.
        Released = "RELEASED",
        /// 指派. Assigned.
        Assigned = "ASSIGNED",
        /// 响应. Responded.
        Responded = "RESPONDED",
        /// 处理或排查步骤. Handling or diagnosis step.
        StepAdded = "STEP_ADDED",
        /// 申请等待. Wait proposed.
        WaitProposed = "WAIT_PROPOSED",
        /// 等待的决定. Wait decided.
        WaitDecided = "WAIT_DECIDED",
        /// 等待结束. Wait ended.
        WaitEnded = "WAIT_ENDED",
        /// 解决方案. Solution plan written or executed.
        PlanChanged = "PLAN_CHANGED",
        /// 解决. Resolved.
        Resolved = "RESOLVED",
        /// 确认并关闭. Confirmed and closed.
        Confirmed = "CONFIRMED",
        /// 驳回. Solution rejected.
        Rejected = "REJECTED",
        /// 评价. Rated.
        Rated = "RATED",
        /// 重开. Reopened after closing.
        Reopened = "REOPENED",
        /// 撤销. Cancelled.
        Cancelled = "CANCELLED",
        /// 标为重复. Marked as duplicate.
        Duplicated = "DUPLICATED",
        /// 提出重复. Duplicate proposed.
        DuplicateProposed = "DUPLICATE_PROPOSED",
        /// 拒绝重复的提议. Proposal of a duplicate refused.
        DuplicateRefused = "DUPLICATE_REFUSED",
        /// 提出超范围. Out of scope proposed.
        ScopeProposed = "SCOPE_PROPOSED",
        /// 超范围的决定. Out of scope decided.
        ScopeDecided = "SCOPE_DECIDED",
        /// 级别变更. Severity changed.
        SeverityChanged = "SEVERITY_CHANGED",
        /// 级别确认. Severity confirmed.
        SeverityConfirmed = "SEVERITY_CONFIRMED",
        /// 服务商内部备注已改，内容不在此. The vendor's internal note was changed; its text is not here.
        InternalNoted = "INTERNAL_NOTED",
        /// 答复. Reply.
        Replied = "REPLIED",
        /// 附件. File attached.
        Attached = "ATTACHED",
        /// 院方自行处理. Taken by the hospital.
        Taken = "TAKEN",
        /// 转交. Handed over.
        HandedOver = "HANDED_OVER",
        /// 申报时刻的决定. Claimed time decided.
        ClaimDecided = "CLAIM_DECIDED",
        /// 复发的提出或决定. Recurrence proposed or decided.
        RecurrenceChanged = "RECURRENCE_CHANGED",
        /// 书面催告. Resolution demanded or withdrawn.
        Demanded = "DEMANDED",
        /// 院方未确认. Not confirmed by the hospital.
        Unconfirmed = "UNCONFIRMED",
        /// 时限逾期. A clock passed its due instant.
        ClockBreached = "CLOCK_BREACHED",
    }
}

words! {
    /// 根本原因. Root cause.
    RootCause {
        /// 软件缺陷. Software defect.
        SoftwareDefect = "SOFTWARE_DEFECT",
        /// 配置错误. Configuration.
        Config = "CONFIG",
        /// 升级引入. Introduced by a release.
        Release = "RELEASE",
        /// 医护操作不当. Misoperation.
        OperationError = "OPERATION_ERROR",
        /// 院内网络. Hospital network.
        Network = "NETWORK",
        /// 硬件故障. Hardware.
        Hardware = "HARDWARE",
        /// 第三方系统. Third-party system.
        ThirdParty = "THIRD_PARTY",
        /// 床旁设备. Bedside device.
        Device = "DEVICE",
        /// 安全攻击. Attack.
        Security = "SECURITY",
        /// 不可抗力. Force majeure.
        ForceMajeure = "FORCE_MAJEURE",
        /// 原因不明. Unknown.
        Unknown = "UNKNOWN",
    }
}

words! {
    /// 等待原因. Reason of a wait.
    WaitReason {
        /// 待院方配合. Waiting for the hospital.
        WaitHospital = "WAIT_HOSPITAL",
        /// 待第三方配合. Waiting for a third party.
        WaitThirdParty = "WAIT_THIRD_PARTY",
        /// 待停机窗口. Waiting for a downtime window.
        WaitWindow = "WAIT_WINDOW",
    }
}

words! {
    /// 决定. Decision on a proposal.
    Decision {
        /// 待决定. Pending.
        Pending = "PENDING",
        /// 同意. Accepted.
        Accepted = "ACCEPTED",
        /// 拒绝. Refused.
        Refused = "REFUSED",
    }
}

words! {
    /// 等待如何结束. How a wait ended.
    WaitEnd {
        /// 被等待一方答复. A reply of the awaited side.
        Reply = "REPLY",
        /// 解决. The ticket was resolved.
        Resolved = "RESOLVED",
        /// 人工结束. Ended by hand.
        Manual = "MANUAL",
        /// 拒绝. Refused.
        Refused = "REFUSED",
        /// 工单终止. The ticket ended or was taken.
        TicketEnded = "TICKET_ENDED",
    }
}

words! {
    /// 步骤种类. Kind of a step.
    StepKind {
        /// 排查. Diagnosis.
        Diagnosis = "DIAGNOSIS",
        /// 处理. Handling.
        Handling = "HANDLING",
    }
}

words! {
    /// 解决方案状态. State of a solution plan.
    PlanState {
        /// 草稿. Draft.
        Draft = "DRAFT",
        /// 已批准. Approved.
        Approved = "APPROVED",
        /// 已执行. Executed.
        Executed = "EXECUTED",
        /// 已被新版取代. Superseded by a newer version.
        Superseded = "SUPERSEDED",
    }
}

words! {
    /// 申报时刻的种类. Kind of a claimed time.
    ClaimKind {
        /// 实际受理时刻. When the matter was really received.
        Received = "RECEIVED",
        /// 实际响应时刻. When it was really answered.
        Responded = "RESPONDED",
    }
}

words! {
    /// 复发种类. Kind of a recurrence.
    RecurrenceKind {
        /// 后来的故障. A later fault.
        LaterFault = "LATER_FAULT",
        /// 关闭后重开. Reopening after closing.
        Reopened = "REOPENED",
    }
}

words! {
    /// 复发的决定. Decision about a recurrence.
    RecurrenceDecision {
        /// 待院方决定. Proposed, the hospital decides.
        Proposed = "PROPOSED",
        /// 确认为复发. Confirmed.
        Confirmed = "CONFIRMED",
        /// 不是复发. Rejected.
        Rejected = "REJECTED",
    }
}

words! {
    /// 附件扫描状态. Malware scan of a file.
    ScanState {
        /// 隔离待扫. Quarantined, not scanned yet.
        Quarantined = "QUARANTINED",
        /// 干净. Clean.
        Clean = "CLEAN",
        /// 感染. Infected.
        Infected = "INFECTED",
        /// 扫描失败. Scan failed.
        Error = "ERROR",
        /// 未扫描（未启用扫描）. Not scanned, scanning is off.
        NotScanned = "NOT_SCANNED",
    }
}

words! {
    /// 受理时刻的来源. Source of the received instant.
    ReceivedSource {
        /// 平台提交，服务器时间. Submitted here, server time.
        Platform = "PLATFORM",
        /// 代登，对方已确认. Registered for somebody, confirmed by the other side.
        Confirmed = "CONFIRMED",
        /// 代登，待确认；暂按登记时间. Registered, not confirmed yet; the recorded time counts.
        Unconfirmed = "UNCONFIRMED",
    }
}
