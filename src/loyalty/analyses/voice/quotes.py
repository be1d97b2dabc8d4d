"""Short quotations that tell nothing about who wrote, whom they met, or how to reach them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: Stands for what was taken out.
MASK = "〔略〕"
#: Characters of a quotation at least and at most, and what is aimed at.
SHORTEST, LONGEST, AIM = 6, 26, 16

_HAN = r"[\u3400-\u9fff]"
_NUMERAL = "0-9零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖"
_TITLES = "先生|小姐|女士|太太|经理|总监|主管|老师|师傅|医生|大夫|老板|阿姨"
#: In this order: what a later pattern would take only a piece of comes first.
_CONTACT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # addresses of e-mail, then on the net, with or without their protocol
        r"(?:[a-z0-9._+-]+\s)?[a-z0-9._+-]+\s*(?:@|\(at\)|\[at\])\s*[a-z0-9.-]+",
        r"[a-z]{2,12}://\S+|www\.\S+"
        r"|[\w-]+(?:\.[\w-]+)*\.(?:com|cn|net|org|cc|hk|tw)\b[^\s，。；、！？]*",
        # accounts, with the name of the service before or after them
        r"(?:q\s*q|qq号|扣扣|企鹅|msn|微信|威信|薇信|weixin|wechat|vx|v信|旺旺|淘宝id|支付宝|微博|skype|whatsapp|line)"
        r"[^\w\u3400-\u9fff]*(?:号码|账号|帐号|号|id)?[^\w\u3400-\u9fff]*(?:是|为|叫)?[^\w\u3400-\u9fff]*[a-z0-9_-]{3,}",
        # numbers of telephones, orders, cards: five or more digits, also set apart or in Chinese
        rf"[a-z]{{0,4}}[+(（]?[{_NUMERAL}](?:[\s()（）/_—–·.-]?[{_NUMERAL}]){{4,}}[a-z0-9]*",
        r"(?=[a-z_-]*\d)(?=(?:[a-z_-]*[0-9]){3})[a-z0-9_-]{6,}",
        # an address in a town
        rf"{_HAN}{{2,8}}(?:路|街|巷|弄|大道|小区|栋|单元)\s*\d+\s*(?:号|弄|室|栋|楼)?",
        r"\d+\s*(?:号楼|室|房间?号|弄)",
        # persons
        rf"{_HAN}{{1,3}}(?={_TITLES})",
        rf"(?:{_TITLES}|联系人|姓名|工号)\s*[:：叫是]\s*{_HAN}{{2,4}}",
        rf"(?:我|他|她)?(?:姓|名叫|叫做)\s*{_HAN}{{1,3}}",
    )
)
_CLAUSE = re.compile(r"[，。！？；：、…,.!?;:~～\s（）()\"“”《》]+")


def plain(text: str) -> str:
    """One line, compatible forms unified, without control, format and private characters."""
    unified = unicodedata.normalize("NFKC", text)
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in unified)
    return " ".join(kept.split())


def mask(text: str) -> str:
    """`text` with :data:`MASK` in place of links, addresses, accounts, numbers and names.

    It takes too much rather than too little. Names that stand without a title cannot be told from
    other words: therefore quotations are short, and :func:`pick` takes none out of a text in
    which anything had to be masked.
    """
    text = plain(text)
    for pattern in _CONTACT:
        text = pattern.sub(MASK, text)
    return text


def clauses(text: str, words: Sequence[str]) -> list[str]:
    """The clauses of a text that hold one of `words`, of a length to be quoted."""
    return [
        clause
        for clause in _CLAUSE.split(plain(text))
        if SHORTEST <= len(clause) <= LONGEST and any(w in clause for w in words)
    ]


def pick(texts: Iterable[str], words: Sequence[str], n: int) -> list[str]:
    """`n` clauses (or fewer) with one of `words`, out of texts without anything to mask.

    Those closest to :data:`AIM` characters, at equal length in the order of their characters: the
    same ones whatever the order of the texts.
    """
    found = {
        clause
        for text in texts
        if any(w in text for w in words) and mask(text) == plain(text)
        for clause in clauses(text, words)
    }
    # A clause may begin in the middle of what a pattern looks for: it is masked once more.
    safe = [clause for clause in found if mask(clause) == clause]
    return sorted(safe, key=lambda clause: (abs(len(clause) - AIM), clause))[:n]
