insert into index_findings (index_id, day, policy, total, findings)
select ?1, n.value->>0, n.value->>1, n.value->>2, n.value->>3 from json_each(?2) n where true
on conflict (index_id, day) do update
set policy = excluded.policy, total = excluded.total, findings = excluded.findings
where (policy, total, findings) is not (excluded.policy, excluded.total, excluded.findings)
