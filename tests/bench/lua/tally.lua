-- What every script counts, and how it says so at the end. One wrk thread: the counters are its own.
local threads = {}
good, bad, first_bad = 0, 0, ""
-- A script that looks at no answer leaves the counting to wrk, which is quicker.
looking = true

function setup(thread) table.insert(threads, thread) end

function fault(status, text)
  bad = bad + 1
  if first_bad == "" then first_bad = status .. " " .. text:sub(1, 200) end
end

function done(summary)
  local thread = threads[1]
  local fine, faulty = thread:get("good"), thread:get("bad")
  if not thread:get("looking") then
    fine, faulty = summary.requests - summary.errors.status, summary.errors.status
  end
  io.write(string.format("GOOD %d BAD %d SECONDS %.3f FIRST %s\n", fine, faulty,
    summary.duration / 1e6, (thread:get("first_bad"):gsub("%s+", " "))))
end
