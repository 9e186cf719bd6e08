-- Sets an attribute of existing sessions, one after the other.
-- Arguments: the folder of pace.lua, sets per second, the file with the cookies, the file with the request's body, in which @now@ becomes the
-- time of the start, so that every run changes something.
local pace, rate, cookies, body, last

function init(arguments)
  pace, rate = dofile(arguments[1] .. "/pace.lua"), tonumber(arguments[2])
  cookies, last = {}, 0
  for cookie in io.lines(arguments[3]) do cookies[#cookies + 1] = cookie end
  body = assert(io.open(arguments[4])):read("*a"):gsub("@now@", os.time())
end

function delay() return pace(rate) end

function request()
  last = last % #cookies + 1
  return wrk.format("POST", nil, {["Cookie"] = cookies[last]}, body)
end
