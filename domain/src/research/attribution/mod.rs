//! Why a return came about.

mod brinson;
mod contribution;

pub use brinson::{BrinsonEffect, SectorSlice, brinson_fachler};
pub use contribution::{Contribution, MemberContribution, SectorContribution, contributions};
