//! Streams of the structure: stored as they are, or deflated with a PNG predictor.

use std::io::Read as _;

use super::object::{Dictionary, Object};

/// The bytes of a stream; `None` for another filter, and above `limit` bytes.
pub(super) fn unpack(dictionary: &Dictionary, raw: &[u8], limit: usize) -> Option<Vec<u8>> {
    let single = |key| match dictionary.get(key) {
        None | Some(Object::Null) => Some(None),
        Some(Object::Array(items)) => match items.as_slice() {
            [] => Some(None),
            [one] => Some(Some(one.clone())),
            _ => None,
        },
        Some(other) => Some(Some(other.clone())),
    };
    let Some(filter) = single("Filter")? else {
        return (raw.len() < limit).then(|| raw.to_vec());
    };
    filter.is_name("FlateDecode").then_some(())?;
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(raw)
        .take(u64::try_from(limit).ok()?)
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() < limit).then_some(())?;
    let parameters = single("DecodeParms")?;
    let Some(Object::Dictionary(parameters)) = parameters else {
        return Some(bytes);
    };
    let number = |key, default| match parameters.get(key) {
        None => Some(default),
        Some(value) => value.as_usize(),
    };
    match number("Predictor", 1)? {
        1 => Some(bytes),
        10..=15 => {
            if number("Colors", 1)? != 1 || number("BitsPerComponent", 8)? != 8 {
                return None;
            }
            unpredict(&bytes, number("Columns", 1)?)
        }
        _ => None,
    }
}

/// The PNG predictors of one byte a sample.
fn unpredict(bytes: &[u8], columns: usize) -> Option<Vec<u8>> {
    if columns == 0 || columns > bytes.len() {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; columns];
    for row in bytes.chunks(columns + 1) {
        let (kind, samples) = row.split_first()?;
        let mut line = Vec::with_capacity(columns);
        let (mut left, mut corner) = (0_u8, 0_u8);
        for (sample, up) in samples.iter().zip(&above) {
            let add = match kind {
                0 => 0,
                1 => left,
                2 => *up,
                3 => u8::midpoint(left, *up),
                4 => paeth(left, *up, corner),
                _ => return None,
            };
            left = sample.wrapping_add(add);
            corner = *up;
            line.push(left);
        }
        line.resize(columns, 0);
        out.extend_from_slice(&line);
        above = line;
    }
    Some(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |one: u8| (guess - i16::from(one)).abs();
    if far(left) <= far(up) && far(left) <= far(corner) {
        left
    } else if far(up) <= far(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictors_follow_the_png_standard() {
        // None, Sub, Up, Average, Paeth.
        let rows = [
            0, 1, 2, 3, //
            1, 1, 1, 1, //
            2, 1, 1, 1, //
            3, 1, 1, 1, //
            4, 1, 1, 1,
        ];
        assert_eq!(
            unpredict(&rows, 3).unwrap(),
            [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]
        );
        assert!(unpredict(&[9, 1], 1).is_none());
        assert!(unpredict(&[0, 1], usize::MAX).is_none());
    }
}
