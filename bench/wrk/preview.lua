-- Looks at a random one of the codes that nobody joins by, as a random student.
dofile(os.getenv("WRK") .. "/common.lua")
dofile(os.getenv("WRK") .. "/codes.lua")
local prefix = os.getenv("PREFIX")
init = function() math.randomseed(os.time()) end
request = function() return wrk.format("GET", prefix .. code_of(math.random(60001, 80000)), headers_of(math.random(1, 20000))) end
