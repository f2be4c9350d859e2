//! The QR code of a report as SVG.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of the quiet zone that the standard asks for.
const QUIET: usize = 4;

/// A QR code of level M; one path, black on white.
///
/// # Errors
/// The text is too long for a code.
pub(crate) fn svg(text: &str) -> Result<String, String> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| error.to_string())?;
    let side = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % side + QUIET, place / side + QUIET);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let size = side + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}h-{size}z\"/><path d=\"{path}\"/></svg>"
    ))
}
