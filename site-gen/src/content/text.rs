//! Long texts of records, which are not read before they are needed.

use std::{borrow::Cow, ops::Range};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Article;
use crate::{
    source::{Piece, scan},
    write::digest,
};

/// A text as it is, or as it stands in an answer.
#[derive(Debug, Clone)]
pub enum Text {
    /// As it is.
    Own(String),
    /// A string of JSON with its quotes.
    Answered(Piece),
}

impl Text {
    /// The text.
    ///
    /// # Errors
    ///
    /// When what stands in the answer is no text.
    pub fn read(&self) -> Result<Cow<'_, str>, serde_json::Error> {
        match self {
            Text::Own(text) => Ok(Cow::Borrowed(text)),
            Text::Answered(piece) => {
                let bytes = piece.bytes();
                if bytes.iter().any(|byte| *byte == b'\\' || *byte < b' ') {
                    return serde_json::from_slice(bytes).map(Cow::Owned);
                }
                serde_json::from_slice(bytes).map(Cow::Borrowed)
            }
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        Text::Own(String::new())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        String::deserialize(deserializer).map(Text::Own)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self
            .read()
            .map_err(<S::Error as serde::ser::Error>::custom)?;
        serializer.serialize_str(&text)
    }
}

/// The one text of this name among the members of a record.
fn one(bytes: &[u8], name: &str) -> Option<Range<usize>> {
    let all = scan::members(bytes)?.into_iter();
    let mut found = all.filter(|(key, _)| *key == name.as_bytes());
    match (found.next(), found.next()) {
        (Some((_, place)), None) => (bytes.get(place.start) == Some(&b'"')).then_some(place),
        _ => None,
    }
}

impl Article {
    /// Reads an article of an answer; its text stays there.
    pub(crate) fn read(node: &Piece) -> Result<Article, serde_json::Error> {
        let bytes = node.bytes();
        let place = one(bytes, "body");
        let text = place.clone().and_then(|place| node.part(place));
        let (Some(place), Some(text)) = (place, text) else {
            let mut article: Article = serde_json::from_slice(bytes)?;
            article.digest = digest(&[bytes]);
            article.frame = article.digest;
            return Ok(article);
        };
        let parts = bytes.get(..place.start).zip(bytes.get(place.end..));
        let (head, tail) =
            parts.ok_or_else(|| <serde_json::Error as de::Error>::custom("no text"))?;
        let frame = [head, b"\"\"", tail].concat();
        let mut article: Article = serde_json::from_slice(&frame)?;
        article.body = Text::Answered(text);
        article.digest = digest(&[bytes]);
        article.frame = digest(&[&frame]);
        Ok(article)
    }

    /// Takes another record to be meant, of which this one is made by a change of that name.
    pub(crate) fn becomes(&mut self, change: &str) {
        for own in [&mut self.digest, &mut self.frame] {
            *own = digest(&[own.as_slice(), change.as_bytes()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(body: &str) -> String {
        format!(
            "{{\"id\":\"a\",\"number\":\"n\",\"title\":\"t\",\"body\":{body},\"kind\":\"FAQ\",\"module\":null,\"tags\":[],\"audiences\":[],\
             \"dataLevel\":1,\"language\":\"ZH\",\"versionNo\":1,\"reviewedAt\":null,\"outdatedAt\":null,\"screeningOverridden\":false,\"files\":[]}}"
        )
    }

    #[test]
    fn a_text_is_read_when_it_is_needed() {
        for text in ["", "呼吸机", "a\"b\\\n\u{1F600}", "\u{7}"] {
            let article =
                Article::read(&Piece::from(node(&json!(text).to_string()))).expect("it is there");
            assert_eq!(article.body.read().expect("it is there"), text);
            assert!(matches!(article.body, Text::Answered(_)));
        }
        let one = Article::read(&Piece::from(node("\"a\""))).expect("it is there");
        let two = Article::read(&Piece::from(node("\"b\""))).expect("it is there");
        assert!(one.digest != two.digest && one.frame == two.frame);
        // Texts that are none.
        for text in ["\"\\ud800\"", "\"\\x\"", "\"\u{7}\""] {
            let article = Article::read(&Piece::from(node(text))).expect("it is there");
            assert!(article.body.read().is_err(), "{text}");
        }
        for text in [
            "null",
            "\"a\",\"body\":\"b\"",
            "\"a",
            "\"a\",\"kind\":\"FAQ\"",
        ] {
            assert!(Article::read(&Piece::from(node(text))).is_err(), "{text}");
        }
    }
}
