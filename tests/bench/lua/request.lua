-- One request over and over. Environment: W_METHOD, W_BODY, W_AUTH, W_EXPECT (a plain piece of text
-- that every good answer holds).
dofile(os.getenv("W_FOLDER") .. "/tally.lua")

wrk.method = os.getenv("W_METHOD") or "GET"
local body = os.getenv("W_BODY")
if body and body ~= "" then
  wrk.body = body
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
local auth = os.getenv("W_AUTH")
if auth and auth ~= "" then wrk.headers["Authorization"] = auth end

local expected = os.getenv("W_EXPECT")
looking = expected ~= nil

local function look(status, headers, text)
  if status == 200 and text:find(expected, 1, true) then
    good = good + 1
  else
    fault(status, text)
  end
end

if looking then response = look end
