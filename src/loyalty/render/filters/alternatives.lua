-- For real Quarto's Word files, after its own filters, which leave pictures without words: Pandoc
-- writes what an image says as its alternative text.
return { {
  Image = function(image)
    local said = image.attributes["fig-alt"] or image.attributes["alt"]
    if not (FORMAT:match("docx") and said and said ~= "") then return nil end
    image.caption = pandoc.Inlines(said)
    return image
  end,
} }
