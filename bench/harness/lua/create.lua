-- Creates sessions, and writes the cookie of each to a file.
-- Arguments: the folder of pace.lua, the number of sessions ("all": until the time is up), sessions per second ("max":
-- without a limit), the file for the cookies, the file with the request's body, a file to create when all sessions are
-- created (wrk itself runs until its time is up), and the number of subjects, which log in in turn: each one's number replaces
-- @subject@ in the body ("0": the body stays as it is).
local pace, most, rate, out, done, body, subjects, text, asked, answered

function init(arguments)
  pace = dofile(arguments[1] .. "/pace.lua")
  most, rate = tonumber(arguments[2]) or math.huge, tonumber(arguments[3])
  out = assert(io.open(arguments[4], "w"))
  done = arguments[6]
  body, subjects = assert(io.open(arguments[5])):read("*a"), tonumber(arguments[7])
  wrk.method, wrk.body = "POST", body
  text = wrk.format()
  asked, answered = 0, 0
end

function delay() return rate and pace(rate) or 0 end

function request()
  if subjects == 0 then return text end
  asked = asked + 1
  return wrk.format(nil, nil, nil, (body:gsub("@subject@", asked % subjects)))
end

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
