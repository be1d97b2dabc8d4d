-- One pandoc process that does many readings and writings (run as `pandoc lua worker.lua IN OUT`).
-- IN: JSON list of jobs {op, text|ast, format, ...}; OUT: JSON list of {ok = text} or {error = text}.
local function slurp(path)
  local handle = assert(io.open(path, "rb"))
  local text = handle:read("a")
  handle:close()
  return text
end

local options = {
  html_math_method = "mathml",
  wrap_text = "wrap-none",
  -- numbers and contents are made before the writer sees the text
  number_sections = false,
  email_obfuscation = "none",
}

local ops = {}

function ops.read(job)
  return pandoc.write(pandoc.read(job.text, job.format), "json")
end

function ops.cite(job)
  return pandoc.write(pandoc.utils.citeproc(pandoc.read(job.ast, "json")), "json")
end

function ops.write(job)
  local text = pandoc.write(pandoc.read(job.ast, "json"), job.format, options)
  if not job.file then return text end
  local handle = assert(io.open(job.file, "wb"))
  handle:write(text)
  handle:close()
  return ""
end

local results = {}
for i, job in ipairs(pandoc.json.decode(slurp(arg[1]), false)) do
  local ok, value = pcall(ops[job.op], job)
  results[i] = ok and { ok = value } or { error = tostring(value) }
end
local out = assert(io.open(arg[2], "wb"))
out:write(pandoc.json.encode(results))
out:close()
