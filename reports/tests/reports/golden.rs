//! What the samples say in HTML, as text, held against committed files. `UPDATE_GOLDEN=1` writes
//! them anew.

use std::fs;
use std::io::Write as _;

use crate::{REPORTS, every, view};

/// Lines of an article: one an element, without its marks. Hashes change with every template and
/// stand for themselves.
fn lines(article: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for char in article.chars() {
        match char {
            '<' => {
                inside = true;
                out.push('\n');
            }
            '>' if inside => inside = false,
            other if !inside => out.push(other),
            _ => (),
        }
    }
    let mut text: String = out
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |text, line| text + line + "\n");
    let code = article.split("data-report=\"").nth(1).unwrap();
    let definition = REPORTS.get(code.split('"').next().unwrap()).unwrap();
    text = text.replace(definition.fingerprint(), "(fingerprint)");
    text.replace(&definition.query_sha256(), "(query)")
}

#[test]
fn rp_def_2_the_samples_say_what_the_committed_files_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let mut wrong = Vec::new();
    for (code, case) in every() {
        let html = reports::html(&view(&code, &case)).unwrap();
        let text = lines(reports::article(&html).unwrap());
        // The longest ones by their hash: nobody reads them as a difference of lines.
        let text = match case.as_str() {
            "worst" => reports::data_sha256(&text.into()) + "\n",
            _ => text,
        };
        let path = format!("{folder}/{code}-{case}.txt");
        if std::env::var("UPDATE_GOLDEN").is_ok() {
            fs::create_dir_all(folder).unwrap();
            fs::File::create(&path)
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            continue;
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        if known != text {
            let line = known
                .lines()
                .zip(text.lines())
                .position(|(one, two)| one != two);
            wrong.push(format!("{path}: line {}", line.map_or(0, |line| line + 1)));
        }
    }
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "UPDATE_GOLDEN=1 writes them anew"
    );
}
