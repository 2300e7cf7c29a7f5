select scope, version from data_versions order by scope limit 100
