//! How the service is reached (二(一), C2.1): the channels that the contract names, what does not belong into them, the
//! hours of a calendar, and what a service telephone looks like.
//!
//! Telephone, mailbox and group are parameters of the contract; nothing of them stands here.

use crate::rules::calendar::{Calendar, Slot};
use crate::rules::screening::screen;
use crate::values::Channel;

/// The channels of the contract, in its order.
pub const CHANNELS: [Channel; 5] = [
    Channel::Phone,
    Channel::Email,
    Channel::Remote,
    Channel::Qq,
    Channel::Onsite,
];

/// Longest telephone, mailbox or group, in characters.
pub const LONGEST: usize = 100;

/// Whether patient data never belong into a channel, not even a surname with a bed (`domain.md` 4.6): what is written
/// there lies outside the hospital.
#[must_use]
pub const fn forbids_patient_data(channel: Channel) -> bool {
    match channel {
        Channel::Email | Channel::Qq => true,
        Channel::Phone | Channel::Remote | Channel::Onsite | Channel::Portal | Channel::Other => {
            false
        }
    }
}

/// Whether the hospital authorises each use of a channel before it begins.
#[must_use]
pub const fn needs_authorisation(channel: Channel) -> bool {
    matches!(channel, Channel::Remote)
}

/// Whether a text is a service telephone: digits with the usual marks between them, and no mobile, which would be that
/// of a person (SG-AUD-3).
#[must_use]
pub fn is_service_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let marks = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '转');
    let joined: String = text.chars().filter(char::is_ascii_digit).collect();
    let abroad = joined.strip_prefix("86").unwrap_or(&joined);
    (3..=20).contains(&digits)
        && text.chars().all(marks)
        && screen(&joined).is_none()
        && screen(abroad).is_none()
}

/// Whether a text is a mail address, as far as that can be told without sending.
#[must_use]
pub fn is_mailbox(text: &str) -> bool {
    let parts = text.split_once('@');
    let plain = |c: char| !c.is_whitespace() && c != '@';
    parts.is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && name.chars().chain(host.chars()).all(plain)
    })
}

/// The service hours of a week: each slot with its weekdays, 1 for Monday, first slot first. Days off and make-up days
/// of the official notices are not in it.
#[must_use]
pub fn hours(calendar: &Calendar) -> Vec<(Slot, Vec<i32>)> {
    let mut found: Vec<(Slot, Vec<i32>)> = Vec::new();
    for (weekday, slots) in (1..).zip(&calendar.weekly) {
        for slot in slots {
            match found.iter_mut().find(|(known, _)| known == slot) {
                Some((_, days)) => days.push(weekday),
                None => found.push((*slot, vec![weekday])),
            }
        }
    }
    found.sort_by_key(|(slot, _)| *slot);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C2.1-a
    #[test]
    fn the_channels_are_those_of_the_contract() {
        let contract = include_str!("../../data/contract.zh.txt");
        assert!(contract.contains("电话、电子邮箱、网络远程（需经医院授权）、QQ、现场"));
        for (channel, patient, authorised) in [
            (Channel::Phone, false, false),
            (Channel::Email, true, false),
            (Channel::Remote, false, true),
            (Channel::Qq, true, false),
            (Channel::Onsite, false, false),
        ] {
            assert!(CHANNELS.contains(&channel));
            assert_eq!(forbids_patient_data(channel), patient, "{channel}");
            assert_eq!(needs_authorisation(channel), authorised, "{channel}");
        }
    }

    #[test]
    fn a_service_telephone_is_nobodys_mobile() {
        for good in [
            "400-000-0000",
            "010 5550 0100 转 2",
            "8120",
            "+86 (10) 5550-0100",
        ] {
            assert!(is_service_phone(good), "{good}");
        }
        for bad in [
            "",
            "服务热线",
            "13800138000",
            "138-0013-8000",
            "+86 138 0013 8000",
            "12",
            "4000000000;x",
        ] {
            assert!(!is_service_phone(bad), "{bad}");
        }
        assert!(is_mailbox("service@demo.example"));
        for bad in ["", "service", "@demo.example", "a@b", "a b@c.d", "a@b@c.d"] {
            assert!(!is_mailbox(bad), "{bad}");
        }
    }

    #[test]
    fn slots_of_a_week_are_told_once_with_their_days() {
        let calendar = Calendar::empty("");
        let told: Vec<_> = hours(&calendar)
            .into_iter()
            .map(|(slot, days)| (slot.from_s / 3600, slot.to_s / 3600, days))
            .collect();
        let week = vec![1, 2, 3, 4, 5];
        assert_eq!(told, [(8, 12, week.clone()), (14, 18, week)]);
    }
}
