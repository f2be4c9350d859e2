//! Who reads a root, and what may be in it. Everything that is not clearly allowed is left out.

use std::fmt;

/// The audience of a root (受众).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// P0 全院员工.
    Staff,
    /// P1 重症医学科.
    Icu,
    /// P2 信息中心.
    It,
    /// P3 医院管理人员.
    Mgmt,
    /// P4 服务商.
    Vendor,
    /// P5 审计.
    Audit,
}

impl Audience {
    /// All of them, in the order of their codes.
    pub const ALL: [Audience; 6] = [
        Audience::Staff,
        Audience::Icu,
        Audience::It,
        Audience::Mgmt,
        Audience::Vendor,
        Audience::Audit,
    ];

    /// `P0` … `P5`.
    pub fn code(self) -> &'static str {
        match self {
            Audience::Staff => "P0",
            Audience::Icu => "P1",
            Audience::It => "P2",
            Audience::Mgmt => "P3",
            Audience::Vendor => "P4",
            Audience::Audit => "P5",
        }
    }

    /// Reads a code or the word of the schema.
    pub fn from_code(code: &str) -> Option<Audience> {
        Some(match code {
            "P0" | "STAFF" => Audience::Staff,
            "P1" | "ICU" => Audience::Icu,
            "P2" | "IT" => Audience::It,
            "P3" | "MGMT" => Audience::Mgmt,
            "P4" | "VENDOR" => Audience::Vendor,
            "P5" | "AUDIT" => Audience::Audit,
            _ => return None,
        })
    }

    /// The highest data level (1–4) that the root may contain.
    pub fn highest_level(self) -> u8 {
        match self {
            Audience::Staff | Audience::Icu => 2,
            Audience::It | Audience::Mgmt | Audience::Vendor | Audience::Audit => 3,
        }
    }

    /// Whether the root belongs to a part of the hospital: a department or a contract.
    pub fn has_scope(self) -> bool {
        matches!(self, Audience::Icu | Audience::Vendor)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One root: audience and scope, named `<hospital>-<audience>[-<scope>]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    name: String,
    audience: Audience,
}

impl Instance {
    /// Checks a name against its audience.
    ///
    /// # Errors
    ///
    /// A name with other characters than `[a-z0-9-]`, of another audience, or with a scope where none belongs.
    pub fn new(name: &str, audience: Audience) -> Result<Instance, String> {
        let good = !name.is_empty()
            && name.len() <= 60
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !good {
            return Err("the name of an instance is made of a-z, 0-9 and -".to_owned());
        }
        let parts: Vec<&str> = name.split('-').collect();
        let code = audience.code().to_lowercase();
        let at = parts
            .iter()
            .skip(1)
            .position(|part| *part == code)
            .map(|at| at + 1);
        let scope = at.map(|at| parts.len() - at - 1);
        match (scope, audience.has_scope()) {
            (Some(0), false) => {}
            (Some(count), true) if count > 0 => {}
            _ => return Err(format!("`{name}` is no instance of audience {audience}")),
        }
        if parts.iter().any(|part| part.is_empty()) {
            return Err("a part of the name is empty".to_owned());
        }
        Ok(Instance {
            name: name.to_owned(),
            audience,
        })
    }

    /// The name, used in paths.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its audience.
    pub fn audience(&self) -> Audience {
        self.audience
    }
}

/// Whether a record is meant for the readers of a root: those of its audience, and everybody.
///
/// # Errors
///
/// Why it is left out: no audience or classification, an unknown one, or a classification above the cap of the root.
pub fn meant(
    audience: Audience,
    audiences: Option<&[String]>,
    level: Option<i64>,
) -> Result<bool, String> {
    let (Some(audiences), Some(level)) = (audiences, level) else {
        return Err("the record has no audience or no data level".to_owned());
    };
    let mut meant = false;
    for code in audiences {
        match Audience::from_code(code) {
            // Whoever has a page of their own also reads what everybody reads.
            Some(found) => meant |= found == audience || found == Audience::Staff,
            None => return Err("the record names an unknown audience".to_owned()),
        }
    }
    if !(1..=4).contains(&level) {
        return Err("the record has an unknown data level".to_owned());
    }
    if meant && level > i64::from(audience.highest_level()) {
        return Err("the data level of the record is above that of the audience".to_owned());
    }
    Ok(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_aud_1_what_is_not_clearly_meant_is_left_out() {
        let of = |audience, codes: &[&str], level| {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            meant(audience, Some(&codes), level)
        };
        assert_eq!(of(Audience::It, &["IT", "VENDOR"], Some(3)), Ok(true));
        assert_eq!(of(Audience::It, &["STAFF"], Some(1)), Ok(true));
        assert_eq!(of(Audience::It, &["VENDOR"], Some(1)), Ok(false));
        assert_eq!(of(Audience::It, &[], Some(1)), Ok(false));
        assert_eq!(of(Audience::Staff, &["IT"], Some(1)), Ok(false));
        assert_eq!(of(Audience::Icu, &["ICU"], Some(2)), Ok(true));
        assert!(of(Audience::Icu, &["ICU"], Some(3)).is_err());
        assert!(of(Audience::It, &["IT"], Some(4)).is_err());
        assert!(of(Audience::It, &["IT"], Some(0)).is_err());
        assert!(of(Audience::It, &["IT"], None).is_err());
        assert!(of(Audience::It, &["IT", "EVERYBODY"], Some(1)).is_err());
        assert!(meant(Audience::It, None, Some(1)).is_err());
    }

    #[test]
    fn sg_aud_1_a_name_says_whose_root_it_is() {
        for (name, audience, good) in [
            ("demo-p0", Audience::Staff, true),
            ("demo-p1-icu", Audience::Icu, true),
            ("demo-p4-2026a", Audience::Vendor, true),
            ("demo-p1", Audience::Icu, false),
            ("demo-p2-icu", Audience::It, false),
            ("demo-p2", Audience::Staff, false),
            ("p2", Audience::It, false),
            ("Demo-p2", Audience::It, false),
            ("demo--p2", Audience::It, false),
            ("../demo-p2", Audience::It, false),
            ("", Audience::It, false),
        ] {
            assert_eq!(Instance::new(name, audience).is_ok(), good, "{name}");
        }
    }
}
