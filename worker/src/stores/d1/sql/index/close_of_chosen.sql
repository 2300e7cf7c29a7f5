-- Whoever is chosen at the session was priced at its close: the bars, which are many and far apart, are asked for the others.
case when h.chosen and n.price is not null then n.price else {close} end
