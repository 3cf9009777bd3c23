-- Loaded by the scripts beside it: the last line that bench/run reads.
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %.2f %d\n", summary.requests, summary.duration, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, issued_total or summary.requests))
end
local bearer = os.getenv("BEARER")
if bearer and bearer ~= "" then wrk.headers["Authorization"] = "Bearer " .. bearer end
