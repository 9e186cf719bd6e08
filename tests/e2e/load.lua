-- What wrk does in the uninterrupted tests: checks, and every fourth request a change of the session. It follows the
-- cookies that it is given, and judges each answer.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  cookie = args[1]
  marker = args[2]
  count, wrong, refused, since = 0, 0, 0, 0
  first_wrong = ""
end

function request()
  count = count + 1
  local headers = { ["Cookie"] = "session=" .. cookie, ["Accept"] = "application/json" }
  if count % 4 == 0 then
    headers["Content-Type"] = "application/json"
    return wrk.format("POST", "/session", headers, '{"set":{"count":' .. count .. "}}")
  end
  return wrk.format("GET", "/check", headers)
end

-- Tells the test that all requests under way carry a cookie under the key in its name.
local function note(key)
  local file = io.open(marker .. "." .. key, "w")
  file:write(cookie)
  file:close()
end

function response(status, headers, body)
  if status ~= 200 or headers["X-User"] ~= "alice" then
    wrong = wrong + 1
    if first_wrong == "" then first_wrong = status .. " " .. body end
  end
  local given = headers["Set-Cookie"]
  if given then
    local value = given:match("^session=([^;]+)")
    if value and value:sub(1, 6) ~= cookie:sub(1, 6) then
      cookie, since = value, count
    end
  end
  if since > 0 and count > since + 200 then
    note(cookie:sub(4, 5))
    since = 0
  end
end

function done(summary, latency, requests)
  local wrong, first = 0, ""
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("wrong")
    if first == "" then first = thread:get("first_wrong") end
  end
  local errors = summary.errors
  io.write(string.format("requests=%d wrong=%d status=%d connect=%d read=%d write=%d timeout=%d first=%s\n",
    summary.requests, wrong, errors.status, errors.connect, errors.read, errors.write, errors.timeout, first))
end
