use std::sync::{Arc, LazyLock};

use super::*;
use crate::{Glossary, Reports};

static VIEW: LazyLock<View> = LazyLock::new(|| {
    let glossary: Glossary =
        serde_json::from_str(include_str!("../../tests/glossary.json")).unwrap();
    let reports = Reports::open(&[]).unwrap();
    let definition = reports.get("rectification_list").unwrap();
    reports
        .check(&definition.samples["empty"], &glossary)
        .unwrap()
});

/// Lays out a template that no check has seen.
fn probe(body: &str) -> Result<Pdf, Vec<Problem>> {
    let mut view = VIEW.clone();
    let mut definition = (*view.definition).clone();
    definition.typst = format!("#import \"/base.typ\": *\n#show: report\n= 试\n{body}\n");
    view.definition = Arc::new(definition);
    render(&view)
}

fn refused(body: &str) -> String {
    let problems = probe(body).expect_err(body);
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    all.join("\n")
}

#[test]
fn rp_pdf_1_the_world_has_its_own_files_only() {
    assert_eq!(probe("#read(\"/meta.json\").len()").unwrap().pages, 1);
    for path in [
        "/etc/passwd",
        "etc/passwd",
        "/other.json",
        "/fonts/NotoSansSC-Bold.ttf",
        "/definitions/rectification_list/query.graphql",
        "https://example.org/x",
        "file:///etc/passwd",
        "/charts/none.svg",
    ] {
        assert!(
            refused(&format!("#read({path:?})")).contains("not found"),
            "{path}"
        );
    }
    // The engine refuses to leave the root before the world is asked.
    refused("#read(\"../../etc/passwd\")");
    for body in [
        "#import \"@preview/cetz:0.4.2\": canvas",
        "#import \"@local/x:1.0.0\"",
        "#include \"/secret.typ\"",
        "#image(\"/etc/x.png\", alt: \"x\")",
        "#plugin(\"/x.wasm\")",
        "#plugin(bytes((0, 97, 115, 109, 1, 0, 0, 0)))",
        "#std.plugin(bytes((0, 97, 115, 109, 1, 0, 0, 0)))",
        "#eval(\"1 + 1\")",
        "#std.eval(\"1 + 1\")",
        "#datetime.today().display()",
    ] {
        refused(body);
    }
}

#[test]
fn rp_pdf_2_every_warning_and_every_lack_fails_the_job() {
    for (body, word) in [
        ("#text(font: \"Nobody\")[x]", "font"),
        ("==== 跳级", "heading"),
        ("#image(\"/qr.svg\")", "alt"),
        ("#panic(\"aus\")", "aus"),
    ] {
        let told = refused(body);
        assert!(told.to_lowercase().contains(word), "{body}: {told}");
        assert!(told.contains("ZGQD-2026-0009"), "{told}");
    }
    assert!(refused("\n\n#panic(\"x\")").contains("report.typ:6"));
}

#[test]
fn rp_font_2_a_missing_glyph_is_an_error_also_in_drawings() {
    refused("𠮷野");
    refused("*☑*");
    refused("`✔`");
    refused(
        "#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 20' \
         font-family='Noto Sans SC'><text x='1' y='15'>𠮷</text></svg>\"), alt: \"x\")",
    );
    assert!(probe("䶮㛃𰻝 √×○●◎△▲■□◆★ ≥≤±℃㎡").is_ok());
}

#[test]
fn rp_pdf_8_too_many_pages_are_refused() {
    let mut view = VIEW.clone();
    let mut definition = (*view.definition).clone();
    definition.spec.limits.pages = 1;
    view.definition = Arc::new(definition);
    let problems = render(&view).unwrap_err();
    assert!(problems[0].message.contains("at most 1"), "{problems:?}");
}
