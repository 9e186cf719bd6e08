-- Creates sessions, and writes the cookie of each to a file.
-- Arguments: the folder of pace.lua, the number of sessions ("all": until the time is up), sessions per second ("max":
-- without a limit), the file for the cookies, the file with the request's body, a file to create when all sessions are
-- created (wrk itself runs until its time is up).
local pace, most, rate, out, done, text, answered

function init(arguments)
  pace = dofile(arguments[1] .. "/pace.lua")
  most, rate = tonumber(arguments[2]) or math.huge, tonumber(arguments[3])
  out = assert(io.open(arguments[4], "w"))
  done = arguments[6]
  local body = assert(io.open(arguments[5])):read("*a")
  wrk.method, wrk.body = "POST", body
  text = wrk.format()
  answered = 0
end

function delay() return rate and pace(rate) or 0 end

function request() return text end

function response(status, headers, body)
  local cookie = status == 200 and headers["Set-Cookie"]
  if cookie and answered < most then
    out:write(cookie:match("^[^;]*"), "\n")
    answered = answered + 1
    if answered >= most then
      out:close()
      wrk.thread:stop()
      assert(io.open(done, "w")):close()
    end
  end
end
