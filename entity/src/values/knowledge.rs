//! Values of the knowledge base and of what the hospital announces (`domain.md` 4.5, 5.1).

words! {
    /// 受众. Audience of an article or a notice.
    Audience {
        /// P0 全院员工. P0, the whole staff.
        Staff = "STAFF",
        /// P1 重症医学科. P1, nurses and doctors of intensive care.
        Icu = "ICU",
        /// P2 信息中心. P2, the information centre.
        It = "IT",
        /// P3 医院管理人员. P3, managers of the hospital.
        Mgmt = "MGMT",
        /// P4 服务商. P4, people of the vendor.
        Vendor = "VENDOR",
        /// P5 审计. P5, auditors.
        Audit = "AUDIT",
    }
}

words! {
    /// 知识条目种类. Kind of an article.
    ArticleKind {
        /// 手册. Manual.
        Manual = "MANUAL",
        /// 操作指南. Instructions for one task.
        Howto = "HOWTO",
        /// 常见问题. Question and answer.
        Faq = "FAQ",
        /// 停机表单. Paper form for downtime.
        DowntimeForm = "DOWNTIME_FORM",
        /// 应急处置. What to do in an emergency.
        Emergency = "EMERGENCY",
        /// 技术资料. Technical matter.
        Technical = "TECHNICAL",
    }
}

words! {
    /// 知识条目状态. State of an article.
    ArticleState {
        /// 草稿：尚未发布过. Draft, nothing of it is published yet.
        Draft = "DRAFT",
        /// 待审核：尚未发布过. In review, nothing of it is published yet.
        InReview = "IN_REVIEW",
        /// 已发布. Published.
        Published = "PUBLISHED",
        /// 已撤下. Withdrawn.
        Retired = "RETIRED",
    }
}

words! {
    /// 知识条目某一版本的状态. State of one version of an article.
    ArticleVersionState {
        /// 草稿. Draft.
        Draft = "DRAFT",
        /// 待审核. In review.
        InReview = "IN_REVIEW",
        /// 已发布. Published, in force.
        Published = "PUBLISHED",
        /// 已被下一版本取代. Replaced by the next published version.
        Superseded = "SUPERSEDED",
    }
}

words! {
    /// 对知识条目某一版本的操作. What is done to a version of an article.
    ArticleAction {
        /// 修改草稿. Write in the draft.
        Revise = "REVISE",
        /// 提交审核. Hand in for review.
        Submit = "SUBMIT",
        /// 退回. Send back.
        Return = "RETURN",
        /// 发布. Publish.
        Publish = "PUBLISH",
        /// 被取代. Replace.
        Supersede = "SUPERSEDE",
    }
}

words! {
    /// 两版本之间一行的差异. What became of a line between two versions.
    DiffChange {
        /// 相同. The same in both.
        Equal = "EQUAL",
        /// 新增. Only in the later one.
        Insert = "INSERT",
        /// 删除. Only in the earlier one.
        Delete = "DELETE",
    }
}

words! {
    /// 公告种类. Kind of a notice.
    NoticeKind {
        /// 公告. Announcement.
        Announcement = "ANNOUNCEMENT",
        /// 计划维护窗口. Planned maintenance window.
        Window = "WINDOW",
        /// 系统状态说明. Word on the state of the system.
        Status = "STATUS",
        /// 安全事件的中性公告. Neutral notice of an incident.
        Incident = "INCIDENT",
        /// 灾难横幅. Disaster banner.
        Disaster = "DISASTER",
    }
}

words! {
    /// 系统运行状态. State of the ICU system.
    SystemState {
        /// 正常. Normal.
        Normal = "NORMAL",
        /// 降级. Degraded.
        Degraded = "DEGRADED",
        /// 中断. Down.
        Down = "DOWN",
    }
}

words! {
    /// 技术文档种类（合同一(八)）. Kind of a technical document (clause 一(八)).
    DocumentKind {
        /// 接口文档. Interface document.
        Interface = "INTERFACE",
        /// 数据库表结构文档. Structure of the tables of a database.
        DbSchema = "DB_SCHEMA",
    }
}
