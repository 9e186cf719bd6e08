-- Sets an attribute of existing sessions, one after the other.
-- Arguments: the folder of pace.lua, sets per second, the file with the cookies, the file with the request's body, in which @now@ becomes the
-- time of the start and the number of the request, so that every set changes something.
local pace, rate, cookies, body, last, began

function init(arguments)
  pace, rate = dofile(arguments[1] .. "/pace.lua"), tonumber(arguments[2])
  cookies, last, began = {}, 0, os.time()
  for cookie in io.lines(arguments[3]) do cookies[#cookies + 1] = cookie end
  body = assert(io.open(arguments[4])):read("*a")
end

function delay() return pace(rate) end

function request()
  last = last + 1
  local text = body:gsub("@now@", began .. "-" .. last)
  return wrk.format("POST", nil, {["Cookie"] = cookies[(last - 1) % #cookies + 1]}, text)
end
