"""Sentences of what customers wrote and complained about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown.prose.words import NO_BREAK, names, value

#: Why a text is left out.
EXCLUDED = {
    "polarity": Text(en="neither praise nor complaint", zh="既非好评也非差评"),
    "text: empty": Text(en="empty", zh="空行"),
    "duplicate": Text(en="the same text again", zh="重复文本"),
    "both": Text(en="filed as praise and as complaint", zh="同时归入好评与差评"),
    "reply": Text(en="answer of a business, not of a customer", zh="商家回复，非顾客所写"),
    "no word": Text(en="no letter in it", zh="没有文字"),
}


def voice_texts(read: int, left: int, duplicates: int, praise: int) -> Text:
    share = value(1 - left / read, "percent")
    twice = value(duplicates, "count")
    return Text(
        en=f"Of {value(read, 'count')} lines {value(left, 'count')} are left; {share} were taken out before anything was counted, {twice} of them because the same text stood there already. {value(praise, 'count')} of those left are praise and {value(left - praise, 'count')} complaint: a proportion that the collection chose and that measures nobody's satisfaction. One review can be several lines, so the intervals below, which take lines as independent, are somewhat too narrow.",
        zh=f"{value(read, 'count')} 行中留下 {value(left, 'count')} 行；{share} 在一切计数之前剔除，其中 {twice} 行为重复文本。留下者中 {value(praise, 'count')} 行为好评，{value(left - praise, 'count')} 行为差评：该比例由收集方式决定，不衡量满意程度。一条评论可占数行，以下区间把各行视为独立，因而略窄。",
    )


def voice_themes(
    rows: Sequence[Mapping[str, Any]], label: Mapping[str, Text], texts: int, any_theme: int
) -> list[Text]:
    """`rows`: ``theme, low, high`` (simultaneous interval of the log odds ratio, NaN where the
    theme is too rare), ``low_adjusted, high_adjusted``.
    """
    compared = [r for r in rows if not math.isnan(r["low"])]
    rare = [r for r in rows if math.isnan(r["low"])]
    groups = {
        "praise": [r for r in compared if r["low"] > 0],
        "complaint": [r for r in compared if r["high"] < 0],
        "open": [r for r in compared if r["low"] <= 0 <= r["high"]],
    }

    def named(part: Sequence[Mapping[str, Any]]) -> Text:
        of = [label[r["theme"]] for r in part]
        return Text(en=names([t.en.lower() for t in of]).en, zh=names([t.zh for t in of]).zh)

    share = value(any_theme / texts, "percent")
    said = [
        Text(
            en=f"Only {share} of the lines mention any of these themes: customers write of the product and the stay, seldom of what comes after."
            if any_theme / texts < 0.1
            else f"{share} of the lines mention at least one of these themes.",
            zh=f"仅 {share} 的行提及任一主题：顾客谈商品与住宿，很少谈售后。"
            if any_theme / texts < 0.1
            else f"{share} 的行至少提及一个主题。",
        )
    ]
    sides = {k: named(v) for k, v in groups.items()}
    if groups["complaint"]:
        said.append(
            Text(
                en=f"With complaint go {sides['complaint'].en}.",
                zh=f"与差评相伴的是{sides['complaint'].zh}。",
            )
        )
    if groups["praise"]:
        said.append(
            Text(
                en=f"With praise goes {sides['praise'].en}."
                if len(groups["praise"]) == 1
                else f"With praise go {sides['praise'].en}.",
                zh=f"与好评相伴的是{sides['praise'].zh}。",
            )
        )
    if groups["open"]:
        said.append(
            Text(
                en=f"Open, since the interval holds zero: {sides['open'].en}.",
                zh=f"区间含零、尚无定论：{sides['open'].zh}。",
            )
        )
    if rare:
        said.append(
            Text(
                en=f"Too rare to be compared: {named(rare).en}.",
                zh=f"过少而未作比较：{named(rare).zh}。",
            )
        )
    clear = [*groups["praise"], *groups["complaint"]]
    held = [r for r in clear if not math.isnan(r["low_adjusted"])]
    if clear and not held:
        said.append(
            Text(
                en="Whether this holds with what was bought, the length of the text and the other themes held constant cannot be computed.",
                zh="控制购买对象、文本长度及其他主题后是否仍然如此，无法计算。",
            )
        )
    changed = [
        r for r in held if not (r["low_adjusted"] > 0 if r["low"] > 0 else r["high_adjusted"] < 0)
    ]
    if changed:
        less = named(changed)
        said.append(
            Text(
                en=f"With what was bought, the length of the text and the other themes held constant this is no longer clear for {less.en}.",
                zh=f"控制购买对象、文本长度及其他主题后，{less.zh}不再明确。",
            )
        )
    elif held:
        said.append(
            Text(
                en="The same holds with what was bought, the length of the text and the other themes held constant.",
                zh="控制购买对象、文本长度及其他主题后结论相同。",
            )
        )
    if clear:
        said.append(
            Text(
                en="This is what goes together in texts; it does not say that better after-sales service would turn complaint into praise.",
                zh="这只是文本中的相伴关系，并不说明改善售后会使差评变好评。",
            )
        )
    return said


def voice_overlap(
    several: int, any_theme: int, pairs: pd.DataFrame, label: Mapping[str, Text]
) -> Text:
    """`pairs`: ``a, b, n, jaccard`` from the closest on."""
    shown = value(several, "count")
    of = value(any_theme, "count")
    if pairs.empty:
        return Text(
            en=f"{shown} of {of} lines with a theme have several; no two themes share enough lines to be shown.",
            zh=f"有主题的 {of} 行中 {shown} 行含多个主题；没有两个主题的共同行数多到可以列出。",
        )
    top = pairs.iloc[0]
    a, b = label[top["a"]], label[top["b"]]
    jaccard = value(top["jaccard"], "bounded")
    return Text(
        en=f"{shown} of {of} lines with a theme have several, and are counted under each. Most often together are {escape(a.en.lower())} and {escape(b.en.lower())} (Jaccard {jaccard}, {value(top['n'], 'count')} lines).",
        zh=f"有主题的 {of} 行中 {shown} 行含多个主题，分别计入。最常同现的是{escape(a.zh)}与{escape(b.zh)}（Jaccard {jaccard}，{value(top['n'], 'count')} 行）。",
    )


def voice_words(praise: Sequence[str], complaint: Sequence[str], gloss: Mapping[str, str]) -> Text:
    def with_gloss(word: str) -> str:
        return f"{word} ({gloss[word]})" if word in gloss else word

    return Text(
        en=f"Of all words, these set praise most apart: {names([with_gloss(w) for w in praise]).en}; and these complaint: {names([with_gloss(w) for w in complaint]).en} [@monroe2008]. What was bought shows among them, too: the kinds of goods are not equally often praised.",
        zh=f"最能区分好评的词：{names(praise).zh}；最能区分差评的词：{names(complaint).zh} [@monroe2008]。其中也有购买对象的影响：各类商品得到好评的多少不同。",
    )


def voice_clusters(
    table: pd.DataFrame, k: int, jaccard: Sequence[float], cut: Threshold
) -> list[Text]:
    """`table`: ``stability, silhouette`` by number of clusters; `k` was chosen."""
    tried = int(table.index.min()), int(table.index.max())
    stability, silhouette = (float(table[c].astype(float)[k]) for c in ("stability", "silhouette"))
    stable = sum(cut.met(j) for j in jaccard)
    mark = escape(show(cut.value, "bounded"))
    if stable == k:
        found = Text(
            en=f"All {k} reach a Jaccard index of {mark}: they are found again in other samples [@{cut.cite}].",
            zh=f"{k} 个的 Jaccard 指数均达到 {mark}，即能在其他样本中重现 [@{cut.cite}]。",
        )
    else:
        found = Text(
            en=f"{stable} of {k} reach a Jaccard index of {mark}; the others are not found again in other samples [@{cut.cite}].",
            zh=f"{k} 个中有 {stable} 个的 Jaccard 指数达到 {mark}；其余未能在其他样本中重现 [@{cut.cite}]。",
        )
    said = [
        Text(
            en=f"Between {tried[0]} and {tried[1]} clusters were tried; {k} come out most alike from one bootstrap sample to the next (adjusted Rand index {value(stability, 'bounded')}) [@fang2012]. {found.en}",
            zh=f"尝试了 {tried[0]} 至 {tried[1]} 个聚类；{k} 个在不同自助样本间最为一致（调整兰德指数 {value(stability, 'bounded')}）[@fang2012]。{found.zh}",
        )
    ]
    if silhouette < 0.25:
        said.append(
            Text(
                en=f"Found again does not mean well apart: the mean silhouette is {value(silhouette, 'bounded')}, so the clusters run into one another.",
                zh=f"可重现不等于分得开：平均轮廓系数为 {value(silhouette, 'bounded')}，各类彼此相接。",
            )
        )
    return said


def voice_clusters_alike() -> Text:
    """Where the same class is the most frequent of every cluster."""
    return Text(
        en="The same class is the most frequent in each: what sets these clusters apart is how soon and how well complaints were dealt with, not what they were about.",
        zh="各聚类中最常见的类别相同：把它们分开的是响应快慢与是否解决，而非投诉内容。",
    )


def voice_quotes(n: int, served: Sequence[Text]) -> Text:
    of = Text(
        en=names([t.en.lower() for t in served]).en,
        zh=names([t.zh for t in served]).zh,
    )
    return Text(
        en=f"Clauses of the texts, {value(n, 'count')} in all, as written: chosen by their length alone, only out of lines on {of.en}, and only where the line has no telephone number, account, address or name with a title. They illustrate and prove nothing.",
        zh=f"原文分句，共 {value(n, 'count')} 条：只按长度选取，只取自有关{of.zh}的行，且该行不含电话、账号、地址或带称谓的姓名。仅作例示，不作证据。",
    )


def _points(difference: float, low: float, high: float) -> str:
    """A difference of shares in percentage points, with its interval."""
    at, *ends = (escape(show(100 * x, "number", decimals=1)) for x in (difference, low, high))
    return f"{at} \\[{ends[0]}, {ends[1]}\\]".replace(" ", NO_BREAK)


def voice_classes(
    classes: Sequence[Mapping[str, Any]],
    ranked: Sequence[Mapping[str, Any]],
    label: Mapping[str, Text],
    response: tuple[float, float, float] | None,
    cut: Threshold,
) -> list[Text]:
    """`classes`: ``class, share``; `ranked`: ``class, impact, impact_low, impact_high`` from the
    greatest impact on (empty where nobody knows who stayed); `response`: share with interval.
    """
    common = max(classes, key=lambda r: r["share"])
    most = label[common["class"]]
    said = [
        Text(
            en=f"Most frequent is {escape(most.en.lower())} ({value(common['share'], 'percent')} of the complaints).",
            zh=f"最常见的是{escape(most.zh)}（占投诉的 {value(common['share'], 'percent')}）。",
        )
    ]
    if response is not None:
        hours = escape(show(cut.value, "number", decimals=0))
        shown = value(response[0], "percent", response[1], response[2])
        said.append(
            Text(
                en=f"A first response within {hours} hours [@{cut.cite}] came to {shown} of them.",
                zh=f"在 {hours} 小时内 [@{cut.cite}] 得到首次回应者占 {shown}。",
            )
        )
    if not ranked:
        return said
    sure = [r for r in ranked if r["impact_low"] > 0]
    if not sure:
        said.append(
            Text(
                en="No class is clearly worse for staying than the others: their order by impact is not settled.",
                zh="没有哪一类明显更不利于留存：按影响的排序尚无定论。",
            )
        )
        return said
    top = sure[0]
    shown = _points(top["impact"], top["impact_low"], top["impact_high"])
    name = label[top["class"]]
    said.append(
        Text(
            en=f"By impact {escape(name.en.lower())} comes first in the estimate: if its customers stayed like the others, the share that stays would rise by {shown} percentage points.",
            zh=f"按影响的估计排序，{escape(name.zh)}居首：若该类客户与其他客户同样留下，留存比例将提高 {shown} 个百分点。",
        )
    )
    rivals = [
        label[r["class"]] for r in ranked if r is not top and r["impact_high"] > top["impact_low"]
    ]
    if rivals:
        said.append(
            Text(
                en=f"Its interval overlaps that of {names([r.en.lower() for r in rivals]).en}: which is first is not settled.",
                zh=f"其区间与{names([r.zh for r in rivals]).zh}的重叠：孰先尚无定论。",
            )
        )
    return said


def voice_staying(rows: Sequence[Mapping[str, Any]], cut: Threshold) -> list[Text]:
    """`rows`: ``term`` (``soon`` or ``solved``), ``effect, low, high``."""
    hours = escape(show(cut.value, "number", decimals=0))
    meaning = {
        "soon": Text(en=f"A first response within {hours} hours", zh=f"{hours} 小时内首次回应"),
        "solved": Text(en="A solution", zh="投诉得到解决"),
    }
    said = []
    for r in rows:
        shown = _points(r["effect"], r["low"], r["high"])
        clear = r["low"] > 0 or r["high"] < 0
        of = meaning[r["term"]]
        said.append(
            Text(
                en=f"{of.en} goes with a share that stays higher by {shown} percentage points{'' if clear else '; the difference may be none'}.",
                zh=f"{of.zh}者的留存比例高出 {shown} 个百分点{'' if clear else '；也可能没有差别'}。",
            )
        )
    if said:
        said.append(
            Text(
                en="The class and the other of the two are held constant, whatever else sets these complaints apart is not: this is no proof of an effect.",
                zh="已控制投诉类别及另一因素，其他差别未控制：不能证明因果。",
            )
        )
    else:
        said.append(
            Text(
                en="Neither the hours nor the outcome are known, or they do not vary.",
                zh="响应时间与结果不详，或没有差异。",
            )
        )
    return said


def voice_counted(read: int, excluded: Mapping[str, int]) -> Text:
    """Rows of a table that could not be used, by reason."""
    if not excluded:
        return Text(
            en=f"All {value(read, 'count')} rows can be used.",
            zh=f"{value(read, 'count')} 行全部可用。",
        )
    why = names([f"{reason} ({n:,})" for reason, n in excluded.items()])
    return Text(
        en=f"Of {value(read, 'count')} rows {value(sum(excluded.values()), 'count')} cannot be used: {why.en}.",
        zh=f"{value(read, 'count')} 行中 {value(sum(excluded.values()), 'count')} 行不可用：{why.zh}。",
    )
