-- Cookies in the right form whose signature is wrong, another for each request, at a fixed rate.
-- Arguments: the folder of pace.lua, requests per second, a valid cookie.
local pace, rate, head, before, alphabet, at

function init(arguments)
  pace, rate = dofile(arguments[1] .. "/pace.lua"), tonumber(arguments[2])
  head = "GET " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\nCookie: "
  before = arguments[3]:sub(1, -9)  -- without the last 8 characters of the signature
  at = 0
end

function delay() return pace(rate) end

function request()
  at = at + 1
  -- The last character of 32 bytes in base64url has two bits that must be zero: A is always canonical.
  return head .. before .. string.format("%07dA", at % 10000000) .. "\r\n\r\n"
end
