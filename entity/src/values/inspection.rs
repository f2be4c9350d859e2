//! Assets, inspections, findings and their rectification (`domain.md` 5.7, 5.8; 一(五)1, 一(五)2).

words! {
    /// 巡检方式. Kind of an inspection.
    InspectionKind {
        /// 现场巡检. On site.
        Onsite = "ONSITE",
        /// 线上巡检. Online.
        Online = "ONLINE",
    }
}

words! {
    /// 巡检项适用的方式. In which kind of inspection an item is asked.
    ItemMode {
        /// 仅线上. Online only.
        Online = "ONLINE",
        /// 仅现场. On site only.
        Onsite = "ONSITE",
        /// 线上与现场. Both.
        Both = "BOTH",
    }
}

words! {
    /// 巡检范围. Scope of an inspection item.
    InspectionScope {
        /// 机房环境. Server room.
        Env = "ENV",
        /// 服务器. Servers.
        Srv = "SRV",
        /// 存储设备. Storage.
        Sto = "STO",
        /// 网络设备. Network.
        Net = "NET",
        /// 操作系统. Operating system.
        Os = "OS",
        /// 数据库. Database.
        Db = "DB",
        /// 中间件. Middleware.
        Mw = "MW",
        /// 应用系统. Application.
        App = "APP",
        /// 数据备份完整性. Backup integrity.
        Bak = "BAK",
        /// 安全. Security.
        Sec = "SEC",
        /// 运维记录完整性. Operations records.
        Rec = "REC",
    }
}

words! {
    /// 巡检项的值类型. Type of the value of an item.
    ItemValueType {
        /// 数值，以千分之一单位存储. Number, stored in thousandths of its unit.
        Number = "NUMBER",
        /// 文字状态. A word.
        Enum = "ENUM",
        /// 是或否. Yes or no.
        Bool = "BOOL",
    }
}

words! {
    /// 巡检项的评价. Evaluation of an item.
    Evaluation {
        /// 正常. Normal.
        Ok = "OK",
        /// 预警. Warning.
        Warning = "WARNING",
        /// 严重. Severe.
        Severe = "SEVERE",
        /// 不适用，须有理由. Not applicable, with a reason.
        Na = "NA",
    }
}

words! {
    /// 风险等级. Risk level of a finding.
    Risk {
        /// 紧急. Critical.
        Critical = "CRITICAL",
        /// 高. High.
        High = "HIGH",
        /// 中. Medium.
        Medium = "MEDIUM",
        /// 低. Low.
        Low = "LOW",
    }
}

words! {
    /// 责任方. Who is responsible.
    ResponsibleParty {
        /// 服务商. The vendor.
        Vendor = "VENDOR",
        /// 院方. The hospital.
        Hospital = "HOSPITAL",
        /// 第三方. A third party.
        ThirdParty = "THIRD_PARTY",
    }
}

words! {
    /// 资产类别. Kind of an asset.
    AssetKind {
        /// 机房. Server room.
        Room = "ROOM",
        /// 服务器. Server.
        Server = "SERVER",
        /// 存储设备. Storage.
        Storage = "STORAGE",
        /// 网络设备. Network device.
        Network = "NETWORK",
        /// 数据库. Database.
        Database = "DATABASE",
        /// 中间件. Middleware.
        Middleware = "MIDDLEWARE",
        /// 应用系统. Application.
        Application = "APPLICATION",
    }
}

words! {
    /// 数据库引擎. Engine of a database.
    DbEngine {
        /// Oracle 单实例. Oracle, single instance.
        Oracle = "ORACLE",
        /// Oracle 集群. Oracle cluster.
        OracleRac = "ORACLE_RAC",
        /// SQL Server. Microsoft SQL Server.
        Mssql = "MSSQL",
        /// MySQL. MySQL.
        Mysql = "MYSQL",
        /// PostgreSQL. PostgreSQL.
        Postgresql = "POSTGRESQL",
        /// 达梦. Dameng.
        Dameng = "DAMENG",
        /// 人大金仓. Kingbase.
        Kingbase = "KINGBASE",
        /// 其他. Another one.
        Other = "OTHER",
    }
}

words! {
    /// 操作系统. Operating system of a server.
    AssetOs {
        /// Linux. Linux.
        Linux = "LINUX",
        /// Windows. Windows.
        Windows = "WINDOWS",
        /// 其他. Another one.
        Other = "OTHER",
    }
}

words! {
    /// 巡检计划的状态. State of an inspection plan.
    InspectionPlanState {
        /// 草稿. Draft of the vendor.
        Draft = "DRAFT",
        /// 已批准. Approved by the information centre.
        Approved = "APPROVED",
        /// 已被替代. Superseded by a later plan of the same service year.
        Superseded = "SUPERSEDED",
    }
}

words! {
    /// 巡检的状态. State of an inspection.
    InspectionState {
        /// 已计划. Planned.
        Planned = "PLANNED",
        /// 已告知院方. Announced to the hospital.
        Announced = "ANNOUNCED",
        /// 进行中. In progress.
        InProgress = "IN_PROGRESS",
        /// 已结束，报告时限起算. Ended; the report clock runs.
        Ended = "ENDED",
        /// 报告已提交. Its report is submitted.
        Reported = "REPORTED",
        /// 报告已确认. Its report is confirmed.
        Confirmed = "CONFIRMED",
        /// 院方取消. Cancelled by the hospital.
        Cancelled = "CANCELLED",
    }
}

words! {
    /// 对巡检可做的动作. What can be done to an inspection.
    InspectionAction {
        /// 告知. Announce.
        Announce = "ANNOUNCE",
        /// 开始. Start.
        Start = "START",
        /// 记录结果、人员、沟通、建议与问题. Record results, people, talks, advice and findings.
        Record = "RECORD",
        /// 结束. End.
        End = "END",
        /// 提交报告. Submit the report.
        Report = "REPORT",
        /// 退回报告. Return the report.
        Return = "RETURN",
        /// 确认报告. Confirm the report.
        Confirm = "CONFIRM",
        /// 取消. Cancel.
        Cancel = "CANCEL",
    }
}

words! {
    /// 建议的种类. Kind of an advice.
    AdviceKind {
        /// 常见故障排查方法. Method of fault finding.
        FaultMethod = "FAULT_METHOD",
        /// 预防建议. Prevention.
        Prevention = "PREVENTION",
    }
}

words! {
    /// 报告退回的种类. How a report was returned.
    ReturnKind {
        /// 缺项（如缺章）：该次提交无效. A defect, such as a missing seal: the submission is void.
        Defect = "DEFECT",
        /// 内容异议：首次提交仍计. An objection to the content: the first submission stays.
        Content = "CONTENT",
    }
}

words! {
    /// 退回是否使提交失效. Which returns void a submission.
    ReturnVoids {
        /// 仅缺项. A defect only.
        Defect = "DEFECT",
        /// 总是. Always.
        Always = "ALWAYS",
        /// 从不. Never.
        Never = "NEVER",
    }
}

words! {
    /// 整改任务的状态. State of a rectification task.
    RectificationState {
        /// 待处理. Open.
        Open = "OPEN",
        /// 处理中. In progress.
        InProgress = "IN_PROGRESS",
        /// 已提交，待验证. Submitted, waits for the hospital.
        Submitted = "SUBMITTED",
        /// 已验证. Verified.
        Verified = "VERIFIED",
        /// 被退回. Rejected.
        Rejected = "REJECTED",
        /// 风险接受. The hospital accepts the risk.
        Waived = "WAIVED",
    }
}

words! {
    /// 对整改任务可做的动作. What can be done to a rectification task.
    RectificationAction {
        /// 记录步骤. Record a step.
        Step = "STEP",
        /// 提交. Submit.
        Submit = "SUBMIT",
        /// 验证通过. Verify.
        Verify = "VERIFY",
        /// 验证未通过. Reject.
        Reject = "REJECT",
        /// 协商延期. Extend by consent.
        Extend = "EXTEND",
        /// 接受风险. Waive.
        Waive = "WAIVE",
    }
}

words! {
    /// 整改期限移动的原因 (S39). Why the date of a rectification moved.
    MoveCause {
        /// 院方自身的迟延. The hospital's own delay.
        HospitalDelay = "HOSPITAL_DELAY",
        /// 双方同意. Consent of both sides.
        Consent = "CONSENT",
    }
}

words! {
    /// 巡检报告提交的状态. How the hospital answered a submission of the report of an inspection.
    InspectionReportState {
        /// 已提交，待院方确认. Submitted, waits for the hospital.
        Submitted = "SUBMITTED",
        /// 已确认. Confirmed.
        Confirmed = "CONFIRMED",
        /// 已退回. Returned.
        Returned = "RETURNED",
    }
}

words! {
    /// 整改任务的现况：状态加上逾期与延期. How a rectification task stands: its state, with overdue and extended told apart.
    RectificationStanding {
        /// 待处理. Open.
        Open = "OPEN",
        /// 处理中. In progress.
        InProgress = "IN_PROGRESS",
        /// 已提交，待验证. Submitted, waits for the hospital.
        Submitted = "SUBMITTED",
        /// 已验证. Verified.
        Verified = "VERIFIED",
        /// 被退回. Rejected.
        Rejected = "REJECTED",
        /// 已延期. Extended by consent, and not over.
        Extended = "EXTENDED",
        /// 逾期. Overdue.
        Overdue = "OVERDUE",
        /// 风险接受. The hospital accepts the risk.
        Waived = "WAIVED",
    }
}
