-- Sends requests at a fixed rate: each waits for its time in a schedule that all connections share.
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

-- Returns the delay of the next request in whole milliseconds, as wrk expects. Late requests are sent at once; the schedule
-- catches up at most a tenth of a second.
return function(rate)
  local now = milliseconds()
  if not began then began = now end
  local due = began + sent * 1000 / rate
  if due < now - 100 then began, sent, due = now, 0, now end
  sent = sent + 1
  return math.max(0, math.floor(due - now))
end
