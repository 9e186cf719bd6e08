-- session-gateway behind HAProxy: the action that asks for a check. docs/fronts/haproxy.md explains each part.

local gateway = "@address@"
local identity = {
@each header@
    "@header@",
@end@
}
-- The header in which each check expects the address that the visitor asked for.
local original = {
@each check@
    ["@check@"] = "@original@",
@end@
}
-- What the gateway looks at. All else of the visitor's request stays here.
local asked_with = {
    "accept", "content-type", "host", "sec-fetch-mode", "upgrade", "user-agent", "x-forwarded-host", "x-forwarded-proto", "x-request-id",
    "x-requested-with",
}
-- What visitors get of a refusal.
local told = { "content-type", "location", "retry-after", "set-cookie", "x-session-reason", "x-session-return" }

-- The values of a header, in HAProxy's lists, which begin at 0.
local function values(headers, name)
    local all = {}
    local index = 0
    while headers[name] and headers[name][index] do
        all[index + 1] = headers[name][index]
        index = index + 1
    end
    return all
end

local function question(txn, check)
    local visitor, sent = txn.http:req_get_headers(), {}
    -- One value of each, so that their number is not the visitor's to choose: HAProxy's client has room for about a hundred.
    for _, name in ipairs(asked_with) do
        sent[name] = { values(visitor, name)[1] }
    end
    sent["cookie"] = { table.concat(values(visitor, "cookie"), "; ") }
    sent["x-forwarded-method"] = { txn.sf:method() }
    sent["x-forwarded-for"] = { txn.sf:src() }
    sent[original[check]:lower()] = { txn.sf:pathq() }
@if secret_file@
    sent["x-gateway-secret"] = { os.getenv("SESSION_GATEWAY_SECRET") }
@end@
    return sent
end

local function let_in(txn, headers)
    for _, name in ipairs(identity) do
        txn.http:req_set_header(name, values(headers, name:lower())[1] or "")
    end
    local cookie = values(headers, "x-session-cookie")[1] or ""
    if cookie == "" then
        txn.http:req_del_header("cookie")
    else
        txn.http:req_set_header("cookie", cookie)
    end
    local renewed = values(headers, "set-cookie")[1]
    if renewed then txn:set_var("txn.session_gateway_cookie", renewed) end
end

local function refuse(txn, status, headers)
    local reply = txn:reply({ status = status })
    for _, name in ipairs(told) do
        for _, value in ipairs(values(headers, name)) do reply:add_header(name, value) end
    end
    reply:add_header("cache-control", "no-store")
    txn:done(reply)
end

local function ask(txn, check)
    return core.httpclient():get({ url = "http://gateway/auth/" .. check, headers = question(txn, check), dst = gateway })
end

-- Of several lines that apply to a request the first decides. A 200 without X-Session-Cookie is not the gateway's.
-- Whoever passes is marked as the very last step: HAProxy goes on behind an action that fails or takes too long, and its
-- configuration refuses whoever has no mark.
core.register_action("session_gateway", { "http-req" }, function(txn, check)
    if txn:get_var("txn.session_gateway_check") then return end
    txn:set_var("txn.session_gateway_check", check)
    -- Asking a gateway that is down would take seconds: the client of HAProxy tries again.
    if not original[check] or txn.f:nbsrv("session_gateway") == 0 then refuse(txn, 503, {}) end
    local asked, answer = pcall(ask, txn, check)
    if not asked then answer = nil end
    local status, headers = answer and answer.status or 0, answer and answer.headers or {}
    if status == 200 and headers["x-session-cookie"] then
        let_in(txn, headers)
        txn:set_var("txn.session_gateway_passed", "yes")
    elseif status >= 300 and status < 500 then
        refuse(txn, status, headers)
    else
        refuse(txn, 503, {})
    end
end, 1)
