-- Whole authorization code flows: authorize with a live session, then redeem the code.
-- A connection that becomes free redeems the oldest waiting code, or asks for a new one.
-- Environment: W_AUTHORIZE (path and query; NONCE is replaced), W_LINES (a file of Cookie headers,
-- used in turn), W_PATH (of the token endpoint), W_AUTH, W_BODY (CODE is replaced).
dofile(os.getenv("W_FOLDER") .. "/tally.lua")

local authorize, path = os.getenv("W_AUTHORIZE"), os.getenv("W_PATH")
local auth, body = os.getenv("W_AUTH"), os.getenv("W_BODY")
local cookies = {}
for line in io.lines(os.getenv("W_LINES")) do cookies[#cookies + 1] = line end

local waiting, first, last, asked = {}, 1, 0, 0

local function replaced(text, word, value)
  local from, to = text:find(word, 1, true)
  return text:sub(1, from - 1) .. value .. text:sub(to + 1)
end

function request()
  if first <= last then
    local code = waiting[first]
    waiting[first] = nil
    first = first + 1
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = auth }
    return wrk.format("POST", path, headers, replaced(body, "CODE", code))
  end
  asked = asked + 1
  local headers = { ["Cookie"] = cookies[asked % #cookies + 1] }
  return wrk.format("GET", replaced(authorize, "NONCE", "nonce" .. asked), headers)
end

function response(status, headers, text)
  if status == 302 or status == 303 then
    local target = headers["Location"] or headers["location"] or ""
    local code = target:match("[?&]code=([^&#]+)")
    if not code then return fault(status, target) end
    last = last + 1
    waiting[last] = code
  elseif status == 200 and text:find('"id_token"', 1, true) then
    good = good + 1
  else
    fault(status, text)
  end
end
