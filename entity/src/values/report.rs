//! Values of reports and their seals.

words! {
    /// 报告签发状态. State of an issued report.
    ReportState {
        /// 草稿. Draft, made anew at every look.
        Draft = "DRAFT",
        /// 已批准：数据已冻结. Approved, its data are frozen.
        Approved = "APPROVED",
        /// 已签发. Issued.
        Issued = "ISSUED",
        /// 已被替代. Replaced by a later revision.
        Superseded = "SUPERSEDED",
        /// 已作废. Revoked.
        Revoked = "REVOKED",
    }
}

words! {
    /// 对报告的操作. What is done to a report.
    ReportAction {
        /// 批准并冻结. Approve and freeze.
        Approve = "APPROVE",
        /// 退回草稿. Take the approval back.
        TakeBack = "TAKE_BACK",
        /// 签发. Issue.
        Issue = "ISSUE",
        /// 被更正版替代. Replace by a correction.
        Supersede = "SUPERSEDE",
        /// 作废. Revoke.
        Revoke = "REVOKE",
    }
}

words! {
    /// 盖章方式. Way to the seal.
    SealWay {
        /// 纸质盖章后扫描，院方核对. Scan of the sealed paper, attested by the hospital.
        PhysicalScan = "PHYSICAL_SCAN",
        /// 外部电子签章平台. Sealed on an outside platform.
        Eseal = "ESEAL",
        /// 服务商自行签名. Signed by the vendor on its own machine.
        VendorSigned = "VENDOR_SIGNED",
    }
}

words! {
    /// 对盖章件的核对结果. What a look at a sealed document found.
    SealVerdict {
        /// 相符. As it must be.
        Ok = "OK",
        /// 缺章. The seal is missing.
        Missing = "MISSING",
        /// 不清. It cannot be read.
        Illegible = "ILLEGIBLE",
        /// 单位不符. The seal of somebody else.
        WrongOwner = "WRONG_OWNER",
        /// 内容不符. The content is not that of the report.
        ContentDiffers = "CONTENT_DIFFERS",
        /// 随报告退回. Sent back together with the report.
        Returned = "RETURNED",
    }
}

words! {
    /// 电子签名的核验结果. What the check of electronic signatures found.
    EsignResult {
        /// 有效. Valid.
        Valid = "VALID",
        /// 无效. Not valid.
        Invalid = "INVALID",
        /// 证书链不可信. No chain leads to a trusted root.
        UnknownChain = "UNKNOWN_CHAIN",
    }
}

words! {
    /// 盖章件与冻结文件的关系. How a sealed document stands to the frozen file.
    EsignContent {
        /// 逐字节一致：冻结文件为其开头. Byte-identical: it begins with the frozen file.
        Bytes = "BYTES",
        /// 文字一致：文件被平台重写. Text-identical: the platform wrote the file anew.
        Text = "TEXT",
    }
}

words! {
    /// 签名的覆盖范围. Which part of a file a signature covers.
    EsignCoverage {
        /// 全文. The whole file.
        Whole = "WHOLE",
        /// 较早的版本，之后另有追加. An earlier revision, and more was added since.
        Earlier = "EARLIER",
        /// 部分内容. Only parts of it.
        Partial = "PARTIAL",
    }
}
