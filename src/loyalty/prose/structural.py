"""Sentences of the structural model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.markdown import escape
from loyalty.numbers import show
from loyalty.prose.words import names, readable, value
from loyalty.study import Hypothesis, Text

PATH_VERDICTS = {
    "supported": Text(en="supported", zh="支持"),
    "open": Text(en="open", zh="未定"),
    "contradicted": Text(en="contradicted", zh="相反"),
}


def judge(sign: str, low: float, high: float) -> str:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (low > 0 or high < 0):
        return "open"
    return "supported" if (low > 0) == (sign == "+") else "contradicted"


def set_aside(
    hypotheses: Sequence[Hypothesis], label: Mapping[str, str], problems: Sequence[str]
) -> list[Text]:
    """What happens when the paths set aside are put back in."""
    said = []
    for h in hypotheses:
        path = f"{label[h.from_]} → {label[h.to]}"
        assert h.set_aside is not None
        said.append(
            Text(
                en=f"{h.id} ({escape(path)}) is not part of the estimated model: {escape(h.set_aside.en)}.",
                zh=f"{h.id}（{escape(path)}）不在所估模型中：{escape(h.set_aside.zh)}。",
            )
        )
    if problems:
        found = escape(readable("; ".join(problems), label))
        said.append(
            Text(
                en=f"Estimated with it all the same, the model shows: {found}.",
                zh=f"若仍纳入，模型出现：{found}。",
            )
        )
    else:
        said.append(
            Text(
                en="Estimated with it all the same, the model converges to an admissible solution.",
                zh="若仍纳入，模型收敛于可接受的解。",
            )
        )
    return said


def paths(
    rows: Sequence[Mapping[str, Any]], r2: Mapping[str, float], label: Mapping[str, str]
) -> list[Text]:
    """`rows`: ``id, path, value, low, high, verdict`` a hypothesis."""
    n = len(rows)
    count = {v: [r for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    said = [
        Text(
            en=f"Of {n} hypothesized paths {len(count['supported'])} are supported, {len(count['open'])} are open and {len(count['contradicted'])} are contradicted.",
            zh=f"{n} 条假设路径中，{len(count['supported'])} 条得到支持，{len(count['open'])} 条未定，{len(count['contradicted'])} 条相反。",
        )
    ]
    if count["supported"]:
        top = max(count["supported"], key=lambda r: abs(r["value"]))
        shown = value(top["value"], "number", top["low"], top["high"])
        said.append(
            Text(
                en=f"The strongest supported path is {escape(top['path'])} (β = {shown}).",
                zh=f"最强的受支持路径为 {escape(top['path'])}（β = {shown}）。",
            )
        )
    wide = [r for r in rows if r["high"] - r["low"] > 1]
    if wide:
        listed = names([r["id"] for r in wide])
        said.append(
            Text(
                en=f"The intervals of {listed.en} are wider than one standard deviation: the constructs behind these paths overlap so much that the data cannot divide the effect between them, and their point estimates must not be read one by one.",
                zh=f"{listed.zh} 的区间宽于一个标准差：这些路径背后的构念高度重叠，数据无法在其间分配效应，其点估计不可逐个解读。",
            )
        )
    ordered = sorted(r2.items(), key=lambda kv: kv[1])
    if ordered:
        (a, low), (b, high) = ordered[0], ordered[-1]
        said.append(
            Text(
                en=f"Explained variance lies between {value(low, 'bounded')} ({escape(label[a])}) and {value(high, 'bounded')} ({escape(label[b])}).",
                zh=f"解释方差介于 {value(low, 'bounded')}（{escape(label[a])}）与 {value(high, 'bounded')}（{escape(label[b])}）之间。",
            )
        )
    return said


def effects(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``id, label, value, low, high, boot_low, boot_high``."""

    def clear(row: Mapping[str, Any]) -> bool:
        return bool(row["boot_low"] > 0 or row["boot_high"] < 0)

    found = [r for r in rows if clear(r)]
    largest = max(found, key=lambda r: abs(r["value"]), default=None)
    en = f"The bootstrap interval of {len(found)} of {len(rows)} indirect effects is clear of zero."
    zh = f"{len(rows)} 个间接效应中有 {len(found)} 个的自助区间不含零。"
    if largest is not None:
        shown = value(largest["value"], "number", largest["boot_low"], largest["boot_high"])
        en += f" The largest of them is {escape(largest['label'])} ({shown})."
        zh += f"其中最大的是 {escape(largest['label'])}（{shown}）。"
    return Text(en=en, zh=zh)


def moderation(rows: Sequence[Mapping[str, Any]]) -> Text:
    count = {v: [r["id"] for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    parts_en = [f"{v}: {names(ids).en}" for v, ids in count.items() if ids]
    parts_zh = [f"{PATH_VERDICTS[v].zh}：{names(ids).zh}" for v, ids in count.items() if ids]
    return Text(
        en=f"Of {len(rows)} hypotheses on moderation and bends: {'; '.join(parts_en)}.",
        zh=f"{len(rows)} 个关于调节与曲线的假设：{'；'.join(parts_zh)}。",
    )


def no_moderation() -> Text:
    return Text(
        en="The case states no hypothesis on moderation or curvature.",
        zh="本案例没有关于调节或曲线效应的假设。",
    )


def crosscheck(difference: float) -> Text:
    shown = escape(show(difference, "number", decimals=5))
    en = f"The estimates differ by at most {shown}."
    zh = f"估计值最多相差 {shown}。"
    if difference > 0.001:
        en += " Where a model is barely identified, the likelihood is nearly flat and optimisers stop at different points of it."
        zh += "模型勉强可识别时，似然几乎平坦，不同优化器会停在不同位置。"
    return Text(en=en, zh=zh)
