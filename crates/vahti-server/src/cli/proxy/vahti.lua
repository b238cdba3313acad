-- Asks Vahti about a request, for HAProxy 2.6 or newer. `http-request lua.vahti http://HOST:PORT` lets the request go
-- on with the identity that Vahti gave, or ends it with Vahti's refusal. Everything else than a clear answer refuses.

-- What Vahti says about an allowed request; its answer always holds all of them.
local IDENTITY = { "remote-user", "remote-groups", "remote-name", "remote-email", "vahti-session", "vahti-state" }
-- What Vahti needs to know from the client beside method, host and path.
local ASKED_WITH = { "cookie", "accept", "referer", "x-requested-with", "sec-fetch-mode" }
-- What a refusal tells the client.
local REFUSED_WITH = {
    "location", "set-cookie", "content-type", "cache-control", "vary", "www-authenticate", "retry-after",
    "vahti-state", "vahti-reason", "vahti-wait",
}
-- For one attempt; HAProxy makes up to four of them.
local PATIENCE_MS = 1250

local function folder()
    return debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
end

local file = assert(io.open(folder() .. "down.html", "r"))
local DOWN = file:read("a")
file:close()

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status, body = body })
    for name, values in pairs(headers) do
        for _, value in pairs(values) do
            reply:add_header(name, value)
        end
    end
    txn:done(reply)
end

local function refuse_for_now(txn)
    local headers = {
        ["content-type"] = { "text/html; charset=utf-8" }, ["cache-control"] = { "no-store" }, ["retry-after"] = { "3" },
    }
    refuse(txn, 503, headers, DOWN)
end

local function question(txn)
    local headers = {
        ["x-forwarded-method"] = { txn.sf:method() },
        ["x-forwarded-proto"] = { txn.sf:req_fhdr("x-forwarded-proto") },
        ["x-forwarded-host"] = { txn.sf:req_fhdr("host") },
        ["x-forwarded-uri"] = { txn.sf:pathq() },
        ["x-forwarded-for"] = { txn.sf:src() },
    }
    local sent = txn.http:req_get_headers()
    for _, name in ipairs(ASKED_WITH) do
        local values = {}
        for _, value in pairs(sent[name] or {}) do
            table.insert(values, value)
        end
        headers[name] = values
    end
    return headers
end

local function picked(names, from)
    local some = {}
    for _, name in ipairs(names) do
        some[name] = from[name]
    end
    return some
end

local function vahti(txn, address)
    txn:set_var("txn.vahti_allows", false)
    local answer = core.httpclient():get({
        url = address .. "/authz/forward-auth", headers = question(txn), timeout = PATIENCE_MS,
    })
    local headers = answer and answer.headers or {}
    if not answer or not answer.status or answer.status < 200 or answer.status >= 500 then
        return refuse_for_now(txn)
    end
    if answer.status ~= 200 then
        return refuse(txn, answer.status, picked(REFUSED_WITH, headers), answer.body)
    end
    for _, name in ipairs(IDENTITY) do
        local values = headers[name]
        -- An allow without an identity is none.
        if not values or not values[0] or values[1] then
            return refuse_for_now(txn)
        end
        txn.http:req_set_header(name, values[0])
        -- It fails without a word where the buffer has no room left.
        if txn.sf:req_fhdr(name) ~= values[0] then
            return refuse_for_now(txn)
        end
    end
    txn:set_var("txn.vahti_allows", true)
end

core.register_action("vahti", { "http-req" }, vahti, 1)
