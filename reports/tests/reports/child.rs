use std::path::PathBuf;
use std::time::{Duration, Instant};

use reports::child::{Failure, Limits, Renderer};
use serde_json::json;

use crate::{check, sample, view};

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_reports-child").into()
}

#[test]
fn rp_pdf_9_a_child_gives_the_bytes_of_its_parent_and_ends_after_its_share() {
    let limits = Limits {
        reports: 2,
        ..Limits::default()
    };
    let mut renderer = Renderer::new(program(), Vec::new(), limits);
    let view = view("rectification_list", "typical");
    let here = reports::pdf(&view).unwrap();
    assert_eq!(renderer.pid(), None);
    assert!(renderer.pdf(&view).unwrap() == here);
    let first = renderer.pid().unwrap();
    assert!(renderer.pdf(&view).unwrap() == here);
    assert_eq!(renderer.pid(), None, "two reports a child");
    assert!(!PathBuf::from(format!("/proc/{first}")).exists());
    assert!(renderer.pdf(&view).unwrap() == here);
    assert_ne!(renderer.pid().unwrap(), first);
}

#[test]
fn rp_pdf_9_a_hanging_child_is_killed_and_the_next_report_goes_on() {
    let limits = Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    // It neither reads nor answers; the view is longer than a pipe takes.
    let mut renderer = Renderer::new("/bin/sleep".into(), vec!["600".into()], limits);
    let view = view("inspection_report", "worst");
    for _ in 0..2 {
        let start = Instant::now();
        assert!(matches!(renderer.pdf(&view), Err(Failure::TimedOut(_))));
        assert!(start.elapsed() < Duration::from_secs(5));
        assert_eq!(renderer.pid(), None);
    }
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    assert_eq!(children.trim(), "", "nothing is left behind");
}

#[test]
fn rp_pdf_9_memory_is_bounded() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    let mut renderer = Renderer::new(program(), Vec::new(), limits);
    match renderer.pdf(&view("inspection_report", "worst")) {
        Err(Failure::TooLarge(_) | Failure::Broken(_)) => (),
        other => panic!("{other:?}"),
    }
    assert_eq!(renderer.pid(), None);
}

#[test]
fn rp_pdf_9_what_the_layout_refuses_is_told_and_the_child_lives_on() {
    let mut renderer = Renderer::new(program(), Vec::new(), Limits::default());
    let good = view("rectification_list", "empty");
    let mut bad = check(&sample("rectification_list", "empty"));
    bad.context["meta"]["vendor"] = json!("𠮷");
    assert!(matches!(renderer.pdf(&bad), Err(Failure::Refused(_))));
    let pid = renderer.pid().unwrap();
    assert!(renderer.pdf(&good).is_ok());
    assert_eq!(renderer.pid(), Some(pid));
    // A view of other definitions than the child has.
    bad.fingerprint = "0".repeat(64);
    let Err(Failure::Refused(all)) = renderer.pdf(&bad) else {
        panic!()
    };
    assert!(all[0].message.contains("other definitions"));
}

#[test]
fn rp_pdf_9_a_program_that_is_none_or_talks_nonsense_is_told() {
    let view = view("rectification_list", "empty");
    for (path, arguments) in [
        ("/no/such/program", vec![]),
        ("/bin/false", vec![]),
        ("/bin/echo", vec!["x".into()]),
        ("/bin/cat", vec![]),
    ] {
        let mut renderer = Renderer::new(path.into(), arguments, Limits::default());
        assert!(
            matches!(renderer.pdf(&view), Err(Failure::Broken(_))),
            "{path}"
        );
    }
}
