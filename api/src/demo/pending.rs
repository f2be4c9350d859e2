//! What waits for a decision in the demonstration: a proposal of each kind, a claimed time, a raised severity.

use chrono::TimeDelta;
use entity::ticket;
use entity::values::{BedsAffected, Channel, Severity, TicketCategory, Urgency};

use super::people::Cast;
use crate::app::App;
use crate::error::Result;
use crate::ticket::ops::{self, NewFault, NewResponse, NewSeverity, NewTicket, Parent};

fn consultation(cast: &Cast, key: &str, text: &str) -> NewTicket {
    NewTicket {
        key: format!("demo-pending-{key}"),
        contract: Some(cast.contract.id),
        reporter: None,
        category: TicketCategory::Consult,
        subcategory: "CONSULT-OPER".to_owned(),
        description: text.to_owned(),
        fault: None,
        urgency: Some(Urgency::Low),
        beds_affected: Some(BedsAffected::None),
        channel: Channel::Portal,
        received_at: None,
        location: None,
        recurrence_of: None,
    }
}

fn fault(app: &App, cast: &Cast, key: &str, text: &str) -> NewTicket {
    let facts = NewFault {
        component: Some("ICU-GW-01".to_owned()),
        phenomenon: text.to_owned(),
        occurred_at: app.clock.now() - TimeDelta::minutes(15),
        scope: "多张床位".to_owned(),
        related_systems: vec!["采集网关".to_owned()],
        steps: "打开特护单即出现".to_owned(),
    };
    NewTicket {
        category: TicketCategory::Fault,
        subcategory: "FAULT-SLOW".to_owned(),
        fault: Some(facts),
        urgency: Some(Urgency::Medium),
        beds_affected: Some(BedsAffected::One),
        ..consultation(cast, key, text)
    }
}

/// Adds the tickets, all at the present instant.
///
/// # Errors
/// Those of the operations.
pub async fn tell(app: &App, cast: &Cast) -> Result<()> {
    let (nurse, centre) = (
        cast.get(app, "nurse").await?,
        cast.get(app, "it_admin").await?,
    );
    let (pm, engineer) = (cast.get(app, "pm").await?, cast.get(app, "engineer").await?);
    let place = |row: &ticket::Model| (Some(row.id), row.version);

    // A call of forty minutes ago, registered by the information centre; the vendor has to confirm it.
    let call = NewTicket {
        reporter: nurse.person_id(),
        channel: Channel::Phone,
        received_at: Some(app.clock.now() - TimeDelta::minutes(40)),
        ..consultation(cast, "call", "夜班交接单如何补打")
    };
    ops::create(app, &centre, call).await?;

    // An answer that was given by telephone earlier; the hospital has to confirm it.
    let asked = NewTicket {
        channel: Channel::Qq,
        reporter: nurse.person_id(),
        received_at: Some(app.clock.now() - TimeDelta::minutes(30)),
        ..consultation(cast, "answer", "评分模板如何选择")
    };
    let row = ops::create(app, &engineer, asked).await?;
    let answer = NewResponse {
        key: None,
        text: "已电话说明选择方法".to_owned(),
        channel: Channel::Phone,
        claimed_at: Some(app.clock.now() - TimeDelta::minutes(20)),
    };
    let (id, version) = place(&row);
    ops::respond(app, &engineer, id, version, &answer).await?;

    let slow = fault(app, cast, "raised", "采集网关间歇中断，多张床位数据延迟");
    let raised = ops::create(app, &nurse, slow).await?;
    let (id, version) = place(&raised);
    let graver = NewSeverity {
        to: Severity::S2,
        reason: "影响多张床位".to_owned(),
    };
    ops::raise_severity(app, &pm, id, version, &graver).await?;

    let again = fault(app, cast, "duplicate", "十二床数据延迟");
    let (id, version) = place(&ops::create(app, &nurse, again).await?);
    let parent = Parent {
        id: Some(raised.id),
        reason: "与先报的采集中断为同一原因".to_owned(),
    };
    ops::mark_duplicate(app, &centre, id, version, &parent).await?;

    let device = fault(app, cast, "scope", "监护仪屏幕闪烁");
    let (id, version) = place(&ops::create(app, &nurse, device).await?);
    let reason = "监护仪由设备厂商维保，不在本合同范围";
    ops::propose_out_of_scope(app, &pm, id, version, reason).await?;
    Ok(())
}
