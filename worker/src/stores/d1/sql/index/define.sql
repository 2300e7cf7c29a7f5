insert into indices (slug, owner, top_n, weighting, rebalance, return_type, share_classes, buffer, universe, repairs_caps, auto_build,
  created_at)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11
where (select count(*) from indices where owner = ?2) < ?12
on conflict (slug) do nothing
