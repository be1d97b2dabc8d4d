"""The fixed words of a book, as Quarto's own language files have them."""

from __future__ import annotations

ENGLISH = {
    "fig": "Figure", "tbl": "Table", "eq": "Equation", "sec": "Section", "chapter": "Chapter",
    "appendix": "Appendix", "appendices": "Appendices", "contents": "Table of contents",
    "page-contents": "On this page", "references": "References", "footnotes": "Footnotes",
    "note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important",
    "caution": "Caution", "code": "Code", "source": "Source", "part": "Part",
    "search": "Search", "no-results": "No results", "previous": "Previous", "next": "Next",
    "theme": "Light or dark", "menu": "Chapters", "skip": "Skip to the text",
    "top": "Back to the top", "anchor": "Link to this place",
    "page-navigation": "Previous and next chapter", "row": "Row",
    "made": "Rendered by the embedded renderer", "made-by": "Rendered by {}", "colon": ": ",
    "caption-end": ": ", "appendix-end": "\u00a0— ",
}  # fmt: skip
CHINESE = {
    "fig": "图", "tbl": "表", "eq": "式", "sec": "节", "chapter": "章", "appendix": "附录",
    "appendices": "附录", "contents": "目录", "page-contents": "本页内容",
    "references": "参考文献", "footnotes": "脚注", "note": "说明", "tip": "提示",
    "warning": "警告", "important": "重要", "caution": "注意", "code": "代码", "source": "来源",
    "part": "部分", "search": "搜索", "no-results": "没有结果", "previous": "上一页",
    "next": "下一页", "theme": "浅色或深色", "menu": "章节", "skip": "跳到正文",
    "top": "回到顶部", "anchor": "此处的链接",
    "page-navigation": "上一章与下一章", "row": "行", "made": "由内置渲染器生成",
    "made-by": "由 {} 生成", "colon": "：",
    "caption-end": "\u3000", "appendix-end": "\u3000",
}  # fmt: skip


def numbered(said: dict[str, str], kind: str, number: str) -> str:
    """What a reference says of something with a number: ``Table 2.1``, ``第 2.1 节``."""
    if said is CHINESE and kind in ("chapter", "sec"):
        return f"第\u00a0{number}\u00a0{said[kind]}"
    return f"{said[kind]}\u00a0{number}"


def words(lang: str) -> dict[str, str]:
    """Words for a language tag; English where there are none."""
    return CHINESE if lang.lower().startswith("zh") else ENGLISH
