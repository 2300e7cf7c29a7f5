-- Writes what the staged rows of batch ?1 say of securities; an absent field leaves what is known.
-- The limit keeps the staged rows a table of their own: otherwise they are read again for every security that there is.
update securities as t
set {assignments}, version = (select version + 1 from data_versions where scope = 'all')
from (select * from incoming limit -1) i
where t.id = i.id and (t.version is null or ({merged}) is not ({stored}))
