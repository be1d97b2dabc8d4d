-- The project's filter for real Quarto: makes there what the embedded renderer makes itself.
-- In _quarto.yml:  filters: [src/loyalty/render/filters/quarto.lua]
local html = quarto.doc.is_format("html")
local typst = quarto.doc.is_format("typst")
local book = {
  dossiers = "", dossier = "", translated = {}, further = {}, lang = "en", other = nil, formats = {},
}
local names = { en = "English", zh = "中文" }

local function root()
  local offset = quarto.project and quarto.project.offset or "."
  return (offset == "" and "." or offset) .. "/"
end

local function raw(text) return pandoc.RawInline("typst", text) end
local function raw_block(text) return pandoc.RawBlock("typst", text) end

-- where this book stands among the others, from _quarto.yml
local function settings(meta)
  local function text(name) return meta[name] and pandoc.utils.stringify(meta[name]) or "" end
  book.dossiers, book.dossier, book.lang = text("dossiers"), text("dossier"), text("lang")
  for _, case in ipairs(meta.translated or {}) do
    book.translated[pandoc.utils.stringify(case)] = true
  end
  for name, listed in pairs(meta.further or {}) do
    book.further[name] = {}
    for _, one in ipairs(listed) do table.insert(book.further[name], pandoc.utils.stringify(one)) end
  end
  local other = meta["other-edition"]
  if other then
    book.other = { pandoc.utils.stringify(other.language), pandoc.utils.stringify(other.at) }
  end
  for _, file in ipairs(meta["other-formats"] or {}) do
    table.insert(book.formats, pandoc.utils.stringify(file))
  end
end

local function quoted(text)
  return (text:gsub("[^%w_.~-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

-- the page of a case's analysis (or its first): that which has a finding, or what a name stands for
local function dossier_page(case, analysis, name)
  local page = analysis ~= "" and analysis or "index"
  local second = false
  for _, one in ipairs(name and book.further[case .. "/" .. analysis] or {}) do
    second = second or name == one or name:sub(1, #one + 1) == one .. "-"
  end
  page = page .. (second and "-further" or "") .. ".html"
  if case == book.dossier then return root() .. page end
  local language = (book.lang:match("^zh") and book.translated[case]) and "zh" or "en"
  return root() .. book.dossiers .. "/" .. quoted(case) .. "/" .. language .. "/" .. page
end

local function result_file(case, analysis)
  local file = analysis:find(".", 1, true) and analysis or analysis .. ".json"
  return root() .. book.dossiers .. "/" .. quoted(case) .. "/results/" .. file
end

-- [.45]{.num key="case/analysis/finding.field"}: the number leads to its finding in the case's pages
local function number(span)
  local key = span.attributes["key"] or ""
  local case, analysis, field = key:match("^([^/]+)/([%w_]+)/(.+)$")
  if not case then
    error('.num needs key="case/analysis/finding.field", found ' .. key)
  end
  if not html then return span.content end
  local finding = field:match("^[%w_]+")
  local address = dossier_page(case, analysis, finding)
  if finding then address = address .. "#f-" .. finding end
  return pandoc.Link(span.content, address, "", { ["data-key"] = field })
end

-- [Title]{.dossier of="case/analysis"}: a link to the pages of a case
local function dossier(span)
  if not html then return span.content end
  local case, analysis = (span.attributes["of"] or ""):match("^([^/]+)/?(.*)$")
  if span.classes:includes("result") then
    return pandoc.Link(span.content, result_file(case, analysis))
  end
  return pandoc.Link(span.content, dossier_page(case, analysis))
end

local function badge(span, kind)
  span.content:insert(1, raw('#badge("' .. kind .. '")['))
  span.content:insert(raw("]"))
  return span.content
end

-- whether a division's tables are short enough to go over to the next page whole
local function whole_table(div)
  local rows, long = 0, 0
  div:walk {
    Table = function(tbl)
      for _, body in ipairs(tbl.bodies) do
        rows = rows + #body.body
        for _, row in ipairs(body.body) do
          long = long + #pandoc.utils.stringify(row.cells[#row.cells].contents)
        end
      end
    end,
  }
  return rows > 0 and rows < 8 and long < 1200
end

-- about how wide a text is, in em
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

-- So many rows of a table that is broken stand together; points of a caption and of the text's
-- width; and the most that a table's beginning may ask for, or it leaves a page half empty.
local TOGETHER, CAPTION, TEXT, KEPT = 4, 45, 430, 330

-- points that a caption, a heading and the first rows take, of tables as `fit` has set them
local function beginning(div)
  local height = CAPTION
  div:walk {
    Table = function(tbl)
      local size = tonumber((tbl.attributes["typst:text:size"] or "9pt"):match("[%d.]+"))
      local function row(cells)
        local lines = 1
        for i, cell in ipairs(cells) do
          local share = tbl.colspecs[i] and tbl.colspecs[i][2]
          if share and share > 0 then
            local text = em(pandoc.utils.stringify(cell.contents)) * size * 1.1
            lines = math.max(lines, math.ceil(text / math.max(share * TEXT - 10, 10)))
          end
        end
        height = height + lines * size * 1.25 + 8
      end
      for _, r in ipairs(tbl.head.rows) do row(r.cells) end
      local left = TOGETHER
      for _, body in ipairs(tbl.bodies) do
        for _, r in ipairs(body.body) do
          if left > 0 then row(r.cells) end
          left = left - 1
        end
      end
    end,
  }
  return math.min(math.ceil(height), KEPT)
end

-- a figure's second drawing, for phones, where there is one
local function narrow(div, label)
  local file = io.open(pandoc.path.join { quarto.project.directory, "narrow", label .. ".svg" })
  if not file then return end
  file:close()
  local start = '<picture><source media="screen and (max-width: 40rem)" srcset="'
    .. root() .. "narrow/" .. quoted(label) .. '.svg">'
  div.content = div.content:walk {
    Image = function(image)
      image.attributes["loading"] = "lazy"
      return { pandoc.RawInline("html", start), image, pandoc.RawInline("html", "</picture>") }, false
    end,
  }
end

-- under each embedded figure and table: which notebook it is from
local function source_link(div)
  local path = div.attributes["notebook"] or div.attributes["data-notebook"] or ""
  local cell = div.attributes["notebook-cellId"] or div.attributes["data-notebook-cellid"]
    or div.attributes["notebook-cellid"] or ""
  local case, name = path:match("reports[/\\]executed[/\\]([^/\\]+)[/\\]%d+%-([%w_-]+)%.ipynb$")
  local label = cell:gsub("^cell%-", "")
  if not (case and (label:match("^fig%-") or label:match("^tbl%-"))) then return nil end
  local source = book.lang:match("^zh") and "来源：" or "Source: "
  if typst then
    -- air around it: the space that a figure asks for is lost inside this division
    local space = raw_block("#v(1.6em, weak: true)")
    local whole = whole_table(div)
    if whole then
      div.content:insert(1, raw_block("#whole["))
      div.content:insert(raw_block("]"))
    elseif label:match("^tbl%-") then
      div.content:insert(1, raw_block("#need(" .. beginning(div) .. "pt)"))
    end
    local said = pandoc.Plain {
      raw("#source["), pandoc.Str(source .. name .. " · " .. case .. " · " .. label), raw("]"),
    }
    return { space, div, said, space }
  end
  if not html then return nil end
  local _, before = label:find("-" .. case .. "-" .. name .. "-", 1, true)
  local address = dossier_page(case, name, before and label:sub(before + 1)) .. "#" .. label
  if case == book.dossier then address = result_file(case, name) end
  narrow(div, label)
  local link = pandoc.Link(name .. " · " .. case, address)
  local line = pandoc.Plain { pandoc.Str(source), link }
  div.content:insert(pandoc.Div(line, { class = "source" }))
  return div
end

-- ::: {.notebook-code}: folded on a page, nothing elsewhere
local function notebook_code(div)
  if not html then return {} end
  local word = book.lang:match("^zh") and "代码" or "Code"
  local blocks = pandoc.Blocks {
    pandoc.RawBlock("html", '<details class="code-fold"><summary>' .. word .. "</summary>"),
  }
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock("html", "</details>"))
  return blocks
end

-- a citation of a work, not a reference to a figure, table or chapter
local function work(inline)
  local kind = inline and inline.t == "Cite" and inline.citations[1].id:match("^(%l+)%-")
  return inline and inline.t == "Cite" and not ({ fig = 1, tbl = 1, sec = 1, eq = 1 })[kind or ""]
end

-- links to the same page of the other edition, and to the book in its other formats
local function elsewhere(doc)
  if not html then return nil end
  local links = pandoc.Inlines {}
  if book.other then
    local input = pandoc.path.make_relative(quarto.doc.input_file, quarto.project.directory)
    local page = input:gsub("%.q?md$", ".html"):gsub("\\", "/")
    local language = book.other[1]
    links:insert(pandoc.Link(names[language], root() .. book.other[2] .. "/" .. page, "",
      { lang = language, hreflang = language }))
  end
  for _, file in ipairs(book.formats) do
    if #links > 0 then links:insert(pandoc.Str(" · ")) end
    links:insert(pandoc.Link(file:match("%.pdf$") and "PDF" or "Word", root() .. file))
  end
  if #links == 0 then return nil end
  doc.blocks:insert(1, pandoc.Div(pandoc.Plain(links), { class = "elsewhere" }))
  return doc
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

-- an interval may break on a phone, and before it; Chinese, which breaks anywhere, keeps a width
-- (quarto.scss)
local function interval(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do
      for _, cell in ipairs(r.cells) do
        local text = pandoc.utils.stringify(cell.contents)
        if text:match("^%[.+, ?.+%]$") or text:match("^%[.+,\u{a0}.+%]$") then
          cell.attr.classes:insert("interval")
          cell.contents = cell.contents:walk {
            Str = function(str) return pandoc.Str((str.text:gsub("\u{a0}", " "))) end,
          }
        else
          if em(text) >= 5 and text:find("[\228-\233]") then cell.attr.classes:insert("wraps") end
          cell.contents = cell.contents:walk {
            Str = function(str) return pandoc.Str((str.text:gsub("\u{a0}%[", " ["))) end,
          }
        end
      end
    end
  end
end

-- a heading says something to everybody
local function spoken(tbl)
  local word = book.lang:match("^zh") and "行" or "Row"
  for _, row in ipairs(tbl.head.rows) do
    for _, cell in ipairs(row.cells) do
      if pandoc.utils.stringify(cell.contents):match("^%s*$") then
        local said = '<span class="visually-hidden">' .. word .. "</span>"
        cell.contents = { pandoc.Plain { pandoc.RawInline("html", said) } }
      end
    end
  end
end

-- The last rows of a long table stay together on a page: a foot that stands once (quarto.typ).
local function footed(tbl)
  local rows = 0
  for _, body in ipairs(tbl.bodies) do rows = rows + #body.body end
  local last = tbl.bodies[#tbl.bodies]
  if rows < 2 * TOGETHER or #tbl.foot.rows > 0 or #last.body <= TOGETHER then return end
  for _ = 1, TOGETHER do tbl.foot.rows:insert(1, last.body:remove()) end
end

-- Whether a paragraph is what stands under a table: its note.
local function note(block)
  local first = block and block.t == "Para" and block.content[1]
  local said = first and first.t == "Emph" and pandoc.utils.stringify(first)
  return said == "Note." or said == "注"
end

-- A section whose heading has the class `one-page` is not broken.
local function on_one_page(blocks)
  local out, level = pandoc.Blocks {}, nil
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      if level and block.level <= level then
        out:insert(raw_block("]"))
        level = nil
      end
      if block.classes:includes("one-page") then
        out:insert(raw_block("#one-page["))
        level = block.level
      end
    end
    out:insert(block)
  end
  if level then out:insert(raw_block("]")) end
  return out
end

-- The note under a table, and its source, stay with the table's last rows: room for them is kept in
-- the foot and given back below it.
local function with_notes(blocks)
  local out = pandoc.Blocks {}
  for i, block in ipairs(blocks) do
    out:insert(block)
    if block.t == "Table" and #block.foot.rows > 0 and note(blocks[i + 1]) then
      local lines = math.ceil(em(pandoc.utils.stringify(blocks[i + 1])) * 11 / TEXT)
      local height = math.min(lines * 13 + 30, KEPT) .. "pt"
      local room = pandoc.Cell({ raw_block("#v(" .. height .. ")") }, nil, 1, #block.colspecs)
      block.foot.rows:insert(pandoc.Row { room })
      out:insert(raw_block("#v(-" .. height .. ")"))
    end
  end
  return out
end

-- Widths by how much text each column has in all, where a table is lower by it (tables.py): one long
-- cell takes no room from a column of many.
local POWER = 3
local function lower(texts, widths, natural, least, size, inset)
  local points, room, smallest = size * 1.03, 0, math.huge
  local amounts, low, high = {}, 0, 0
  for i, width in ipairs(widths) do
    local amount = 0
    for _, line in ipairs(texts) do amount = amount + (line[i] or 0) ^ POWER end
    amounts[i] = math.max(amount, 1e-6) ^ (1 / (POWER + 1))
    smallest = math.min(smallest, amounts[i])
    room, low, high = room + width - 2 * inset, low + least[i] * points, high + natural[i] * points
  end
  if low > room or high <= room then return widths end
  local other, from, to = {}, 0, room / smallest
  for _ = 1, 60 do
    local scale, sum = (from + to) / 2, 0
    for i, amount in ipairs(amounts) do
      local width = math.min(math.max(amount * scale, least[i] * points), natural[i] * points)
      other[i], sum = width + 2 * inset, sum + width
    end
    if sum < room then from = scale else to = scale end
  end
  local function height(columns)
    local lines = 0
    for _, line in ipairs(texts) do
      local most = 1
      for i, text in ipairs(line) do
        most = math.max(most, math.ceil(text * size * 1.1 / (columns[i] - 2 * inset)))
      end
      lines = lines + most
    end
    return lines
  end
  return height(other) < height(widths) and other or widths
end

-- Tables in the PDF: natural columns and a type size that fits, never past the margin.
-- em of a column that any text can be read in (tables.py); and less, where the type would be
-- smaller than PLEASANT points
local COLUMNS, PLEASANT, LONG = { 20, 16, 13, 10, 7, 4 }, 7, 30
local function fit(tbl)
  local natural, least, texts = {}, {}, {}
  local function row(cells)
    local line = {}
    table.insert(texts, line)
    for i, cell in ipairs(cells) do
      local text = pandoc.utils.stringify(cell.contents)
      line[i] = em(text)
      natural[i] = math.max(natural[i] or 0.6, em(text) * 1.04)
      -- Chinese, its commas among it, breaks anywhere: of a list "a、b" each of its words is one
      local words, chinese = text:gsub("[\227-\233\239][\128-\191][\128-\191]", " ")
      if chinese > 0 then least[i] = math.max(least[i] or 0.6, 2) end
      for word in words:gmatch("%S+") do
        least[i] = math.max(least[i] or 0.6, em(word) * 1.04)
      end
    end
  end
  for _, r in ipairs(tbl.head.rows) do row(r.cells) end
  for _, body in ipairs(tbl.bodies) do
    for _, r in ipairs(body.body) do row(r.cells) end
  end
  local columns, wide, narrow, floors = #tbl.colspecs, 0, 0, {}
  for i = 1, columns do
    natural[i], least[i] = natural[i] or 0.6, least[i] or 0.6
    wide = wide + natural[i]
  end
  local inset = (columns > 8 or #texts > LONG) and 2.5 or 5
  local usable = TEXT - 2 * inset * columns
  local size, wraps = 5.5, true
  for _, column in ipairs(COLUMNS) do
    narrow = 0
    for i = 1, columns do
      floors[i] = math.max(least[i], math.min(natural[i] / 3.2, column))
      narrow = narrow + floors[i]
    end
    for _, trial in ipairs { 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6, 5.5 } do
      if wide * trial <= usable then size, wraps = trial, false break end
      -- a long table has a line a row where that can be read
      local whole_rows = #texts > LONG and wide * PLEASANT <= usable
      if not whole_rows and narrow * trial * 1.03 <= usable then size = math.max(size, trial) break end
    end
    if size >= PLEASANT then break end
  end
  local total = 0
  local widths = {}
  for i = 1, columns do
    local share = wide > narrow and (natural[i] - floors[i]) / (wide - narrow) or 0
    widths[i] = floors[i] * size * 1.03 + math.max(0, usable - narrow * size * 1.03) * share + 2 * inset
    total = total + widths[i]
  end
  if wraps and #texts > TOGETHER then widths = lower(texts, widths, natural, least, size, inset) end
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { spec[1], wraps and widths[i] / total or nil }
  end
  tbl.attributes["typst:text:size"] = size .. "pt"
  tbl.attributes["typst:inset"] = "(x: " .. inset .. "pt)"
end

return { { Meta = settings }, {
  Pandoc = elsewhere,
  Span = function(span)
    if span.classes:includes("num") then return number(span) end
    if span.classes:includes("dossier") or span.classes:includes("result") then
      return dossier(span)
    end
    if typst and span.classes:includes("simulated") then return badge(span, "simulated") end
    if typst and span.classes:includes("real") then return badge(span, "real") end
  end,
  Image = function(image)
    if html then image.attributes["loading"] = "lazy" return image end
  end,
  Str = function(str)
    -- at the start of a cell Typst takes it for a list
    if typst and str.text:match("^[-+/=]$") then return raw("\\" .. str.text) end
    -- Chinese sets the sign of per cent close to the number, and a decimal keeps its zero
    if not book.lang:match("^zh") then return nil end
    local said = (" " .. str.text:gsub("\u{a0}%%", "%%")):gsub("([^%w_.])%.(%d)", "%10.%2")
    return pandoc.Str(said:sub(2))
  end,
  Inlines = function(inlines)
    -- no space around a citation, which has full-width brackets in Chinese
    if not book.lang:match("^zh") then return nil end
    local kept = pandoc.Inlines {}
    for i, inline in ipairs(inlines) do
      local space = inline.t == "Space" or inline.t == "SoftBreak"
      if not (space and (work(inlines[i - 1]) or work(inlines[i + 1]))) then kept:insert(inline) end
    end
    return kept
  end,
  Math = function(math)
    -- Pandoc makes a whole em backwards of TeX's thin one
    if typst then math.text = math.text:gsub("\\!", "") return math end
  end,
  Link = function(link)
    if typst and link.target:find("#f-", 1, true) then return link.content end
  end,
  Div = function(div)
    -- what numbers lead to on the pages: nothing in print, where it would part a heading from what it
    -- heads
    if typst and div.identifier:find("^f%-") then return div.content end
    if div.classes:includes("quarto-embed-nb-cell") then return source_link(div) end
    if div.classes:includes("notebook-code") then return notebook_code(div) end
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
  Blocks = function(blocks)
    if typst then return on_one_page(with_notes(blocks)) end
  end,
  Table = function(tbl)
    whole(tbl)
    if html then
      interval(tbl)
      spoken(tbl)
    end
    if tbl.attributes["tbl-colwidths"] then return tbl end
    if typst then
      fit(tbl)
      -- one that stands in the text by itself: those of notebooks ask in their division
      local said = pandoc.utils.stringify(tbl.caption.long)
      local own = tbl.identifier:find("^tbl%-") or said:find("{#tbl-", 1, true)
      local start = own and not whole_table(pandoc.Div(tbl)) and beginning(pandoc.Div(tbl))
      footed(tbl)
      if start then return { raw_block("#need(" .. start .. "pt)"), tbl } end
    else
      for i, spec in ipairs(tbl.colspecs) do tbl.colspecs[i] = { spec[1], nil } end
      -- or Quarto makes a table with links anew, without the classes of its cells
      if html then tbl.attributes["tbl-colwidths"] = "true" end
    end
    return tbl
  end,
} }
