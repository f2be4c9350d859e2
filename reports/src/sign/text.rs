//! The text of the pages of a PDF, in the order in which the pages write it.
//!
//! It serves to compare two files and to read what a report prints about itself, so it is strict: a
//! font that does not say which letters its codes are, an unknown filter or an inline image gives
//! no text at all rather than a part of it. White space is left out, since it is layout. What the
//! letters look like is not judged: that is for the eye.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use super::Unreadable;
use super::pdf::{Dictionary, File, Id, Lexer, Object};

/// Pages of one file.
const MAX_PAGES: usize = 5_000;
/// Levels of the tree of pages, forms inside forms, graphics states inside each other.
const MAX_DEPTH: usize = 64;
/// Operators of one file.
const MAX_STEPS: usize = 20_000_000;
/// Characters of one file.
const MAX_TEXT: usize = 32 * 1024 * 1024;
/// Codes of one font.
const MAX_CODES: usize = 70_000;
/// Operands of one operator.
const MAX_OPERANDS: usize = 4_096;

/// The text of every page without white space; `None` if it cannot be said with certainty.
///
/// # Errors
/// [`Unreadable`] if the structure of the file cannot be read.
pub fn page_texts(bytes: &[u8]) -> Result<Option<Vec<String>>, Unreadable> {
    let file = File::open(bytes)?;
    let mut reader = PageReader {
        file: &file,
        fonts: HashMap::new(),
        steps: 0,
        written: 0,
    };
    Ok(reader.all())
}

/// Which letters the codes of a font are.
struct Letters {
    width: usize,
    codes: BTreeMap<u32, String>,
}

struct PageReader<'f, 'a> {
    file: &'f File<'a>,
    fonts: HashMap<Id, Option<Rc<Letters>>>,
    steps: usize,
    written: usize,
}

impl PageReader<'_, '_> {
    fn all(&mut self) -> Option<Vec<String>> {
        let (_, catalog) = self.file.catalog()?;
        let mut open = vec![(catalog.get("Pages")?.clone(), Dictionary::default(), 0)];
        let mut seen = HashSet::new();
        let mut texts = Vec::new();
        while let Some((node, inherited, depth)) = open.pop() {
            let Object::Reference(id) = node else {
                return None;
            };
            if depth > MAX_DEPTH || texts.len() >= MAX_PAGES || !seen.insert(id) {
                return None;
            }
            let Object::Dictionary(node) = self.file.get(id)? else {
                return None;
            };
            let resources = match self.file.entry(&node, "Resources") {
                Some(Object::Dictionary(own)) => own,
                Some(_) => return None,
                None => inherited,
            };
            match self.file.entry(&node, "Kids") {
                Some(kids) => {
                    for kid in kids.as_array()?.iter().rev() {
                        open.push((kid.clone(), resources.clone(), depth + 1));
                    }
                }
                None => {
                    let content = self.content(node.get("Contents"))?;
                    let mut text = String::new();
                    self.run(&content, &resources, 0, &mut text)?;
                    texts.push(text);
                }
            }
        }
        Some(texts)
    }

    /// The streams of a page, which are one.
    fn content(&self, contents: Option<&Object>) -> Option<Vec<u8>> {
        let Some(contents) = contents else {
            return Some(Vec::new());
        };
        let mut whole = Vec::new();
        match self.file.resolve(contents)? {
            Object::Null => {}
            Object::Array(parts) => {
                for part in &parts {
                    whole.extend(self.file.stream(&self.file.resolve(part)?)?);
                    whole.push(b'\n');
                }
            }
            one => whole = self.file.stream(&one)?,
        }
        Some(whole)
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        depth: usize,
        text: &mut String,
    ) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut font: Option<Rc<Letters>> = None;
        let mut saved: Vec<Option<Rc<Letters>>> = Vec::new();
        let mut lexer = Lexer::new(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(token) = lexer.token() {
            self.steps += 1;
            if self.steps > MAX_STEPS || operands.len() > MAX_OPERANDS {
                return None;
            }
            let operator = match token? {
                Token::Operand(one) => {
                    operands.push(one);
                    continue;
                }
                Token::Operator(operator) => operator,
            };
            match operator {
                b"q" => {
                    (saved.len() < MAX_DEPTH * MAX_DEPTH).then_some(())?;
                    saved.push(font.clone());
                }
                // One too many changes nothing.
                b"Q" => {
                    if let Some(before) = saved.pop() {
                        font = before;
                    }
                }
                b"Tf" => font = self.font(resources, operands.first()?)?,
                b"Tj" | b"'" => self.show(font.as_deref(), operands.last()?.as_string()?, text)?,
                b"\"" => self.show(font.as_deref(), operands.get(2)?.as_string()?, text)?,
                b"TJ" => {
                    for piece in operands.last()?.as_array()? {
                        if let Some(piece) = piece.as_string() {
                            self.show(font.as_deref(), piece, text)?;
                        }
                    }
                }
                b"Do" => self.form(resources, operands.last()?, depth, text)?,
                // An inline image is not looked into, and its bytes could hold anything. Fonts also
                // come by graphics states, which no producer of text uses.
                b"BI" => return None,
                _ => {}
            }
            operands.clear();
        }
        Some(())
    }

    fn show(&mut self, font: Option<&Letters>, codes: &[u8], text: &mut String) -> Option<()> {
        let font = font?;
        for code in codes.chunks(font.width) {
            (code.len() == font.width).then_some(())?;
            let letters = font.codes.get(&number(code))?;
            self.written += letters.len();
            text.extend(letters.chars().filter(|one| !one.is_whitespace()));
        }
        (self.written <= MAX_TEXT).then_some(())
    }

    fn form(
        &mut self,
        resources: &Dictionary,
        name: &Object,
        depth: usize,
        text: &mut String,
    ) -> Option<()> {
        let objects = self.file.entry(resources, "XObject")?;
        let Object::Name(name) = name else {
            return None;
        };
        let object = self
            .file
            .resolve(objects.as_dictionary()?.get_bytes(name)?)?;
        let dictionary = object.as_dictionary()?;
        if !self.file.entry(dictionary, "Subtype")?.is_name("Form") {
            return Some(());
        }
        let own = match self.file.entry(dictionary, "Resources") {
            Some(Object::Dictionary(own)) => own,
            Some(_) => return None,
            None => resources.clone(),
        };
        let content = self.file.stream(&object)?;
        self.run(&content, &own, depth + 1, text)
    }

    /// `Some(None)` for a font whose letters are not known; it must not show anything.
    #[expect(clippy::option_option, reason = "broken, and not known")]
    fn font(&mut self, resources: &Dictionary, name: &Object) -> Option<Option<Rc<Letters>>> {
        let fonts = self.file.entry(resources, "Font")?;
        let Object::Name(name) = name else {
            return None;
        };
        let entry = fonts.as_dictionary()?.get_bytes(name)?.clone();
        let Object::Reference(id) = entry else {
            return Some(None);
        };
        if let Some(known) = self.fonts.get(&id) {
            return Some(known.clone());
        }
        let letters = self.letters(id).map(Rc::new);
        self.fonts.insert(id, letters.clone());
        Some(letters)
    }

    fn letters(&mut self, id: Id) -> Option<Letters> {
        let Object::Dictionary(font) = self.file.get(id)? else {
            return None;
        };
        let map = self.file.entry(&font, "ToUnicode")?;
        let letters = letters(&self.file.stream(&map)?, &mut self.steps)?;
        let is_composite = self.file.entry(&font, "Subtype")?.is_name("Type0");
        let fits = if is_composite {
            let encoding = self.file.entry(&font, "Encoding")?;
            letters.width == 2 && (encoding.is_name("Identity-H") || encoding.is_name("Identity-V"))
        } else {
            letters.width == 1
        };
        fits.then_some(letters)
    }
}

/// Reads the table of a font.
fn letters(map: &[u8], steps: &mut usize) -> Option<Letters> {
    let mut lexer = Lexer::new(map, 0);
    let mut operands: Vec<Object> = Vec::new();
    let mut found = Letters {
        width: 0,
        codes: BTreeMap::new(),
    };
    while let Some(token) = lexer.token() {
        *steps += 1;
        if *steps > MAX_STEPS || operands.len() > MAX_OPERANDS || found.codes.len() > MAX_CODES {
            return None;
        }
        let operator = match token? {
            Token::Operand(one) => {
                operands.push(one);
                continue;
            }
            Token::Operator(operator) => operator,
        };
        match operator {
            b"endcodespacerange" => {
                let width = operands.first()?.as_string()?.len();
                let same = operands
                    .iter()
                    .all(|one| one.as_string().is_some_and(|code| code.len() == width));
                (same && matches!(width, 1 | 2)).then_some(())?;
                found.width = width;
            }
            b"endbfchar" => {
                for pair in operands.chunks(2) {
                    let [code, to] = pair else {
                        return None;
                    };
                    let to = utf16(to.as_string()?)?;
                    found.codes.insert(number(code.as_string()?), to);
                }
            }
            b"endbfrange" => {
                for row in operands.chunks(3) {
                    let [first, last, to] = row else {
                        return None;
                    };
                    let (first, last) = (number(first.as_string()?), number(last.as_string()?));
                    if last < first || usize::try_from(last - first).ok()? > MAX_CODES {
                        return None;
                    }
                    for (index, code) in (first..=last).enumerate() {
                        let to = match to {
                            Object::Array(each) => utf16(each.get(index)?.as_string()?)?,
                            one => following(one.as_string()?, index)?,
                        };
                        found.codes.insert(code, to);
                    }
                }
            }
            _ => {}
        }
        operands.clear();
    }
    (found.width > 0).then_some(found)
}

/// The letters that stand `index` after these: the last unit is counted up.
fn following(text: &[u8], index: usize) -> Option<String> {
    let mut text = text.to_vec();
    let at = text.len().checked_sub(2)?;
    let last = text.get(at..)?;
    let unit = u16::try_from(number(last)).ok()?;
    let unit = unit.checked_add(u16::try_from(index).ok()?)?;
    text.truncate(at);
    text.extend(unit.to_be_bytes());
    utf16(&text)
}

fn utf16(text: &[u8]) -> Option<String> {
    let units: Vec<u16> = text
        .chunks(2)
        .map(|unit| u16::try_from(number(unit)).ok())
        .collect::<Option<_>>()?;
    text.len().is_multiple_of(2).then_some(())?;
    String::from_utf16(&units).ok()
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .take(4)
        .fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

/// A piece of a content stream.
enum Token<'a> {
    Operand(Object),
    Operator(&'a [u8]),
}

impl<'a> Lexer<'a> {
    /// The next piece; the inner `None` is something that is neither.
    #[expect(clippy::option_option, reason = "the end, and something broken")]
    fn token(&mut self) -> Option<Option<Token<'a>>> {
        self.skip_space();
        if self.is_at_end() {
            return None;
        }
        if let Some(word) = self.bare_word()
            && !matches!(word, b"true" | b"false" | b"null")
        {
            self.at += word.len();
            return Some(Some(Token::Operator(word)));
        }
        Some(self.object().map(Token::Operand))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
        1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
        2 beginbfchar <0001> <5DE1> <0002> <D842DFB7> endbfchar\n\
        2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<0058> <00590059>] endbfrange\n\
        endcmap";

    #[test]
    fn codes_are_read_from_the_table_of_a_font() {
        let found = letters(MAP.as_bytes(), &mut 0).unwrap();
        assert_eq!(found.width, 2);
        let all: Vec<(u32, &str)> = found.codes.iter().map(|(c, t)| (*c, t.as_str())).collect();
        assert_eq!(
            all,
            [
                (1, "巡"),
                (2, "𠮷"),
                (16, "A"),
                (17, "B"),
                (18, "C"),
                (32, "X"),
                (33, "YY")
            ]
        );
    }

    /// One page whose content is `content`, with the font above under the name F.
    fn paper(content: &str) -> Vec<u8> {
        let stream = |text: &str| format!("<</Length {}>>stream\n{text}\nendstream", text.len());
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F 4 0 R/G 7 0 R>>/XObject<</X 8 0 R>>>>>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/Contents[6 0 R]>>".to_owned(),
            "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 5 0 R>>".to_owned(),
            stream(MAP),
            stream(content),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
            format!("<</Subtype/Form/Length 28>>stream\n{}\nendstream", "BT /F 9 Tf <00100011> Tj ET "),
        ];
        let mut out = String::from("%PDF-1.7\n");
        let mut rows = String::from("0000000000 65535 f \n");
        for (index, body) in objects.iter().enumerate() {
            rows.push_str(&format!("{:010} 00000 n \n", out.len()));
            out.push_str(&format!("{} 0 obj\n{body}\nendobj\n", index + 1));
        }
        let start = out.len();
        out.push_str(&format!(
            "xref\n0 9\n{rows}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
        ));
        out.into_bytes()
    }

    #[test]
    fn the_text_of_a_page_is_what_it_writes() {
        for (content, expected) in [
            (
                "BT /F 9 Tf <0001> Tj [<0002>-20<0010>] TJ ET",
                Some("巡𠮷A"),
            ),
            (
                "BT q /F 9 Tf Q /F 9 Tf 1 1 <0011> \" <0012> ' ET",
                Some("BC"),
            ),
            ("/F 9 Tf q /X Do Q <0012> Tj", Some("ABC")),
            ("/G 9 Tf 0 0 m", Some("")),
            ("", Some("")),
            // A font that says nothing, a code it has no letter for, no font, an image, a form that is none.
            ("/G 9 Tf (A) Tj", None),
            ("/F 9 Tf <0099> Tj", None),
            ("/F 9 Tf <00> Tj", None),
            ("(A) Tj", None),
            ("BI /W 1 ID x EI", None),
            ("/Y Do", None),
            ("] Tj", None),
        ] {
            let texts = page_texts(&paper(content)).unwrap();
            assert_eq!(
                texts.as_ref().map(|all| all.concat()).as_deref(),
                expected,
                "{content}"
            );
        }
    }

    #[test]
    fn a_form_that_calls_itself_ends() {
        let paper = paper("/X Do");
        let text = String::from_utf8(paper).unwrap();
        let looped = text.replace(
            "BT /F 9 Tf <00100011> Tj ET ",
            "/X Do /X Do                 ",
        );
        assert_eq!(page_texts(looped.as_bytes()).unwrap(), None);
    }
}
