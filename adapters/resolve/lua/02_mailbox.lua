-- The daemon's mailbox (server/PROTOCOL.md, chapter "Mailbox"): a request is dropped as JSON, its answer appears as a
-- Lua table. The name of a request is its key, so that one which is seen twice is done once.

local PATIENCE = 15 -- seconds until a daemon that says nothing counts as absent
local STANDSTILL = 600 -- seconds without any news of a job until it counts as lost
local NO_DAEMON = "Start it: `vem daemon start` in a terminal, or `vem install daemon` once and for all."

local STAGES = { read = "Reading the edit", look = "Looking at the pictures", plan = "Fitting the beat to the cuts",
  compose = "Writing the music", play = "Playing it", write = "Writing it back" }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return string.format("\\u%04x", c:byte())
  end) .. '"'
end

-- A table whose first key is 1, or that is marked as a list, is a JSON array.
local function json(value)
  if type(value) == "string" then
    return quoted(value)
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  if value[1] ~= nil then
    for _, entry in ipairs(value) do
      parts[#parts + 1] = json(entry)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, entry in pairs(value) do
    parts[#parts + 1] = quoted(key) .. ":" .. json(entry)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- A name that no other request has: the time, the time that this script has worked, and where a new table lies.
local function new_name()
  local place = tostring({}):gsub("[^%w]", "")
  return string.format("lua-%d-%d-%s", os.time(), math.floor(os.clock() * 1e6), place)
end

local function drop(request)
  local folder = data_folder() .. SLASH .. "mailbox" .. SLASH
  local name = new_name()
  local path = folder .. "requests" .. SLASH .. name
  local file = io and io.open and io.open(path .. ".part", "wb")
  if not file then
    stop("The music service has no mailbox at " .. folder .. ", or scripts may not write there.", NO_DAEMON)
  end
  file:write(json(request))
  file:close()
  if not (os.rename and os.rename(path .. ".part", path .. ".json")) then
    stop("The request could not be left in " .. folder .. ".", "Check that folder's permissions.")
  end
  return folder .. "answers" .. SLASH .. name .. ".lua", path .. ".json"
end

local function read_answer(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  local chunk = (loadstring or load)(text)
  return chunk and chunk()
end

-- Ask the daemon for a job and wait for its result. `tell` hears of every stage.
local function ask(request, tell)
  local path, dropped = drop(request)
  local waited, stage, revision = 0, "", nil
  while true do
    local answer = read_answer(path)
    if answer and answer.kind == "error" then
      stop(answer.message, answer.remedy)
    end
    local job = answer and answer.job
    if job and job.state == "done" then
      return job.result
    elseif job and job.state == "failed" then
      stop(job.error.message, job.error.remedy)
    elseif job and job.state == "cancelled" then
      stop("The job was cancelled.")
    elseif job and job.revision ~= revision then
      waited, revision = 0, job.revision
    elseif waited > (job and STANDSTILL or PATIENCE) then
      os.remove(dropped) -- or the next daemon would do it, when nobody waits any more
      stop("The music service does not answer.", NO_DAEMON)
    end
    if job and job.stage ~= stage and job.stage ~= "" then
      stage = job.stage
      tell((STAGES[stage] or stage) .. string.format(" (%d %%)", math.floor((job.fraction or 0) * 100)))
    end
    wait(0.25)
    waited = waited + 0.25
  end
end
