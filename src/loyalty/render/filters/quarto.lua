-- The project's filter for real Quarto: makes there what the embedded renderer makes itself.
-- In _quarto.yml:  filters: [src/loyalty/render/filters/quarto.lua]
local executed = "reports/executed/"
local html = quarto.doc.is_format("html")
local typst = quarto.doc.is_format("typst")

local function root()
  local offset = quarto.project and quarto.project.offset or "."
  return (offset == "" and "." or offset) .. "/"
end

local function raw(text) return pandoc.RawInline("typst", text) end
local function raw_block(text) return pandoc.RawBlock("typst", text) end

-- [.45]{.num src="case/NN-analysis" key="case/analysis/finding.field"}: the number leads to its
-- finding in the notebook that computed it
local function number(span)
  local source = span.attributes["src"] or ""
  if not source:match("^[%w_-]+/[%w_-]+$") then
    error(".num needs src=\"case/NN-analysis\", found " .. source)
  end
  if not html then return span.content end
  local title = source:gsub("/", ", ")
  local address = root() .. executed .. source .. ".html"
  local attributes = { class = "num" }
  local key = span.attributes["key"]
  if key then
    attributes["data-key"] = key
    local finding = key:match("^[^/]+/[^/]+/([%w_]+)")
    if finding then address = address .. "#finding-" .. finding end
  end
  return pandoc.Link(span.content, address, title, attributes)
end

local function badge(span, kind)
  span.content:insert(1, raw('#badge("' .. kind .. '")['))
  span.content:insert(raw("]"))
  return span.content
end

-- under each embedded figure and table: which notebook it is from
local function source_link(div)
  local path = div.attributes["notebook"] or div.attributes["data-notebook"] or ""
  local cell = div.attributes["notebook-cellId"] or div.attributes["data-notebook-cellid"]
    or div.attributes["notebook-cellid"] or ""
  local case, name = path:match("reports[/\\]executed[/\\]([%w_-]+)[/\\]([%w_-]+)%.ipynb$")
  local label = cell:gsub("^cell%-", "")
  if not (case and (label:match("^fig%-") or label:match("^tbl%-"))) then return nil end
  if typst then
    -- air around it: the space that a figure asks for is lost inside this division
    local space = raw_block("#v(1.6em, weak: true)")
    return { space, div, space }
  end
  if not html then return nil end
  local address = root() .. executed .. case .. "/" .. name .. ".html#" .. label
  local link = pandoc.Link(name .. " · " .. case, address)
  div.content:insert(pandoc.Div(pandoc.Plain { pandoc.Str("Source: "), link }, { class = "source" }))
  return div
end

-- Tables in the PDF: natural columns and a type size that fits, never past the margin.
local function em(text)
  local total = 0
  for _, point in utf8.codes(text) do
    if point >= 0x2E80 then total = total + 1
    elseif point < 128 and string.char(point):match("[ .,;:!|'ijl%[%]()]") then total = total + 0.29
    elseif point < 128 and string.char(point):match("[%umwMW@%%]") then total = total + 0.68
    else total = total + 0.475 end
  end
  return total
end

-- numbers, intervals and "< .001" are not torn apart
local function whole(tbl)
  local function row(cells)
    for _, cell in ipairs(cells) do
      local text = pandoc.utils.stringify(cell.contents)
      if em(text) < 11 and not text:find("%a%a") and not text:find("[\228-\233]") then
        cell.contents = cell.contents:walk {
          Space = function() return pandoc.Str("\u{a0}") end,
        }
      end
    end
  end
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do row(r.cells) end
  end
end

local function fit(tbl)
  local natural, least = {}, {}
  local function row(cells)
    for i, cell in ipairs(cells) do
      local text = pandoc.utils.stringify(cell.contents)
      natural[i] = math.max(natural[i] or 0.6, em(text) * 1.04)
      for word in text:gmatch("%S+") do
        local long = word:match("[\228-\233]") and 2 or em(word) * 1.04
        least[i] = math.max(least[i] or 0.6, long)
      end
    end
  end
  for _, r in ipairs(tbl.head.rows) do row(r.cells) end
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do row(r.cells) end
  end
  local columns, wide, narrow = #tbl.colspecs, 0, 0
  for i = 1, columns do
    natural[i], least[i] = natural[i] or 0.6, least[i] or 0.6
    wide = wide + natural[i]
    narrow = narrow + math.max(least[i], natural[i] / 3.2)
  end
  local inset = columns > 8 and 2.5 or 5
  local usable = 430 - 2 * inset * columns
  local size, wraps = 5.5, true
  for _, trial in ipairs { 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6, 5.5 } do
    if wide * trial <= usable then size, wraps = trial, false break end
    if narrow * trial * 1.03 <= usable then size = trial break end
  end
  local total = 0
  local widths = {}
  for i = 1, columns do
    local floor = math.max(least[i], natural[i] / 3.2)
    local share = wide > narrow and (natural[i] - floor) / (wide - narrow) or 0
    widths[i] = floor * size * 1.03 + math.max(0, usable - narrow * size * 1.03) * share + 2 * inset
    total = total + widths[i]
  end
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { spec[1], wraps and widths[i] / total or nil }
  end
  tbl.attributes["typst:text:size"] = size .. "pt"
  tbl.attributes["typst:inset"] = "(x: " .. inset .. "pt, y: 4pt)"
end

return {
  Span = function(span)
    if span.classes:includes("num") then return number(span) end
    if typst and span.classes:includes("simulated") then return badge(span, "simulated") end
    if typst and span.classes:includes("real") then return badge(span, "real") end
  end,
  Math = function(math)
    -- Pandoc makes a whole em backwards of TeX's thin one
    if typst then math.text = math.text:gsub("\\!", "") return math end
  end,
  Div = function(div)
    if div.classes:includes("quarto-embed-nb-cell") then return source_link(div) end
    if not typst then return nil end
    for _, kind in ipairs { "simulated", "real" } do
      if div.classes:includes(kind) then
        div.content:insert(1, raw_block('#marked("' .. kind .. '")['))
        div.content:insert(raw_block("]"))
        return div.content
      end
    end
    if div.classes:includes("lead") then
      div.content:insert(1, raw_block("#lead["))
      div.content:insert(raw_block("]"))
      return div.content
    end
  end,
  Table = function(tbl)
    whole(tbl)
    if tbl.attributes["tbl-colwidths"] then return tbl end
    if typst then
      fit(tbl)
    else
      for i, spec in ipairs(tbl.colspecs) do tbl.colspecs[i] = { spec[1], nil } end
    end
    return tbl
  end,
}
