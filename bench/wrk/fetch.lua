-- Fetches a random one of the invitations that are alive. PREFIX is what stands before the token in the path.
dofile(os.getenv("WRK") .. "/common.lua")
local prefix, alive = os.getenv("PREFIX"), tonumber(os.getenv("ALIVE"))
init = function() math.randomseed(os.time()) end
request = function() return wrk.format("GET", prefix .. string.format("T%041dA", math.random(1, alive))) end
