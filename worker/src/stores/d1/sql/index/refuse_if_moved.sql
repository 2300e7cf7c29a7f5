-- Fails the batch, by breaking the key, when market data has changed since the build was planned.
insert into data_versions (scope, version)
select 'all', 0 from data_versions where scope = 'market' and version <> ?1
