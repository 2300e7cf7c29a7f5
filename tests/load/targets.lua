-- Asks for the targets of a file, one after the other.
local targets, at = {}, 0
for line in io.lines(os.getenv("TARGETS")) do targets[#targets + 1] = line end

request = function()
  at = at + 1
  return wrk.format("GET", targets[(at - 1) % #targets + 1])
end

done = function(summary)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  print(string.format('{"requests":%d,"us":%d,"bytes":%d,"errors":%d}', summary.requests, summary.duration, summary.bytes, errors))
end
