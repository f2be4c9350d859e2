//! Writes the corpus that the speed of a build is measured on: generated Chinese articles, always the same.
//!
//! `cargo run --release -p site-gen --example corpus -- 5000 > portal.json`; a second number changes that many pages,
//! and a third one says how.
//! With `--hugo DIR` the same articles are written as the content of a Hugo site (its layouts lie in `benches/hugo`).

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::json;

/// Phrases that sentences are made of.
const WORDS: &[&str] = &[
    "重症监护",
    "护理记录",
    "呼吸机",
    "监护仪",
    "输液泵",
    "医嘱执行",
    "出入量",
    "交接班",
    "危急值",
    "特护单",
    "数据采集",
    "工作站",
    "信息中心",
    "服务商",
    "值班工程师",
    "系统升级",
    "备份校验",
    "异地备份",
    "磁盘空间",
    "数据库",
    "中间件",
    "接口平台",
    "检验系统",
    "影像系统",
    "电子病历",
    "权限审核",
    "弱口令",
    "远程授权",
    "巡检报告",
    "整改任务",
    "故障处理",
    "响应时限",
    "工作日历",
    "培训计划",
    "应急演练",
    "停机预案",
    "补录规则",
    "审计日志",
    "版本说明",
    "回退方案",
    "确认签字",
    "验收材料",
    "月度报告",
    "可用率",
    "满意度",
    "需要",
    "应当",
    "不得",
    "可以",
    "首先",
    "随后",
    "同时",
    "如果",
    "完成后",
    "由",
    "在",
    "对",
    "与",
    "并",
    "核对",
    "登记",
    "通知",
    "检查",
    "记录",
    "提交",
    "确认",
    "恢复",
    "分析",
    "处理",
    "关闭",
    "打开",
    "等待",
    "重新",
    "立即",
    "每日",
    "每周",
    "每月",
    "当班",
    "负责人",
];

/// The small generator of numbers that everything comes from.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn word(&mut self) -> &'static str {
        let at = self.next(WORDS.len());
        WORDS.get(at).copied().unwrap_or_default()
    }

    fn phrase(&mut self, words: usize) -> String {
        (0..words).map(|_| self.word()).collect()
    }

    fn paragraph(&mut self) -> String {
        let mut out = String::new();
        for at in 0..4 {
            let words = 5 + self.next(6);
            out.push_str(&self.phrase(words));
            if at == 1 {
                out.push_str(&format!(
                    "，**{}：**编号 ICU-2026-{:06}",
                    self.phrase(2),
                    self.next(999_999)
                ));
            }
            out.push('。');
        }
        out
    }
}

fn article(number: usize, count: usize, changed: Option<usize>) -> serde_json::Value {
    let mut dice = Dice(number as u64 * 7_919 + 42);
    let mut body = String::new();
    for section in 1..=8 {
        body.push_str(&format!(
            "## {section} {}\n\n{}\n\n",
            dice.phrase(3),
            dice.paragraph()
        ));
        body.push_str(&format!(
            "{}见[{}](KB-{:05})。\n\n",
            dice.paragraph(),
            dice.phrase(2),
            dice.next(count)
        ));
        if section == 3 {
            body.push_str("| 项目 | 说明 | 数值 |\n|---|---|--:|\n");
            for _ in 0..6 {
                body.push_str(&format!(
                    "| {} | {} | {} |\n",
                    dice.phrase(2),
                    dice.phrase(4),
                    dice.next(1_000)
                ));
            }
            body.push('\n');
        }
        if section == 2 || section == 6 {
            body.push_str(&format!(
                "```sql\n-- {}\nSELECT ticket_id, COUNT(*) AS total\nFROM   sla_clock\nWHERE  due_at < '2026-{:02}-01' AND state = 'RUNNING'\nGROUP BY ticket_id\nLIMIT  {};\n```\n\n",
                dice.phrase(3), 1 + dice.next(12), dice.next(500)
            ));
        }
    }
    if let Some(edit) = changed {
        body.push_str(&format!("本页有一处修改，编号 EDIT-{edit:04}。\n"));
    }
    let module = format!(
        "{}管理",
        WORDS.get(number % 40).copied().unwrap_or_default()
    );
    json!({
        "id": format!("art_{number:05}"), "number": format!("KB-{number:05}"), "title": format!("{}（{number}）", dice.phrase(3)), "body": body, "kind": "FAQ",
        "module": module, "tags": [dice.word()], "audiences": ["STAFF"], "dataLevel": 1, "language": "ZH",
        "versionNo": 1, "reviewedAt": "2026-09-10T02:00:00Z", "outdatedAt": null, "screeningOverridden": false, "files": [],
    })
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    fs::File::create(path)?.write_all(text.as_bytes())
}

/// The articles as files of a Hugo site.
fn hugo(folder: &Path, nodes: &[serde_json::Value]) -> io::Result<()> {
    let folder = folder.join("content/faq");
    fs::create_dir_all(&folder)?;
    put(&folder.join("_index.md"), "---\ntitle: 常见问题\n---\n")?;
    for node in nodes {
        let text = |key: &str| node.get(key).and_then(serde_json::Value::as_str);
        let word = |key: &str| text(key).unwrap_or_default();
        let matter = json!({
            "title": word("title"), "number": word("number"), "modules": [word("module")], "words": node.get("tags"),
            "version": node.get("versionNo"), "reviewed": word("reviewedAt"), "date": word("reviewedAt"),
        });
        let name = word("number").to_lowercase();
        let page = format!("{matter}\n\n{}", word("body"));
        put(&folder.join(format!("{name}.md")), &page)?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let all: Vec<String> = std::env::args().skip(1).collect();
    let mut numbers = all.iter().filter_map(|text| text.parse::<usize>().ok());
    let count = numbers.next().unwrap_or(5_000);
    let changed = numbers.next().unwrap_or(0);
    let edit = numbers.next().unwrap_or(1);
    let portal = json!({
        "instance": "bench-p0", "revision": 1, "cutoffAt": "2026-11-20T08:30:00Z", "calendarVersion": "CN-2026.1", "productVersion": "5.2.0", "hiddenNames": [],
    });
    let nodes: Vec<_> = (0..count)
        .map(|number| article(number, count, (number < changed).then_some(edit)))
        .collect();
    if let [.., option, folder] = all.as_slice()
        && option == "--hugo"
    {
        return hugo(Path::new(folder), &nodes);
    }
    let page = json!({ "hasNextPage": false, "endCursor": null });
    let document = json!({
        "version": 1, "instance": "bench-p0", "audience": "P0",
        "answers": {
            "status": { "data": {
                "portal": portal, "systemStatus": { "state": "NORMAL", "since": "2026-11-01T00:00:00Z", "nextUpdateAt": null, "message": null },
                "disasterNotice": null, "serviceDesk": null, "maintenanceWindows": [],
            } },
            "notices": { "data": { "list": { "nodes": [], "pageInfo": page } } },
            "withdrawn": { "data": { "withdrawnArticles": [] } },
            "articles": { "data": { "list": { "nodes": nodes, "pageInfo": page } } },
            "revision": { "data": { "portal": { "revision": 1 } } },
        },
    });
    let mut out = BufWriter::new(io::stdout().lock());
    serde_json::to_writer(&mut out, &document)?;
    out.flush()
}
