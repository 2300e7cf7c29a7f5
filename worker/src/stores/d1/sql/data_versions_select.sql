select scope, version from data_versions where scope = ?1
