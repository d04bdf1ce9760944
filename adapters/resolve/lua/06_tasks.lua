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
