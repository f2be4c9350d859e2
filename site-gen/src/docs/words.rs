//! Words of the pages in both languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::text::Language;

/// The word; an unknown key shows itself, which the test of all templates would find.
#[must_use]
pub fn of(key: &'static str, language: Language) -> &'static str {
    find(key, language).unwrap_or(key)
}

/// The word, if there is one.
#[must_use]
pub fn find(key: &str, language: Language) -> Option<&'static str> {
    let (zh, en) = BY_KEY.get(key)?;
    Some(match language {
        Language::Zh => zh,
        Language::En => en,
    })
}

static BY_KEY: LazyLock<BTreeMap<&str, (&str, &str)>> = LazyLock::new(|| {
    WORDS
        .iter()
        .map(|(key, zh, en)| (*key, (*zh, *en)))
        .collect()
});

const WORDS: &[(&str, &str, &str)] = &[
    // Frame.
    ("skip", "跳到正文", "Skip to content"),
    ("other_language", "English", "中文"),
    ("other_tag", "en", "zh-Hans"),
    ("contents", "目录", "Contents"),
    ("pages", "页面", "Pages"),
    ("version", "版本", "Version"),
    ("none", "无", "None"),
    ("not_provided", "未提供", "Not provided"),
    ("yes", "是", "Yes"),
    ("no", "否", "No"),
    ("of_all", "之", "of"),
    ("changes", "变更", "Changes"),
    ("back_to_index", "返回目录", "Back to contents"),
    ("overview", "概述", "Overview"),
    // Data dictionary.
    ("data_dictionary", "数据字典", "Data dictionary"),
    (
        "data_dictionary_long",
        "系统数据库表结构文档：字段含义、数据类型、关联关系",
        "Structure of the tables: meaning, types, relations",
    ),
    ("other_tables", "其他表", "Other tables"),
    ("key_target", "键 / 外键目标", "Key / target"),
    ("tables", "表", "Tables"),
    ("table", "表", "Table"),
    ("table_name", "表名", "Table"),
    ("kind", "种类", "Kind"),
    ("table_kind_table", "普通表", "Table"),
    ("table_kind_partitioned", "分区表", "Partitioned table"),
    ("table_kind_foreign", "外部表", "Foreign table"),
    ("table_kind_virtual", "虚拟表", "Virtual table"),
    ("views", "视图", "Views"),
    ("view", "视图", "View"),
    ("enums", "枚举类型", "Enumerated types"),
    ("sequences", "序列", "Sequences"),
    ("viewpoints", "主题", "Viewpoints"),
    ("product", "数据库", "Database"),
    ("facts", "事项", "Facts"),
    ("columns", "字段", "Columns"),
    ("ordinal", "序号", "No."),
    ("column", "字段名", "Column"),
    ("type", "类型", "Type"),
    ("nullable", "可空", "Nullable"),
    ("default", "默认值", "Default"),
    ("key", "键", "Key"),
    ("target", "外键目标", "Foreign key target"),
    ("meaning", "说明", "Meaning"),
    ("labels", "标签", "Labels"),
    ("indexes", "索引", "Indexes"),
    ("index_name", "索引名", "Index"),
    ("unique", "唯一", "Unique"),
    ("method", "方式", "Method"),
    ("condition", "条件", "Condition"),
    ("constraints", "约束", "Constraints"),
    ("constraint_name", "约束名", "Constraint"),
    ("definition", "定义", "Definition"),
    ("triggers", "触发器", "Triggers"),
    ("trigger_name", "触发器名", "Trigger"),
    ("timing", "时机", "Timing"),
    ("event", "事件", "Event"),
    ("relations", "关联关系", "Relations"),
    ("referenced_by", "被引用", "Referenced by"),
    ("references", "引用", "References"),
    ("enforced", "数据库强制", "Enforced by the database"),
    ("logical", "逻辑关联", "Logical"),
    ("on_delete", "删除时", "On delete"),
    ("ddl", "建表语句", "DDL"),
    ("ddl_written", "由结构生成", "Written from the structure"),
    ("module", "所属模块", "Module"),
    ("classification", "数据分级", "Data classification"),
    ("row_estimate", "行数估计", "Estimated rows"),
    ("size", "大小（字节）", "Size (bytes)"),
    ("partition", "分区", "Partition"),
    ("parents", "上级表", "Parent tables"),
    ("primary", "主键", "PK"),
    ("foreign", "外键", "FK"),
    ("unique_key", "唯一键", "UK"),
    ("included", "包含字段", "Included"),
    ("owned_by", "属于", "Owned by"),
    ("start", "起始值", "Start"),
    ("increment", "步长", "Increment"),
    ("values", "取值", "Values"),
    ("diagram_1", "关系图（距离 1）", "Diagram (distance 1)"),
    ("diagram_2", "关系图（距离 2）", "Diagram (distance 2)"),
    ("points_here", "引用本表", "Point here"),
    ("points_to", "本表引用", "Points to"),
    ("self_relation", "有自关联", "refers to itself"),
    (
        "many_neighbours",
        "相邻的表较多，列出如下。",
        "There are many neighbours; they are listed.",
    ),
    ("materialized", "物化", "Stored"),
    ("exports", "导出", "Exports"),
    ("lint", "完整性检查", "Checks"),
    ("coverage", "说明覆盖率", "Coverage of comments"),
    ("checklist", "合同核对清单", "Checklist of the contract"),
    ("check_meaning", "字段含义", "Meaning of columns"),
    ("check_types", "数据类型", "Data types"),
    ("check_related", "关联关系", "Relations"),
    ("complete", "完整", "Complete"),
    ("incomplete", "不完整", "Incomplete"),
    ("finding", "问题", "Finding"),
    ("findings", "问题清单", "Findings"),
    ("object", "对象", "Object"),
    ("count", "数量", "Count"),
    ("rule", "规则", "Rule"),
    // Changes of tables.
    ("change", "变更", "Change"),
    ("before", "变更前", "Before"),
    ("after", "变更后", "After"),
    ("risk", "迁移风险", "Migration risk"),
    ("risk_none", "无", "None"),
    ("risk_low", "低", "Low"),
    ("risk_medium", "中", "Medium"),
    ("risk_high", "高", "High"),
    (
        "no_changes",
        "两个版本的结构相同。",
        "Both versions have the same structure.",
    ),
    ("table_added", "新增表", "Table added"),
    ("table_removed", "删除表", "Table removed"),
    ("view_added", "新增视图", "View added"),
    ("view_removed", "删除视图", "View removed"),
    ("view_changed", "视图定义变更", "View changed"),
    ("enum_added", "新增枚举类型", "Enumerated type added"),
    ("enum_removed", "删除枚举类型", "Enumerated type removed"),
    ("enum_changed", "枚举取值变更", "Values changed"),
    ("sequence_added", "新增序列", "Sequence added"),
    ("sequence_removed", "删除序列", "Sequence removed"),
    ("sequence_changed", "序列变更", "Sequence changed"),
    ("partition_changed", "分区变更", "Partition changed"),
    ("column_added", "新增字段", "Column added"),
    ("column_removed", "删除字段", "Column removed"),
    ("column_order", "字段顺序变更", "Order of columns changed"),
    ("type_changed", "类型变更", "Type changed"),
    ("null_changed", "可空变更", "Nullability changed"),
    ("default_changed", "默认值变更", "Default changed"),
    ("generated_changed", "生成方式变更", "Generation changed"),
    ("comment_changed", "说明变更", "Comment changed"),
    ("primary_key_changed", "主键变更", "Primary key changed"),
    ("unique_added", "新增唯一键", "Unique key added"),
    ("unique_removed", "删除唯一键", "Unique key removed"),
    ("foreign_key_added", "新增外键", "Foreign key added"),
    ("foreign_key_removed", "删除外键", "Foreign key removed"),
    ("foreign_key_changed", "外键变更", "Foreign key changed"),
    ("index_added", "新增索引", "Index added"),
    ("index_removed", "删除索引", "Index removed"),
    ("index_changed", "索引变更", "Index changed"),
    ("constraint_added", "新增约束", "Constraint added"),
    ("constraint_removed", "删除约束", "Constraint removed"),
    ("constraint_changed", "约束变更", "Constraint changed"),
    ("trigger_added", "新增触发器", "Trigger added"),
    ("trigger_removed", "删除触发器", "Trigger removed"),
    ("trigger_changed", "触发器变更", "Trigger changed"),
    // Interfaces.
    ("interface", "接口文档", "Interface"),
    (
        "interface_long",
        "系统接口文档：接口参数、调用方式、返回格式",
        "Interface: parameters, how to call, return format",
    ),
    ("operations", "操作", "Operations"),
    ("operation", "操作", "Operation"),
    ("types", "类型", "Types"),
    ("how_to_call", "调用方式", "How to call"),
    ("parameters", "接口参数", "Parameters"),
    ("parameter", "参数", "Parameter"),
    ("place", "位置", "In"),
    ("required", "必填", "Required"),
    ("return_format", "返回格式", "Return format"),
    ("body", "请求内容", "Request body"),
    ("status", "状态", "Status"),
    ("example", "示例", "Example"),
    ("example_call", "调用示例", "Call"),
    ("example_request", "请求示例", "Request"),
    ("example_response", "返回示例", "Response"),
    ("errors", "错误", "Errors"),
    ("code", "代码", "Code"),
    ("authentication", "认证", "Authentication"),
    ("address", "地址", "Address"),
    ("deprecated", "已弃用", "Deprecated"),
    ("removed_in", "移除版本", "Removed in"),
    ("fields", "字段", "Fields"),
    ("field", "字段", "Field"),
    ("arguments", "参数", "Arguments"),
    ("possible_types", "可能的类型", "Possible types"),
    ("implements", "实现", "Implements"),
    ("implemented_by", "被实现", "Implemented by"),
    ("breaking", "不兼容", "Breaking"),
    ("compatible", "兼容", "Compatible"),
    ("compatibility", "兼容性", "Compatibility"),
    (
        "no_api_changes",
        "两个版本的接口相同。",
        "Both versions have the same interface.",
    ),
    ("used_by", "用于", "Used by"),
    ("kind_object", "对象", "Object"),
    ("kind_input", "输入", "Input"),
    ("kind_enum", "枚举", "Enumeration"),
    ("kind_union", "联合", "Union"),
    ("kind_interface", "接口", "Interface"),
    ("kind_scalar", "标量", "Scalar"),
    ("operation_added", "新增操作", "Operation added"),
    ("operation_removed", "移除操作", "Operation removed"),
    ("operation_deprecated", "操作弃用", "Operation deprecated"),
    ("parameter_added", "新增参数", "Parameter added"),
    ("parameter_removed", "移除参数", "Parameter removed"),
    (
        "parameter_type",
        "参数类型变更",
        "Type of a parameter changed",
    ),
    (
        "parameter_required",
        "参数必填变更",
        "Parameter required or not",
    ),
    ("return_changed", "返回类型变更", "Return type changed"),
    ("return_removed", "移除返回", "Response removed"),
    ("return_added", "新增返回", "Response added"),
    ("body_changed", "请求内容变更", "Request body changed"),
    ("type_added", "新增类型", "Type added"),
    ("type_removed", "移除类型", "Type removed"),
    ("type_kind", "类型种类变更", "Kind of a type changed"),
    ("field_added", "新增字段", "Field added"),
    ("field_removed", "移除字段", "Field removed"),
    ("field_type", "字段类型变更", "Type of a field changed"),
    ("field_deprecated", "字段弃用", "Field deprecated"),
    ("value_added", "新增取值", "Value added"),
    ("value_removed", "移除取值", "Value removed"),
    ("auth_changed", "认证变更", "Authentication changed"),
    ("address_changed", "调用方式变更", "Way to call changed"),
    ("error_added", "新增错误", "Error added"),
    ("error_removed", "移除错误", "Error removed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_and_in_both_languages() {
        let mut keys: Vec<&str> = WORDS.iter().map(|(key, _, _)| *key).collect();
        keys.sort_unstable();
        let before = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), before);
        assert!(
            WORDS
                .iter()
                .all(|(_, zh, en)| !zh.is_empty() && !en.is_empty())
        );
    }
}
