-- Asks for one of the given pages, PATHS parted by blanks, in turn.
dofile(os.getenv("WRK") .. "/common.lua")
local paths, next = {}, 0
init = function() for path in string.gmatch(os.getenv("PATHS"), "%S+") do paths[#paths + 1] = wrk.format("GET", path) end end
request = function() next = next % #paths + 1; return paths[next] end
