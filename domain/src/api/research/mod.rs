//! The JSON shapes of research.

mod attribution;
mod comparison;
mod definitions;
mod look_ahead;
mod membership;
mod quality;
mod statistics;
mod trades;
mod what_if;

pub use attribution::{Brinson, BrinsonOfSector, ContributionOfMember, ContributionOfSector, IndexAttribution};
pub use comparison::{ActiveShare, ComparedSession, IndexComparison, YearComparison};
pub use definitions::{
    ComparedDefinition, ComparedLevels, ComparedMember, DefinitionComparison, SavedDefinition, SavedDefinitionList,
    SavedDefinitionSummary,
};
pub use look_ahead::{LookAheadCheck, LookAheadReport, LookAheadSession, MovedValue};
pub use membership::{IndexMembership, KnownMember, SharesHistory, SharesRow};
pub use quality::{IndexQuality, QualityFinding, QualityRepair};
pub use statistics::{
    DefinedStatistic, DistributionBin, DrawdownRow, IndexStatistics, MonthReturn, RollingStatistics, RollingWindow,
    YearReturn,
};
pub use trades::{CostModel, IndexTrades, PortfolioValue, RebalanceSummary, TradeOrder, TradingCosts};
pub use what_if::{DatedHolding, WhatIf, WhatIfMember, WhatIfResult, WhatIfSession, WhatIfSide};
