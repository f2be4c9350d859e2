use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{check, every, poppler, sample, view};

/// Text of HTML without marks, its entities read.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for char in html.chars() {
        match char {
            '<' => inside = true,
            '>' if inside => inside = false,
            other if !inside => out.push(other),
            _ => (),
        }
    }
    for (from, to) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        out = out.replace(from, to);
    }
    out
}

/// Extraction puts spaces between Han and Latin letters.
fn dense(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).collect()
}

/// Contents of every element of a name.
fn elements(html: &str, name: &str) -> Vec<String> {
    html.split(&format!("<{name}"))
        .skip(1)
        .filter(|rest| rest.starts_with(['>', ' ']))
        .filter_map(|rest| rest.split_once('>')?.1.split_once(&format!("</{name}>")))
        // Blocks inside are elements of their own, and a list has its signs in the PDF.
        .filter(|(content, _)| !content.contains("<p>") && !content.contains("<li>"))
        .map(|(content, _)| dense(&plain(content)))
        .filter(|text| !text.is_empty())
        .collect()
}

/// The pages without header, footer and repeated heads of tables, white space removed.
fn pages(pdf: &[u8]) -> Option<String> {
    let text = poppler("pdftotext", &["-raw", "-enc", "UTF-8"], pdf)?;
    Some(text)
}

/// Whether a text is there, whole or, where a page ends inside, in two parts.
fn said(page: &str, text: &str) -> bool {
    if page.contains(text) {
        return true;
    }
    let ends: Vec<usize> = text
        .char_indices()
        .map(|(place, _)| place)
        .skip(1)
        .collect();
    ends.iter()
        .any(|end| page.contains(&text[..*end]) && page.contains(&text[*end..]))
}

#[test]
fn rp_pdf_5_html_and_pdf_say_the_same() {
    for (code, case) in every() {
        let view = view(&code, &case);
        let html = reports::html(&view).unwrap();
        let article = reports::article(&html).unwrap();
        let pdf = reports::pdf(&view).unwrap();
        let Some(text) = pages(&pdf.bytes) else {
            return;
        };
        let page = dense(&text);
        // Pictures have their texts elsewhere in each; their data is in the tables.
        let mut body = String::new();
        for (place, part) in article.split("<svg").enumerate() {
            body.push_str(if place == 0 {
                part
            } else {
                part.split_once("</svg>").unwrap().1
            });
        }
        let mut checked = 0;
        for name in [
            "h1",
            "h2",
            "h3",
            "caption",
            "figcaption",
            "th",
            "td",
            "dt",
            "dd",
            "p",
            "li",
        ] {
            for one in elements(&body, name) {
                // The watermark is turned on its page.
                let mark = name == "p" && ["草稿", "样章"].contains(&one.as_str());
                assert!(
                    mark || said(&page, &one),
                    "{code} {case}: {name} {one:?} is not in the PDF"
                );
                checked += 1;
            }
        }
        assert!(checked > 60, "{code} {case}: {checked}");
        // And no number of the pages that the HTML does not have.
        let known = dense(&plain(article));
        for line in text
            .lines()
            .filter(|line| !line.contains(" 页共 ") && !line.contains("页 共"))
        {
            // The table of contents has page numbers behind dots.
            if line.contains("....") || line.contains(". . .") {
                continue;
            }
            for token in line
                .split(|char: char| !char.is_ascii_digit())
                .filter(|one| one.len() > 1)
            {
                assert!(
                    known.contains(token),
                    "{code} {case}: {token} of {line:?} is not in the HTML"
                );
            }
        }
        let compatibility = text.chars().find(
            |char| matches!(char, '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' | '\u{200B}'),
        );
        assert_eq!(compatibility, None, "{code} {case}");
    }
}

/// Looks for texts in both outputs of the typical sample, white space aside.
fn visible_in_both(code: &str, parts: &[&str]) {
    let view = view(code, "typical");
    let html = dense(&plain(
        reports::article(&reports::html(&view).unwrap()).unwrap(),
    ));
    let pdf = reports::pdf(&view).unwrap();
    let text = pages(&pdf.bytes).map(|text| dense(&text));
    for part in parts {
        assert!(html.contains(&dense(part)), "{part} in HTML");
        if let Some(text) = &text {
            assert!(text.contains(&dense(part)), "{part} in PDF");
        }
    }
}

#[test]
fn rp_cont_1_each_part_of_the_inspection_report_is_visible() {
    visible_in_both(
        "inspection_report",
        &[
            "巡检内容",
            "发现的问题",
            "风险等级",
            "整改建议",
            "整改时限",
            "线上巡检",
            "李某",
            "周某",
            "srv-icu-01",
            "模板版本：2026.1",
            "82 %",
            "正常",
            "预警",
            "严重",
            "不适用",
            "本环境未部署该组件",
            "GD-2026-0412",
            "24 小时",
            "15 个工作日",
            "2026-10-28",
            "上期任务 3 项",
            "2026-07-21 24:00",
            "异地备份副本校验与滞后",
            "日常维护记录完整率",
            "20 个工作日中缺 2026-08-06",
            "截图 ZJ-2026-0061",
            "堡垒机",
            "故障排查方法",
            "预防建议",
            "总体运行平稳",
            "签署",
            "（加盖公章处）",
            "巡检依据 合同一(五)1、一(五)2",
            "已造成或随时可能造成系统中断",
            "按风险等级：24 小时",
            "另行确定",
            "ZJ-2026-0002 磁盘使用率.csv",
            "20.5 kB",
            "fbf59e3cff1cd7f5992a85e9e99ae37d16109438e0e4de9135f59feb4c321b3f",
        ],
    );
}

#[test]
fn rp_cont_3_each_part_of_the_fault_report_is_visible() {
    visible_in_both(
        "fault_report",
        &[
            "ICU-2026-000231",
            "级别 二级",
            "发生 2026-10-02 09:50",
            "院方确认 2026-10-02 14:00",
            "一病区 3 张床位",
            "S3 → S2：三张床的监护数据同时停止",
            "院方确认恢复",
            "连接数达到上限 64",
            "根本原因",
            "补采缺失的 37 分钟",
            "逐床核对最近 10 分钟的数值",
            "方案 1",
            "生产变更是否经批准",
            "等待 11:00 换班间隙重启",
            "ICU-2026-000198",
            "ZJ-2026-0001 服务器健康页.png",
            "184.3 kB",
            "（加盖公章处）",
        ],
    );
}

#[test]
fn rp_cont_1_each_part_of_the_rectification_list_is_visible() {
    let view = view("rectification_list", "typical");
    let html = dense(&plain(
        reports::article(&reports::html(&view).unwrap()).unwrap(),
    ));
    for part in [
        "到期 2 项，按期完成 1 项，整改率 1 ÷ 2 = 50.00 %",
        "逾期",
        "已延期",
        "风险接受",
        "院方占用时间",
        "双方同意",
        "ZG-2026-0019",
        "XJBG-2026-0007",
        "2026-10-23 24:00",
        "2026-11-10 24:00",
        "现场核对，通过。",
        "设备将于 2027 年 3 月更换",
        "不计入整改率",
        "共 4 项，已完成 1 项",
    ] {
        assert!(html.contains(&dense(part)), "{part}");
    }
    // Overdue first, as the data has it.
    assert!(html.find("ZG-2026-0019").unwrap() < html.find("ZG-2026-0018").unwrap());
}

#[test]
fn rp_cont_3_each_part_of_the_monthly_report_is_visible() {
    visible_in_both(
        "sla_monthly",
        &[
            "39 ÷ 40 = 97.50 %",
            "59 ÷ 60 = 98.33 %",
            "1 个工作日",
            "8 小时",
            "24 小时",
            "P50",
            "P90",
            "P95",
            "最长",
            "平均响应时间（MTTA）",
            "平均解决时间（MTTR）",
            "服务商自报工单的响应（不计入响应率）",
            "ICU-2026-000402",
            "申报 2026-10-05 09:40；登记 2026-10-05 09:50",
            "同意（周某）",
            "违约登记：候选",
            "未停止",
            "到期暂定",
            "1 项，3 小时",
            "1 项，2 个工作日",
            "院方未确认的解决",
            "未约定解决时限，不计算违约",
            "按催告的期限",
            "回执，档案柜 A-07",
            "院方自行处理",
            "等待停机窗口",
            "2026-10-29 24:00",
            "关闭后重开",
            "按渠道的工单数",
            "平台尚未保存停机时段",
            "合同未录入扣减标准",
            "响应时限归入起算之月",
            "院方确认",
        ],
    );
}

#[test]
fn rp_data_4_text_is_never_source() {
    let corpus = [
        "#eval(\"1+1\")",
        "#panic(\"x\")",
        "] #read(\"/etc/passwd\") [",
        "$ 1/0 $",
        "*粗* _斜_",
        "= 标题",
        "@label <label>",
        "// 注释",
        "/* 注释 */",
        "`raw`",
        "\\u{5b} \\ \\n",
        "\"引号' \\\"",
        "<script>alert(1)</script>",
        "{{ 7*7 }}{% raw %}",
        "&lt;b&gt; &amp;",
        "<!-- x -->",
        "]]>",
        "javascript:alert(1)",
        "~ -- --- ...",
        "https://example.org/?a=1&b=2",
    ];
    for text in corpus {
        let mut input = sample("rectification_list", "typical");
        let tasks = &mut input["data"]["rectificationList"]["vendorTasks"];
        tasks[0]["finding"]["description"] = json!(text);
        tasks[0]["steps"][0]["text"] = json!(format!("- {text}"));
        tasks[0]["steps"][0]["person"]["name"] = json!(text);
        tasks[0]["number"] = json!(text);
        input["meta"]["hospital"] = json!(text);
        input["meta"]["signOff"][0]["name"] = json!(text);
        let view = check(&input);
        let html = reports::html(&view).unwrap();
        assert!(
            !html.contains("<script") && !html.contains("<!-- x"),
            "{text}"
        );
        assert!(
            dense(&plain(&html)).matches(&dense(text)).count() >= 5,
            "{text}"
        );
        let pdf = reports::pdf(&view).unwrap_or_else(|all| panic!("{text}: {all:?}"));
        if let Some(page) = pages(&pdf.bytes) {
            assert!(
                dense(&page).matches(&dense(text)).count() >= 5,
                "{text}\n{page}"
            );
        }
    }
}

#[test]
fn rp_pdf_4_the_same_view_gives_the_same_bytes() {
    for (code, case) in every() {
        let one = reports::pdf(&view(&code, &case)).unwrap();
        let two = reports::pdf(&view(&code, &case)).unwrap();
        assert_eq!(one.sha256, two.sha256, "{code} {case}");
        assert!(one.bytes == two.bytes);
        assert_eq!(
            reports::html(&view(&code, &case)).unwrap(),
            reports::html(&view(&code, &case)).unwrap()
        );
    }
}

#[test]
fn rp_pdf_4_other_processes_and_other_numbers_of_threads_give_the_same_bytes() {
    let view = view("inspection_report", "typical");
    let here = reports::pdf(&view).unwrap();
    for threads in ["1", "2", "5"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reports-child"))
            .env("RAYON_NUM_THREADS", threads)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = serde_json::to_vec(&view).unwrap();
        let mut message = vec![b'V'];
        message.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        message.extend(text);
        let mut input = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            use std::io::Write as _;
            input.write_all(&message).unwrap();
        });
        let answer = child.wait_with_output().unwrap().stdout;
        writer.join().unwrap();
        assert!(answer.ends_with(&here.bytes), "{threads} threads");
    }
}

#[test]
fn rp_pdf_2_the_file_says_what_it_is() {
    for (code, case) in every() {
        let view = view(&code, &case);
        let pdf = reports::pdf(&view).unwrap();
        let text = String::from_utf8_lossy(&pdf.bytes);
        for part in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
        ] {
            assert!(text.contains(part), "{code} {case}: {part}");
        }
        assert!(text.contains("zh-CN"), "the language of the document");
        let figures = text.matches("/S/Figure").count() + text.matches("/S /Figure").count();
        assert!(
            text.matches("/Alt").count() >= figures,
            "every figure has its text"
        );
        let Some(info) = poppler("pdfinfo", &[], &pdf.bytes) else {
            continue;
        };
        assert!(info.contains("Tagged:          yes"), "{info}");
        assert!(info.contains(&format!("Pages:           {}", pdf.pages)));
        assert!(info.contains("A4"));
        let fonts = poppler("pdffonts", &[], &pdf.bytes).unwrap();
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty());
        for row in rows {
            assert!(row.contains("NotoSansSC"), "{row}");
            assert!(row.contains("yes yes yes"), "emb sub uni: {row}");
        }
    }
}

#[test]
fn rp_pdf_6_pages_are_numbered_and_marked() {
    let view = view("inspection_report", "worst");
    let pdf = reports::pdf(&view).unwrap();
    let Some(text) = poppler("pdftotext", &["-raw"], &pdf.bytes) else {
        return;
    };
    let all: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    assert_eq!(all.len(), pdf.pages);
    for (place, page) in all.iter().enumerate() {
        let page = dense(page);
        assert!(
            page.contains(&format!("第{}页共{}页", place + 1, pdf.pages)),
            "page {place}"
        );
        assert!(page.contains("XJBG-2026-0008第2版"), "page {place}");
        assert!(page.contains("密级：机密"), "page {place}");
    }
    // Bookmarks, and a contents page whose lines lead to them.
    let raw = String::from_utf8_lossy(&pdf.bytes);
    assert!(raw.contains("/Outlines"));
    assert!(raw.matches("/Subtype/Link").count() + raw.matches("/Subtype /Link").count() >= 15);
}

#[test]
fn rp_pdf_8_the_sign_off_is_never_alone_and_no_heading_ends_a_page() {
    for (code, case) in every() {
        let view = view(&code, &case);
        let pdf = reports::pdf(&view).unwrap();
        let Some(text) = poppler("pdftotext", &["-raw"], &pdf.bytes) else {
            return;
        };
        let html = reports::html(&view).unwrap();
        let headings: Vec<String> = [
            elements(&html, "h2"),
            elements(&html, "h3"),
            elements(&html, "caption"),
        ]
        .concat();
        for (place, page) in text.split('\u{c}').enumerate() {
            let lines: Vec<String> = page
                .lines()
                .map(dense)
                .filter(|line| !line.is_empty())
                .collect();
            // Two lines of header, two or three of footer.
            let body: Vec<&String> = lines
                .iter()
                .filter(|line| !line.contains("页共") && !line.contains("密级："))
                .collect();
            if let Some(at) = body.iter().position(|line| *line == "签署") {
                assert!(
                    at > 0,
                    "{code} {case}: the sign-off begins page {}",
                    place + 1
                );
            }
            let end = body
                .iter()
                .rev()
                .find(|line| !line.contains("公司") && !line.contains("医院"));
            if let Some(end) = end {
                assert!(
                    !headings.contains(end) || place < 2,
                    "{code} {case}: page {} ends in {end}",
                    place + 1
                );
            }
        }
    }
}

#[test]
fn rp_iss_1_drafts_and_samples_are_marked() {
    for (mark, word) in [("DRAFT", "草稿"), ("SAMPLE", "样章")] {
        let mut input = sample("rectification_list", "typical");
        input["meta"]["watermark"] = json!(mark);
        let marked = check(&input);
        assert!(
            reports::html(&marked)
                .unwrap()
                .contains(&format!("<p class=\"r-mark\">{word}</p>"))
        );
        input["meta"]["watermark"] = Value::Null;
        input["meta"].as_object_mut().unwrap().remove("watermark");
        let clean = check(&input);
        assert!(!reports::html(&clean).unwrap().contains("r-mark\""));
        let (marked, clean) = (
            reports::pdf(&marked).unwrap(),
            reports::pdf(&clean).unwrap(),
        );
        assert_ne!(marked.sha256, clean.sha256);
        let Some(text) = poppler("pdftotext", &["-raw"], &marked.bytes) else {
            return;
        };
        assert!(
            dense(&text).matches(word).count() >= marked.pages,
            "on every page"
        );
        assert!(!dense(&pages(&clean.bytes).unwrap()).contains(word));
    }
}
