-- Sends one request repeatedly, which wrk then prepares only once, and prints finer percentiles than wrk does.
function done(summary, latency, requests)
  for name, percent in pairs({ p50 = 50, p99 = 99, ["p99.9"] = 99.9 }) do
    io.write(string.format("exact %s %.1f\n", name, latency:percentile(percent)))
  end
end
