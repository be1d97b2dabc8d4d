"""Bytes as text: what the file declares, what is declared for it, and a guess for a message."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable

from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


#: What files begin with that are no text, and their suffixes.
KINDS = {
    b"PK\x03\x04": ".xlsx (.zip)",
    b"\xd0\xcf\x11\xe0": ".xls",
    b"\x1f\x8b": ".gz",
    b"$FL2": ".sav",
    b"$FL3": ".zsav",
    b"<stata_dta>": ".dta",
    b"PAR1": ".parquet",
    b"%PDF": ".pdf",
}


def utf8(content: bytes, form: Format, name: str) -> tuple[bytes, str]:
    """The text as UTF-8 without a mark, and its encoding.

    Raises
    ------
    UserError
        Where it is neither in the declared encoding nor, without one, Unicode; it says which
        encoding fits.
    """
    declared = list(form.encodings)
    for first, other in KINDS.items():
        if content.startswith(first):
            raise UserError(
                "{name}: no text; by its first bytes it is a {kind} file", name=name, kind=other
            )
    for mark, encoding in MARKS:
        if content.startswith(mark):
            while encoding == "utf-8" and content.startswith(mark):  # Excel may add a second one
                content = content[len(mark) :]
            return _decoded(content, encoding, name)
    for encoding in declared:
        try:
            if encoding == "utf-8":
                content.decode()
                return _text(content, name), encoding
            return _text(content.decode(encoding).encode(), name), encoding
        except UnicodeDecodeError as error:
            where = error.start
    if declared != ["utf-8"]:
        raise UserError(
            "{name}: the text is in none of the declared encodings, {declared} (byte {where})",
            name=name,
            declared=declared,
            where=where,
        )
    guessed = guess(content)
    if guessed:
        raise UserError(
            "{name}: not UTF-8 text (byte {where}); it reads as {guessed}: declare "
            "format: {{encodings: [{guessed}]}}",
            name=name,
            where=where,
            guessed=guessed,
        )
    raise UserError(
        "{name}: not UTF-8 text (byte {where}); declare format: {{encodings: […]}}",
        name=name,
        where=where,
    )


def mark(content: bytes, encoding: str) -> tuple[bytes, str]:
    """The mark that a text begins with, and the encoding of the rest, from :func:`utf8`'s."""
    for one, of in MARKS:
        if content.startswith(one):
            ends = "-le" if one in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE) else "-be"
            return one, of if of == "utf-8" else of + ends
    return b"", encoding


def _decoded(content: bytes, encoding: str, name: str) -> tuple[bytes, str]:
    try:
        return _text(content.decode(encoding).encode(), name), encoding
    except UnicodeDecodeError as error:
        raise UserError(
            "{name}: not {encoding} text (byte {start})",
            name=name,
            encoding=encoding,
            start=error.start,
        ) from None


def _text(content: bytes, name: str) -> bytes:
    if b"\x00" in content:
        if (guessed := guess(content) or "").startswith("utf-16"):
            raise UserError(
                "{name}: not UTF-8 text (byte {where}); it reads as {guessed}: declare "
                "format: {{encodings: [{guessed}]}}",
                name=name,
                where=content.index(0),
                guessed=guessed,
            )
        raise UserError("{name}: not a readable csv file (binary content)", name=name)
    return content


def guess(content: bytes) -> str | None:
    """The encoding that fits text which is not UTF-8, by the words that are not ASCII.

    Surveys hold few such words, too few for the statistics of detectors made for whole pages. So:
    in East Asian encodings the text must be everyday characters, in the others words must be of
    one script with capitals at their beginning only.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    zeros = content[:4096].count(0)
    if zeros > len(content[:4096]) // 4:
        odd = content[1:4096:2].count(0)
        return "utf-16-le" if odd > zeros // 2 else "utf-16-be"
    lines = [line for line in content.splitlines() if not line.isascii()]
    sample = b"\n".join(list(dict.fromkeys(lines))[:2000])[:200_000]
    scores = {
        encoding: score(text)
        for encoding, score in _SCORES.items()
        if (text := _decodes(sample, encoding)) is not None
    }
    if not scores:
        return None
    return max(scores, key=lambda encoding: scores[encoding])


def _decodes(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError as error:
        # the sample may end within a character
        return None if error.start < len(sample) - 4 else sample[: error.start].decode(encoding)


def _words(text: str) -> float:
    """The share of words with other than ASCII letters that are words of one script."""
    words = [
        w
        for w in re.findall(r"[^\s\x00-\x26\x28-\x2c\x2e-\x40\[-`{-\x7f]+", text)
        if not w.isascii()
    ]
    return sum(map(_is_word, words)) / max(len(words), 1)


def _is_word(word: str) -> bool:
    letters = re.sub(r"['’´–—-]|^[„“‚‘«»¿¡(]+|[“”’»…]+$", "", word)
    scripts = {unicodedata.name(c, "?").split()[0] for c in letters}
    capitals = letters.isupper() or letters[1:].islower() or letters.islower() or len(letters) < 2
    if scripts == {"LATIN"} and sum(c.isascii() for c in letters) < len(letters) // 3:
        return False  # a word of another script
    return letters.isalpha() and capitals and len(scripts) == 1


def _asian(everyday: Callable[[str], bool], weight: float = 1.5) -> Callable[[str], float]:
    """The share of everyday characters among those that are not ASCII."""

    def score(text: str) -> float:
        wide = [c for c in text if not c.isascii() and not 0x3000 <= ord(c) <= 0x303F]
        wide = [c for c in wide if not 0xFF00 <= ord(c) <= 0xFF60]
        # where all words are words, a script that is right by half is righter
        return weight * sum(map(everyday, wide)) / max(len(wide), 1)

    return score


#: Frequent syllables of Korean.
_HANGUL = frozenset(
    "이다는을가에의하고로은지도서한리대시기자사를으나인어아라보있그정부해수제만일전스원들과게구관상조장주요산성여울학생남동경신"
    "세안용비선무연우음공계현마오내매통교소유물방중모문업식분개화치반단회당실간점족품객직결발불편강북천광종초졸혼미니오예네요합습됩매우렇통않음었았했"
)
#: The encodings that are tried, the likelier first, and what speaks for each.
_SCORES: dict[str, Callable[[str], float]] = {
    "cp1252": _words,
    "cp1250": _words,
    "cp1251": _words,
    "cp1253": _words,
    "cp1254": _words,
    "cp1257": _words,
    "gb18030": _asian(lambda c: _level(c, "gb2312", 0xB0, 0xD7)),
    "big5": _asian(lambda c: _level(c, "big5", 0xA4, 0xC6)),
    "cp949": _asian(lambda c: c in _HANGUL, 2),
    "shift_jis": _asian(lambda c: 0x3040 <= ord(c) <= 0x30FF or _level(c, "shift_jis", 0x88, 0x97)),
    "cp932": _asian(lambda c: 0x3040 <= ord(c) <= 0x30FF or _level(c, "cp932", 0x88, 0x97)),
}


def _level(c: str, encoding: str, first: int, last: int) -> bool:
    """Whether a character is one of the everyday ones, which encodings put into a range."""
    try:
        return 0x4E00 <= ord(c) <= 0x9FFF and first <= c.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False
