//! Reads everything that one root shows: which queries an audience has, page after page, from one state of the data.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    audience::Audience,
    content::{
        Article, Calendar, Clock, Content, Contract, Desk, Disaster, Document, Figures, Inspection,
        Month, Notice, Portal, Report, Service, SystemStatus, Task, Window, Withdrawn,
    },
    error::Error,
    source::{Piece, Source, Variables, whole},
    time,
};

/// A query of the folder `queries`, and the audiences whose pages need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// Its name, that of its file.
    pub name: &'static str,
    /// The document. It has one operation.
    pub text: &'static str,
    /// Who asks it.
    pub audiences: &'static [Audience],
}

use Audience::{Audit, It, Mgmt, Vendor};

const ALL: &[Audience] = &Audience::ALL;

macro_rules! queries {
    ($($name:literal => $audiences:expr),+ $(,)?) => {
        /// Every query that a build may ask, in the order of asking. A reader of an audience needs the right to these
        /// and to nothing else.
        pub const QUERIES: &[Query] = &[$(Query {
            name: $name,
            text: include_str!(concat!("../queries/", $name, ".graphql")),
            audiences: $audiences,
        }),+];
    };
}

queries! {
    "status" => ALL,
    "notices" => ALL,
    "articles" => ALL,
    "withdrawn" => ALL,
    "board" => &[It, Vendor],
    "inspections" => &[It, Vendor],
    "rectification" => &[It, Vendor],
    "report_issues" => &[It, Mgmt, Vendor, Audit],
    "contracts" => &[It, Mgmt, Vendor],
    "sla_month" => &[It, Vendor],
    "sla_ratio" => &[Mgmt],
    "inspection_figures" => &[Mgmt],
    "documents" => &[It, Mgmt, Vendor, Audit],
    "revision" => ALL,
}

/// Whether the pages of an audience need a query.
#[must_use]
pub fn offers(audience: Audience, name: &str) -> bool {
    QUERIES
        .iter()
        .any(|query| query.name == name && query.audiences.contains(&audience))
}

/// Months of a contract that have a page, the running one included.
const MONTHS: i64 = 12;

#[derive(Deserialize)]
struct Answer<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// A page of a list without its nodes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    #[serde(rename = "nodes")]
    _nodes: [(); 0],
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct ListData {
    list: Connection,
}

/// Reads one node of a list.
type Read<'a, T> = &'a (dyn Fn(&Piece) -> Result<T, serde_json::Error> + Sync);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusData {
    portal: Portal,
    system_status: SystemStatus,
    disaster_notice: Option<Disaster>,
    service_desk: Option<Desk>,
    maintenance_windows: Vec<Window>,
}

#[derive(Deserialize)]
struct Revision {
    revision: i64,
}

#[derive(Deserialize)]
struct RevisionData {
    portal: Revision,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContractsData {
    contracts: Vec<Contract>,
    work_calendars: Vec<Calendar>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WithdrawnData {
    withdrawn_articles: Vec<Withdrawn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentsData {
    own_documents: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
struct MonthData<T> {
    sla_statement: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FiguresData {
    inspection_figures: Option<Figures>,
}

fn wrong(name: &str, error: &serde_json::Error) -> Error {
    Error::source(format!("query `{name}`: {error}"))
}

fn with_errors(name: &str) -> Error {
    Error::source(format!("query `{name}` answered with errors"))
}

/// The data of an answer.
fn data<'a, T: Deserialize<'a>>(name: &str, answer: &'a [u8]) -> Result<T, Error> {
    let answer: Answer<T> = serde_json::from_slice(answer).map_err(|error| wrong(name, &error))?;
    if !answer.errors.is_empty() {
        return Err(with_errors(name));
    }
    answer
        .data
        .ok_or_else(|| Error::source(format!("query `{name}` answered no data")))
}

/// The nodes of a page of a list, each on its own, so that a long list is read by all processors, and what else stands
/// there.
fn list(name: &str, answer: &Piece) -> Result<(Vec<Piece>, PageInfo), Error> {
    let bytes = answer.bytes();
    let none = || Error::source(format!("query `{name}` answered no list"));
    let Some(nodes) = answer.nodes() else {
        // The parser knows better what is wrong.
        let answer: Answer<serde_json::Value> =
            serde_json::from_slice(bytes).map_err(|error| wrong(name, &error))?;
        return Err(if answer.errors.is_empty() {
            none()
        } else {
            with_errors(name)
        });
    };
    let place = &nodes.place;
    let parts = bytes.get(..place.start).zip(bytes.get(place.end..));
    let (head, tail) = parts.ok_or_else(none)?;
    let ListData { list } = data(name, &[head, b"[]", tail].concat())?;
    let nodes = nodes.each.iter().cloned();
    let nodes = nodes.filter_map(|node| answer.part(node));
    Ok((nodes.collect(), list.page_info))
}

/// The source with the audience that it is read for.
struct Reader<'a> {
    source: &'a dyn Source,
    audience: Audience,
}

impl Reader<'_> {
    fn ask<T: DeserializeOwned>(&self, name: &str, variables: &Variables) -> Result<T, Error> {
        let answer = self.answer(name, variables)?;
        data(name, answer.bytes())
    }

    fn answer(&self, name: &str, variables: &Variables) -> Result<Piece, Error> {
        let query = QUERIES
            .iter()
            .find(|query| query.name == name && query.audiences.contains(&self.audience))
            .ok_or_else(|| Error::source(format!("`{name}` is no query of this audience")))?;
        self.source.answer(name, query.text, variables)
    }

    /// All pages of a list; nothing if the audience does not read it.
    fn list<T: DeserializeOwned + Send>(&self, name: &str) -> Result<Option<Vec<T>>, Error> {
        self.nodes(name, &|node: &Piece| serde_json::from_slice(node.bytes()))
    }

    /// The same, with a way to read a node.
    fn nodes<T: Send>(&self, name: &str, read: Read<'_, T>) -> Result<Option<Vec<T>>, Error> {
        if !offers(self.audience, name) {
            return Ok(None);
        }
        let mut all = Vec::new();
        let mut variables = Variables::new();
        loop {
            let answer = self.answer(name, &variables)?;
            let (nodes, info) = list(name, &answer)?;
            let nodes: Vec<T> = nodes
                .par_iter()
                .with_min_len(16)
                .map(|node| read(node).map_err(|error| wrong(name, &error)))
                .collect::<Result<_, Error>>()?;
            all.extend(nodes);
            let after = match info.end_cursor {
                Some(cursor) if info.has_next_page => json!(cursor),
                Some(_) | None => return Ok(Some(all)),
            };
            if variables.get("after") == Some(&after) {
                return Err(Error::source(format!(
                    "query `{name}` does not get past its page"
                )));
            }
            variables.insert("after".to_owned(), after);
        }
    }

    fn service(&self, portal: &Portal) -> Result<Option<Service>, Error> {
        if !offers(self.audience, "contracts") {
            return Ok(None);
        }
        let data: ContractsData = self.ask("contracts", &Variables::new())?;
        let mut service = Service {
            contracts: data.contracts,
            calendars: data.work_calendars,
            ..Service::default()
        };
        service.contracts.sort_by(|a, b| a.number.cmp(&b.number));
        service
            .calendars
            .sort_by_key(|calendar| std::cmp::Reverse((calendar.year, calendar.revision)));
        service.months = self.months("sla_month", portal, &service.contracts)?;
        service.ratios = self.months("sla_ratio", portal, &service.contracts)?;
        if offers(self.audience, "inspection_figures") {
            for contract in &service.contracts {
                let variables = Variables::from_iter([("contract".to_owned(), json!(contract.id))]);
                let data: FiguresData = self.ask("inspection_figures", &variables)?;
                let figures = data
                    .inspection_figures
                    .ok_or_else(|| Error::source("a contract has no figures of inspections"))?;
                service.figures.push(figures);
            }
        }
        Ok(Some(service))
    }

    /// What a query answers for each of the last months of each contract; nothing if the audience does not ask it.
    fn months<T: DeserializeOwned>(
        &self,
        name: &str,
        portal: &Portal,
        contracts: &[Contract],
    ) -> Result<Vec<Month<T>>, Error> {
        let mut months = Vec::new();
        if !offers(self.audience, name) {
            return Ok(months);
        }
        let now = time::month(&portal.cutoff_at)
            .ok_or_else(|| Error::source("the cut-off is no instant"))?;
        for (at, contract) in contracts.iter().enumerate() {
            let (Some(from), Some(to)) = (
                time::month(&contract.service_from_on),
                time::month(&contract.service_to_on),
            ) else {
                return Err(Error::source("the term of a contract is no date"));
            };
            for month in from.max(now - MONTHS + 1)..=to.min(now) {
                let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
                let mut variables = Variables::new();
                variables.insert("contract".to_owned(), json!(contract.id));
                variables.insert("year".to_owned(), json!(year));
                variables.insert("month".to_owned(), json!(month));
                let data: MonthData<T> = self.ask(name, &variables)?;
                if let Some(statement) = data.sla_statement {
                    months.push(Month {
                        year,
                        month,
                        contract: at,
                        statement,
                    });
                }
            }
        }
        Ok(months)
    }

    /// The register of reports; those that are meant for the audience with their frozen page.
    fn reports(&self) -> Result<Option<Vec<Report>>, Error> {
        let Some(mut reports) = self.list::<Report>("report_issues")? else {
            return Ok(None);
        };
        for report in &mut reports {
            let meant = report.definition.iter().flat_map(|one| &one.audiences);
            let meant = meant
                .filter_map(|code| Audience::from_code(code))
                .any(|one| one == self.audience);
            let (true, Some(digest)) = (meant, &report.html_sha256) else {
                continue;
            };
            let bytes = whole(self.source, &format!("{}.html", report.id), digest)?;
            report.html = String::from_utf8(bytes).ok();
        }
        Ok(Some(reports))
    }

    fn gone(&self) -> Result<Vec<Withdrawn>, Error> {
        let data: WithdrawnData = self.ask("withdrawn", &Variables::new())?;
        Ok(data.withdrawn_articles)
    }

    fn documents(&self) -> Result<Option<Vec<Document>>, Error> {
        if !offers(self.audience, "documents") {
            return Ok(None);
        }
        let data: DocumentsData = self.ask("documents", &Variables::new())?;
        Ok(Some(data.own_documents))
    }

    fn once(&self) -> Result<Content, Error> {
        let status: StatusData = self.ask("status", &Variables::new())?;
        let portal = status.portal;
        Ok(Content {
            status: status.system_status,
            disaster: status.disaster_notice,
            desk: status.service_desk,
            windows: status.maintenance_windows,
            notices: self.list::<Notice>("notices")?.unwrap_or_default(),
            articles: self.nodes("articles", &Article::read)?.unwrap_or_default(),
            gone: self.gone()?,
            clocks: self.list::<Clock>("board")?,
            inspections: self.list::<Inspection>("inspections")?,
            tasks: self.list::<Task>("rectification")?,
            reports: self.reports()?,
            service: self.service(&portal)?,
            documents: self.documents()?,
            portal,
            withdrawn: BTreeSet::new(),
        })
    }
}

/// Reads everything that the root of an audience shows. The first and the last query read the revision of the data;
/// if it grew in between, everything is read again, as often as the source allows.
///
/// # Errors
///
/// An answer with errors, a missing field, an unknown word, or data that changed under every attempt.
pub fn read(source: &dyn Source, audience: Audience) -> Result<Content, Error> {
    let reader = Reader { source, audience };
    let tries = source.tries().max(1);
    for _ in 0..tries {
        let content = reader.once()?;
        let last: RevisionData = reader.ask("revision", &Variables::new())?;
        if last.portal.revision == content.portal.revision {
            return Ok(content);
        }
    }
    Err(Error::source(format!(
        "the data changed while it was read (attempts: {tries})"
    )))
}
