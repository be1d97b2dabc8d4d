"""Sentences of the robustness checks."""

from __future__ import annotations

from loyalty.analyses.robustness.findings import Curve, Missing, Power, Specification
from loyalty.estimates.verdicts import beyond, readable
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown import fit
from loyalty.shown.context import Case
from loyalty.shown.doubts import BEYOND, clause, unreliable
from loyalty.shown.short import within
from loyalty.shown.units import units
from loyalty.shown.words import few, names, number, spaced

#: The heading of each choice; those of single groups are made by :func:`choice`.
CHOICES = {
    "own": "as in the structural model",
    "unweighted": "without the weights",
    "complete_rows": "complete rows only",
    "imputed": "multiple imputation",
    "shifted": "imputed answers shifted",
    "estimator": "another estimator",
    "ordered": "answers as ordered categories",
    "scores": "scale scores, regression",
    "pls": "PLS path model",
    "attentive": "without careless respondents",
    "one_answer": "without those who gave one answer throughout",
    "within_person": "answers standardized within the person",
    "weak_items": "without weak items",
    "replaced": "replaced measures of the inputs",
    "partial": "direct paths added (partial mediation)",
    "forward": "every earlier to every later construct",
    "controls": "with respondents' groups as controls",
    "half": "one half of the respondents",
}


def choice(row: Specification, case: Case) -> Text:
    """What was chosen, in a few words."""
    if row.group is None:
        return term(CHOICES[row.choice])
    unit = case.study.units
    assert unit is not None  # the choice is of these
    label = unit.label
    en, zh = within(label.en), label.zh
    return {
        "within": Text(en=f"within {en}s: their means taken out", zh=f"{zh}之内（剔除{zh}均值）"),
        "clustered": Text(
            en=f"{en}s, not respondents, as independent", zh=f"以{zh}而非受访者为独立单位"
        ),
        "one_out": Text(en=f"one {en} left out", zh=f"逐一剔除{zh}"),
    }[row.choice]


def detail(row: Specification, case: Case) -> Text:
    """The choice in detail, as Markdown."""
    n, left = number(row.n), few(row.left_out)
    groups = {g.id: g for g in case.study.groups}
    match row.choice:
        case "imputed":
            return Text(en=f"{n} imputations", zh=f"{n} 次插补")
        case "shifted":
            sign = "\\+" if (row.shift or 0) > 0 else ""
            shift = f"{sign}{number(row.shift, decimals=1)}"
            return Text(en=f"{shift} SD", zh=f"{shift} 个标准差")
        case "pls":
            return Text(en="mode A, path weighting", zh="模式 A，路径加权")
        case "attentive" | "one_answer":
            return Text(en=f"{left.en} left out", zh=spaced("剔除", left.zh, "人"))
        case "within_person":
            return Text(
                en=f"mean and spread taken out; {left.en} without spread left out",
                zh=f"去除个人均值与离散程度；另剔除答案无差异的 {left.zh} 人"
                if row.left_out is not None
                else f"去除个人均值与离散程度；另剔除答案无差异者（{left.zh} 人）",
            )
        case "weak_items":
            return _listed([Text(en=i, zh=i) for i in row.names])
        case "replaced":
            return _listed([case.label(c) for c in row.names])
        case "partial" | "forward":
            return Text(en=f"{n} path{'' if row.n == 1 else 's'} added", zh=f"增加 {n} 条路径")
        case "controls":
            return _listed([groups[g].label for g in row.names])
        case "half":
            return Text(en=f"half {row.names[0]}", zh=f"第 {row.names[0]} 半")
        case "within":
            return Text(en=f"{n} means taken out of each item", zh=f"各题项减去 {n} 个均值")
        case "clustered":
            return Text(en="cluster-robust, t", zh="聚类稳健，t")
        case "one_out":
            level = groups[row.group or ""].levels[row.names[0]]
            return Text(en=escape(level.en), zh=escape(level.zh))
    return Text(en=escape(row.estimator or ""), zh=escape(row.estimator or ""))


def _listed(labels: list[Text]) -> Text:
    return Text(
        en=", ".join(escape(x.en) for x in labels), zh="、".join(escape(x.zh) for x in labels)
    )


def curve(found: Curve, case: Case) -> list[Text] | None:
    """Where the path runs, what agrees, what is suspect, what could not be estimated."""
    if not found.done:
        return None
    doubts = case.reliance.along((found.from_, found.to))
    if doubts:
        why = clause(doubts)
        said = [
            Text(
                en=f"The study's own estimate of this path is not to be relied upon: {why.en}. What other choices give is listed, and makes no range.",
                zh=f"本研究对该路径的估计不可采信：{why.zh}。其他设定的结果只逐一列出，不据此给出取值范围。",
            )
        ]
    else:
        said = [*_sound(found), *_ends(found, case), *_beyond(found, case), *_wide(found)]
    if found.suspect:
        n, one = number(found.suspect), found.suspect == 1
        said.append(
            Text(
                en=f"{n} more {'rests' if one else 'rest'} on a solution that is not to be taken at face value; {'its estimate is' if one else 'their estimates are'} not shown.",
                zh=f"另有 {n} 种设定的解不可直接采信，因此不列出其估计值。",
            )
        )
    if found.failed:
        failed = [r for r in found.specifications if r.estimate is None]
        reasons = dict.fromkeys(fit.faults(r.problems, case) for r in failed)
        listed = names([choice(r, case) for r in failed])
        why = Text(en="; ".join(r.en for r in reasons), zh="；".join(r.zh for r in reasons))
        said.append(
            Text(
                en=f"Could not be estimated: {listed.en}, since {why.en}.",
                zh=f"以下设定无法估计：{listed.zh}。原因是：{why.zh}。",
            )
        )
    return said


def _sound(found: Curve) -> list[Text]:
    """The range of the path and what supports the hypothesis, of acceptable solutions."""
    count = found.sound if found.suspect or found.wide else found.done
    if count is None or found.sound_smallest is None:
        return []
    low, high = number(found.sound_smallest), number(found.sound_largest)
    n, agree = number(count), number(found.agree)
    if count == 1:
        return [
            Text(
                en=f"One specification has an acceptable solution and an interval that can be read; it {'supports' if found.agree else 'does not support'} the hypothesis.",
                zh=f"只有一种设定的解可接受且区间宽度适当；按这一设定，假设{'得到支持' if found.agree else '未得到支持'}。",
            )
        ]
    which = "all" if found.agree == count else agree if found.agree else "none"
    verb = "supports" if found.agree in (0, 1) else "support"
    return [
        Text(
            en=f"Over the {n} specifications with an acceptable solution and an interval that can be read the path runs from {low} to {high}; {which} of them {verb} the hypothesis.",
            zh=f"在解可接受且区间宽度适当的 {n} 种设定下，该路径介于 {low} 与 {high} 之间，支持假设的设定有 {agree} 种。",
        )
    ]


def _wide(found: Curve) -> list[Text]:
    """What is left out of the range since its interval says too little."""
    if not found.wide:
        return []
    n, one = number(found.wide), found.wide == 1
    return [
        Text(
            en=f"{n} more {'has' if one else 'have'} an interval wider than one standard deviation; {'it is' if one else 'they are'} listed, and left out of the range.",
            zh=f"另有 {n} 种设定的区间宽于一个标准差，只列出而不计入上述范围。",
        )
    ]


def _ends(found: Curve, case: Case) -> list[Text]:
    """Which choices lie at the ends, where they are two."""
    at = (found.lowest, found.highest, found.widest)
    rows = [found.specifications[i] for i in at if i is not None]
    if len(rows) < 3 or not all(map(readable, rows)):
        return []
    low, high, wide = (choice(r, case) for r in rows)
    if low == high:
        return []
    return [
        Text(
            en=f"Lowest is the choice “{escape(low.en)}”, highest “{escape(high.en)}”; the widest interval comes with “{escape(wide.en)}”.",
            zh=f"估计值最低的设定是“{escape(low.zh)}”，最高的是“{escape(high.zh)}”；区间最宽的是“{escape(wide.zh)}”。",
        )
    ]


def _beyond(found: Curve, case: Case) -> list[Text]:
    """Which choices in the range put the path beyond 1, and what that means."""
    rows = [r for r in found.specifications if readable(r) and beyond(r.estimate)]
    if not rows:
        return []
    labels, one = names([choice(r, case) for r in rows]), len(rows) == 1
    return [
        Text(
            en=f"Beyond 1 in size {'is the path' if one else 'are the paths'} of {labels.en}: {BEYOND.en}.",
            zh=f"在{labels.zh}的设定下，路径的绝对值大于 1：{BEYOND.zh}。",
        )
    ]


def missing(found: Missing, case: Case) -> Text:
    focal = case.study.focal
    if focal is not None and (doubts := case.reliance.along((focal.from_, focal.to))):
        return unreliable("missing", doubts)
    gap = number(found.gap)
    rest = rest_zh = ""
    if found.left_out:
        n = number(found.left_out)
        rest = f" {n} more {'is' if found.left_out == 1 else 'are'} not counted: a doubtful solution, or an interval too wide to read."
        rest_zh = f"另有 {n} 种处理方式因解可疑或区间过宽而未计入。"
    return Text(
        en=f"Other treatments of missing answers move the path by at most {gap}, also where those who did not answer are assumed to stand half a standard deviation higher or lower than like respondents.{rest}",
        zh=f"改变缺失答案的处理方式，路径至多变动 {gap}；假定未作答者比与其相似的受访者高或低半个标准差时，也是如此。{rest_zh}",
    )


def power(found: Power, case: Case) -> Text:
    """What would have been found with a power of 80 %."""
    if case.reliance.whole:
        return unreliable("power", case.reliance.whole)
    if found.worst is None:
        return Text(
            en="The intervals are so wide that no standardized path of a plausible size could have been found with a power of 80 %.",
            zh="区间过宽，以 80% 的功效无法发现任何合理大小的标准化路径。",
        )
    small, worst, tiny = number(found.target), number(found.worst), number(found.tiny)
    n, sane = number(found.n), number(found.sane)
    where = f"in {sane} of {n} places" if found.sane < found.n else "everywhere"
    which = f"{tiny} of them" if found.tiny else "none"
    if found.tiny and found.tiny == found.n:
        which = "every one"
    en = f"With a power of 80 % a path of {worst} or more could have been found {where}; {which} would have shown one as small as {small}."
    places = f"{n} 条路径" if found.sane == found.n else f"{n} 条路径中的 {sane} 条"
    zh = f"以 80% 的功效，可在 {places}上检测出 {worst} 及以上的效应"
    smallest = "但没有一条" if not found.tiny else f"其中有 {tiny} 条"
    zh += f"，{'且均' if found.tiny == found.n else smallest}可检测出小至 {small} 的效应。"
    wild = [Text(en=p.id, zh=p.id) for p in found.paths if p.detectable > 1]
    if wild:
        en += f" Of {names(wild).en} no path of a plausible size could have been found."
        zh += spaced(names(wild).zh, "则无从发现任何合理大小的效应。")
    if found.cluster_worst is not None:
        top = number(found.cluster_worst)
        many = units(case).many
        en += f" With {many.en} as the independent units it takes up to {top}."
        zh += f"若以{many.zh}为独立单位，则有的路径须达到 {top} 才能检测出来。"
    return Text(en=en, zh=zh)
