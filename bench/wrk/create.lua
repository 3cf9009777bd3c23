-- Invites one new address with each request; RUN keeps the addresses of different runs apart.
dofile(os.getenv("WRK") .. "/common.lua")
local path, run, n = os.getenv("PREFIX"), os.getenv("RUN"), 0
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format("POST", path, nil, string.format('{"emails":["new.%s.%d@example.org"],"role":"BUSINESS"}', run, n))
end
