-- Keeps what was known of the securities that the staged rows of batch ?1 will change.
insert into securities_past (id, until_version, {values}, version)
select t.id, (select version + 1 from data_versions where scope = 'all'), {stored}, t.version
from incoming i
join securities t on t.id = i.id
where t.version is not null and ({merged}) is not ({stored})
