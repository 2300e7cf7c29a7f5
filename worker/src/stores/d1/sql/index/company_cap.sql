-- Of several lines of one issuer the cap is the sum, unless the lines agree within 1 % in cap or in implied share count: then
-- the source reports the whole company on each line, and the largest line's cap is taken.
case when max(cap) over company < 1.01 * min(cap) over company
       or max(cap / close) over company < 1.01 * min(cap / close) over company
     then max(cap) over company
     else sum(cap) over company end
