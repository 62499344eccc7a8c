-- Password sign-ins: forms that were opened before, sent over and over.
-- Environment: W_PATH, W_ORIGIN, W_LINES (a file of Cookie header, tab, form body; used in turn).
dofile(os.getenv("W_FOLDER") .. "/tally.lua")

local path, origin = os.getenv("W_PATH"), os.getenv("W_ORIGIN")
local forms, sent = {}, 0
for line in io.lines(os.getenv("W_LINES")) do
  local cookie, body = line:match("^(.-)\t(.*)$")
  forms[#forms + 1] = { cookie, body }
end

function request()
  sent = sent + 1
  local form = forms[sent % #forms + 1]
  local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Cookie"] = form[1],
    ["Origin"] = origin,
  }
  return wrk.format("POST", path, headers, form[2])
end

-- A new session in a cookie is a sign-in; a page shown again is none.
function response(status, headers, text)
  if status == 303 and (headers["Set-Cookie"] or headers["set-cookie"]) then
    good = good + 1
  else
    fault(status, text)
  end
end
