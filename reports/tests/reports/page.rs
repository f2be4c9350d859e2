use crate::{every, view};

#[test]
fn rp_html_1_one_file_without_any_request() {
    for (code, case) in every() {
        let html = reports::html(&view(&code, &case)).unwrap();
        assert_eq!(html.matches("<article ").count(), 1);
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.contains(&format!("data-report=\"{code}\"")));
        assert!(html.contains("data-number=\"") && html.contains("data-revision=\""));
        // Text of the records is no markup, so what looks like a request is one.
        for word in [
            "<script",
            "<link",
            "src=",
            "href=",
            "url(http",
            "@import",
            "style=",
            "javascript:",
        ] {
            assert!(!html.contains(word), "{code} {case}: {word}");
        }
        assert!(reports::article(&html).unwrap().ends_with("</article>"));
        assert!(!reports::article(&html).unwrap().contains("<style"));
    }
    assert!(!reports::STYLE.contains('<'), "the style ends no element");
}

#[test]
fn rp_html_2_tables_figures_and_levels_are_well_formed() {
    for (code, case) in every() {
        let html = reports::html(&view(&code, &case)).unwrap();
        let count = |word: &str| html.matches(word).count();
        assert_eq!(count("<table>"), count("<caption>"), "{code} {case}");
        assert_eq!(count("<table>"), count("<thead>"));
        assert!(count("<th scope=\"col\">") >= count("<table>") * 2);
        assert_eq!(count("<figure>"), count("<figcaption>"));
        assert_eq!(count("<svg"), count("role=\"img\""));
        let mut last = 1;
        for rest in html.split("<h").skip(1) {
            let Some(level) = rest.chars().next().and_then(|char| char.to_digit(10)) else {
                continue;
            };
            assert!(level <= last + 1, "{code} {case}: h{level} after h{last}");
            last = level;
        }
        // Ids are there once.
        let ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len());
    }
}
