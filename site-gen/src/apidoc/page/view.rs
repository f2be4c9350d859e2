//! What the templates of an interface are given.

use serde::Serialize;

use crate::docs::html::{Frame, Said};

#[derive(Serialize)]
pub(super) struct Piece {
    pub text: String,
    pub href: Option<String>,
}

#[derive(Serialize)]
pub(super) struct DeprecatedView {
    pub reason: Said,
    pub removed_in: String,
}

#[derive(Serialize)]
pub(super) struct FieldView {
    pub name: String,
    pub place: String,
    pub shape: Vec<Piece>,
    pub required: bool,
    pub default: Option<String>,
    pub description: Said,
    pub deprecated: Option<DeprecatedView>,
    pub arguments: Vec<FieldView>,
}

#[derive(Serialize)]
pub(super) struct ResponseView {
    pub status: String,
    pub media: String,
    pub shape: Vec<Piece>,
    pub description: Said,
}

#[derive(Serialize)]
pub(super) struct ExampleView<'a> {
    pub title: Said,
    pub call: &'a str,
    pub request: &'a str,
    pub response: &'a str,
}

#[derive(Serialize)]
pub(super) struct OperationView<'a> {
    pub anchor: &'a str,
    pub method: &'a str,
    pub name: &'a str,
    pub summary: Said,
    pub description: Said,
    pub address: String,
    pub parameters: Vec<FieldView>,
    pub places: bool,
    pub body: Option<ResponseView>,
    pub responses: Vec<ResponseView>,
    pub auth: &'a [String],
    pub errors: Vec<ErrorView>,
    pub deprecated: Option<DeprecatedView>,
    pub examples: Vec<ExampleView<'a>>,
}

#[derive(Serialize)]
pub(super) struct ErrorView {
    pub code: String,
    pub meaning: Said,
}

#[derive(Serialize)]
pub(super) struct ValueView {
    pub name: String,
    pub description: Said,
    pub deprecated: Option<DeprecatedView>,
}

#[derive(Serialize)]
pub(super) struct TypeView<'a> {
    pub anchor: String,
    pub name: &'a str,
    pub kind: &'static str,
    pub description: Said,
    pub fields: Vec<FieldView>,
    pub arguments: bool,
    pub values: Vec<ValueView>,
    pub members: Vec<Vec<Piece>>,
    pub implements: Vec<Link>,
    pub implemented_by: Vec<Link>,
    pub used_by: Vec<Link>,
    pub alias: Vec<Piece>,
}

#[derive(Clone, Serialize)]
pub(super) struct Link {
    pub text: String,
    pub href: String,
}

#[derive(Serialize)]
pub(super) struct Part {
    pub link: Link,
    pub html: String,
}

#[derive(Serialize)]
pub(super) struct SectionPage {
    pub frame: Frame,
    pub title: String,
    pub about: Said,
    pub parts: Vec<Part>,
}

#[derive(Serialize)]
pub(super) struct AuthView {
    pub name: String,
    pub how: Said,
    pub header: String,
}

#[derive(Serialize)]
pub(super) struct GroupView {
    pub title: String,
    pub about: Said,
    pub count: usize,
    pub pages: Vec<Link>,
    pub operations: Vec<RowView>,
}

#[derive(Serialize)]
pub(super) struct RowView {
    pub method: String,
    pub link: Link,
    pub summary: Said,
    pub deprecated: bool,
}

#[derive(Serialize)]
pub(super) struct IndexPage {
    pub frame: Frame,
    pub description: Said,
    pub addresses: Vec<String>,
    pub auth: Vec<AuthView>,
    pub errors: Vec<ErrorView>,
    pub groups: Vec<GroupView>,
    pub types: Vec<Link>,
    pub type_count: usize,
    pub operation_count: usize,
}

#[derive(Serialize)]
pub(super) struct ChangeView {
    pub breaking: bool,
    pub object: String,
    pub href: String,
    pub part: String,
    pub what: &'static str,
    pub before: String,
    pub after: String,
}

#[derive(Serialize)]
pub(super) struct ChangePage {
    pub frame: Frame,
    pub changes: Vec<ChangeView>,
    pub from: String,
    pub to: String,
}

#[derive(Serialize)]
pub(super) struct Record<'a> {
    pub kind: &'static str,
    pub name: String,
    pub zh: &'a str,
    pub en: &'a str,
    pub path: String,
}
