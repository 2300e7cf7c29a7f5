//! The JSON shapes of the HTTP API, shared by the Worker and the app. Serde lives here; domain types carry none, except the language of
//! strategies and the results of their runs.

mod backtest_evidence;
mod backtests;
mod chains;
mod coverage;
mod graphql;
mod imports;
mod index_report;
mod indices;
mod ingestions;
mod keys;
#[cfg(feature = "openapi")]
pub mod openapi;
mod operations;
mod problem;
mod providers;
mod reconciliation;
mod research;
mod sign_in;
mod stream_batch;
mod streams;
mod vendor;

pub use crate::index::Constituent;
pub use crate::units::iso_day as day;
pub use backtest_evidence::{
    BacktestConfidence, BacktestPortfolio, ConfidenceInterval, FillSensitivity, PortfolioRun, PortfolioSession,
    SweepBest, SweepEvidence, SweepOverfitting, SweepWalkForward, WalkForwardFold,
};
pub use backtests::{
    Backtest, BacktestEquity, BacktestError, BacktestList, BacktestLookAheadCheck, BacktestLookAheadReport,
    BacktestLookAheadSession, BacktestProgress, BacktestTrades, BenchmarkClose, BenchmarkData, MovedBacktestRecord,
    QueuedBacktest, Reproduction, SharedBacktest, StartSweep, StartedBacktest, Sweep, SweepList, SweepRuns,
};
pub use chains::{ChainOfDay, ChainQuote, HeldChains, HeldChainsList};
pub use coverage::{Coverage, CoveredSeries, CoveredSession};
pub use graphql::{GraphqlAnswer, GraphqlRequest};
pub use imports::{Import, ImportList, ImportPart, ImportedRows};
pub use index_report::{change_rows, empty_report, method_notes, performance_rows, statistic_rows};
pub use indices::{
    BuildCost, BuildIndex, BuiltIndex, ChangesOfDay, CompositionChanges, Explanation, ExportData, IndexComposition,
    IndexCompositions, IndexList, IndexSummary, MemberChange, MemberReturn, Performance, PerformancePoint,
    PerformanceSummary, PriceSource, SessionMembers, SessionQuality,
};
pub use ingestions::{IngestedRows, Ingestion, IngestionError, IngestionFinding, IngestionList, RejectedRow};
pub use keys::{ApiKey, ApiKeyList, CreateApiKey, CreatedApiKey};
pub use operations::{Health, Readiness};
pub use problem::{FieldError, ProblemBody};
pub use providers::{Provider, ProviderCapabilities, ProviderList, ProviderSetting};
pub use reconciliation::{Reconciliation, ValueDifference};
pub use research::{
    ActiveShare, Brinson, BrinsonOfSector, ComparedDefinition, ComparedLevels, ComparedMember, ComparedSession,
    ContributionOfMember, ContributionOfSector, CostModel, DatedHolding, DefinedStatistic, DefinitionComparison,
    DistributionBin, DrawdownRow, IndexAttribution, IndexComparison, IndexMembership, IndexQuality, IndexStatistics,
    IndexTrades, KnownMember, LookAheadCheck, LookAheadReport, LookAheadSession, MonthReturn, MovedValue,
    PortfolioValue, QualityFinding, QualityRepair, RebalanceSummary, RollingStatistics, RollingWindow, SavedDefinition,
    SavedDefinitionList, SavedDefinitionSummary, SharesHistory, SharesRow, TradeOrder, TradingCosts, WhatIf,
    WhatIfMember, WhatIfResult, WhatIfSession, WhatIfSide, YearComparison, YearReturn,
};
pub use sign_in::{ExchangeCode, ExchangedToken, OidcOptions, SignInOptions};
pub use stream_batch::{read_batch, read_number};
pub use streams::{
    AddBatch, AddedBatch, AllStreamStats, ManyStreamStats, StreamDetail, StreamStats, StreamSymbol, StreamSymbolList,
    StreamValues, StreamWindow,
};
pub use vendor::{
    Aggregate, Aggregates, DividendPage, GroupedDaily, NewTicker, Provenance, ProviderFailure, ReferenceDividend,
    ReferenceSplit, ReferenceTicker, SplitPage, TickerDetails, TickerDetailsAnswer, TickerEvent, TickerEvents,
    TickerEventsAnswer, TickerPage, VendorError,
};
