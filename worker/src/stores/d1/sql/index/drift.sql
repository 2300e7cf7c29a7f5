-- What the weight of a member has grown to, in whole 2^-60ths: SQLite takes many times as long to write and read a fraction. Nothing is
-- lost above 2^-8, and below it less than a sum's own rounding. What would not fit stays a fraction.
case when weight * growth < 8 then cast(weight * growth * (1 << 60) as integer) else weight * growth * (1 << 60) end
