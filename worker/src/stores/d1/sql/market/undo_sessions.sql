delete from sessions where bars <= 0
