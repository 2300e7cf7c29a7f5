-- Writes what the staged rows of batch ?1 say of securities; an absent field leaves what is known.
update securities as t
set {assignments}, version = (select version + 1 from data_versions where scope = 'all')
from incoming i
where t.id = i.id and (t.version is null or ({merged}) is not ({stored}))
