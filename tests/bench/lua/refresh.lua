-- Refresh grant, a chain for each token: the successor of a token that was spent waits for its turn.
-- Environment: W_PATH, W_AUTH, W_LINES (a file of refresh tokens, more of them than connections).
dofile(os.getenv("W_FOLDER") .. "/tally.lua")

local path, auth = os.getenv("W_PATH"), os.getenv("W_AUTH")
local waiting, first, last = {}, 1, 0
for line in io.lines(os.getenv("W_LINES")) do
  last = last + 1
  waiting[last] = line
end

function request()
  if first > last then return wrk.format("GET", "/no-token-is-waiting") end
  local token = waiting[first]
  waiting[first] = nil
  first = first + 1
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = auth }
  return wrk.format("POST", path, headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, headers, text)
  local token = status == 200 and text:match('"refresh_token"%s*:%s*"([^"]+)"')
  if token then
    good = good + 1
    last = last + 1
    waiting[last] = token
  else
    fault(status, text)
  end
end
