-- Made by adapters/resolve/build.py from adapters/resolve/lua: change those, not this.
local TASK = "reconform"

-- Where things lie on this machine, and what this Lua allows. Resolve runs LuaJIT; on some builds of the free
-- edition files may be closed to scripts, so nothing is taken for granted, and what is missing is said.

local WINDOWS = package and package.config and package.config:sub(1, 1) == "\\"
local SLASH = WINDOWS and "\\" or "/"

local function stop(what, remedy)
  error({ what = what, remedy = remedy or "" }, 0)
end

local function environment(name)
  local found = os and os.getenv and os.getenv(name)
  return found ~= "" and found or nil
end

local function exists(path)
  local file = io and io.open and io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil
end

local function home_folder()
  local home = environment(WINDOWS and "USERPROFILE" or "HOME")
  if not home then
    stop("This edition of Resolve does not tell scripts where your files are.",
      "Export the timeline (File > Export > Timeline, .otio) into a folder that `vem watch` watches.")
  end
  return home
end

-- The daemon's data folder; the same places as in server/vem_server/protocol/places.py.
local function data_folder()
  local own = environment("VEM_HOME")
  if own then
    return own .. SLASH .. "data"
  end
  if WINDOWS then
    return (environment("LOCALAPPDATA") or home_folder() .. "\\AppData\\Local") .. "\\vem-plugin"
  end
  if exists("/System/Library/CoreServices/SystemVersion.plist") then
    return home_folder() .. "/Library/Application Support/vem-plugin"
  end
  return (environment("XDG_DATA_HOME") or home_folder() .. "/.local/share") .. "/vem-plugin"
end

-- A name without anything that a file system or a command line reads as its own; the same as in
-- vem_adapters/names.py, so that both find the same folder.
local function safe_name(text, otherwise)
  local name = text:gsub("[%c<>:\"/\\|%?%*'`$%%!^&;]+", " "):gsub("%s+", " ")
  name = name:gsub("^[ .]+", ""):gsub("[ .]+$", "")
  return name ~= "" and name or otherwise
end

local function make_folder(path)
  if bmd and bmd.createdir then
    bmd.createdir(path)
  elseif os and os.execute and WINDOWS then
    os.execute('mkdir "' .. path .. '" 2>nul')
  elseif os and os.execute then
    os.execute("mkdir -p '" .. path:gsub("'", "'\\''") .. "'")
  end
end

local function wait(seconds)
  if bmd and bmd.wait then
    bmd.wait(seconds)
  elseif WINDOWS then
    os.execute("ping -n " .. (math.ceil(seconds) + 1) .. " 127.0.0.1 >nul")
  else
    os.execute("sleep " .. seconds)
  end
end

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

-- Our music on the timeline: a file swapped in place where nothing but the sound changes, else laid anew.

local AUDIO_ONLY = 2

-- Length of the sound in a WAV file in bytes; nil if it is none that we read.
local function sound_bytes(path)
  local file = io.open(path, "rb")
  local head = file and file:read(12)
  if not head or #head < 12 or head:sub(1, 4) ~= "RIFF" then
    return nil
  end
  local bytes
  while not bytes do
    local chunk = file:read(8)
    if not chunk or #chunk < 8 then
      break
    end
    local a, b, c, d = chunk:byte(5, 8)
    local size = a + 256 * b + 65536 * c + 16777216 * d
    if chunk:sub(1, 4) == "data" then
      bytes = size
    else
      file:seek("cur", size + size % 2)
    end
  end
  file:close()
  return bytes
end

local function used_elsewhere(session, clip)
  local here, wanted = session.timeline:GetUniqueId(), clip:GetUniqueId()
  for number = 1, session.project:GetTimelineCount() do
    local timeline = session.project:GetTimelineByIndex(number)
    if timeline:GetUniqueId() ~= here then
      for track = 1, timeline:GetTrackCount("audio") do
        for _, item in ipairs(timeline:GetItemListInTrack("audio", track) or {}) do
          local used = item:GetMediaPoolItem()
          if used and used:GetUniqueId() == wanted then
            return true
          end
        end
      end
    end
  end
  return false
end

-- Name a clip so that we know it again: Resolve keeps names through export and import, but no metadata of ours.
local function name_clip(clip, name)
  if not try(clip, "SetName", name) then
    pcall(function() -- older versions
      clip:SetClipProperty("Clip Name", name)
    end)
  end
  if clip:GetName() ~= name then
    stop("Resolve did not name the music.", DIALOG)
  end
end

local function swapped(session, own, take)
  local clip = own[1].item:GetMediaPoolItem()
  for _, entry in ipairs(own) do
    local other = entry.item:GetMediaPoolItem()
    if not clip or not other or other:GetUniqueId() ~= clip:GetUniqueId() then
      return false
    end
  end
  local old = clip:GetClipProperty("File Path")
  local length = sound_bytes(take.mix)
  if not length or sound_bytes(old) ~= length or used_elsewhere(session, clip) then
    return false
  end
  if not try(clip, "ReplaceClip", take.mix) then
    return false
  end
  if clip:GetClipProperty("File Path") ~= take.mix then
    try(clip, "ReplaceClip", old)
    return false
  end
  name_clip(clip, take.label)
  return true
end

-- The take as a clip of the media pool, in a folder of ours; the editor's folder stays the current one.
local function in_pool(session, take)
  local root, folder = session.pool:GetRootFolder(), nil
  for _, entry in ipairs(root:GetSubFolderList() or {}) do
    folder = entry:GetName() == TRACK and entry or folder
  end
  folder = folder or session.pool:AddSubFolder(root, TRACK)
  for _, clip in ipairs(folder and folder:GetClipList() or {}) do
    if clip:GetClipProperty("File Path") == take.mix then
      return clip
    end
  end
  local current = session.pool:GetCurrentFolder()
  local clips = folder and session.pool:SetCurrentFolder(folder) and session.pool:ImportMedia({ take.mix })
  session.pool:SetCurrentFolder(current)
  if not clips or not clips[1] then
    stop("Resolve did not import " .. take.mix .. ".", DIALOG)
  end
  name_clip(clips[1], take.label)
  return clips[1]
end

-- Append a piece, and list the track again: what the call returns proves nothing.
local function lay(session, track, piece)
  session.pool:AppendToTimeline({ {
    mediaPoolItem = piece.clip, startFrame = piece.first, endFrame = piece.last, mediaType = AUDIO_ONLY,
    trackIndex = track, recordFrame = piece.record,
  } })
  for _, item in ipairs(session.timeline:GetItemListInTrack("audio", track) or {}) do
    local clip = item:GetMediaPoolItem()
    if item:GetUniqueId() ~= "" and item:GetStart() == piece.record and clip
      and clip:GetUniqueId() == piece.clip:GetUniqueId() then
      return item
    end
  end
end

local function clip_rate(clip, session)
  local told = clip:GetClipProperty("FPS")
  return told and tonumber(tostring(told):match("[%d.]+")) and rate_of(told) or session.rate
end

local function whole(session, take)
  local clip = in_pool(session, take)
  local frames = math.ceil(take.samples / take.sample_rate * clip_rate(clip, session) - 1e-6)
  local has = tonumber(clip:GetClipProperty("Frames") or "") or 0
  return { clip = clip, first = 0, last = has > 0 and math.min(frames, has) or frames, record = session.start }
end

local function piece_of(item, session)
  local clip = item:GetMediaPoolItem()
  local ratio = clip_rate(clip, session) / session.rate
  local first = math.floor(item:GetLeftOffset() * ratio)
  local length = math.ceil((item:GetEnd() - item:GetStart()) * ratio - 1e-6)
  return { clip = clip, first = first, last = first + length, record = item:GetStart() }
end

local function new_track(session)
  local count = session.timeline:GetTrackCount("audio")
  for track = 1, count do
    if session.timeline:GetTrackName("audio", track) == TRACK
      and not (session.timeline:GetItemListInTrack("audio", track) or {})[1] then
      return track
    end
  end
  if not session.timeline:AddTrack("audio", "stereo") or session.timeline:GetTrackCount("audio") ~= count + 1 then
    stop("Resolve did not add an audio track.", DIALOG)
  end
  session.timeline:SetTrackName("audio", count + 1, TRACK)
  return count + 1
end

-- Put our old items out and the new one in; if that fails, the old ones come back, with the editor's markers on them.
local function lay_instead(session, own, piece)
  local track, items, old, notes = own[1].track, {}, {}, {}
  for _, item in ipairs(session.timeline:GetItemListInTrack("audio", track) or {}) do
    if item:GetUniqueId() ~= "" and not take_of(item) then
      stop('Clips that are not ours lie on the track "' .. TRACK .. '".', "Move them to a track of their own.")
    end
  end
  for _, entry in ipairs(own) do
    items[#items + 1] = entry.item
    old[#old + 1] = { track = entry.track, piece = piece_of(entry.item, session) }
    for frame, marker in pairs(entry.item:GetMarkers() or {}) do
      if not tostring(marker.customData or ""):match("^vem:") then
        notes[entry.item:GetStart() + frame] = marker
      end
    end
  end
  if not session.timeline:DeleteClips(items, false) then
    stop("Resolve did not remove the old music.", DIALOG)
  end
  local function pin(item)
    for frame, marker in pairs(notes) do
      if item:GetStart() <= frame and frame < item:GetEnd() then
        item:AddMarker(frame - item:GetStart(), marker.color, marker.name, marker.note, marker.duration,
          marker.customData)
      end
    end
  end
  local laid = lay(session, track, piece)
  if laid then
    return pin(laid)
  end
  for _, entry in ipairs(old) do
    local back = lay(session, entry.track, entry.piece)
    if back then
      pin(back)
    end
  end
  stop("Resolve did not take the music.", DIALOG)
end

local function place(session, take)
  if session.resolve:GetCurrentPage() ~= "edit" and not session.resolve:OpenPage("edit") then
    stop("Resolve does not open its edit page.", DIALOG)
  end
  local own = own_items(session)
  for _, entry in ipairs(own) do
    if session.timeline:GetIsTrackLocked("audio", entry.track) then
      stop('The track "' .. TRACK .. '" is locked.', "Unlock it, and try again.")
    end
  end
  if own[1] and swapped(session, own, take) then
    return
  end
  local piece = whole(session, take)
  if own[1] then
    return lay_instead(session, own, piece)
  end
  local track = new_track(session)
  if not lay(session, track, piece) then
    session.timeline:DeleteTrack("audio", track)
    stop("Resolve did not take the music.", DIALOG)
  end
end

-- Our markers on the timeline's ruler, or on the music where an editor's marker holds the frame; never moved off the
-- beat. They are known by their custom data "vem:TAKE:NUMBER". Never delete by colour: the editor's have colours, too.

local COLORS = { RED = "Red", BLUE = "Blue", GREEN = "Green", YELLOW = "Yellow", PURPLE = "Purple", PINK = "Pink",
  CYAN = "Cyan", MAGENTA = "Fuchsia", ORANGE = "Sand", BLACK = "Cocoa", WHITE = "Cream" }

local function remove_markers(session)
  local owners, removed = { session.timeline }, 0
  for _, entry in ipairs(own_items(session)) do
    owners[#owners + 1] = entry.item
  end
  for _, owner in ipairs(owners) do
    for frame, marker in pairs(owner:GetMarkers() or {}) do
      if tostring(marker.customData or ""):match("^vem:") and owner:DeleteMarkerAtFrame(frame) then
        removed = removed + 1
      end
    end
  end
  return removed
end

local function taken(owner)
  local frames = {}
  for frame in pairs(owner:GetMarkers() or {}) do
    frames[math.floor(frame)] = true
  end
  return frames
end

-- Hits first, so that a hit wins where two markers round to one frame.
local function by_rank(markers)
  local sorted = {}
  for _, marker in ipairs(markers or {}) do
    sorted[#sorted + 1] = marker
  end
  table.sort(sorted, function(a, b)
    if (a.color == "RED") ~= (b.color == "RED") then
      return a.color == "RED"
    end
    return seconds_of(a.time) < seconds_of(b.time)
  end)
  return sorted
end

local function write_markers(session, take)
  remove_markers(session)
  local own = own_items(session)[1]
  local music = own and own.item
  local ruler, on_music, ours, written = taken(session.timeline), music and taken(music) or {}, {}, 0
  for number, marker in ipairs(by_rank(take.markers)) do
    local frame = math.min(math.max(math.floor(seconds_of(marker.time) * session.rate + 0.5), 0), session.frames - 1)
    local color = COLORS[marker.color] or "Green"
    local name = marker.name .. " \194\183 " .. take.short
    local custom = "vem:" .. take.short .. ":" .. number
    local offset = music and session.start + frame - music:GetStart()
    if not ours[frame] then
      ours[frame] = true
      if not ruler[frame] then
        written = written
          + (session.timeline:AddMarker(frame, color, name, marker.comment or "", 1, custom) and 1 or 0)
      elseif music and offset >= 0 and offset < music:GetEnd() - music:GetStart() and not on_music[offset] then
        written = written + (music:AddMarker(offset, color, name, marker.comment or "", 1, custom) and 1 or 0)
      end
    end
  end
  return written
end

-- The round trip: export, daemon, place. `TASK` stands in the first line of each script.

local function say(text)
  print("VEM: " .. text)
end

-- What the music should be, in the editor's own words: the Comments of the timeline in the Media Pool.
local function brief_of(session)
  local clip = try(session.timeline, "GetMediaPoolItem")
  local told = clip and try(clip, "GetMetadata", "Comments")
  return type(told) == "string" and told or ""
end

-- Number of the shot under the playhead, as the daemon counts shots.
local function shot_here(session, edit)
  local item = session.timeline:GetCurrentVideoItem()
  if not item then
    stop("There is no shot under the playhead.", "Put the playhead on a shot.")
  end
  local middle = ((item:GetStart() + item:GetEnd()) / 2 - session.start) / session.rate
  for _, shot in ipairs(ask({ kind = "inspect", edit = edit }, say).shots) do
    local start = seconds_of(shot.start)
    if start <= middle and middle < start + seconds_of(shot.duration) then
      return shot.number
    end
  end
  stop("There is no shot under the playhead.", "Put the playhead on a shot.")
end

local REQUESTS = {
  score = function(session, edit)
    return ask({ kind = "score", edit = edit, brief = brief_of(session) }, say).takes[1]
  end,
  rescore = function(session, edit)
    return ask({ kind = "rescore", edit = edit, shots = { shot_here(session, edit) } }, say)
  end,
  reconform = function(_, edit)
    return ask({ kind = "reconform", edit = edit, new_edit = edit }, say)
  end,
  undo = function(_, edit)
    ask({ kind = "takes", edit = edit, action = "undo" }, say)
    return ask({ kind = "takes", edit = edit, action = "show" }, say)
  end,
}

local function tell_how_it_went(take, markers)
  local cuts, missed = 0, {}
  for _, landing in ipairs(take.plan.landings) do
    cuts = cuts + (landing.kind == "cut" and 1 or 0)
  end
  for _, miss in ipairs(take.plan.misses) do
    if miss.kind == "cut" then
      missed[#missed + 1] = miss
    end
  end
  say(string.format("%s is in place: %d of %d cuts are on the beat, %d markers.", take.folder:match("[^/\\]+$"),
    cuts, cuts + #missed, markers))
  for _, miss in ipairs(missed) do
    say(miss.timecode .. " is not: " .. miss.reason)
  end
end

local function round_trip(task)
  local session = open_session()
  if task == "unmark" then
    return say(remove_markers(session) .. " markers removed.")
  end
  if task ~= "score" and not own_items(session)[1] then
    stop("There is no music of ours on this timeline.", 'Run "VEM Score this timeline" first.')
  end
  local folder = home_folder() .. SLASH .. "Documents" .. SLASH .. "VEM Music" .. SLASH
    .. safe_name(session.project:GetName(), "Edits")
  local edit = export(session, folder)
  say(task == "undo" and "Looking for the take before." or "Asked for music. It takes a minute or two.")
  local take = REQUESTS[task](session, edit)
  take.short = take.take:sub(1, 4):lower()
  take.label = take.folder:match("[^/\\]+$") .. " music \194\183 " .. take.short
  place(session, take)
  tell_how_it_went(take, write_markers(session, take))
end

local done, problem = pcall(round_trip, TASK)
if not done then
  if type(problem) == "table" then
    say(problem.what)
    say(problem.remedy)
  else
    say("Something went wrong that nobody foresaw: " .. tostring(problem))
  end
end
