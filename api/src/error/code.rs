//! The one table of error codes: word on the wire, HTTP status, text and hint in Chinese and English.
//!
//! It decides nothing; raising a code is the caller's business. The list is closed (G26, `domain` 4.8): a code that is
//! not here cannot leave the server.

/// One row of the table of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Word on the wire, UPPER_SNAKE.
    pub word: &'static str,
    /// HTTP status when nothing was executed.
    pub status: u16,
    /// What happened, in Chinese.
    pub zh: &'static str,
    /// What happened, in English.
    pub en: &'static str,
    /// What the reader can do, in Chinese; empty if nothing.
    pub hint_zh: &'static str,
    /// What the reader can do, in English; empty if nothing.
    pub hint_en: &'static str,
}

macro_rules! codes {
    (
        top { $($t:ident $tw:tt $ts:literal $tzh:tt $ten:tt $thz:tt $the:tt;)* }
        user { $($u:ident $uw:tt $us:literal $uzh:tt $uen:tt $uhz:tt $uhe:tt;)* }
    ) => {
        /// Every code that an error can carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $tzh] #[doc = ""] #[doc = $ten] $t,)*
            $(#[doc = $uzh] #[doc = ""] #[doc = $uen] $u,)*
        }

        /// 可预期的业务失败代码，封闭列表.
        /// Codes of expected failures, a closed list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, async_graphql::Enum)]
        #[graphql(rename_items = "SCREAMING_SNAKE_CASE")]
        pub enum UserErrorCode {
            $(#[doc = $uzh] #[doc = $uen] #[graphql(name = $uw)] $u,)*
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$t,)* $(Code::$u,)*];

            /// Row of the table for this code.
            pub const fn row(self) -> Row {
                match self {
                    $(Code::$t => Row { word: $tw, status: $ts, zh: $tzh, en: $ten, hint_zh: $thz, hint_en: $the },)*
                    $(Code::$u => Row { word: $uw, status: $us, zh: $uzh, en: $uen, hint_zh: $uhz, hint_en: $uhe },)*
                }
            }

            /// The same code as an expected failure; `None` for a code of top-level errors.
            pub const fn user(self) -> Option<UserErrorCode> {
                match self {
                    $(Code::$t => None,)*
                    $(Code::$u => Some(UserErrorCode::$u),)*
                }
            }
        }

        impl From<UserErrorCode> for Code {
            fn from(code: UserErrorCode) -> Self {
                match code { $(UserErrorCode::$u => Code::$u,)* }
            }
        }
    };
}

impl Code {
    /// Word on the wire.
    pub const fn word(self) -> &'static str {
        self.row().word
    }

    /// HTTP status when nothing was executed.
    pub const fn status(self) -> u16 {
        self.row().status
    }
}

codes! {
    top {
        BadRequest "BAD_REQUEST" 400 "请求格式不正确" "the request is malformed" "" "";
        BatchingNotSupported "BATCHING_NOT_SUPPORTED" 400 "不支持批量请求" "batched requests are not supported" "请逐个发送" "send one operation per request";
        DocumentRejected "DOCUMENT_REJECTED" 400 "查询文档超出大小或嵌套限制" "the document is too large or nested too deeply" "请缩短文档，数据放入变量" "shorten the document and pass data as variables";
        GraphqlParseFailed "GRAPHQL_PARSE_FAILED" 400 "查询文档有语法错误" "the document has a syntax error" "" "";
        GraphqlValidationFailed "GRAPHQL_VALIDATION_FAILED" 400 "查询文档未通过校验" "the document is not valid for this schema" "" "";
        OperationResolutionFailure "OPERATION_RESOLUTION_FAILURE" 400 "无法确定要执行的操作" "the operation to run cannot be determined" "请检查 operationName" "check operationName";
        BadUserInput "BAD_USER_INPUT" 400 "输入值不符合要求" "an input value is not acceptable" "" "";
        ComplexityExceeded "COMPLEXITY_EXCEEDED" 400 "查询过于复杂" "the query is too complex" "请减少字段、层级或每页条数" "select fewer fields, levels or rows";
        CsrfPrevented "CSRF_PREVENTED" 403 "请求可能由其他网站发起，已拒绝" "the request may have been made by another site and was refused" "请从已登记的来源访问，或带 GraphQL-Require-Preflight 请求头" "use a listed origin, or send the header GraphQL-Require-Preflight";
        Unauthenticated "UNAUTHENTICATED" 401 "未登录或登录已失效" "not signed in, or the sign-in has ended" "请重新登录" "sign in again";
        Forbidden "FORBIDDEN" 403 "没有此项权限" "this is not permitted" "" "";
        PersistedQueryNotFound "PERSISTED_QUERY_NOT_FOUND" 400 "未登记的查询文档" "the trusted document is unknown" "" "";
        PersistedQueryRequired "PERSISTED_QUERY_REQUIRED" 403 "只接受已登记的查询文档" "only trusted documents are accepted" "" "";
        MethodNotAllowed "METHOD_NOT_ALLOWED" 405 "不支持此请求方法" "this method is not allowed here" "" "";
        NotAcceptable "NOT_ACCEPTABLE" 406 "无法按所求类型应答" "none of the accepted media types can be produced" "请接受 application/json" "accept application/json";
        RequestTimeout "REQUEST_TIMEOUT" 408 "请求内容接收超时" "the request body did not arrive in time" "请重试" "try again";
        PayloadTooLarge "PAYLOAD_TOO_LARGE" 413 "请求内容过大" "the request body is too large" "" "";
        UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415 "不支持此内容类型" "this content type is not supported" "请使用 application/json 与 UTF-8" "use application/json in UTF-8";
        HeadersTooLarge "HEADERS_TOO_LARGE" 431 "请求头或地址过长" "the request headers or the address are too long" "" "";
        TransportNotAllowed "TRANSPORT_NOT_ALLOWED" 400 "此操作不能经此方式执行" "this operation does not run over this transport" "" "";
        RateLimited "RATE_LIMITED" 429 "请求过于频繁" "too many requests" "请稍后重试" "try again later";
        Timeout "TIMEOUT" 503 "处理超时，结果未知" "the operation took too long; its outcome is unknown" "请用同一 idempotencyKey 重试" "try again with the same idempotencyKey";
        Overloaded "OVERLOADED" 503 "系统繁忙" "the server is busy" "请稍后重试" "try again later";
        PoolTimeout "POOL_TIMEOUT" 503 "数据库繁忙" "the database is busy" "请稍后重试" "try again later";
        StorageFull "STORAGE_FULL" 503 "存储空间不足" "the storage is full" "请联系管理员" "tell the administrator";
        Maintenance "MAINTENANCE" 503 "系统维护中" "the system is under maintenance" "请稍后重试" "try again later";
        Internal "INTERNAL" 500 "内部错误" "internal error" "" "";
    }
    user {
        Required "REQUIRED" 422 "缺少必填项" "a required value is missing" "" "";
        Invalid "INVALID" 422 "取值不正确" "the value is not valid" "" "";
        TooLong "TOO_LONG" 422 "内容过长" "the text is too long" "请缩短" "shorten it";
        Conflict "CONFLICT" 409 "数据已被他人修改" "somebody else has changed this in the meantime" "请刷新后重试" "reload and try again";
        LoginFailed "LOGIN_FAILED" 401 "账号、密码或验证码不正确" "account, password or code is wrong" "多次失败后需等待" "after several failures you have to wait";
        SecondFactorRequired "SECOND_FACTOR_REQUIRED" 401 "需要动态口令" "a second factor is required" "请输入动态口令或恢复码" "enter the code or a recovery code";
        IdempotencyKeyReused "IDEMPOTENCY_KEY_REUSED" 422 "同一幂等键用于不同内容" "the idempotency key was used for something else" "请换用新的幂等键" "use a new key";
        IdempotencyInFlight "IDEMPOTENCY_IN_FLIGHT" 409 "同一请求仍在处理" "the same request is still being processed" "请稍后重试" "try again shortly";
        NotFound "NOT_FOUND" 404 "不存在或不可见" "there is no such thing, or it is not visible to you" "请检查标识" "check the id";
        WrongState "WRONG_STATE" 409 "当前状态不允许此操作" "the present state does not allow this" "请刷新查看可用操作" "reload to see what can be done";
        FourEyes "FOUR_EYES" 422 "同一人不得既提出又批准" "the same person must not propose and approve" "请由另一人办理" "ask another person to do this";
        UndertakingMissing "UNDERTAKING_MISSING" 422 "尚未签署保密承诺书" "the confidentiality undertaking is not signed" "请先登记已签署的承诺书" "register the signed undertaking first";
        AuthorizationMissing "AUTHORIZATION_MISSING" 422 "缺少院方书面授权" "the written authorization of the hospital is missing" "请先取得授权" "obtain the authorization first";
        GrantMissing "GRANT_MISSING" 422 "缺少远程访问授权" "the grant for remote access is missing" "请先申请远程运维授权" "apply for the grant first";
        ApprovalMissing "APPROVAL_MISSING" 422 "尚未审批" "the approval is missing" "请先完成审批" "have it approved first";
        ReportQuotaExceeded "REPORT_QUOTA_EXCEEDED" 422 "报表制作数量已用完" "the quota of reports is used up" "请走变更流程" "use the change procedure";
        VersionOutOfScope "VERSION_OUT_OF_SCOPE" 422 "该版本不在合同范围内" "this version is outside the contract" "" "";
        ReleaseFilesMissing "RELEASE_FILES_MISSING" 422 "升级材料不齐全" "files of the release are missing" "请补齐升级说明等材料" "add the missing files";
        ReleaseNotConfirmed "RELEASE_NOT_CONFIRMED" 422 "院方尚未确认升级" "the hospital has not confirmed the release" "请先取得院方确认" "obtain the confirmation first";
        ExecutedBeforeConfirmed "EXECUTED_BEFORE_CONFIRMED" 422 "执行时间早于确认时间" "it was executed before it was confirmed" "请检查时间" "check the times";
        ConfirmationVoid "CONFIRMATION_VOID" 409 "文件已变更，确认失效" "the file has changed, so the confirmation is void" "请重新确认" "confirm again";
        FeeNotAllowed "FEE_NOT_ALLOWED" 422 "此类服务不得收费" "no fee is allowed for this service" "" "";
        EstimateMissing "ESTIMATE_MISSING" 422 "缺少工作量评估" "the estimate of work is missing" "请先填写评估" "add the estimate first";
        ReportSectionMissing "REPORT_SECTION_MISSING" 422 "报告缺少规定章节" "a required section of the report is missing" "请补齐章节" "add the section";
        FindingIncomplete "FINDING_INCOMPLETE" 422 "问题项缺少风险、建议或期限" "a finding lacks risk, advice or deadline" "请补齐" "complete the finding";
        SealMissing "SEAL_MISSING" 422 "尚未盖章" "the seal is missing" "请先盖章" "seal it first";
        ScopeItemMissing "SCOPE_ITEM_MISSING" 422 "巡检项目不齐全" "an item of the scope is missing" "请补齐巡检项目" "add the missing items";
        MaterialMissing "MATERIAL_MISSING" 422 "缺少规定材料" "required material is missing" "请补齐材料" "add the material";
        ChecklistIncomplete "CHECKLIST_INCOMPLETE" 422 "检查清单未完成" "the checklist is not complete" "请完成全部检查项" "complete every item";
        RowCountMismatch "ROW_COUNT_MISMATCH" 422 "影响行数与审批不一致" "the number of rows differs from the approval" "请停止并重新核对" "stop and check again";
        BackupRunInFuture "BACKUP_RUN_IN_FUTURE" 422 "备份时间在未来" "the backup lies in the future" "请检查时间" "check the time";
        DuplicateRun "DUPLICATE_RUN" 409 "该次执行已登记" "this run is already recorded" "" "";
        ActivePmExists "ACTIVE_PM_EXISTS" 409 "已有在任项目经理" "there is already an active project manager" "请先结束其任期" "end that term first";
        SetLocked "SET_LOCKED" 409 "该备份集已锁定" "this set is locked" "" "";
        AnnexMissing "ANNEX_MISSING" 422 "缺少已签附件" "the signed annex is missing" "请先登记附件" "register the annex first";
        CalendarMissing "CALENDAR_MISSING" 422 "该年份没有工作日历" "there is no working-day calendar for that year" "请管理员导入日历" "have the calendar imported";
        BackdateTooFar "BACKDATE_TOO_FAR" 422 "补登时间过早" "the time lies too far in the past" "最多回溯 24 小时" "at most 24 hours back";
        ConsentMissing "CONSENT_MISSING" 422 "缺少对方同意" "the consent of the other side is missing" "请先取得同意" "obtain the consent first";
        OutsideServicePeriod "OUTSIDE_SERVICE_PERIOD" 422 "不在服务期内" "this is outside the service period" "请检查合同期限" "check the dates of the contract";
        ParameterUnsupported "PARAMETER_UNSUPPORTED" 422 "不支持该参数取值" "this value of the parameter is not supported" "" "";
        NoticeMissing "NOTICE_MISSING" 422 "缺少事先通知" "the notice is missing" "请先发出通知" "give notice first";
        SignatureMissing "SIGNATURE_MISSING" 422 "缺少签字" "the signature is missing" "请先签字" "sign it first";
        LetterMissing "LETTER_MISSING" 422 "缺少函件" "the letter is missing" "请先登记函件" "register the letter first";
        DeliveryProofMissing "DELIVERY_PROOF_MISSING" 422 "缺少送达凭证" "the proof of delivery is missing" "请上传凭证" "attach the proof";
        EsealNotAgreed "ESEAL_NOT_AGREED" 422 "双方未约定使用电子签章" "electronic seals are not agreed between the parties" "" "";
        OriginalLocationMissing "ORIGINAL_LOCATION_MISSING" 422 "缺少原件存放位置" "the place of the original is missing" "请填写存放位置" "state where the original is kept";
        ContentDiffers "CONTENT_DIFFERS" 409 "内容与已确认版本不一致" "the content differs from the confirmed one" "请核对版本" "compare the versions";
        OffsiteNotRemote "OFFSITE_NOT_REMOTE" 422 "异地备份与主站在同一地点" "the off-site copy is not at another place" "请选择其他地点" "choose another place";
        DeadlinePast "DEADLINE_PAST" 422 "期限已过" "the deadline has passed" "" "";
        FormNotFiled "FORM_NOT_FILED" 422 "申请单尚未归档" "the form is not filed" "请先归档" "file the form first";
        ShiftOverlap "SHIFT_OVERLAP" 409 "班次重叠" "the shifts overlap" "请调整时间" "change the times";
        SetupExists "SETUP_EXISTS" 409 "系统已初始化" "the system is already set up" "" "";
        PatientDataInText "PATIENT_DATA_IN_TEXT" 422 "文字中疑似含有患者信息" "the text seems to contain patient data" "请删除或改用患者引用" "remove it or use a patient reference";
        DataLevelRefused "DATA_LEVEL_REFUSED" 422 "不接收该级别数据" "data of this level is not accepted" "" "";
        CharacterNotPrintable "CHARACTER_NOT_PRINTABLE" 422 "已保存，但报告字体中没有这些字符" "saved, but the fonts of reports lack these characters" "请改用其他写法，或由管理员加装字体" "write it otherwise, or have the operator add a font";
        CategoryNotEnabled "CATEGORY_NOT_ENABLED" 422 "该类别尚未开放" "this category is not enabled" "请选择其他类别" "choose another category";
    }
}
