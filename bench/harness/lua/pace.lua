-- Requests at a fixed rate: each has its time in one schedule for all connections, and waits for it.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds, nanoseconds; } bench_time;
  int clock_gettime(int clock, bench_time* now);
]]
local time, began, sent = ffi.new("bench_time"), nil, 0

local function milliseconds()
  ffi.C.clock_gettime(1, time)
  return tonumber(time.seconds) * 1e3 + tonumber(time.nanoseconds) / 1e6
end

-- How long the next request has to wait, in whole milliseconds as wrk wants it. Late requests go at once, and up to
-- a tenth of a second is made up for.
return function(rate)
  local now = milliseconds()
  if not began then began = now end
  local due = began + sent * 1000 / rate
  if due < now - 100 then began, sent, due = now, 0, now end
  sent = sent + 1
  return math.max(0, math.floor(due - now))
end
