use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{GLOSSARY, REPORTS, check, sample};

fn refused(input: &Value) -> Vec<String> {
    match REPORTS.check(input, &GLOSSARY) {
        Ok(_) => Vec::new(),
        Err(all) => all.iter().map(ToString::to_string).collect(),
    }
}

/// The typical inspection report with one value set.
fn with(pointer: &str, value: Value) -> Value {
    let mut input = sample("inspection_report", "typical");
    *input
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("{pointer}")) = value;
    input
}

#[test]
fn rp_cont_1_the_five_sections_must_have_content() {
    // What is wrong with the data, and where it is said to be.
    for (pointer, value, place) in [
        (
            "/data/inspection/scopes",
            json!([]),
            "data.inspection.scopes",
        ),
        (
            "/data/inspection/findings/1/risk",
            Value::Null,
            "data.inspection.findings[].risk",
        ),
        (
            "/data/inspection/findings/1/advice",
            json!(" "),
            "data.inspection.findings[].advice",
        ),
        (
            "/data/inspection/findings/1/deadline",
            Value::Null,
            "data.inspection.findings[].deadline",
        ),
        (
            "/data/inspection/communications",
            json!([]),
            "data.inspection.communications",
        ),
        (
            "/data/inspection/advice",
            json!([]),
            "data.inspection.advice",
        ),
        (
            "/data/inspection/conclusion",
            Value::Null,
            "data.inspection.conclusion",
        ),
    ] {
        let all = refused(&with(pointer, value));
        assert!(
            all.iter().any(|one| one.starts_with(place)),
            "{pointer}: {all:?}"
        );
    }
    // What is not known is not what there is none of.
    let all = refused(&with("/data/inspection/findings", Value::Null));
    assert!(all[0].contains("it is absent"), "{all:?}");
    // No finding at all is said in words.
    let view = check(&with("/data/inspection/findings", json!([])));
    assert!(reports::html(&view).unwrap().contains("未发现问题。"));
}

#[test]
fn rp_font_5_a_rare_name_is_refused_with_path_and_code_point() {
    let all = refused(&with(
        "/data/inspection/participants/1/person/name",
        json!("𠮷某"),
    ));
    assert_eq!(
        all,
        ["data.inspection.participants[1].person.name: no font has 𠮷 (U+20BB7)"]
    );
    let all = refused(&with("/meta/signOff/0/name", json!("𠮷某")));
    assert_eq!(all.len(), 1);
}

#[test]
fn rp_font_4_replaced_symbols_are_listed_on_the_last_page() {
    let view = check(&with("/data/inspection/conclusion", json!("✔ 通过 👍")));
    let html = reports::html(&view).unwrap();
    assert!(html.contains("√ 通过 [赞]"));
    assert!(html.contains("U+2714") && html.contains("U+1F44D"));
}

#[test]
fn rp_iss_1_frozen_data_is_held_against_its_hash() {
    let input = sample("inspection_report", "typical");
    let hash = reports::data_sha256(&input["data"]);
    let view = check(&with("/meta/dataSha256", json!(hash)));
    assert_eq!(view.data_sha256, hash);
    // The order of keys and white space change nothing.
    let other: Value = serde_json::from_str(&reports::canonical(&input["data"])).unwrap();
    assert_eq!(reports::data_sha256(&other), hash);

    let mut changed = with("/meta/dataSha256", json!(hash));
    changed["data"]["inspection"]["conclusion"] = json!("改。");
    assert_eq!(
        refused(&changed),
        ["meta.dataSha256: is not the hash of the data"]
    );
    let all = refused(&with("/meta/fingerprint", json!("0".repeat(64))));
    assert_eq!(
        all,
        ["meta.fingerprint: is not the fingerprint of this definition"]
    );
}

#[test]
fn a_frame_that_does_not_fit_is_refused() {
    assert!(refused(&with("/code", json!("nothing")))[0].contains("no report nothing"));
    assert!(refused(&with("/meta/revision", json!(2)))[0].contains("meta.correction"));
    assert!(refused(&with("/meta/cutOffAt", json!("now")))[0].contains("meta.cutOffAt"));
    let mut more = sample("inspection_report", "typical");
    more["meta"]["phone"] = json!("1");
    assert!(refused(&more)[0].contains("phone"));
    let mut many = sample("inspection_report", "typical");
    let asset = many["data"]["inspection"]["assets"][0].clone();
    many["data"]["inspection"]["assets"] = Value::Array(vec![asset; 5001]);
    assert!(refused(&many)[0].contains("at most 5000"));
    let mut huge = sample("inspection_report", "typical");
    huge["data"]["inspection"]["conclusion"] = json!("长".repeat(3 << 20));
    assert!(refused(&huge)[0].contains("choose a shorter period"));
}

#[test]
fn rp_data_6_the_last_page_names_versions_and_hashes() {
    let view = check(&sample("inspection_report", "typical"));
    let definition = REPORTS.get("inspection_report").unwrap();
    let html = reports::html(&view).unwrap();
    let last = html.split("r-provenance").last().unwrap();
    for part in [
        "inspection_report v1",
        definition.fingerprint(),
        &definition.query_sha256(),
        &view.data_sha256,
        "2026-10-12 09:00",
        "WT-2026-0031",
        "C1.5.2-c",
    ] {
        assert!(last.contains(part), "{part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rp_qa_4_any_value_anywhere_gives_a_view_or_problems(
        pick in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?".prop_map(Value::from),
            Just(json!([])), Just(json!({})), Just(json!([{}])), Just(json!([1, "x", null])),
        ],
    ) {
        let mut input = sample("inspection_report", "typical");
        let mut pointers = Vec::new();
        collect(&input["data"], "/data", &mut pointers);
        collect(&input["meta"], "/meta", &mut pointers);
        let pointer = pick.get(&pointers).clone();
        *input.pointer_mut(&pointer).unwrap() = value;
        // The template may still want another shape; what it may not is panic.
        if let Ok(view) = REPORTS.check(&input, &GLOSSARY) {
            let _ = reports::html(&view);
        }
    }

    #[test]
    fn rp_qa_4_money_and_hundredths_come_back(fen in any::<i64>()) {
        let text = reports::format::money::yuan(fen, reports::Lang::Zh);
        let digits: String = text.chars().filter(|char| char.is_ascii_digit()).collect();
        prop_assert_eq!(digits.parse::<u64>().unwrap(), fen.unsigned_abs());
        prop_assert_eq!(text.starts_with('-'), fen < 0);
        let text = reports::format::hundredths(fen);
        prop_assert_eq!(text.replace('.', "").parse::<i128>().unwrap(), i128::from(fen));
        // A contract of ten thousand million million yuan is not read back.
        let fen = fen % 1_000_000_000_000_000_000;
        let words = reports::format::money::capitals(fen);
        prop_assert_eq!(read_capitals(&words), i128::from(fen));
    }

    #[test]
    fn rp_qa_4_durations_come_back(seconds in any::<i64>()) {
        let text = reports::format::time::duration(i128::from(seconds), reports::Lang::En);
        let mut sum = 0_i128;
        let parts: Vec<&str> = text.trim_start_matches('-').split(' ').collect();
        for pair in parts.chunks(2) {
            let size: i128 = pair[0].parse().unwrap();
            sum += size * match pair[1] { "d" => 86_400, "h" => 3600, "min" => 60, _ => 1 };
        }
        prop_assert_eq!(if text.starts_with('-') { -sum } else { sum }, i128::from(seconds));
    }

    #[test]
    fn rp_font_4_a_replaced_text_has_nothing_left_to_replace(text in any::<String>()) {
        let (clean, _) = reports::text::replace(&text);
        let (again, replaced) = reports::text::replace(&clean);
        prop_assert_eq!(&clean, &again);
        prop_assert_eq!(replaced.len(), 0);
        prop_assert_eq!(reports::unsupported(&text), reports::unsupported(&clean));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn rp_qa_4_any_text_gives_a_file_or_a_glyph_error(
        text in prop_oneof![any::<String>(), "[ -~]{0,80}", "[\u{4E00}-\u{9FEF}a-z0-9 ，。\n-]{0,300}", "\\PC{0,60}"],
    ) {
        let mut input = sample("rectification_list", "typical");
        let tasks = &mut input["data"]["rectificationList"]["vendorTasks"];
        tasks[0]["finding"]["description"] = json!(text);
        tasks[1]["steps"][0]["text"] = json!(text);
        tasks[1]["number"] = json!(text);
        match REPORTS.check(&input, &GLOSSARY) {
            Err(all) => {
                prop_assert!(!reports::unsupported(&text).is_empty());
                prop_assert!(all.iter().all(|one| one.message.starts_with("no font has")), "{all:?}");
            }
            Ok(view) => {
                let made = reports::pdf(&view);
                prop_assert!(made.is_ok(), "{text:?}: {:?}", made.err());
            }
        }
    }
}

fn collect(value: &Value, path: &str, out: &mut Vec<String>) {
    out.push(path.to_owned());
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                collect(value, &format!("{path}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                collect(value, &format!("{path}/{place}"), out);
            }
        }
        _ => (),
    }
}

/// Reads Chinese capitals back, by another way than they were made.
fn read_capitals(text: &str) -> i128 {
    let mut total = 0_i128;
    let (mut section, mut digit, mut fen) = (0_i128, 0_i128, 0_i128);
    for char in text.trim_start_matches('负').chars() {
        match char {
            '拾' | '佰' | '仟' => {
                section += digit
                    * match char {
                        '拾' => 10,
                        '佰' => 100,
                        _ => 1000,
                    };
                digit = 0;
            }
            '万' => {
                section = (section + digit) * 10_000;
                digit = 0;
                total += section;
                section = 0;
            }
            '亿' => {
                total = (total + section + digit) * 100_000_000;
                section = 0;
                digit = 0;
            }
            '元' => {
                total += section + digit;
                section = 0;
                digit = 0;
            }
            '角' => {
                fen += digit * 10;
                digit = 0;
            }
            '分' => {
                fen += digit;
                digit = 0;
            }
            '整' => (),
            other => {
                digit = "零壹贰叁肆伍陆柒捌玖"
                    .chars()
                    .position(|one| one == other)
                    .unwrap() as i128;
            }
        }
    }
    let all = total * 100 + fen;
    if text.starts_with('负') { -all } else { all }
}
