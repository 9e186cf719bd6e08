-- Another user for each request. Argument: a file with a cookie in each line.
local cookies, head, at = {}, nil, 0

function init(arguments)
  for line in io.lines(arguments[1]) do cookies[#cookies + 1] = line end
  head = "GET " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\nCookie: "
end

function request()
  -- A step that has no factor in common with the number of users meets all of them, in no order a cache foresees.
  at = (at + 7919) % #cookies
  return head .. cookies[at + 1] .. "\r\n\r\n"
end

function done(summary, latency, requests)
  for name, percent in pairs({ p50 = 50, p99 = 99, ["p99.9"] = 99.9 }) do
    io.write(string.format("exact %s %.1f\n", name, latency:percentile(percent)))
  end
end
