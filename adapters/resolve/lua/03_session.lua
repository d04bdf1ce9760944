-- What is open in Resolve. Items lie at absolute frames, markers of the timeline count from its first frame, tracks
-- count from 1. The rules, with their sources: adapters/README.md. The same in Python: vem_adapters/resolve.

local TRACK = "VEM Music"
local DIALOG = "Close any dialog that is open in Resolve, and try again."

-- A call, with one argument or none, that this version may not know; nil if so.
local function try(object, name, argument)
  local known, value = pcall(function()
    if argument == nil then
      return object[name](object)
    end
    return object[name](object, argument)
  end)
  return known and value or nil
end

-- Frames a second; what reads 23.976, 29.97 or 59.94 stands for n * 1000 / 1001.
local function rate_of(setting)
  local rate = tonumber(tostring(setting):match("[%d.]+"))
  if not rate or rate <= 0 then
    stop("Resolve does not tell the timeline's frame rate.", DIALOG)
  end
  for _, whole in ipairs({ 24, 30, 48, 60, 96, 120 }) do
    local exact = whole * 1000 / 1001
    if math.abs(rate - exact) < math.min(0.00025 * whole, math.abs(rate - whole)) then
      return exact
    end
  end
  return rate
end

-- An exact time of the daemon's, "numerator/denominator", in seconds.
local function seconds_of(exact)
  local above, below = exact:match("^(-?%d+)/(%d+)$")
  return tonumber(above) / tonumber(below)
end

local function open_session()
  local program = resolve or (Resolve and Resolve()) or (bmd and bmd.scriptapp and bmd.scriptapp("Resolve"))
  if not program then
    stop("Resolve does not answer its own script.", "Restart DaVinci Resolve.")
  end
  local project = program:GetProjectManager():GetCurrentProject()
  local timeline = project and project:GetCurrentTimeline()
  if not timeline then
    stop("No timeline is open.", "Open the timeline to be scored.")
  end
  return {
    resolve = program,
    project = project,
    pool = project:GetMediaPool(),
    timeline = timeline,
    rate = rate_of(timeline:GetSetting("timelineFrameRate")),
    start = timeline:GetStartFrame(),
    frames = timeline:GetEndFrame() - timeline:GetStartFrame(),
  }
end

-- The end of a name of ours: " · ab3f". The dot is two bytes.
local function id_in(name)
  return tostring(name or ""):match(" \194\183 (%x%x%x%x)$")
end

local function take_of(item)
  local clip = item:GetMediaPoolItem()
  return (clip and id_in(clip:GetName())) or id_in(item:GetName())
end

-- Items of ours on tracks of our name, as {track = n, item = item}. An item without an id is a ghost.
local function own_items(session)
  local found = {}
  for track = 1, session.timeline:GetTrackCount("audio") do
    if session.timeline:GetTrackName("audio", track) == TRACK then
      for _, item in ipairs(session.timeline:GetItemListInTrack("audio", track) or {}) do
        if item:GetUniqueId() ~= "" and take_of(item) then
          found[#found + 1] = { track = track, item = item }
        end
      end
    end
  end
  return found
end

local function export(session, folder)
  make_folder(folder)
  local path = folder .. SLASH .. safe_name(session.timeline:GetName(), "timeline") .. ".otio"
  local kind = session.resolve.EXPORT_OTIO
  if not kind then
    stop("This version of Resolve does not export OpenTimelineIO.", "Use DaVinci Resolve 18.5 or newer.")
  end
  if not session.timeline:Export(path, kind, session.resolve.EXPORT_NONE) then
    stop("Resolve did not export the timeline to " .. path .. ".", DIALOG)
  end
  return path
end
