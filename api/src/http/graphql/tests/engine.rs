//! Limits, time and cost around the engine.

use std::time::Instant;

use serde_json::json;

use super::*;

/// G37: the wait ends, the operation does not; its turn comes back when it ends.
#[actix_web::test]
async fn timeout_stops_the_wait_and_never_the_operation() {
    let endpoint = endpoint(|config, _| config.anonymous.wait = Duration::from_millis(30));
    let free = endpoint.free_turns();
    let seen = send(&endpoint, query("{slow(ms:1500)}")).await;
    assert_eq!((seen.code(), seen.status), ("TIMEOUT", 503));
    assert_eq!(endpoint.free_turns(), free - 1);
    assert_eq!(endpoint.door.traces.slow_done.load(Ordering::SeqCst), 0);
    while endpoint.door.traces.slow_done.load(Ordering::SeqCst) == 0 || endpoint.free_turns() < free
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(endpoint.free_turns(), free);
}

/// a client that goes away does not stop its operation either.
#[actix_web::test]
async fn lost_client_does_not_stop_the_operation() {
    let endpoint = endpoint(|_, _| {});
    let gone = tokio::time::timeout(
        Duration::from_millis(20),
        send(&endpoint, query("{slow(ms:80)}")),
    )
    .await;
    assert!(gone.is_err());
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(endpoint.door.traces.slow_done.load(Ordering::SeqCst), 1);
}

/// G37
#[actix_web::test]
async fn overload_is_refused_after_a_short_wait() {
    let endpoint = endpoint(|config, _| {
        config.concurrent_per_principal = 1;
        config.turn_wait = Duration::from_millis(20);
    });
    let bearer = ("authorization", "Bearer good");
    let (slow, refused, other) = tokio::join!(
        send(&endpoint, query("{slow(ms:120)}")),
        send(&endpoint, query("{hello}")),
        send(&endpoint, query("{hello}").insert_header(bearer)),
    );
    assert_eq!(
        (slow.status, refused.code(), refused.status, other.status),
        (200, "OVERLOADED", 503, 200)
    );
    assert_eq!(refused.header("retry-after"), "1");
}

/// G58
#[actix_web::test]
async fn panic_is_an_internal_error_and_the_next_request_works() {
    let endpoint = endpoint(|_, _| {});
    let free = endpoint.free_turns();
    let seen = send(&endpoint, query("{hello panics}")).await;
    assert_eq!((seen.code(), seen.status), ("INTERNAL", 500));
    assert_eq!(send(&endpoint, query("{hello}")).await.status, 200);
    assert_eq!(endpoint.free_turns(), free);
}

/// G57, G29: the sentence of the database stays inside, siblings stay.
#[actix_web::test]
async fn fault_of_a_field_is_masked_with_its_path() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(
        &endpoint,
        query("{item{id broken}}").insert_header(("accept-language", "en")),
    )
    .await;
    assert_eq!(
        seen.body["data"],
        json!({"item": {"id": "1", "broken": null}})
    );
    assert_eq!(seen.body["errors"][0]["path"], json!(["item", "broken"]));
    assert_eq!(seen.body["errors"][0]["message"], "internal error");
    assert_eq!(seen.code(), "INTERNAL");
}

/// M19, G29: what was committed is reported beside what failed.
#[actix_web::test]
async fn failing_root_mutation_leaves_the_payload_of_the_first() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(&endpoint, query("mutation{write{n} fail{n}}")).await;
    assert_eq!(seen.body["data"], json!({"write": {"n": 1}, "fail": null}));
    assert_eq!((seen.code(), seen.status), ("FORBIDDEN", 200));
}

/// G32, M5: over the wire, the process lives.
#[actix_web::test]
async fn deep_literals_are_answered_with_400() {
    let endpoint = endpoint(|_, _| {});
    for n in [60, 100, 1_500, 2_000, 6_600] {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let text = format!("{{hello(name:{}1{})}}", open.repeat(n), close.repeat(n));
            for accept in ["application/json", "application/graphql-response+json"] {
                let seen = send(&endpoint, query(&text).insert_header(("accept", accept))).await;
                let refused = seen.code() == "DOCUMENT_REJECTED" && seen.status == 400;
                assert_eq!(refused, n > 60, "{n} {}", seen.body);
            }
        }
    }
}

/// G33, M4: the fragment bomb is refused before the engine walks it.
#[actix_web::test]
async fn fragment_bomb_is_refused_at_once() {
    let endpoint = endpoint(|_, _| {});
    let seen = send(&endpoint, query(&super::super::budget::tests::bomb(24))).await;
    assert_eq!(seen.code(), "COMPLEXITY_EXCEEDED");
}

/// G34, G33: aliases, directives, root mutations, sign-in attempts, suggestions.
#[actix_web::test]
async fn overloads_are_refused_whole() {
    let endpoint = endpoint(|_, _| {});
    let many = |n: usize, text: &str| {
        (0..n)
            .map(|i| text.replace('#', &i.to_string()))
            .collect::<String>()
    };
    for (text, code) in [
        (format!("{{{}}}", many(30, "a#:hello ")), ""),
        (
            format!("{{{}}}", many(31, "a#:hello ")),
            "COMPLEXITY_EXCEEDED",
        ),
        (
            format!("{{{}}}", many(201, "hello ")),
            "COMPLEXITY_EXCEEDED",
        ),
        (
            format!("{{hello {}}}", many(6, "@include(if:true) ")),
            "COMPLEXITY_EXCEEDED",
        ),
        (
            format!("{{{}}}", many(51, "hello @skip(if:false) ")),
            "COMPLEXITY_EXCEEDED",
        ),
        (format!("mutation{{{}}}", many(5, "a#:write{n} ")), ""),
        (
            format!("mutation{{{}}}", many(6, "a#:write{n} ")),
            "COMPLEXITY_EXCEEDED",
        ),
        ("mutation{login{n}}".into(), ""),
        (
            "mutation{a:login{n} b:login{n}}".into(),
            "COMPLEXITY_EXCEEDED",
        ),
        (
            "mutation A{login{n}} mutation B{login{n}}".into(),
            "COMPLEXITY_EXCEEDED",
        ),
        ("{helo}".into(), "GRAPHQL_VALIDATION_FAILED"),
        (
            "{hello @skip(iff:true)}".into(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "{...A} fragment A on Query{...B} fragment B on Query{...A}".into(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription{hello}".into(), "TRANSPORT_NOT_ALLOWED"),
    ] {
        let seen = send(&endpoint, query(&text)).await;
        assert_eq!(seen.code(), code, "{text} {}", seen.body);
    }
    // Five written by the one document within the limit, none by the refused one.
    assert_eq!(endpoint.door.traces.writes.load(Ordering::SeqCst), 5);
}

const INTROSPECTION: &str = "query I{__schema{queryType{name}mutationType{name}subscriptionType{name}types{...T}
directives{name description locations args{...V}}}} fragment T on __Type{kind name description
fields(includeDeprecated:true){name description args{...V}type{...R}isDeprecated deprecationReason}
inputFields{...V}interfaces{...R}enumValues(includeDeprecated:true){name description isDeprecated
deprecationReason}possibleTypes{...R}} fragment V on __InputValue{name description type{...R}defaultValue}
fragment R on __Type{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name
ofType{kind name ofType{kind name ofType{kind name}}}}}}}}";

/// G38, G33: the profile goes by what is asked, not by names.
#[actix_web::test]
async fn introspection_has_its_own_profile_and_gate() {
    let open = endpoint(|_, _| {});
    let seen = send(&open, query(INTROSPECTION)).await;
    assert_eq!(seen.code(), "", "{}", seen.body);
    assert_eq!(seen.body["data"]["__schema"]["queryType"]["name"], "Query");
    // 300 fields fit the profile of introspection only.
    let fields = "name ".repeat(299);
    assert_eq!(
        send(
            &open,
            query(&format!("{{__type(name:\"Item\"){{{fields}}}}}"))
        )
        .await
        .code(),
        ""
    );
    let mixed = format!("{{hello __type(name:\"Item\"){{{fields}}}}}");
    assert_eq!(
        send(&open, query(&mixed)).await.code(),
        "COMPLEXITY_EXCEEDED"
    );
    let named = format!(
        "query __schema{{...__type}} fragment __type on Query{{__schema:hello {}}}",
        "hello ".repeat(299)
    );
    assert_eq!(
        send(&open, query(&named)).await.code(),
        "COMPLEXITY_EXCEEDED"
    );

    let closed = endpoint(|_, toy| toy.introspection = false);
    assert_eq!(
        send(&closed, query(INTROSPECTION)).await.code(),
        "FORBIDDEN"
    );
    let hidden = "{...A} fragment A on Query{...on Query{x:__type(name:\"Item\"){name}}}";
    assert_eq!(send(&closed, query(hidden)).await.code(), "FORBIDDEN");
    assert_eq!(
        send(&closed, query("{__typename item{__typename}}"))
            .await
            .status,
        200
    );
    let bearer = ("authorization", "Bearer good");
    assert_eq!(
        send(&closed, query(INTROSPECTION).insert_header(bearer))
            .await
            .code(),
        ""
    );
}

/// G10, G16: refused before anything runs, without path and without data.
#[actix_web::test]
async fn bounds_are_request_errors() {
    let endpoint = endpoint(|config, _| config.anonymous.cost = 5_000);
    let list = |n: usize| format!("{{colors(of:[{}])}}", "RED ".repeat(n));
    for (text, variables, reason) in [
        ("{items(first:500){nodes{id}}}", json!({}), "PAGE_SIZE"),
        ("{items(first:0){nodes{id}}}", json!({}), "PAGE_SIZE"),
        ("{items(first:-1){nodes{id}}}", json!({}), "PAGE_SIZE"),
        ("{items(first:1,last:1){nodes{id}}}", json!({}), "PAGE_SIZE"),
        (
            "query($n:Int){items(first:$n){nodes{id}}}",
            json!({"n": 101}),
            "PAGE_SIZE",
        ),
        (
            "query($n:Int=101){items(first:$n){nodes{id}}}",
            json!({}),
            "PAGE_SIZE",
        ),
        (
            "{...A} fragment A on Query{items(last:101){nodes{id}}}",
            json!({}),
            "PAGE_SIZE",
        ),
        (&list(251), json!({}), "LIST_TOO_LONG"),
        (
            "query($t:String){hello(name:$t)}",
            json!({"t": "字".repeat(70_000) + &"x".repeat(30_001)}),
            "TEXT_TOO_LONG",
        ),
        (
            "{items(filter:{size:1,at:\"yesterday\"}){nodes{id}}}",
            json!({}),
            "VALUE_TYPE",
        ),
    ] {
        let seen = send(
            &endpoint,
            grj(post(json!({"query": text, "variables": variables}))),
        )
        .await;
        let error = &seen.body["errors"][0];
        assert_eq!(
            (seen.code(), seen.status),
            ("BAD_USER_INPUT", 400),
            "{text} {}",
            seen.body
        );
        assert_eq!(error["extensions"]["reason"], reason, "{text}");
        assert!(error.get("path").is_none() && seen.body.get("data").is_none());
    }
    let most = format!(
        "{{colors(of:[{}]) items(first:100){{nodes{{id}}}}}}",
        "RED ".repeat(250)
    );
    assert_eq!(send(&endpoint, query(&most)).await.status, 200);
}

/// G55: estimate before, answer after; 429 when empty.
#[actix_web::test]
async fn bucket_is_charged_by_estimate_and_settled_by_answer() {
    let endpoint = endpoint(|config, toy| {
        toy.metered = true;
        config.user.bucket = Some(crate::http::rate::Bucket {
            capacity: 200,
            refill_per_s: 1,
        });
    });
    let ask = |cost: bool, first: u32| {
        let text = format!("{{items(first:{first}){{nodes{{id next{{id}}}}}}}}");
        post(json!({"query": text, "extensions": {"cost": cost}}))
            .insert_header(("cookie", "__Host-icuops=good"))
            .insert_header(("sec-fetch-site", "same-origin"))
    };
    // 1 + 90 × 2 asked, 1 + 7 × 2 came.
    let seen = send(&endpoint, ask(true, 90)).await;
    let cost = &seen.body["extensions"]["cost"];
    assert_eq!(
        (&cost["requestedQueryCost"], &cost["actualQueryCost"]),
        (&json!(181), &json!(15))
    );
    assert_eq!(cost["throttleStatus"]["maximumAvailable"], 200);
    assert_eq!(cost["throttleStatus"]["currentlyAvailable"], 185);
    assert!(
        send(&endpoint, ask(false, 1))
            .await
            .body
            .get("extensions")
            .is_none()
    );
    let seen = send(&endpoint, ask(false, 99)).await;
    assert_eq!((seen.code(), seen.status), ("RATE_LIMITED", 429));
    assert_eq!(seen.body["extensions"]["cost"]["requestedQueryCost"], 199);
    assert!((14..=17).contains(&seen.header("retry-after").parse::<u64>().unwrap()));
}

/// G75
#[actix_web::test]
async fn answer_beyond_the_hard_limit_is_refused() {
    let endpoint = endpoint(|_, _| {});
    assert_eq!(send(&endpoint, query("{long(kib:5000)}")).await.status, 200);
    let seen = send(&endpoint, grj(query("{long(kib:5120)}"))).await;
    assert_eq!((seen.code(), seen.status), ("COMPLEXITY_EXCEEDED", 400));
}

/// 2.7: the in-process door skips HTTP and the bucket, never the budgets.
#[actix_web::test]
async fn internal_documents_take_large_pages_and_the_same_checks() {
    let endpoint = endpoint(|_, toy| toy.metered = true);
    let visitor = endpoint
        .door
        .authenticate(&Head::internal("r"))
        .await
        .unwrap();
    let run = |text: &str| {
        let params = Params {
            query: text.to_owned(),
            ..Params::default()
        };
        endpoint.run_internal(params, visitor.clone(), Head::internal("r"))
    };
    let large = run("{items(first:5000){nodes{id}}}").await;
    assert!(large.refusal.is_none() && large.data.is_some());
    let code = |answer: Answer| answer.refusal.unwrap().code();
    assert_eq!(
        code(run("{items(first:5001){nodes{id}}}").await),
        Code::BadUserInput
    );
    assert_eq!(
        code(run(&"{a:[".repeat(2_000)).await),
        Code::DocumentRejected
    );
    assert_eq!(
        code(run(&super::super::budget::tests::bomb(30)).await),
        Code::ComplexityExceeded
    );
}

/// G55: strangers are told apart by their address.
#[actix_web::test]
async fn anonymous_buckets_go_by_address() {
    let endpoint = endpoint(|config, toy| {
        toy.metered = true;
        config.anonymous.bucket = Some(crate::http::rate::Bucket {
            capacity: 2,
            refill_per_s: 0,
        });
    });
    let ask = |peer: &str| query("{hello}").peer_addr(peer.parse().unwrap());
    for (peer, status) in [
        ("10.0.0.1:1", 200),
        ("10.0.0.1:2", 200),
        ("10.0.0.1:3", 429),
        ("10.0.0.2:1", 200),
        ("[2001:db8::1]:1", 200),
        ("[2001:db8::2]:1", 200),
        ("[2001:db8::3]:1", 429),
    ] {
        assert_eq!(send(&endpoint, ask(peer)).await.status, status, "{peer}");
    }
}

/// G55: a hospital at its quota is refused, others are not, and a refused charge leaves the own bucket untouched.
#[actix_web::test]
async fn hospital_shares_a_quota() {
    let endpoint = endpoint(|config, toy| {
        toy.metered = true;
        config.hospital = Some(crate::http::rate::Bucket {
            capacity: 30,
            refill_per_s: 0,
        });
    });
    let nurse = || {
        post(json!({"query": "{items(first:6){nodes{id next{id}}}}", "extensions": {"cost": true}}))
            .insert_header(("cookie", "__Host-icuops=good"))
            .insert_header(("sec-fetch-site", "same-origin"))
    };
    assert_eq!(send(&endpoint, nurse()).await.status, 200);
    assert_eq!(send(&endpoint, nurse()).await.status, 200);
    assert_eq!(send(&endpoint, nurse()).await.code(), "RATE_LIMITED");
    let throttle = endpoint
        .buckets
        .settle("key:nurse", 1, 1, Instant::now())
        .unwrap();
    // Two charges of 13 points, and nothing of the third.
    assert!(throttle.currently_available > 5_000 - 3 * 13);
    let machine = query("{hello}").insert_header(("authorization", "Bearer good"));
    assert_eq!(send(&endpoint, machine).await.status, 200);
}
