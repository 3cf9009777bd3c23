-- Codes and students as codes.sql makes them. Loaded by the scripts that look at codes and join.
local alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
function code_of(n)
  local text = ""
  for _ = 1, 8 do
    text = text .. string.sub(alphabet, n % 31 + 1, n % 31 + 1)
    n = math.floor(n / 31)
  end
  return text
end
function student_of(n) return (n - 1) % 20000 + 1 end
function headers_of(student) return { ["Authorization"] = string.format("Bearer S%041dA", student), ["Content-Type"] = "application/json" } end
