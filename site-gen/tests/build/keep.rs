//! One input, three ways to it: a source that pages, a server, a kept file; and what gets out when there is none.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use serde_json::json;
use site_gen::{
    bundle::bundle,
    content::Disaster,
    press::Tree,
    source::{Source, Variables, http::HttpSource, kept},
    urgent, write,
};

use super::{press::Pressing, *};

const CANARY: &str = "canarywithdrawn";
const TOKEN: &str = "icuops_test_token";

/// A document with an image and a text that is to be withdrawn.
fn rich(case: &str) -> Value {
    let mut document = document(case);
    let sha256 = write::hash(&fs::read("fixtures/staff/screen1.png").expect("an image"));
    document["files"] = json!({ "att_screen1": "fixtures/staff/screen1.png" });
    let article = at(&mut document, 5);
    let body = article["body"].as_str().expect("a body").to_owned();
    article["body"] = json!(format!("{body}\n![{CANARY}](att_screen1)\n\n{CANARY}\n"));
    article["title"] = json!(format!("账号 {CANARY}"));
    article["files"] = json!([{ "file": { "id": "att_screen1", "contentType": "image/png", "sha256": sha256 }, "width": 480, "height": 270, "isCleared": true }]);
    // Another page leads to it.
    let other = at(&mut document, 6);
    let body = other["body"].as_str().expect("a body").to_owned();
    other["body"] = json!(format!("{body}\n见[账号](KB-2026-0005)。\n"));
    document
}

/// Gives lists in pages of three.
struct Paged(FixtureSource);

impl Source for Paged {
    fn query(&self, name: &str, text: &str, variables: &Variables) -> Result<Cow<'_, str>, Error> {
        let mut all = variables.clone();
        let from: usize = all
            .remove("after")
            .and_then(|after| after.as_str()?.parse().ok())
            .unwrap_or(0);
        let answer = self.0.query(name, text, &all)?;
        let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
        let list = &mut answer["data"]["list"];
        if let Some(nodes) = list["nodes"].as_array() {
            let page: Vec<Value> = nodes.iter().skip(from).take(3).cloned().collect();
            let more = nodes.len() > from + 3;
            list["pageInfo"] =
                json!({ "hasNextPage": more, "endCursor": (from + page.len()).to_string() });
            list["nodes"] = json!(page);
        }
        Ok(Cow::Owned(answer.to_string()))
    }

    fn file(&self, id: &str, to: &mut dyn Write) -> Result<(), Error> {
        self.0.file(id, to)
    }

    fn presses(&self) -> bool {
        true
    }

    fn press(&self, tree: &Tree) -> Result<Option<Vec<u8>>, Error> {
        Ok(Some(set(tree.json())))
    }
}

/// A document as it is set here.
fn set(tree: &str) -> Vec<u8> {
    format!("%PDF {tree}").into_bytes()
}

fn source(document: &Value) -> FixtureSource {
    FixtureSource::parse(&document.to_string()).expect("a fixture")
}

/// Answers one request of the client.
fn serve(stream: TcpStream, source: &dyn Source, busy: &AtomicU32) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut token) = (String::new(), 0, false);
    reader.read_line(&mut line).expect("a request");
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        token |= header == format!("authorization: bearer {TOKEN}");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let mut stream = reader.into_inner();
    let (status, bytes) = if busy.fetch_add(1, Ordering::Relaxed) == 1 {
        ("429 Too Many Requests\r\nretry-after: 0", Vec::new())
    } else if !token {
        ("401 Unauthorized", Vec::new())
    } else if line.starts_with("POST /graphql ") {
        let asked: Value = serde_json::from_slice(&body).expect("JSON");
        let text = asked["query"].as_str().expect("a query");
        let query = site_gen::read::QUERIES
            .iter()
            .find(|query| query.text == text)
            .expect("a known query");
        let variables = asked["variables"].as_object().expect("variables");
        let answer = source
            .query(query.name, text, variables)
            .expect("an answer");
        ("200 OK", answer.into_owned().into_bytes())
    } else if line.starts_with("POST /documents ") {
        ("200 OK", set(&String::from_utf8(body).expect("JSON")))
    } else {
        let id = line.split(['/', ' ']).nth(3).expect("an id");
        let mut bytes = Vec::new();
        source.file(id, &mut bytes).expect("a file");
        ("200 OK", bytes)
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes()).expect("an answer");
    stream.write_all(&bytes).expect("an answer");
}

fn server(document: &Value) -> String {
    let source = Paged(source(document));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let busy = Arc::new(AtomicU32::new(0));
    thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.expect("a client"), &source, &busy);
        }
    });
    format!("http://{address}/")
}

fn banner() -> Disaster {
    Disaster {
        id: None,
        title: "机房断电".to_owned(),
        body: "改用**纸质**表单".to_owned(),
        valid_from: "2026-11-20T08:00:00Z".to_owned(),
    }
}

#[test]
fn sg_src_1_three_sources_give_the_same_bytes() {
    let document = rich("it");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let instance = instance(&source(&document)).expect("an instance");
    // In one piece, in pages, over HTTP; the last one is kept.
    site_gen::build(
        &options(instance.clone(), &at("whole")),
        &Pressing::new(&document),
    )
    .expect("a root");
    site_gen::build(
        &options(instance.clone(), &at("paged")),
        &Paged(source(&document)),
    )
    .expect("a root");
    fs::write(at("token"), format!("{TOKEN}\n")).expect("a token");
    let http = HttpSource::new(&server(&document), &at("token"), None).expect("a source");
    let mut keeping = options(instance.clone(), &at("http"));
    keeping.kept = Some(at("kept"));
    site_gen::build(&keeping, &http).expect("a root");
    let whole = files(&at("whole/demo-p2"));
    assert!(whole.contains_key("files/att_screen1.png"));
    assert!(whole.contains_key("downtime/kb-2026-0007.pdf"));
    assert_eq!(files(&at("paged/demo-p2")), whole);
    assert_eq!(files(&at("http/demo-p2")), whole);
    let mode = fs::metadata(kept::path(&at("kept"), "demo-p2")).expect("the input");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let again = FixtureSource::open(&kept::path(&at("kept"), "demo-p2")).expect("an input");
    site_gen::build(&options(instance, &at("again")), &again).expect("a root");
    assert_eq!(files(&at("again/demo-p2")), whole);

    fs::write(at("token"), "another").expect("a token");
    let stranger = HttpSource::new(&server(&document), &at("token"), None).expect("a source");
    let error = site_gen::check(&keeping, &stranger).expect_err("no right to read");
    assert!(error.to_string().contains("401"), "{error}");
    for (url, text) in [
        ("ftp://x", "x"),
        ("http://x", ""),
        ("http://x", "two words"),
    ] {
        fs::write(at("token"), text).expect("a token");
        assert!(
            HttpSource::new(url, &at("token"), None).is_err(),
            "{url} {text}"
        );
    }
}

#[test]
fn sg_src_5_the_input_is_kept_of_good_builds_only() {
    let document = rich("staff");
    let folder = tempfile::tempdir().expect("a folder");
    let own = instance(&source(&document)).expect("an instance");
    let mut options = options(own, &folder.path().join("roots"));
    options.kept = Some(folder.path().join("roots/kept"));
    let error = site_gen::build(&options, &source(&document)).expect_err("inside the roots");
    assert!(error.to_string().contains("not kept inside"), "{error}");
    options.kept = Some(folder.path().join("kept"));
    let input = kept::path(&folder.path().join("kept"), "demo-p0");
    site_gen::build(&options, &source(&document)).expect("a root");
    let first = fs::read(&input).expect("an input");
    site_gen::build(&options, &Paged(source(&document))).expect("a root");
    assert_ne!(
        fs::read(&input).expect("an input"),
        first,
        "pages are kept as pages"
    );
    site_gen::build(&options, &source(&document)).expect("a root");
    assert_eq!(fs::read(&input).expect("an input"), first);
    let mut bad = document.clone();
    bad["answers"]["status"]["data"]["systemStatus"]["state"] = json!("SOMEHOW");
    site_gen::build(&options, &source(&bad)).expect_err("an unknown word");
    assert_eq!(fs::read(&input).expect("an input"), first);
    let names: BTreeSet<String> = fs::read_dir(folder.path().join("kept"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["demo-p0.files".to_owned(), "demo-p0.json.gz".to_owned()])
    );

    // Without a server: the kept input, with a banner by file.
    options.banner = Some(banner());
    options.kept = None;
    let again = FixtureSource::open(&input).expect("an input");
    site_gen::build(&options, &again).expect("a root");
    for (name, bytes) in files(&folder.path().join("roots/demo-p0")) {
        assert!(
            !name.ends_with(".html") || String::from_utf8_lossy(&bytes).contains("机房断电"),
            "{name}"
        );
    }
}

/// Whether the banner is on every page and nothing of the withdrawn article is left.
fn out_and_gone(root: &Path) {
    let files = files(root);
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains(CANARY), "{name} still has it");
        if name.ends_with(".html") {
            assert!(text.contains("机房断电"), "{name} has no banner");
        }
    }
    assert!(!files.contains_key("files/att_screen1.png"));
    let page = format!("faq/{}.html", article_page(5));
    assert!(text(&files, &page).contains("本条目已撤下"));
    let other = format!("faq/{}.html", article_page(6));
    assert!(
        text(&files, &other).contains("交接班"),
        "another page stays"
    );
}

#[test]
fn sg_quar_2_banner_and_withdrawal_always_get_out() {
    let document = rich("it");
    let folder = tempfile::tempdir().expect("a folder");
    let own = instance(&source(&document)).expect("an instance");
    let mut options = options(own, &folder.path().join("roots"));
    let root = folder.path().join("roots/demo-p2");
    options.kept = Some(folder.path().join("kept"));
    site_gen::build(&options, &source(&document)).expect("a root");
    let before = files(&root);
    options.banner = Some(banner());
    options.withdrawn.insert(article_id(5));

    // From the kept input: all that lists it is there, with a row that says nothing.
    let report = urgent(&options).expect("a root");
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.reason.contains("input of the last good build"))
    );
    out_and_gone(&root);
    assert!(text(&files(&root), "faq/index.html").contains("（待核）"));
    assert_eq!(write::verify(&options.out, "demo-p2"), Ok(Vec::new()));

    // The input is damaged, as by an answer that no template knows: a copy of the last root.
    options.banner = None;
    options.withdrawn.clear();
    site_gen::build(&options, &source(&document)).expect("a root");
    assert_eq!(files(&root), before);
    fs::write(kept::path(&folder.path().join("kept"), "demo-p2"), "{}").expect("damage");
    options.banner = Some(banner());
    options.withdrawn.insert("KB-2026-0005".to_owned());
    let report = urgent(&options).expect("a root");
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.reason.contains("copy of the last root"))
    );
    out_and_gone(&root);
    let after = files(&root);
    assert!(
        text(&after, "sla/index.html").contains("ICU-2026-000431"),
        "others stay as they are"
    );
    // Once more, with other words: the banner is replaced, not doubled.
    options.banner = Some(Disaster {
        title: "机房断电，正在恢复".to_owned(),
        ..banner()
    });
    urgent(&options).expect("a root");
    let page = text(&files(&root), "about.html");
    assert_eq!(page.matches("class=\"disaster\"").count(), 1);
    assert!(page.contains("正在恢复"));

    // A banner that fails the screen goes out with its standard words.
    options.banner = Some(Disaster {
        body: "11010519491231002X".to_owned(),
        ..banner()
    });
    urgent(&options).expect("a root");
    let page = text(&files(&root), "about.html");
    assert!(page.contains("请按停机应急手册执行") && !page.contains("11010519491231002X"));

    // Nothing at all to go by.
    options.out = folder.path().join("none");
    assert!(urgent(&options).is_err());
}

#[test]
fn sg_off_2_a_package_is_the_root_with_a_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let (roots, to) = (folder.path().join("roots"), folder.path().join("usb"));
    build_case("staff", &roots).expect("a root");
    let made = bundle(&roots, "demo-p0", &to).expect("a package");
    let (mut packed, root) = (files(&made.folder), files(&roots.join("demo-p0")));
    let list: Value =
        serde_json::from_slice(&packed.remove("manifest.json").expect("a list")).expect("JSON");
    assert_eq!(packed, root);
    assert_eq!(list["cutoffAt"].as_str(), Some("2026-11-20T08:30:00Z"));
    for (path, digest) in list["files"].as_object().expect("files") {
        assert_eq!(digest.as_str(), Some(write::hash(&root[path]).as_str()));
    }
    // The archive holds the same, and the same root gives the same archive.
    let archive = fs::File::open(&made.archive).expect("an archive");
    let mut archive = zip::ZipArchive::new(archive).expect("a zip");
    assert_eq!(archive.len(), root.len() + 1);
    for (path, bytes) in &root {
        let mut entry = archive
            .by_name(&format!("demo-p0/{path}"))
            .expect("an entry");
        let mut found = Vec::new();
        entry.read_to_end(&mut found).expect("bytes");
        assert_eq!(&found, bytes, "{path}");
    }
    assert_eq!(
        bundle(&roots, "demo-p0", &to).expect("a package").sha256,
        made.sha256
    );
    // A damaged root is no package.
    fs::write(roots.join("demo-p0/404.html"), "x").expect("damage");
    assert!(bundle(&roots, "demo-p0", &to).is_err());
}

/// The commands as an operator types them, with the codes that they promise.
#[test]
fn sg_quar_2_commands_put_out_a_banner_and_a_package() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_site-gen"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("a command");
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stderr).into_owned(),
        )
    };
    let fixture = fixture("staff").display().to_string();
    let good = (Some(0), String::new());
    assert_eq!(
        run(&["build", &fixture, "--out", "roots", "--keep-input", "kept"]),
        good
    );
    let banner = r#"{"title":"机房断电","body":"改用纸质表单","validFrom":"2026-11-20T08:00:00Z"}"#;
    fs::write(folder.path().join("banner.json"), banner).expect("a banner");
    let urgent = [
        "urgent",
        "demo-p0",
        "--out",
        "roots",
        "--keep-input",
        "kept",
        "--banner",
        "banner.json",
        "--withdraw",
        "KB-2026-0005",
    ];
    assert_eq!(run(&urgent), good);
    assert_eq!(run(&["verify", "demo-p0", "--out", "roots"]), good);
    assert_eq!(
        run(&["bundle", "demo-p0", "--out", "roots", "--to", "usb"]),
        good
    );
    let packed = files(&folder.path().join("usb/demo-p0"));
    assert!(text(&packed, "index.html").contains("机房断电"));
    assert!(text(&packed, "faq/kb-2026-0005.html").contains("本条目已撤下"));
    // The kept input by hand, with a banner.
    assert_eq!(
        run(&[
            "build",
            "kept/demo-p0.json.gz",
            "--out",
            "roots",
            "--banner",
            "banner.json"
        ]),
        good
    );
    let slip = [
        "urgent",
        "demo-p0",
        "--out",
        "roots",
        "--withdraw",
        "KB-2026-5005",
    ];
    assert_eq!(run(&slip).0, Some(1), "there is no such record");
    assert_eq!(run(&["check", &fixture]).0, Some(0));
    assert_eq!(run(&["urgent", "demo-p2", "--out", "roots"]).0, Some(2));
    assert_eq!(
        run(&["build", "--source", "http", "--out", "roots"]).0,
        Some(2)
    );
    assert_eq!(run(&["build", "nothing.json", "--out", "roots"]).0, Some(2));
}
