-- Joins by one code after the other, beginning with number FIRST, each as its own student. The floor, which knows no sessions, is told who it is.
dofile(os.getenv("WRK") .. "/common.lua")
dofile(os.getenv("WRK") .. "/codes.lua")
local path, n, floor = os.getenv("PREFIX"), tonumber(os.getenv("FIRST")) - 1, os.getenv("RUN"):find("floor")
request = function()
  n = n + 1
  local student = student_of(n)
  local who = floor and string.format(',"student":"00000000-0000-7000-9000-%012x"', student) or ""
  return wrk.format("POST", path, headers_of(student), string.format('{"code":"%s"%s}', code_of(n), who))
end
