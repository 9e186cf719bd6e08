-- One request again and again (wrk then prepares it only once), and percentiles finer than wrk prints.
function done(summary, latency, requests)
  for name, percent in pairs({ p50 = 50, p99 = 99, ["p99.9"] = 99.9 }) do
    io.write(string.format("exact %s %.1f\n", name, latency:percentile(percent)))
  end
end
