"""Texts: read in mixed encodings, cleaned, split the same way each time, quoted without harm."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from loyalty.analyses.voice import quotes, text, themes
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases import tables as resources
from loyalty.cases.sources import Distribution, Resource
from loyalty.ground import paths
from loyalty.ground.markdown import escape


def reviews(levels: bool = True) -> Resource:
    """A description of reviews in a file."""
    given: dict[str, Any] = {
        "id": "reviews",
        "kind": "reviews",
        "label": "Reviews",
        "rows": {"file": {"path": "reviews.csv", "sha256": "0" * 64}},
    }
    if levels:
        given["levels"] = {"pos": "praise", "neg": "complaint"}
    return Resource.model_validate(given)


def left_out(used: Iterable[resources.LeftOut]) -> dict[str, int]:
    """Rows left out, by the reason's sentence."""
    return {left.reason.text().en: left.n for left in used}


def loaded(*rows: tuple[str, str], levels: bool = True) -> resources.Loaded:
    frame = pd.DataFrame(rows, columns=["text", "polarity"])
    return resources.typed(reviews(levels), frame, "0" * 64, "reviews.csv")


# --- bad input -------------------------------------------------------------------------------
def test_lines_in_mixed_encodings() -> None:
    content = b"\n".join(
        [b"\xef\xbb\xbf" + "很好".encode(), "太差".encode("gb18030"), b"", b"\x81\xff\xff ok"]
    )
    found = resources.lines(content, ["utf-8", "gb18030"])
    assert found[:3] == ["很好", "太差", ""]
    assert "\ufffd" in found[3]
    assert "\ufffd" in resources.lines("太差".encode("gb18030"), ["utf-8"])[0]


def test_what_cannot_be_used_is_counted_and_the_rest_goes_on() -> None:
    got = loaded(("好", "pos"), ("  ", "neg"), ("坏\ufffd", "neg"), ("差", "bad"), ("差", "neg"))
    assert got.rows["text"].tolist() == ["好", "差"]
    assert left_out(got.excluded) == {
        "text: readable text is expected": 1,
        "text: empty": 1,
        "polarity: one of pos, neg is expected": 1,
    }


def test_short_texts_are_no_levels() -> None:
    """The levels are of the polarity: a text is free, however short."""
    assert len(loaded(("好", "pos"), ("差", "neg")).rows) == 2


def test_an_unknown_class_of_complaints() -> None:
    resource = Resource.model_validate(
        {
            "id": "complaints",
            "kind": "complaints",
            "label": "Complaints",
            "rows": {"file": {"path": "c.csv", "sha256": "0" * 64}},
            "levels": {"price": "Price", "returns": "Returns"},
        }
    )
    frame = pd.DataFrame({"class": ["price", "weather", "returns"], "hours": ["1", "2", "-3"]})
    got = resources.typed(resource, frame, "0" * 64, "c.csv")
    assert got.rows["class"].tolist() == ["price"]
    assert left_out(got.excluded) == {
        "class: one of price, returns is expected": 1,
        "hours: a number of zero or more is expected": 1,
    }


def test_a_member_of_an_archive_of_sources(
    project: Any, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("made-1.0/made/pos.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"good"))
    import hashlib

    sha256 = hashlib.sha256(packed.getvalue()).hexdigest()
    folder = paths.cache() / "distributions"
    folder.mkdir(parents=True)
    (folder / f"made-1.0-{sha256[:16]}.tar.gz").write_bytes(packed.getvalue())
    source = Distribution(name="made", version="1.0", sha256=sha256)
    assert sources.member(source, "made/pos.txt") == b"good"
    said = refusal(sources.member, source, "made/neg.txt")
    assert said == "made 1.0, made/neg.txt: the distribution has no such member"
    assert "no such member" in refusal(sources.member, source, "../made-1.0/made/pos.txt")


# --- cleaning and themes ---------------------------------------------------------------------
def test_each_text_once() -> None:
    got = text.clean(
        [
            loaded(
                ("客服 很好", "pos"),
                ("客服\u3000很好 ", "pos"),  # the same but for spaces
                ("一般", "pos"),
                ("一般", "neg"),
                ("一般", "neg"),
                ("宾馆反馈 2008年:谢谢", "pos"),
                ("!!! 123", "neg"),
                ("退货", "neg"),
                ("退货", "odd"),
                levels=False,
            )
        ]
    )
    assert got.rows.to_dict("list") == {"text": ["客服 很好", "退货"], "polarity": ["pos", "neg"]}
    assert (got.used.read, got.used.excluded) == (9, 7)
    assert {left.reason.code: left.n for left in got.used.reasons} == {
        "not_a_level": 1,
        "duplicate_text": 2,
        "both_polarities": 2,
        "reply": 1,
        "no_letter": 1,
    }


def test_themes_overlap_and_subjects_do_not() -> None:
    texts = pd.Series(["打客服要求退货", "房间很大,书不错,前台好", "什么也没有"])
    there = text.mentions(texts, list(themes.themes().values()))
    assert list(there.columns[there.loc[0]]) == ["customer_service", "returns"]
    assert not there.loc[1:].any(axis=None)
    assert text.subject(texts, themes.subjects()).tolist() == ["other", "hotel", "other"]


def test_every_theme_of_the_source_has_its_words() -> None:
    labels = {t.label.zh: t.words for t in themes.themes().values()}
    assert set(labels) == {"售后", "客服", "维修", "退货", "投诉", "服务补救", "个性化关怀"}
    assert all(w and len(w) == len(set(w)) for w in labels.values())
    words = [w for t in themes.themes().values() for w in t.words]
    assert len(words) == len(set(words))


SPLIT = (
    "from loyalty.analyses.voice import text; "
    "print(text.words(['售后服务态度很差,维修了三次还是退货']))"
)


def test_words_do_not_depend_on_the_hash_seed(project: Any) -> None:
    said = {
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SPLIT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1 and "'售后服务', '态度', '很差', '维修'" in said.pop()
    assert (paths.cache() / "jieba").is_dir()


# --- quotations ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ("电话13912345678找我", "13912345678"),
        ("电话 139-1234-5678 找我", "1234"),
        ("电话１３９１２３４５６７８找我", "1391234"),
        ("电话一三九一二三四五六七八找我", "一三九一"),
        ("前台0311-86911999订房", "86911999"),
        ("写信 jin.li+a@mail-x.com.cn 吧", "jin"),
        ("写信 jin li @ mail.com 吧", "jin"),
        ("写信jin(at)mail.com吧", "mail.com"),
        ("欢迎访问www.small-stone.com交流", "small"),
        ("见http://a.b/c?d=e,谢谢", "a.b"),
        ("见 bookapp.book.qq.com/origin/x 好", "bookapp"),
        ("我的QQ:410073", "410073"),
        ("需要的联系我呗qq42950063", "42950063"),
        ("加我微信号：lily_88", "lily"),
        ("加vx abc-def-1", "abc-def"),
        ("订单号1411592970都7天了", "1411592970"),
        ("单号KF051501056101361930", "KF05"),
        ("找马建国先生", "马建国"),
        ("黄经理态度差", "黄"),
        ("联系人：黄同金", "黄同金"),
        ("我姓欧阳", "欧阳"),
        ("地址赤峰路63号", "赤峰路63"),
    ],
)
def test_contact_details_are_masked(given: str, secret: str) -> None:
    masked = quotes.mask(given)
    assert secret not in masked and quotes.MASK in masked
    assert quotes.mask(masked) == masked


@pytest.mark.parametrize("given", ["服务态度很差,打了3次电话", "2008年11月30日入住", "空调1500元"])
def test_ordinary_words_are_left_alone(given: str) -> None:
    assert quotes.mask(given) == quotes.plain(given)


HOSTILE = [
    "退货<script>alert(1)</script>很慢",
    "退货{{< include /etc/passwd >}}",
    "退货 @fig-x 和 [@cite]",
    "退货`code` $x^2$ **b** _i_ ~s~ #h",
    "退货![x](y) [a](javascript:b)",
    "退货\u202eabc\u202c \u200b\x00\x1b[31m红",
    "退货 | a | b |\n---|---\n:::{.x}\n:::",
    "退货&lt;b&gt; \\textbf{x} %c",
]


@pytest.mark.parametrize("given", HOSTILE)
def test_a_quotation_is_no_markup(given: str) -> None:
    shown = escape(quotes.plain(given))
    assert "\n" not in shown
    assert not any(ord(c) < 32 or c in "\u202e\u202c\u200b" for c in shown)
    for mark in "<>{}[]@`$*_~#|!\\&%":
        for at, character in enumerate(shown):
            if character == mark and mark != "\\":
                assert shown[at - 1] == "\\", (mark, shown)


def test_quotations_are_short_clean_and_the_same_in_any_order() -> None:
    texts = [
        "这次退货花了两个星期才办好,真是太慢了。",
        "客服让我退货打13912345678,没有人接,退货的人都这样说",
        "退货",
        "退货的运费还要自己出,王小明先生说的",
        "退货流程很清楚，三天就把钱退给我了，" * 3,
        "x" * 40 + "退货" + "y" * 40,
    ]
    got = quotes.pick(texts, ["退货"], 5)
    assert (
        got
        == quotes.pick(texts[::-1], ["退货"], 5)
        == ["这次退货花了两个星期才办好", "退货流程很清楚"]
    )
    assert all(quotes.SHORTEST <= len(q) <= quotes.LONGEST for q in got)
    assert quotes.pick(texts, ["没有这个词"], 5) == []


# --- the case --------------------------------------------------------------------------------
def test_the_reviews(repository: Path) -> None:
    """Golden facts of the lines: how many there are, how many differ, what is left."""
    case = study.load("reviews-zh")
    (resource,) = case.resources
    assert case.analyses == ["voice"] and not case.simulated
    try:
        table = resources.load(case, resource)
    except sources.UserError as error:
        assert "HASHES" not in str(error)
        pytest.skip(f"the distribution is not cached and cannot be fetched: {error}")
    assert table.read == 16_548 + 18_576
    distinct = table.rows.groupby("polarity")["text"].nunique()
    assert distinct["neg"] == 9_078 and distinct["pos"] in (8_377, 8_379)
    got = text.clean([table])
    assert got.left_out("duplicate_text") > table.read / 2
    assert len(got.rows) + sum(left.n for left in got.used.reasons) == got.used.read
    assert got.rows["text"].is_unique
