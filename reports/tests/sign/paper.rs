//! PDFs to sign: the same two pages with a table of objects, and with packed objects.

use std::fmt::Write as _;
use std::io::Write as _;

fn objects(text: &str) -> Vec<(u32, String)> {
    let content = format!("BT /F 12 Tf 72 720 Td ({text}) Tj ET");
    vec![
        (1, "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>".to_owned()),
        (2, "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>".to_owned()),
        (3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned()),
        (4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>".to_owned()),
        (5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned()),
        (6, format!("<</Length {}>>stream\n{content}\nendstream", content.len())),
    ]
}

/// With a table, as Typst writes it.
pub fn table(text: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut rows = String::from("0000000000 65535 f \n");
    for (number, body) in objects(text) {
        writeln!(rows, "{:010} 00000 n ", out.len()).unwrap();
        out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }
    let start = out.len();
    out.extend(
        format!(
            "xref\n0 7\n{rows}trailer\n<</Size 7/Root 1 0 R/ID[<00><00>]>>\nstartxref\n{start}\n%%EOF"
        )
        .bytes(),
    );
    out
}

/// With a cross-reference stream (PNG predictor) and packed objects.
pub fn packed(text: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let (streams, plain): (Vec<_>, Vec<_>) = objects(text)
        .into_iter()
        .partition(|(_, body)| body.ends_with("endstream"));
    let mut places = vec![(0, 0, 0)];
    let (mut heads, mut bodies) = (String::new(), String::new());
    for (index, (number, body)) in plain.iter().enumerate() {
        write!(heads, "{number} {} ", bodies.len()).unwrap();
        write!(bodies, "{body} ").unwrap();
        places.push((2, 7, u8::try_from(index).unwrap()));
    }
    for (number, body) in streams {
        places.push((1, out.len(), 0));
        out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }
    places.push((1, out.len(), 0));
    let unpacked = format!("{heads}{bodies}");
    let raw = deflate(unpacked.as_bytes());
    out.extend(
        format!(
            "7 0 obj\n<</Type/ObjStm/N {}/First {}/Filter/FlateDecode/Length {}>>stream\n",
            plain.len(),
            heads.len(),
            raw.len()
        )
        .bytes(),
    );
    out.extend(raw);
    out.extend(b"\nendstream\nendobj\n");
    let start = out.len();
    places.push((1, start, 0));
    let mut rows = Vec::new();
    let mut above = [0_u8; 4];
    for (kind, second, third) in places {
        let second = u16::try_from(second).unwrap().to_be_bytes();
        let row = [kind, second[0], second[1], third];
        rows.push(2);
        rows.extend(row.iter().zip(above).map(|(one, up)| one.wrapping_sub(up)));
        above = row;
    }
    let raw = deflate(&rows);
    out.extend(
        format!(
            "8 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>/Length {}>>stream\n",
            raw.len()
        )
        .bytes(),
    );
    out.extend(raw);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Appends an update with a table that replaces objects, as an attacker or another program would.
pub fn update(pdf: &[u8], objects: &[(u32, &str)]) -> Vec<u8> {
    let mut out = pdf.to_vec();
    let text = String::from_utf8_lossy(pdf).into_owned();
    let previous: usize = text[text.rfind("startxref").unwrap() + 9..]
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    out.push(b'\n');
    let mut rows = String::new();
    for (number, body) in objects {
        write!(rows, "{number} 1\n{:010} 00000 n \n", out.len()).unwrap();
        out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }
    let start = out.len();
    out.extend(
        format!(
            "xref\n{rows}trailer\n<</Size 100/Root 1 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n"
        )
        .bytes(),
    );
    out
}
