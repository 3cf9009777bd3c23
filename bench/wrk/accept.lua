-- Accepts one invitation after the other, beginning with number FIRST, each by its code. All codes are 123456, sealed for their own person and link.
dofile(os.getenv("WRK") .. "/common.lua")
local path, n = os.getenv("PREFIX"), tonumber(os.getenv("FIRST")) - 1
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format("POST", path, nil, string.format('{"token":"T%041dA","name":"Person %d","method":"CODE","code":"123456"}', n, n))
end
