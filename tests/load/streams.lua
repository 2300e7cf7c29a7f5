-- Sends the requests of a file, one after the other: method, target, content type and the body's file in each line.
local requests, at = {}, 0

for line in io.lines(os.getenv("REQUESTS")) do
  local method, target, kind, file = line:match("^(%S+) (%S+) (%S+) (%S+)$")
  requests[#requests + 1] = { method = method, target = target, kind = kind, file = file }
end

init = function()
  for index, request in ipairs(requests) do
    local headers, body = {}, nil
    if request.file ~= "-" then
      local file = assert(io.open(request.file, "rb"))
      body = file:read("*a")
      file:close()
      headers["content-type"] = request.kind
    end
    requests[index] = wrk.format(request.method, request.target, headers, body)
  end
end

request = function()
  at = at + 1
  return requests[(at - 1) % #requests + 1]
end

done = function(summary)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  print(string.format('{"requests":%d,"us":%d,"bytes":%d,"errors":%d}', summary.requests, summary.duration, summary.bytes, errors))
end
