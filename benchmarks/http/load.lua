-- One request, sent again and again. A POST gets a fresh idempotency key each time.
-- Arguments: number of the run, body ("" for a GET), then names and values of headers.

local run, body, sent

function init(args)
   run, body, sent = args[1], args[2], 0
   for at = 3, #args, 2 do
      wrk.headers[args[at]] = args[at + 1]
   end
   if body ~= "" then
      wrk.method = "POST"
      wrk.body = body
      wrk.headers["Content-Type"] = "application/json"
   end
end

function request()
   if body == "" then
      return wrk.format()
   end
   sent = sent + 1
   wrk.headers["Idempotency-Key"] = "bench-" .. run .. "-" .. sent
   return wrk.format()
end

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      '{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.4f, "p99_ms": %.4f}',
      summary.requests, summary.duration / 1e6, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
