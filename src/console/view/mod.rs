//! What is shown, as data: the shapes of the API, of the control socket and of pages.
//!
//! Rows and views come in from the service, JSON leaves; texts and pages are made of them elsewhere.
//! Nothing here decides anything.

mod case;
mod evidence;
mod export;
mod fired;
mod groups;
mod portrait;
mod receipt;
mod system;
mod what_if;
mod worker;

pub use case::{ActionRow, CaseFilter, CaseRow, CaseView, DeedWord, EventRow, LimitRow, LogRow};
pub use evidence::{ContributionView, EvidenceView, ExposureView, HrvView, IndexView, ScreeningView, SleepView};
pub use export::{
    AccessExport, EXPORT_TABLES, EXPORT_VERSION, ExportView, ExposureExport, GroundExport, NightExport, NightlyExport,
    RegisterExport, ScreeningExport, Sight, SleepExport, TagExport, WindowExport,
};
pub use fired::{FiredLine, FiredRule, FiredView};
pub use groups::{FIGURES, GroupRow, GroupsView, MatchingRule, ResponseRow, SiteGroups};
pub use portrait::{DayView, PortraitView, SheetView, ShiftView, Shown, UsualView, WorkView};
pub use receipt::{ImportReport, LineProblem, ReceiptView, RejectionRow};
pub use system::{
    ChannelView, DeadLetter, MethodRow, QuarantineView, RefusedRow, RulesView, SHOWN, SettingRow, SystemDeed,
    SystemDone, SystemView,
};
pub use what_if::{
    CaseEffect, ChangeWords, GroupEffect, LevelEffect, RuleChange, RuleForm, RuleNumber, SiteEffect, WORKERS_SHOWN,
    WhatIfFound, WhatIfView, WorkerEffect,
};
pub use worker::{
    COVERAGE_NIGHTS, DataQuality, DeviceSpan, OwnChoiceView, SourceRow, Unseen, UnseenRow, UnseenView, WorkerView,
};
