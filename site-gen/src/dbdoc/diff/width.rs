//! Whether a changed type still holds every value.

/// Whether every value of the first type fits into the second: the same type with larger numbers, or a larger integer.
pub(super) fn widens(a: &str, b: &str) -> bool {
    const INTEGERS: [&[&str]; 4] = [
        &["tinyint"],
        &["smallint", "int2"],
        &["int", "integer", "int4"],
        &["bigint", "int8"],
    ];
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let size = |text: &str| INTEGERS.iter().position(|names| names.contains(&text));
    if let (Some(a), Some(b)) = (size(&a), size(&b)) {
        return a <= b;
    }
    let parts = |text: &str| -> (String, Vec<u64>) {
        let (head, rest) = text.split_once('(').unwrap_or((text, ""));
        let numbers = rest
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse().ok());
        (head.trim().to_owned(), numbers.collect())
    };
    let ((a_head, a_sizes), (b_head, b_sizes)) = (parts(&a), parts(&b));
    if b_head == "text" && a_head.contains("char") {
        return true;
    }
    // Of NUMERIC(p, s) the digits before the point must not shrink either.
    let whole = |sizes: &[u64]| match sizes {
        [precision, scale] => precision.saturating_sub(*scale),
        [precision] => *precision,
        _ => 0,
    };
    a_head == b_head
        && a_sizes.len() == b_sizes.len()
        && a_sizes.iter().zip(&b_sizes).all(|(a, b)| a <= b)
        && whole(&a_sizes) <= whole(&b_sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_type_keeps_every_value() {
        for (a, b, wide) in [
            ("int", "bigint", true),
            ("bigint", "integer", false),
            ("varchar(20)", "varchar(50)", true),
            ("varchar(50)", "varchar(20)", false),
            ("character varying(50)", "text", true),
            ("numeric(10,2)", "numeric(10,4)", false),
            ("numeric(10,2)", "numeric(12,4)", true),
            ("date", "timestamp", false),
        ] {
            assert_eq!(widens(a, b), wide, "{a} {b}");
        }
    }
}
