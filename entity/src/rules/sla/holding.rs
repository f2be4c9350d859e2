//! Who held the time of a clock (S15): handling by the vendor, pauses, checks.

use super::due::{Due, hold};
use super::replay::{Walk, units};
use super::{Holding, Target, measure};
use crate::rules::calendar::{CalendarMissing, Instant};
use crate::values::{HoldingCause, Party, WaitReason};

impl Walk<'_> {
    /// S15: handling by the vendor, with pauses and checks cut out of it.
    pub(super) fn holdings(
        &self,
        target: &Target,
        due: Option<Due>,
        end: Instant,
    ) -> Result<Vec<Holding>, CalendarMissing> {
        let mut cuts: Vec<(Party, HoldingCause, Instant, Instant, Option<i64>)> = Vec::new();
        for pause in &self.pauses {
            let party = match pause.reason {
                WaitReason::WaitHospital | WaitReason::WaitWindow => Party::Hospital,
                WaitReason::WaitThirdParty => Party::ThirdParty,
            };
            cuts.push((
                party,
                HoldingCause::Pause,
                pause.from,
                pause.to.unwrap_or(end),
                None,
            ));
        }
        for claim in &self.claims {
            let Some(rejected) = claim.rejected_at else {
                continue;
            };
            let vendor = claim
                .check_end
                .map_or(rejected, |check| check.min(rejected));
            cuts.push((Party::Vendor, HoldingCause::Check, claim.at, vendor, None));
            if let Some((from, to)) = claim.hold() {
                let counted = hold(target.unit, claim, self.calendar)?;
                cuts.push((
                    Party::Hospital,
                    HoldingCause::Check,
                    from,
                    to,
                    Some(counted),
                ));
            }
        }
        cuts.sort_by_key(|cut| (cut.2, cut.3));
        let (mut all, mut cursor) = (Vec::new(), self.started);
        for part in cuts {
            if cursor < part.2 {
                all.push((Party::Vendor, HoldingCause::Handling, cursor, part.2, None));
            }
            cursor = cursor.max(part.3);
            all.push(part);
        }
        if cursor < end {
            all.push((Party::Vendor, HoldingCause::Handling, cursor, end, None));
        }
        let limit = units(target.limit).filter(|units| *units > 0);
        let mut out = Vec::with_capacity(all.len());
        for (party, cause, from, to, known) in all {
            let counted = match known {
                Some(counted) => counted,
                None => measure(target.unit, from, to, self.calendar)?,
            };
            out.push(Holding {
                party,
                cause,
                from,
                to,
                counted,
                share_bp: limit.map_or(0, |limit| counted.saturating_mul(10_000) / limit),
                breached_here: due
                    .is_some_and(|due| from <= due.at && due.at < to && !due.met_by(to)),
            });
        }
        Ok(out)
    }
}
