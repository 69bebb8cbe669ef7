//! When low night-time HRV counts as persistent.
