//! What the endpoint says on the wire.

use serde_json::json;

use super::*;

type Row<'a> = (&'static str, Box<dyn Fn() -> TestRequest + 'a>, u16, u16);

/// G6: every row of the table of statuses for both media types.
#[actix_web::test]
async fn table_of_statuses() {
    let deep = format!("{{item{}id{}}}", "{next".repeat(13), "}".repeat(13));
    let nested = format!("{{colors(of:{}{})}}", "[".repeat(70), "]".repeat(70));
    let rows: Vec<Row<'_>> = vec![
        ("", Box::new(|| query("{hello}")), 200, 200),
        (
            "FORBIDDEN",
            Box::new(|| query("{hello forbidden}")),
            200,
            200,
        ),
        ("NOT_FOUND", Box::new(|| query("{strict}")), 200, 200),
        (
            "BAD_REQUEST",
            Box::new(|| post(json!({"query": 1}))),
            400,
            400,
        ),
        (
            "BAD_REQUEST",
            Box::new(|| post(json!({"query": "{hello}", "variables": []}))),
            400,
            400,
        ),
        ("BAD_REQUEST", Box::new(|| post(json!({}))), 400, 400),
        ("BAD_REQUEST", Box::new(|| post(json!("x"))), 400, 400),
        (
            "BATCHING_NOT_SUPPORTED",
            Box::new(|| post(json!([{}, {}]))),
            400,
            400,
        ),
        ("DOCUMENT_REJECTED", Box::new(|| query(&nested)), 400, 400),
        ("GRAPHQL_PARSE_FAILED", Box::new(|| query("{")), 400, 200),
        (
            "GRAPHQL_VALIDATION_FAILED",
            Box::new(|| query("{nothing}")),
            400,
            200,
        ),
        (
            "GRAPHQL_VALIDATION_FAILED",
            Box::new(|| query("{hello(nam: 1)}")),
            400,
            200,
        ),
        (
            "OPERATION_RESOLUTION_FAILURE",
            Box::new(|| query("query A{hello} query B{hello}")),
            400,
            200,
        ),
        (
            "OPERATION_RESOLUTION_FAILURE",
            Box::new(|| post(json!({"query": "{hello}", "operationName": "A"}))),
            400,
            200,
        ),
        (
            "BAD_USER_INPUT",
            Box::new(|| query("query($n:Int!){echo(n:$n)}")),
            400,
            200,
        ),
        (
            "BAD_USER_INPUT",
            Box::new(|| query("{echo(n:2147483648)}")),
            400,
            200,
        ),
        ("COMPLEXITY_EXCEEDED", Box::new(|| query(&deep)), 400, 200),
        (
            "UNAUTHENTICATED",
            Box::new(|| query("{hello}").insert_header(("authorization", "Bearer bad"))),
            401,
            401,
        ),
        (
            "CSRF_PREVENTED",
            Box::new(|| query("{hello}").insert_header(("origin", "https://evil.example"))),
            403,
            403,
        ),
        (
            "FORBIDDEN",
            Box::new(|| query("{__schema{queryType{name}}}")),
            403,
            403,
        ),
        (
            "FORBIDDEN",
            Box::new(|| query("{item{id} __type(name:\"X\"){name}}")),
            403,
            403,
        ),
        (
            "METHOD_NOT_ALLOWED",
            Box::new(|| TestRequest::put().uri("/graphql")),
            405,
            405,
        ),
        (
            "METHOD_NOT_ALLOWED",
            Box::new(|| get(&[("query", "mutation{write{n}}")])),
            405,
            405,
        ),
        (
            "UNSUPPORTED_MEDIA_TYPE",
            Box::new(|| TestRequest::post().uri("/graphql").set_payload("{}")),
            415,
            415,
        ),
        (
            "HEADERS_TOO_LARGE",
            Box::new(|| query("{hello}").insert_header(("x-big", "x".repeat(17_000)))),
            431,
            431,
        ),
        ("TIMEOUT", Box::new(|| query("{slow(ms:80)}")), 503, 503),
        ("INTERNAL", Box::new(|| query("{panics}")), 500, 500),
    ];
    let closed_fast = endpoint(|config, toy| {
        toy.introspection = false;
        config.anonymous.wait = Duration::from_millis(20);
    });
    assert_eq!(
        send(&closed_fast, query("{__typename}")).await.body,
        json!({"data": {"__typename": "Query"}})
    );
    for (code, request, as_grj, as_json) in rows {
        for (accept, expected) in [
            ("application/graphql-response+json", as_grj),
            ("application/json", as_json),
        ] {
            let request = request().insert_header(("accept", accept));
            let seen = send(&closed_fast, request).await;
            assert_eq!(
                (seen.code(), seen.status),
                (code, expected),
                "{accept} {}",
                seen.body
            );
            // G9: `data` is there exactly if something was executed.
            let executed =
                matches!(code, "" | "NOT_FOUND") || (code == "FORBIDDEN" && expected == 200);
            assert_eq!(seen.body.get("data").is_some(), executed, "{}", seen.body);
            let media = if code == "HEADERS_TOO_LARGE" {
                "application/json"
            } else {
                accept
            };
            assert_eq!(
                seen.header("content-type"),
                format!("{media}; charset=utf-8")
            );
            if seen.status == 503 {
                assert!(!seen.header("retry-after").is_empty());
            }
        }
    }
}

/// G5: what cannot be produced is refused; the event stream is not served here.
#[actix_web::test]
async fn unknown_types_are_not_acceptable() {
    let endpoint = endpoint(|_, _| {});
    for accept in ["text/event-stream", "text/html", "application/json;q=0"] {
        let seen = send(
            &endpoint,
            query("{hello}").insert_header(("accept", accept)),
        )
        .await;
        assert_eq!(
            (seen.code(), seen.status),
            ("NOT_ACCEPTABLE", 406),
            "{accept}"
        );
        assert_eq!(
            seen.header("content-type"),
            "application/json; charset=utf-8"
        );
    }
}

/// G11, M7: nothing is executed.
#[actix_web::test]
async fn get_never_writes() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(&endpoint, get(&[("query", "mutation{write{n}}")])).await;
    assert_eq!((seen.status, seen.header("allow")), (405, "POST"));
    let seen = send(
        &endpoint,
        get(&[
            ("query", "query A{hello} mutation B{write{n}}"),
            ("operationName", "B"),
        ]),
    )
    .await;
    assert_eq!(seen.status, 405);
    assert_eq!(endpoint.door.traces.writes.load(Ordering::SeqCst), 0);
    let seen = send(
        &endpoint,
        get(&[
            ("query", "query A{hello} mutation B{write{n}}"),
            ("operationName", "A"),
        ]),
    )
    .await;
    assert_eq!(seen.body, json!({"data": {"hello": "你好 "}}));
    let variables = json!({"n": "𠮷🏥"}).to_string();
    let pairs = [
        ("query", "query($n:String){hello(name:$n)}"),
        ("variables", &variables),
        ("operationName", ""),
    ];
    assert_eq!(
        send(&endpoint, get(&pairs)).await.body,
        json!({"data": {"hello": "你好 𠮷🏥"}})
    );
}

/// G40
#[actix_web::test]
async fn get_needs_a_preflight_header() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(
        &endpoint,
        TestRequest::get().uri("/graphql?query=%7Bhello%7D"),
    )
    .await;
    assert_eq!((seen.code(), seen.status), ("CSRF_PREVENTED", 400));
}

/// G39: bodies that a form can send are refused without effect.
#[actix_web::test]
async fn form_bodies_are_refused() {
    let endpoint = endpoint(|_, _| {});
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let body = json!({"query": "mutation{write{n}}"}).to_string();
        let request = TestRequest::post()
            .uri("/graphql")
            .set_payload(body)
            .insert_header(("content-type", kind));
        assert_eq!(send(&endpoint, request).await.status, 415, "{kind}");
    }
    assert_eq!(endpoint.door.traces.writes.load(Ordering::SeqCst), 0);
}

/// G41, G42
#[actix_web::test]
async fn origins_and_cors() {
    let endpoint =
        endpoint(|config, _| config.origins.allowed = vec!["https://portal.example".into()]);
    let cookie = ("cookie", "__Host-icuops=good");
    let who = |request: TestRequest| async {
        let seen = send(&endpoint, request).await;
        (
            seen.status,
            seen.body["data"]["who"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let listed = ("origin", "https://portal.example");
    assert_eq!(who(query("{who}")).await, (200, "anonymous".into()));
    assert_eq!(
        who(query("{who}").insert_header(cookie)).await,
        (403, String::new())
    );
    assert_eq!(
        who(query("{who}").insert_header(cookie).insert_header(listed)).await,
        (200, "nurse".into())
    );
    let bearer = ("authorization", "Bearer good");
    assert_eq!(
        who(query("{who}").insert_header(cookie).insert_header(bearer)).await,
        (200, "machine".into())
    );

    let preflight = |origin: &'static str| {
        let request = TestRequest::with_uri("/graphql").method(Method::OPTIONS);
        request
            .insert_header(("origin", origin))
            .insert_header(("access-control-request-method", "POST"))
    };
    let seen = send(&endpoint, preflight("https://portal.example")).await;
    assert_eq!(
        (seen.status, seen.header("access-control-allow-origin")),
        (204, "https://portal.example")
    );
    assert_eq!(seen.header("access-control-allow-credentials"), "true");
    let seen = send(&endpoint, preflight("https://evil.example")).await;
    assert_eq!(
        (seen.status, seen.header("access-control-allow-origin")),
        (403, "")
    );
}

/// G12
#[actix_web::test]
async fn unknown_keys_are_ignored_and_null_is_absent() {
    let endpoint = endpoint(|_, _| {});
    let body = json!({"query": "{hello}", "foo": 1, "variables": null, "operationName": null, "extensions": null});
    assert_eq!(
        send(&endpoint, post(body)).await.body,
        json!({"data": {"hello": "你好 "}})
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut child = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output.stdout
}

/// G36
#[actix_web::test]
async fn large_bodies_are_refused_plain_and_packed() {
    let endpoint = endpoint(|_, _| {});
    let big = json!({"query": "{hello}", "pad": "x".repeat(300 * 1024)}).to_string();
    let request = |body: Vec<u8>| {
        let request = TestRequest::post().uri("/graphql").set_payload(body);
        request.insert_header(("content-type", "application/json"))
    };
    assert_eq!(
        send(&endpoint, request(big.clone().into_bytes()))
            .await
            .code(),
        "PAYLOAD_TOO_LARGE"
    );
    let packed = |bytes: &[u8]| request(gzip(bytes)).insert_header(("content-encoding", "gzip"));
    assert_eq!(send(&endpoint, packed(big.as_bytes())).await.status, 413);
    assert_eq!(
        send(&endpoint, packed(&vec![b' '; 10 * 1024 * 1024]))
            .await
            .status,
        413
    );
    let seen = send(&endpoint, packed(br#"{"query":"{hello}"}"#)).await;
    assert_eq!(seen.body, json!({"data": {"hello": "你好 "}}));
    let url = format!("/graphql?query={}", "x".repeat(8 * 1024));
    assert_eq!(
        send(&endpoint, TestRequest::get().uri(&url)).await.status,
        431
    );
}

/// G8: routes that are not ours, and errors that know no JSON.
#[actix_web::test]
async fn every_error_of_the_app_is_json() {
    let endpoint = endpoint(|_, _| {});
    for (path, code, status) in [
        ("/nowhere", "NOT_FOUND", 404),
        ("/plain", "BAD_REQUEST", 400),
        ("/fails?x=y", "BAD_REQUEST", 400),
    ] {
        let seen = send(&endpoint, TestRequest::get().uri(path)).await;
        assert_eq!((seen.code(), seen.status), (code, status));
        assert_eq!(
            seen.header("content-security-policy"),
            "default-src 'self'; frame-ancestors 'none'"
        );
        assert_eq!(seen.header("referrer-policy"), "no-referrer");
        assert_eq!(seen.header("strict-transport-security"), "");
    }
}

/// G26: the message follows the reader, the code does not.
#[actix_web::test]
async fn message_is_in_the_readers_language() {
    let endpoint = endpoint(|_, _| {});
    let zh = send(&endpoint, query("{")).await;
    assert_eq!(
        zh.body["errors"][0]["message"],
        "查询文档有语法错误：第 1 行第 2 列"
    );
    let en = send(
        &endpoint,
        query("{").insert_header(("accept-language", "en")),
    )
    .await;
    assert_eq!(
        en.body["errors"][0]["message"],
        "the document has a syntax error: line 1, column 2"
    );
    assert_eq!(en.code(), zh.code());
}

/// G83, G44: a cookie set by a resolver arrives, and such answers are never compressed nor kept.
#[actix_web::test]
async fn sign_in_sets_its_cookie_uncompressed() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(&endpoint, query("mutation{login{n}}")).await;
    assert!(
        seen.header("set-cookie")
            .starts_with("__Host-icuops=t; Secure")
    );
    assert_eq!(seen.header("content-encoding"), "identity");
    assert_eq!(seen.header("cache-control"), "private, no-store");
}

/// G38
#[actix_web::test]
async fn graphiql_opens_only_for_people_where_enabled() {
    let admitted = |enabled: bool, cookie: &'static str| async move {
        let endpoint = endpoint(|config, _| config.graphiql = enabled);
        let request = TestRequest::get()
            .insert_header(("sec-fetch-site", "none"))
            .insert_header(("cookie", cookie));
        endpoint
            .admit_to_tools(&request.to_http_request())
            .await
            .map_err(|error| error.status())
            .err()
    };
    assert_eq!(admitted(true, "__Host-icuops=good").await, None);
    assert_eq!(admitted(false, "__Host-icuops=good").await, Some(404));
    assert_eq!(admitted(true, "__Host-icuops=bad").await, Some(404));
    assert_eq!(admitted(true, "a=b").await, Some(404));
}

/// Strict transport security is promised only where there is TLS.
#[actix_web::test]
async fn hsts_follows_tls() {
    for (tls, value) in [(true, "max-age=31536000; includeSubDomains"), (false, "")] {
        let settings = Guard {
            tls,
            ..Guard::default()
        };
        let app = App::new()
            .app_data(web::Data::new(settings))
            .wrap(from_fn(guard));
        let response =
            call_service(&init_service(app).await, TestRequest::get().to_request()).await;
        let header = response.headers().get("strict-transport-security");
        assert_eq!(header.map_or("", |value| value.to_str().unwrap()), value);
    }
}

/// The address of the client is the proxy's word only where the proxy is ours.
#[actix_web::test]
async fn forwarded_addresses_count_from_trusted_proxies_only() {
    let trusting = Config {
        proxies: vec!["10.0.0.9".parse().unwrap()],
        ..Config::default()
    };
    for (peer, address, secure) in [
        ("10.0.0.9:1", "192.0.2.7", true),
        ("10.0.0.8:1", "10.0.0.8", false),
    ] {
        let request = TestRequest::get()
            .peer_addr(peer.parse().unwrap())
            .insert_header(("x-forwarded-for", "203.0.113.1, 192.0.2.7"))
            .insert_header(("x-forwarded-proto", "https"));
        let head = Head::of(&request.to_http_request(), &trusting);
        assert_eq!(
            (head.address, head.secure),
            (Some(address.parse().unwrap()), secure)
        );
    }
}
