//! What is measured, and in which words it is asked.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use e2e::process::{Binary, Server, Store};
use serde_json::{Map, Value, json};

use super::Options;
use super::load::{Expect, Figures, Next, Target, Wire, closed_loop, get, graphql};

/// The page of the promise: fifty tickets with their reporter and their history.
const PAGE: &str = "query($after:String){tickets(first:50,after:$after){\
    nodes{id number status category severity receivedAt reporter{name} events(first:5){nodes{kind at}}} pageInfo{endCursor}}}";
/// One ticket as a client shows it.
const ONE: &str = "query($id:ID!){ticket(by:{id:$id}){id number version status severity description receivedAt \
    allowedActions reporter{name} assignee{name} slaClocks{code state dueAt result} events(first:20){nodes{kind at text}}}}";
/// A change with history, clock, audit and jobs.
const CREATE: &str =
    "mutation($i:CreateTicketInput!){createTicket(input:$i){ticket{id number} userErrors{code}}}";
/// A change with history, message, audit and job.
const REPLY: &str =
    "mutation($i:AddReplyInput!){addReply(input:$i){ticket{id version} userErrors{code}}}";
const LOGIN: &str = "mutation($i:LoginInput!){login(input:$i){token userErrors{code}}}";
/// A page of ids, for the walk.
const WALK: &str = "query($after:String){tickets(first:100,after:$after){nodes{id} pageInfo{endCursor hasNextPage}}}";

/// One line of the table.
pub struct Line {
    /// What.
    pub name: &'static str,
    /// The best of the repetitions.
    pub best: Figures,
}

/// All that was measured on one database.
pub struct Report {
    /// Lines of the table.
    pub lines: Vec<Line>,
    /// Single figures by name.
    pub facts: Map<String, Value>,
}

struct Bench<'a> {
    options: &'a Options,
    target: Target,
    report: Report,
}

impl Bench<'_> {
    /// Warms up, measures a few times, keeps the best: others may use the machine.
    async fn line(&mut self, name: &'static str, next: Next<'_>, expect: Expect) {
        let warm = Target {
            time: Duration::from_millis(500),
            ..self.target
        };
        closed_loop(warm, next, expect).await;
        let mut best: Option<Figures> = None;
        for _ in 0..self.options.repeat {
            let figures = closed_loop(self.target, next, expect).await;
            if best
                .as_ref()
                .is_none_or(|best| figures.per_second > best.per_second)
            {
                best = Some(figures);
            }
        }
        let best = best.unwrap();
        println!("  {name:<44} {}", super::row(&best));
        self.report.lines.push(Line { name, best });
    }

    fn fact(&mut self, name: &str, value: Value) {
        println!("  {name:<44} {value}");
        self.report.facts.insert(name.to_owned(), value);
    }
}

/// Measures a loaded store; `empty` is one without rows.
pub async fn measure(
    options: &Options,
    binary: &Binary,
    store: &Store,
    empty: &Store,
    port: u16,
) -> Report {
    let report = Report {
        lines: Vec::new(),
        facts: Map::new(),
    };
    let target = Target {
        port,
        pid: 0,
        connections: options.connections,
        time: Duration::from_secs_f64(options.seconds),
    };
    let mut bench = Bench {
        options,
        target,
        report,
    };
    starts(&mut bench, "empty", binary, empty, port);
    let server = starts(&mut bench, "loaded", binary, store, port);
    bench.target.pid = server.pid();
    requests(&mut bench, port).await;
    let mib = |kib: u64| json!(kib / 1024);
    bench.fact("memory_after_load_mib", mib(server.memory_kib("VmRSS")));
    bench.fact("memory_peak_mib", mib(server.memory_kib("VmHWM")));
    bench.report
}

/// Start time, the best of three, and memory once it has rested.
fn starts(bench: &mut Bench<'_>, state: &str, binary: &Binary, store: &Store, port: u16) -> Server {
    let mut server = binary.serve(store, port);
    let first = server.started_in;
    let mut best = first;
    for _ in 0..2 {
        drop(server);
        server = binary.serve(store, port);
        best = best.min(server.started_in);
    }
    std::thread::sleep(Duration::from_secs(2));
    let ms = |time: Duration| json!(u64::try_from(time.as_millis()).unwrap());
    if state == "empty" {
        bench.fact("start_with_migrations_ms", ms(first));
    }
    bench.fact(&format!("start_{state}_ms"), ms(best));
    let memory = server.memory_kib("VmRSS") / 1024;
    bench.fact(&format!("memory_idle_{state}_mib"), json!(memory));
    server
}

async fn sign_in(wire: &mut Wire, account: &str) -> String {
    let input = json!({ "account": account, "password": api::demo::PASSWORD, "session": "BEARER" });
    let data = wire
        .data(&graphql(None, LOGIN, &json!({ "i": input })))
        .await;
    data["login"]["token"].as_str().unwrap().to_owned()
}

async fn requests(bench: &mut Bench<'_>, port: u16) {
    let mut wire = Wire::open(port).await;
    let admin = sign_in(&mut wire, "it_admin").await;
    let engineer = sign_in(&mut wire, "engineer").await;
    let nurse = sign_in(&mut wire, "nurse").await;

    let page = graphql(Some(&admin), PAGE, &json!({}));
    bench
        .line(
            "page of 50, reporter, events: it_admin",
            &|_, _| page.clone(),
            Expect::Same,
        )
        .await;
    let page = graphql(Some(&engineer), PAGE, &json!({}));
    bench
        .line(
            "page of 50, reporter, events: engineer",
            &|_, _| page.clone(),
            Expect::Same,
        )
        .await;

    let first = wire.data(&graphql(Some(&admin), WALK, &json!({}))).await;
    let ids: Vec<String> = nodes(&first).map(str::to_owned).collect();
    let ones: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| graphql(Some(&admin), ONE, &json!({ "id": id })))
        .collect();
    bench
        .line(
            "one ticket, people, clocks, events",
            &|wire, sent| ones[(wire * 31 + sent) % ones.len()].clone(),
            Expect::Holds("\"number\":\"ICU-"),
        )
        .await;
    let typename = graphql(Some(&admin), "{__typename}", &json!({}));
    bench
        .line(
            "{__typename}, signed in",
            &|_, _| typename.clone(),
            Expect::Same,
        )
        .await;
    bench
        .line("GET /livez", &|_, _| get("/livez"), Expect::Same)
        .await;

    deep(bench, &mut wire, &admin).await;

    let run = uuid::Uuid::new_v4().simple().to_string();
    let create = |key: String| {
        let input = json!({
            "idempotencyKey": key, "category": "CONSULT", "subcategory": "CONSULT-OPER",
            "channel": "PORTAL", "description": "如何补录夜班的出入量？",
        });
        graphql(Some(&nurse), CREATE, &json!({ "i": input }))
    };
    let count = AtomicU64::new(0);
    bench
        .line(
            "createTicket: clock, messages, audit, jobs",
            &|_, _| {
                let number = count.fetch_add(1, Ordering::Relaxed);
                create(format!("{run}-{number}"))
            },
            Expect::Holds("\"userErrors\":[]"),
        )
        .await;
    let mut replies = Vec::new();
    for number in 0..bench.target.connections {
        let made = wire.data(&create(format!("{run}-reply-{number}"))).await;
        replies.push(made["createTicket"]["ticket"]["id"].clone());
    }
    let reply = |wire: usize| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let input = json!({
            "idempotencyKey": format!("{run}-{number}"), "ticketId": replies[wire],
            "text": "已按说明重试，仍不能保存。",
        });
        graphql(Some(&nurse), REPLY, &json!({ "i": input }))
    };
    bench
        .line(
            "addReply: history, audit",
            &|wire, _| reply(wire),
            Expect::Holds("\"userErrors\":[]"),
        )
        .await;
    let input =
        json!({ "account": "doctor", "password": api::demo::PASSWORD, "session": "BEARER" });
    let login = graphql(None, LOGIN, &json!({ "i": input }));
    bench
        .line(
            "login",
            &|_, _| login.clone(),
            Expect::Holds("\"userErrors\":[]"),
        )
        .await;
}

fn nodes(data: &Value) -> impl Iterator<Item = &str> {
    let nodes = data["tickets"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["id"].as_str().unwrap())
}

/// Walks to the last row, and compares page 1,000 with page 1, one request at a time.
async fn deep(bench: &mut Bench<'_>, wire: &mut Wire, token: &str) {
    let mut seen = BTreeSet::new();
    let mut after = Value::Null;
    let mut deep = Value::Null;
    let begun = Instant::now();
    for page in 1.. {
        let data = wire
            .data(&graphql(Some(token), WALK, &json!({ "after": after })))
            .await;
        seen.extend(nodes(&data).map(str::to_owned));
        let info = &data["tickets"]["pageInfo"];
        after = info["endCursor"].clone();
        // 500 pages of 100 are 1,000 of 50, less the page that follows.
        if page == 500 {
            deep = after.clone();
        }
        if info["hasNextPage"] == false {
            break;
        }
    }
    bench.fact("rows_walked", json!(seen.len()));
    bench.fact("walk_s", json!(begun.elapsed().as_secs_f64().round()));
    if deep.is_null() {
        return;
    }
    let first = graphql(Some(token), PAGE, &json!({}));
    let deep = graphql(Some(token), PAGE, &json!({ "after": deep }));
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..300 {
        for (request, times) in [(&first, &mut times.0), (&deep, &mut times.1)] {
            let sent = Instant::now();
            wire.data(request).await;
            times.push(sent.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e3
    };
    let (first, deep) = (median(&mut times.0), median(&mut times.1));
    let round = |value: f64| json!((value * 100.0).round() / 100.0);
    bench.fact("page_1_p50_ms", round(first));
    bench.fact("page_1000_p50_ms", round(deep));
    bench.fact("page_1000_to_page_1", round(deep / first));
}
