//! SVG text.

use std::fmt::Write as _;

use super::SIZE;

/// How colours are given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Classes of the page's style.
    Classes,
    /// Greys in the file.
    Greys,
}

/// Side of its point on which a text lies.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// What a mark means; decides its look.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Text,
    Strong,
    Small,
    Axis,
    Limit,
    Band,
    Line,
    Mark,
    /// Segment of a bar: told apart by hatching, not by colour alone.
    Fill(usize),
}

impl Role {
    /// Attributes of the look.
    fn look(self, ink: Ink, id: &str) -> String {
        let (class, greys) = match self {
            Self::Text => ("c-text", "fill=\"#222\""),
            Self::Strong => ("c-text", "fill=\"#222\" font-weight=\"700\""),
            Self::Small => ("c-text", "fill=\"#444\""),
            Self::Axis => ("c-axis", "stroke=\"#555\" stroke-width=\"1\""),
            Self::Limit => (
                "c-limit",
                "stroke=\"#222\" stroke-width=\"1.2\" stroke-dasharray=\"5 3\"",
            ),
            Self::Band => ("c-band", "fill=\"#e4e4e4\""),
            Self::Line => (
                "c-line",
                "fill=\"none\" stroke=\"#222\" stroke-width=\"1.6\"",
            ),
            Self::Mark => (
                "c-mark",
                "fill=\"#222\" stroke=\"#fff\" stroke-width=\"0.6\"",
            ),
            Self::Fill(place) => {
                // The hatching is a paint of the drawing itself, in both inks.
                let paint = match place {
                    0 => String::new(),
                    other => format!(" fill=\"url(#{id}-f{other})\""),
                };
                return match (ink, place) {
                    (Ink::Classes, 0) => "class=\"c-fill c-edge\"".to_owned(),
                    (Ink::Classes, _) => format!("class=\"c-edge\"{paint}"),
                    (Ink::Greys, 0) => {
                        "fill=\"#777\" stroke=\"#333\" stroke-width=\"0.8\"".to_owned()
                    }
                    (Ink::Greys, _) => format!("{paint} stroke=\"#333\" stroke-width=\"0.8\"")
                        .trim_start()
                        .to_owned(),
                };
            }
        };
        match ink {
            Ink::Classes => format!("class=\"{class}\""),
            Ink::Greys => greys.to_owned(),
        }
    }
}

/// A drawing under way.
pub(super) struct Canvas {
    ink: Ink,
    id: String,
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    pub(super) fn new(ink: Ink, id: &str, width: f64) -> Self {
        Self {
            ink,
            id: format!("c-{id}"),
            width,
            height: 0.0,
            body: String::new(),
        }
    }

    /// The drawing reaches down to here.
    pub(super) fn grow(&mut self, height: f64) {
        self.height = self.height.max(height);
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, wide: f64, high: f64, role: Role) {
        let look = role.look(self.ink, &self.id);
        let (wide, high) = (wide.max(0.0), high.max(0.0));
        let _ = write!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" {look}/>"
        );
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), role: Role) {
        let look = role.look(self.ink, &self.id);
        let _ = write!(
            self.body,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {look}/>",
            from.0, from.1, to.0, to.1
        );
    }

    pub(super) fn path(&mut self, data: &str, role: Role) {
        if !data.is_empty() {
            let look = role.look(self.ink, &self.id);
            let _ = write!(self.body, "<path d=\"{data}\" {look}/>");
        }
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64, role: Role) {
        let look = role.look(self.ink, &self.id);
        let _ = write!(
            self.body,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" {look}/>"
        );
    }

    pub(super) fn diamond(&mut self, x: f64, y: f64, role: Role) {
        let data = format!(
            "M{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}z",
            x - 4.5,
            y - 4.5,
            x + 4.5,
            y + 4.5
        );
        self.path(&data, role);
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, role: Role, text: &str) {
        let look = role.look(self.ink, &self.id);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let size = match role {
            Role::Small => SIZE - 2.0,
            _ => SIZE,
        };
        let _ = write!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.0}\" text-anchor=\"{anchor}\" \
             {look}>{}</text>",
            escape(text)
        );
    }

    /// The whole drawing.
    pub(super) fn finish(self, title: &str, sentence: &str) -> String {
        let Self {
            ink,
            id,
            width,
            height,
            body,
        } = self;
        let (line, back) = match ink {
            Ink::Classes => ("class=\"c-hatch\"", "class=\"c-back\""),
            Ink::Greys => (
                "stroke=\"#333\" stroke-width=\"1.2\" fill=\"none\"",
                "fill=\"#fff\"",
            ),
        };
        let mut hatches = String::new();
        for (place, data) in [
            (1, "M0 6L6 0M-1 1L1 -1M5 7L7 5"),
            (2, "M0 3H6"),
            (3, "M3 2.5V3.5"),
        ] {
            if body.contains(&format!("#{id}-f{place})")) {
                let _ = write!(
                    hatches,
                    "<pattern id=\"{id}-f{place}\" width=\"6\" height=\"6\" \
                     patternUnits=\"userSpaceOnUse\"><path d=\"M0 0h6v6h-6z\" {back}/>\
                     <path d=\"{data}\" {line}/></pattern>"
                );
            }
        }
        let defs = match hatches.is_empty() {
            true => String::new(),
            false => format!("<defs>{hatches}</defs>"),
        };
        let (title, sentence) = (escape(title), escape(sentence));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             role=\"img\" aria-labelledby=\"{id}-t {id}-d\" font-family=\"Noto Sans SC\">\
             <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{sentence}</desc>{defs}{body}</svg>"
        )
    }
}

/// Width of a text, rather too much than too little.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|char| if u32::from(char) < 0x2E80 { 0.6 } else { 1.0 })
        .sum::<f64>()
        * size
}

/// The text, cut with `…` where it is wider than there is room. The table has it whole.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for char in text.chars() {
        if width(&out, size) + width(&format!("{char}…"), size) > room {
            break;
        }
        out.push(char);
    }
    out.push('…');
    out
}

/// Text for XML, as content and inside double quotes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
