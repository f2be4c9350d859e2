//! People: sides, roles, states of accounts and sessions (`domain.md` 2.1–2.5).

words! {
    /// 合同的一方. Side of the contract.
    Side {
        /// 院方. The hospital.
        Hospital = "HOSPITAL",
        /// 服务商. The vendor.
        Vendor = "VENDOR",
    }
}

words! {
    /// 角色. Role of a person at a hospital.
    Role {
        /// 信息网络中心运维人员. Information centre of the hospital.
        HospItAdmin = "HOSP_IT_ADMIN",
        /// 重症护士. ICU nurse.
        IcuNurse = "ICU_NURSE",
        /// 重症医生. ICU doctor.
        IcuDoctor = "ICU_DOCTOR",
        /// 医院管理人员. Hospital manager.
        HospManager = "HOSP_MANAGER",
        /// 服务商项目经理. Project manager of the vendor.
        VendorPm = "VENDOR_PM",
        /// 服务商工程师. Engineer of the vendor.
        VendorEngineer = "VENDOR_ENGINEER",
        /// 服务商培训讲师. Trainer of the vendor.
        VendorTrainer = "VENDOR_TRAINER",
        /// 审计员. Auditor.
        Auditor = "AUDITOR",
    }
}

impl Role {
    /// The side that a role belongs to; an auditor is appointed by the hospital.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::HospItAdmin
            | Self::IcuNurse
            | Self::IcuDoctor
            | Self::HospManager
            | Self::Auditor => Side::Hospital,
            Self::VendorPm | Self::VendorEngineer | Self::VendorTrainer => Side::Vendor,
        }
    }

    /// Whether a grant needs HOSP_MANAGER as second approver (`domain.md` 2.3, accounts).
    #[must_use]
    pub const fn is_privileged(self) -> bool {
        match self {
            Self::HospItAdmin | Self::HospManager | Self::Auditor => true,
            Self::IcuNurse
            | Self::IcuDoctor
            | Self::VendorPm
            | Self::VendorEngineer
            | Self::VendorTrainer => false,
        }
    }
}

words! {
    /// 账号状态. State of an account.
    PersonState {
        /// 待激活：服务商人员尚无有效保密承诺. Not yet active: a vendor account without a valid undertaking.
        Pending = "PENDING",
        /// 正常. Active.
        Active = "ACTIVE",
        /// 锁定：当日失败过多. Locked after too many failures in a day.
        Locked = "LOCKED",
        /// 停用. Disabled.
        Disabled = "DISABLED",
    }
}

words! {
    /// 角色授予的状态. State of the grant of a role.
    GrantState {
        /// 待第二人批准. Waits for the second approver.
        Pending = "PENDING",
        /// 有效. In force.
        Active = "ACTIVE",
        /// 拒绝或撤销. Refused or revoked.
        Revoked = "REVOKED",
    }
}

words! {
    /// 会话方式. How the session is carried.
    SessionKind {
        /// 浏览器 Cookie. Cookie of the browser.
        Cookie = "COOKIE",
        /// 令牌，登录时只出现一次. Bearer token, shown once at sign in.
        Bearer = "BEARER",
    }
}

words! {
    /// 语言. Language of messages.
    Language {
        /// 简体中文. Simplified Chinese.
        Zh = "ZH",
        /// 英文. English.
        En = "EN",
    }
}

words! {
    /// 机器令牌的范围. What a machine token may do.
    TokenScope {
        /// `ticket:read` 读取本院工单，安全类除外. Reads the tickets of its hospital, security tickets excepted.
        TicketRead = "TICKET_READ",
        /// `directory:read` 读取本院科室与合同. Reads departments and contracts of its hospital.
        DirectoryRead = "DIRECTORY_READ",
        /// `portal:受众:范围` 读取一个门户根所示的内容，别无其他. Reads what one root of pages shows, and nothing else.
        Portal = "PORTAL",
    }
}
