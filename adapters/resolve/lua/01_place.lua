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
