-- What a run of wrk came to, as one line of JSON: statuses above 399 and failed sockets are counted as errors.
done = function(summary)
  local e = summary.errors
  io.write(string.format('\n{"requests": %d, "us": %d, "bytes": %d, "errors": %d}\n',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout))
end
