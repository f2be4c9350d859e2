//! Random data within the schema: a file, or problems with their place; never a panic.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{GLOSSARY, REPORTS, every, sample};

/// Numbers from a seed, so that a failure is found again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 16] = [
            "重症系统",
            "，",
            "。",
            "\n",
            "- 一项\n",
            "1. 一步\n",
            "✔",
            "👍",
            " ",
            "   ",
            "/data/icu/collector/2026/09/30/",
            "0123456789abcdef0123456789abcdef",
            "#eval(\"1\")",
            "<b>&amp;",
            "العربية",
            "𠮷",
        ];
        // What no font has is rare, so that most texts are laid out.
        (0..self.below(12))
            .map(|_| {
                let bound = if self.below(40) == 0 { 16 } else { 14 };
                PARTS[self.below(bound)]
            })
            .collect()
    }

    /// The value with other texts, numbers and lengths of lists, each of its kind.
    fn other(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.other(name, value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let size = self.below(2 * items.len().min(6) + 1);
                (0..size)
                    .map(|place| self.other(name, &items[place % items.len()]))
                    .collect()
            }
            Value::String(text) => {
                let code = text
                    .chars()
                    .all(|char| char.is_ascii_uppercase() || char == '_' || char.is_ascii_digit());
                let timed =
                    name.ends_with("At") || name == "at" || name.ends_with("On") || name == "on";
                if code || timed || name == "code" || self.below(3) == 0 {
                    value.clone()
                } else {
                    json!(self.text())
                }
            }
            Value::Number(_) if name.ends_with("Milli") => {
                let edge = [0, 1, -1, i64::MAX, i64::MIN, 99_999];
                json!(edge[self.below(edge.len())])
            }
            Value::Number(_) if name.ends_with("Count") || name == "count" => {
                json!(self.below(1_000_000))
            }
            Value::Bool(_) => json!(self.below(2) == 0),
            other => other.clone(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rp_qa_4_random_data_within_the_schema_gives_a_file_or_problems(
        seed in any::<u64>(),
        pick in any::<prop::sample::Index>(),
    ) {
        let all: Vec<_> = every().into_iter().filter(|(_, case)| case != "worst").collect();
        let (code, case) = pick.get(&all);
        let mut input = sample(code, case);
        input["data"] = Dice(seed).other("data", &input["data"]);
        match REPORTS.check(&input, &GLOSSARY) {
            Err(problems) => {
                for one in problems {
                    let known = one.message.starts_with("no font has")
                        || one.message.ends_with("has no content")
                        || one.message.ends_with("an element lacks it");
                    prop_assert!(one.place.starts_with("data.") && known, "{one}");
                }
            }
            Ok(view) => {
                prop_assert!(reports::html(&view).is_ok());
                let made = reports::pdf(&view);
                prop_assert!(made.is_ok(), "{:?}", made.err());
            }
        }
    }
}
