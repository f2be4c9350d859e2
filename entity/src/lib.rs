//! Tables, values, ids and the pure rules of the contract.
//!
//! Reading order: [`ids`], [`values`] (the words that are stored and shown), [`rules`] (decisions
//! without IO), then one module a table. This crate knows `SeaORM` and nothing else of ours.

pub mod ids;
pub mod partial;
pub mod rules;
pub mod values;

pub mod asset;
pub mod assignment;
pub mod attachment;
pub mod audit;
pub mod audit_head;
pub mod breach;
pub mod claimed_time;
pub mod contract;
pub mod department;
pub mod finding;
pub mod hospital;
pub mod idempotency;
pub mod inspection;
pub mod inspection_advice;
pub mod inspection_communication;
pub mod inspection_counter;
pub mod inspection_evidence;
pub mod inspection_participant;
pub mod inspection_plan;
pub mod inspection_plan_entry;
pub mod inspection_report;
pub mod inspection_result;
pub mod inspection_scope_na;
pub mod job;
pub mod job_run;
pub mod lease;
pub mod login_attempt;
pub mod machine_token;
pub mod notification;
pub mod parameter_set;
pub mod password_history;
pub mod person;
pub mod rectification_evidence;
pub mod rectification_move;
pub mod rectification_step;
pub mod rectification_submission;
pub mod rectification_task;
pub mod recurrence_link;
pub mod report_counter;
pub mod report_issue;
pub mod resolution_demand;
pub mod role_grant;
pub mod sealed_document;
pub mod service_period;
pub mod session;
pub mod sla_annex;
pub mod sla_clock;
pub mod sla_event;
pub mod solution_plan;
pub mod ticket;
pub mod ticket_counter;
pub mod ticket_event;
pub mod ticket_reply;
pub mod ticket_step;
pub mod undertaking;
pub mod vendor;
pub mod wait;
pub mod work_calendar;
