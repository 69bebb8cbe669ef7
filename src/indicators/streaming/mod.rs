//! Estimators and change detectors that see each value once and remember a few numbers.
//!
//! What enters: one value at a time, in order of time. What leaves: a level, a spread, or an alarm.
//! None knows a clock, a worker or a rule. [`Cusum`] guards the state `persistent` of workers whose
//! nights follow each other closely, [`Bocpd`] is the audit of a new normal. The baseline itself is
//! recomputed from the rows, because rows come late; the others stand beside it for comparison, and
//! the test of chance rates prints how each of them would have done.

mod bocpd;
mod cusum;
mod ewma;
mod page_hinkley;
mod welford;

pub use bocpd::Bocpd;
pub use cusum::Cusum;
pub use ewma::Ewma;
pub use page_hinkley::PageHinkley;
pub use welford::Welford;
