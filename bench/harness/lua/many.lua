-- A user picked at random for each request. Argument: a file with a cookie in each line.
local cookies, head = {}, nil

function init(arguments)
  for line in io.lines(arguments[1]) do cookies[#cookies + 1] = line end
  head = "GET " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\nCookie: "
end

function request()
  return head .. cookies[math.random(#cookies)] .. "\r\n\r\n"
end

function done(summary, latency, requests)
  for name, percent in pairs({ p50 = 50, p99 = 99, ["p99.9"] = 99.9 }) do
    io.write(string.format("exact %s %.1f\n", name, latency:percentile(percent)))
  end
end
