"""Sentences on the structural model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from loyalty.analyses.structural.findings import (
    Added,
    Bend,
    Clustered,
    Competing,
    Composed,
    Effect,
    Effects,
    Fit,
    Latent,
    Moderation,
    Path,
    Paths,
    Questions,
    Reported,
    Resamples,
    SecondOpinion,
    Structure,
    Totals,
    Whole,
)
from loyalty.analyses.structural.ways import Contrast, Contrasts
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import Doubts, PathVerdict, beyond
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import apa
from loyalty.shown import fit as fits
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import BEYOND, clause, shortly, unreliable
from loyalty.shown.units import units
from loyalty.shown.words import (
    among,
    be,
    counted,
    cut,
    equals,
    escaped,
    estimate,
    listed,
    names,
    number,
    significant,
    spaced,
)

#: The heading of each competing structure.
STRUCTURES = {
    "hypothesized": "as hypothesized",
    "partial": "direct paths added (partial mediation)",
    "forward": "every earlier to every later construct",
    "unmediated": "direct paths only (no mediation)",
}
#: Fewer usable draws than this share of all make an interval unreliable.
ENOUGH_DRAWS = 0.9


# --- names ---------------------------------------------------------------------------------------
def along(case: Case) -> Mapping[str, Text]:
    """The label of every indirect effect by its id."""
    return {effect.id: effect.label for effect in case.study.effects}


def bend(row: Bend, case: Case) -> Text:
    """``Quality × Price → Loyalty`` or ``Quality² → Loyalty``."""
    a, z, b = (case.label(c) for c in (row.from_, row.moderator, row.to))
    if row.quadratic:
        return arrow(Text(en=f"{a.en}²", zh=f"{a.zh}²"), b)
    return arrow(Text(en=f"{a.en} × {z.en}", zh=f"{a.zh} × {z.zh}"), b)


def _ids(ids: Sequence[str]) -> Text:
    return names([Text(en=i, zh=i) for i in ids])


def _clear(lower: float | None, upper: float | None) -> bool:
    """Whether an interval excludes zero; one that could not be had does not."""
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


def composed(found: Composed, case: Case) -> list[Text]:
    """Why some paths are by another method, what they say, and what the other model is without."""
    of = [c.label for c in case.study.constructs if c.id in case.study.formative]
    used = [
        label
        for label, c in zip(
            of, [c for c in case.study.constructs if c.mode == "formative"], strict=True
        )
        if any(c.id in (r.from_, r.to) for r in found.rows)
    ]
    which = names([escaped(label) for label in used])
    count, supported = number(found.count), number(found.supported)
    against, undecided = number(found.contradicted), number(found.open)
    said = [
        Text(
            en=f"{which.en} {'is formative: its items make it up, so its paths' if len(used) == 1 else 'are formative: their items make them up, so their paths'} are estimated by PLS and not by the covariance-based model.",
            zh=spaced(
                which.zh, "是形成型构念，由题项构成，因此相关路径以 PLS 估计，不纳入协方差模型。"
            ),
        ),
        Text(
            en=f"Of {count} such hypotheses {supported} are supported by their intervals, {against} contradicted, {undecided} open.",
            zh=f"此类假设共 {count} 条，其中得到区间支持的有 {supported} 条，与假设相反的有 {against} 条，未定的有 {undecided} 条。",
        ),
    ]
    if found.beside:
        ends = names([escaped(case.label(c)) for c in found.beside])
        said.append(
            Text(
                en=f"The covariance-based paths to {ends.en} do not allow for these constructs.",
                zh=spaced("协方差模型中指向", ends.zh, "的路径未控制这些构念。"),
            )
        )
    return said


# --- the model -----------------------------------------------------------------------------------
def whole(found: Whole, case: Case) -> list[Text]:
    """What happens when the paths set aside are put back in."""
    said = []
    for h in case.study.hypotheses:
        if h.id not in found.set_aside or h.set_aside is None:
            continue
        what, why = case.path(h.from_, h.to), h.set_aside
        said.append(
            Text(
                en=f"{h.id} ({escape(what.en)}) is not part of the estimated model: {escape(why.en)}.",
                zh=f"{h.id}（{escape(what.zh)}）未纳入所估计的模型，理由如下：{escape(why.zh)}。",
            )
        )
    if found.problems:
        problems = fits.problems(found.problems, case)
        said.append(
            Text(
                en=f"Estimated with it all the same, the model shows: {problems.en}.",
                zh=f"若仍将其纳入，则{problems.zh}。",
            )
        )
    else:
        said.append(
            Text(
                en="Estimated with it all the same, the model converges to an admissible solution.",
                zh="若仍将其纳入，模型收敛于可接受的解。",
            )
        )
    return said


def fit(found: Fit, case: Case) -> list[Text]:
    said = fits.fit(found, ("cfi", "rmsea", "srmr"))
    return [apa.estimated(case), *said, *fits.judged(found, case)]


def paths(found: Paths, case: Case) -> list[Text]:
    return [*_doubted(found, case), *_beyond(found, case), *_explained(found, case)]


def _beyond(found: Paths, case: Case) -> list[Text]:
    """Which paths that may be relied upon are larger than 1 in size, and what that means."""
    large = [r.id for r in found.rows if beyond(r.estimate) and relied(r, case)]
    if not large:
        return []
    which = _ids(large)
    return [
        Text(
            en=f"Larger than 1 in size {be(len(large))} {which.en}: {BEYOND.en}.",
            zh=spaced("", which.zh, f"的绝对值大于 1：{BEYOND.zh}。"),
        )
    ]


def relied(row: Path, case: Case) -> bool:
    """Whether a path may be relied upon."""
    return not case.reliance.of(row)


def verdict(row: Path, case: Case) -> Text:
    """What the table says of a path."""
    doubts = case.reliance.of(row)
    if not doubts:
        return term(fits.PATH_VERDICTS[row.verdict])
    said, why = term("not to be relied upon"), shortly(doubts)
    return Text(en=f"{said.en}: {why.en}", zh=f"{said.zh}：{why.zh}")


def by_verdict(found: Paths, case: Case) -> Text:
    """The paths by verdict, those that may not be relied upon apart, by their ids."""
    by: dict[str, list[str]] = {"supported": [], "open": [], "contradicted": [], "doubted": []}
    for row in found.rows:
        by[row.verdict if relied(row, case) else "doubted"].append(row.id)
    said = {
        "supported": (" supported", "得到支持"),
        "open": (" open", "未定"),
        "contradicted": (" contradicted", "与假设相反"),
        "doubted": (" not to be relied upon", "不可采信"),
    }
    some = [(said[v], ids) for v, ids in by.items() if ids]
    if len(some) == 1:
        (en, zh), _ = some[0]
        if by["doubted"]:
            return Text(
                en="None of the hypothesized paths is to be relied upon."
                if found.count > 1
                else "The hypothesized path is not to be relied upon.",
                zh="各条假设路径均不可采信。" if found.count > 1 else "该假设路径不可采信。",
            )
        if found.count == 1:
            return Text(en=f"The hypothesized path is{en}.", zh=f"该假设路径{zh}。")
        n = number(found.count)
        return Text(en=f"All {n} hypothesized paths are{en}.", zh=f"{n} 条假设路径均{zh}。")
    parts = [
        Text(en=f"{_ids(ids).en} {be(len(ids))}{en}", zh=f"{_ids(ids).zh} {zh}")
        for (en, zh), ids in some
    ]
    n, all_of = number(found.count), listed(parts)
    return Text(
        en=f"Of {n} hypothesized paths {all_of.en}.",
        zh=f"{n} 条假设路径中，{'，'.join(p.zh for p in parts)}。",
    )


def spoken(found: Paths, case: Case) -> Text:
    """A path diagram in words: every path with its number where it may be read."""

    def said(row: Path) -> Text:
        what = escaped(case.path(row.from_, row.to))
        beside = Text(en=number(row.estimate), zh=number(row.estimate))
        beside = beside if relied(row, case) else verdict(row, case)
        return Text(en=f"{what.en} {beside.en}", zh=f"{what.zh}（{beside.zh}）")

    all_of = [said(row) for row in found.rows]
    return Text(
        en=f"Path diagram: {'; '.join(t.en for t in all_of)}.",
        zh=f"路径图：{'；'.join(t.zh for t in all_of)}。",
    )


def items_spoken(case: Case) -> Text:
    """The items of every construct of the structural model."""
    said = [(escaped(c.label), [escape(i.id) for i in c.items]) for c in case.study.structural]
    zh = [f"{label.zh}（{'、'.join(items)}）" for label, items in said]
    return Text(
        en=f"Path diagram with items: {'; '.join(', '.join([t.en, *items]) for t, items in said)}.",
        zh=f"带题项的路径图：{'；'.join(zh)}。",
    )


def strongest(found: Paths, case: Case) -> Text | None:
    supported = [r for r in found.rows if r.verdict == "supported" and relied(r, case)]
    if not supported:
        return None
    top = max(supported, key=lambda r: abs(r.estimate))
    what, shown = case.path(top.from_, top.to), estimate(top.estimate, top.ci_lower, top.ci_upper)
    return Text(
        en=f"The strongest supported path is {escape(what.en)} (β = {shown}).",
        zh=f"在得到支持的路径中，最强的是“{escape(what.zh)}”（β = {shown}）。",
    )


def _doubted(found: Paths, case: Case) -> list[Text]:
    """The paths that may not be relied upon, by reason."""
    said, by = [], _by_doubt(found.rows, case)
    for doubts, rows in by.items():
        ids = [row.id for row in rows]
        which, why = _ids(ids), clause(doubts)
        if len(rows) == len(found.rows) > 1:
            return [
                Text(
                    en=f"None of these paths is to be relied upon: {why.en}.",
                    zh=f"这些路径均不可采信：{why.zh}。",
                )
            ]
        said.append(
            Text(
                en=f"{which.en} {be(len(ids))} not to be relied upon: {why.en}.",
                zh=spaced(which.zh, f"不可采信：{why.zh}。"),
            )
        )
    if ("interval",) in by:
        said.append(
            Text(
                en="An interval so wide says next to nothing of the size of a path, and the point estimate within it must not be read alone.",
                zh="区间如此之宽，几乎不能说明路径的大小，点估计不可脱离区间单独解读。",
            )
        )
    return said


def _by_doubt(rows: Sequence[Path], case: Case) -> dict[Doubts, list[Path]]:
    """The paths that may not be relied upon, by what first speaks against each."""
    by: dict[Doubts, list[Path]] = {}
    for row in rows:
        if doubts := case.reliance.of(row):
            by.setdefault(doubts[:1], []).append(row)
    return by


def _explained(found: Paths, case: Case) -> list[Text]:
    """The least and the most variance explained."""
    if not found.r2 or case.reliance.whole:
        return []
    low, high = (which(found.r2, key=lambda r: r.estimate) for which in (min, max))
    least, a = number(low.estimate), case.label(low.id)
    most, b = number(high.estimate), case.label(high.id)
    if len(found.r2) == 1:
        return [
            Text(
                en=f"The share of variance explained is {least} ({escape(a.en)}).",
                zh=f"{escape(a.zh)}的解释方差比例为 {least}。",
            )
        ]
    return [
        Text(
            en=f"Explained variance lies between {least} ({escape(a.en)}) and {most} ({escape(b.en)}).",
            zh=f"解释方差的比例介于 {least}（{escape(a.zh)}）与 {most}（{escape(b.zh)}）之间。",
        )
    ]


# --- a paragraph to paste ------------------------------------------------------------------------
def paragraph(found: Reported, case: Case) -> list[Text]:
    """The structural model's results as an article would give them."""
    what = Text(en="The hypothesized structural model", zh="假设的结构模型")
    said = [apa.method(found, what), apa.fit(found), *apa.warning(found, case)]
    if not apa.trusted(found):
        return said
    if found.firms is not None:
        said.append(apa.clustering(units(case).counted(number(found.firms)), found.firms_df))
    by: dict[PathVerdict, list[Path]] = {"supported": [], "contradicted": [], "open": []}
    for row in found.paths:
        if relied(row, case):
            by[row.verdict].append(row)
    said += [_told(verdict, rows, case) for verdict, rows in by.items() if rows]
    for doubts, rows in _by_doubt(found.paths, case).items():
        named, why = names([case.path(row.from_, row.to) for row in rows]), clause(doubts)
        if len(rows) == len(found.paths) > 1:
            said.append(
                Text(
                    en=f"None of its paths is relied upon, as {why.en}.",
                    zh=f"由于{why.zh}，模型的各条路径均不予采信。",
                )
            )
            continue
        said.append(
            Text(
                en=f"Not relied upon, as {why.en}: {named.en}.",
                zh=f"由于{why.zh}，以下路径不予采信：{named.zh}。",
            )
        )
    ends = {row.to for row in found.paths}
    explained = [row for row in found.r2 if row.variable in ends]
    if explained and not case.reliance.whole:
        shares = [(case.label(r.variable), number(r.r2)) for r in explained]
        parts = listed(
            [Text(en=f"{r2} for {escape(c.en)}", zh=f"{escape(c.zh)}（{r2}）") for c, r2 in shares]
        )
        said.append(
            Text(
                en=f"The explained variance (*R*²) was {parts.en}.",
                zh=f"各结果变量的解释方差比例（*R*²）如下：{parts.zh}。"
                if len(shares) > 1
                else f"{escape(shares[0][0].zh)}的解释方差比例（*R*²）为 {shares[0][1]}。",
            )
        )
    return said


def _told(verdict: PathVerdict, rows: Sequence[Path], case: Case) -> Text:
    """The paths of one verdict with their numbers, and what their intervals say."""
    shown = listed(
        [apa.path(case.path(r.from_, r.to), r.estimate, r.ci_lower, r.ci_upper, r.p) for r in rows]
    )
    one = len(rows) == 1
    if verdict == "supported":
        return Text(
            en=f"The interval{' of this path lies' if one else 's of these paths lie'} on the hypothesized side of zero: {shown.en}.",
            zh=f"以下路径的区间不含零，且位于假设的一侧：{shown.zh}。",
        )
    if verdict == "contradicted":
        return Text(
            en=f"The interval{' of this path lies' if one else 's of these paths lie'} on the other side of zero than hypothesized: {shown.en}.",
            zh=f"以下路径的区间不含零，但位于与假设相反的一侧：{shown.zh}。",
        )
    return Text(
        en=f"The data leave{' this path' if one else ' these paths'} open, as the interval{' does' if one else 's do'} not exclude zero: {shown.en}.",
        zh=f"以下路径的区间包含零，尚无定论：{shown.zh}。",
    )


# --- respondents of one firm ---------------------------------------------------------------------
def clusters(found: Clustered, case: Case) -> list[Text]:
    least, most = number(found.ratio_min), number(found.ratio_max)
    unit = units(case)
    many = unit.many
    said = [
        Text(
            en=f"Allowing for {many.en} makes the standard errors {least} to {most} times as large.",
            zh=f"考虑{many.zh}后，标准误为原来的 {least} 至 {most} 倍。",
        )
    ]
    read = [r for r in found.rows if relied(r, case)]
    changed = [r.id for r in read if r.cluster_verdict != r.verdict]
    if changed:
        which = _ids(changed)
        said.append(
            Text(
                en=f"With respondents taken as independent the verdict on {which.en} would be another.",
                zh=spaced("若把受访者视为彼此独立，对", which.zh, "的判断便会不同。"),
            )
        )
    elif read:
        said.append(
            Text(
                en="With respondents taken as independent no verdict would be another.",
                zh="即使把受访者视为彼此独立，各项判断也不改变。",
            )
        )
    refits = found.resamples
    if refits.nonconverged or refits.inadmissible:
        lost, odd = number(refits.nonconverged), number(refits.inadmissible)
        was = "was" if refits.inadmissible == 1 else "were"
        said.append(
            Text(
                en=f"Of the resamples of {many.en} {lost} did not converge and {odd} {was} inadmissible; these are left out.",
                zh=f"在以{many.zh}为单位的重抽样中，有 {lost} 次未收敛，{odd} 次得到不可接受的解，均予剔除。",
            )
        )
    enough = threshold("clusters_many")
    if found.count < enough.value:
        count, df, used = number(found.count), number(found.df), number(refits.used)
        mark = cut(enough, "count")
        said.append(
            Text(
                en=f"But cluster-robust errors are themselves unreliable with few clusters, and {count} are few ({mark} would do [@{enough.cite}]); the factor and Student's t with {df} degrees of freedom correct for some of it, and {used} resamples of {unit.counted(count).en} see only these {count}.",
                zh=spaced(
                    f"但聚类单位很少时，聚类稳健标准误本身并不可靠，而 {count} 个便属很少，至少需要 {mark} 个 [@{enough.cite}]；校正因子与自由度为 {df} 的 t 分布只能部分弥补这一点，对",
                    unit.counted(count).zh,
                    f"的 {used} 次重抽样也只能取自这 {count} 个单位。",
                ),
            )
        )
    return said


# --- effects along chains ------------------------------------------------------------------------
def effects(found: Effects, case: Case) -> list[Text]:
    """What the intervals say; of too few draws only that they are not to be relied on."""
    doubts = {r.id: of_effect(r.id, case) for r in found.rows}
    rows = [r for r in found.rows if not doubts[r.id]]
    if not rows:
        return [unreliable("effects", next(iter(doubts.values())))]
    if doubt := _draws(found.resamples):
        return [*doubt, *_outside(rows)]
    first = [_effects_clear(found, case)]
    if len(rows) < len(found.rows):
        first = _effects_named(rows, [i for i, why in doubts.items() if why])
    return [*first, *_corrected(rows), *_outside(rows)]


def of_effect(effect: str, case: Case) -> Doubts:
    """What speaks against an indirect effect: whatever does against a path along it."""
    through = next(e.through for e in case.study.effects if e.id == effect)
    return case.reliance.along(through)


def _effects_named(rows: Sequence[Effect], doubted: Sequence[str]) -> list[Text]:
    """Indirect effects by what can be said of each, where some may not be relied upon."""
    said = []
    clear = [r.id for r in rows if _clear(r.boot_ci_lower, r.boot_ci_upper)]
    if clear:
        which = _ids(clear)
        said.append(
            Text(
                en=f"The bootstrap interval of {which.en} is clear of zero.",
                zh=spaced(which.zh, "的自助区间不含零。"),
            )
        )
    if rest := [r.id for r in rows if r.id not in clear]:
        which = _ids(rest)
        said.append(
            Text(
                en=f"The bootstrap interval of {which.en} holds zero.",
                zh=spaced(which.zh, "的自助区间包含零。"),
            )
        )
    which = _ids(doubted)
    said.append(
        Text(
            en=f"{which.en} {be(len(doubted))} not to be relied upon: a path along it may not be."
            if len(doubted) == 1
            else f"{which.en} are not to be relied upon: a path along each of them may not be.",
            zh=spaced(which.zh, "不可采信，因为所经路径中有不可采信者。"),
        )
    )
    return said


def contrasts(found: Contrasts, case: Case) -> list[Text]:
    doubts = [of_contrast(r, case) for r in found.rows]
    if all(doubts):
        return [unreliable("contrasts", doubts[0])]
    n, clear, labels = number(found.count), number(found.clear), along(case)
    if any(doubts):
        rows = [r for r, why in zip(found.rows, doubts, strict=True) if not why]
        return _contrasts_named([r for r in rows if _clear(r.ci_lower, r.ci_upper)], labels)
    if not found.clear:
        return [
            Text(
                en=f"None of {n} differences between ways that join the same constructs is clear of zero: the data do not say that more goes through one than through another.",
                zh=f"连接相同构念的各途径两两比较，所得 {n} 个差值的区间{'均' if found.count > 1 else ''}包含零：数据不足以说明某一途径的效应大于另一途径。",
            )
        ]
    said = [
        Text(
            en=f"Of {n} differences between ways that join the same constructs {clear} {be(found.clear)} clear of zero; about one in twenty would be by chance.",
            zh=f"连接相同构念的各途径两两比较，{among(found.clear, found.count, '个', '差值', '区间', '不含零')}；仅凭偶然，约每二十个也会有一个如此。",
        )
    ]
    if found.ahead:
        ahead = names([labels[e] for e in found.ahead])
        said.append(
            Text(
                en=f"More than through every other goes this way: {ahead.en}.",
                zh=f"效应大于其余每一途径的是“{ahead.zh}”。",
            )
        )
    else:
        said.append(
            Text(
                en="No way carries clearly more than every other.",
                zh="没有一条途径的效应明确大于其余各条。",
            )
        )
    return said


def of_contrast(row: Contrast, case: Case) -> Doubts:
    """What speaks against a difference of two ways: whatever does against either."""
    both = (of_effect(row.first, case), of_effect(row.second, case))
    return tuple(dict.fromkeys(d for doubts in both for d in doubts))


def _contrasts_named(clear: Sequence[Contrast], labels: Mapping[str, Text]) -> list[Text]:
    """Differences that are clear, where some others may not be relied upon."""
    rest = Text(
        en="Ways along which a path may not be relied upon are not compared.",
        zh="凡所经路径不可采信的途径，不作比较。",
    )
    if not clear:
        none = Text(
            en="No difference that may be relied upon is clear of zero.",
            zh="凡可以采信的差值，区间均包含零。",
        )
        return [none, rest]
    parts = []
    for row in clear:
        more, less = labels[row.first], labels[row.second]
        if row.estimate < 0:
            more, less = less, more
        parts.append(
            Text(
                en=f"{escape(more.en)} rather than {escape(less.en)}",
                zh=f"“{escape(more.zh)}”的效应大于“{escape(less.zh)}”",
            )
        )
    which = listed(parts)
    said = Text(en=f"More goes through {which.en}.", zh=f"{which.zh}。")
    return [said, rest]


def _effects_clear(found: Effects, case: Case) -> Text:
    n, count = number(found.count), number(found.clear)
    zh = among(found.clear, found.count, "个", "间接效应", "自助区间", "不含零") + "。"
    clear = [r for r in found.rows if _clear(r.boot_ci_lower, r.boot_ci_upper)]
    if not clear:
        s = "s" if found.count > 1 else ""
        return Text(en=f"No bootstrap interval of {n} indirect effect{s} is clear of zero.", zh=zh)
    said = Text(
        en=f"The bootstrap interval of {count} of {n} indirect effects is clear of zero.", zh=zh
    )
    inside = [r for r in clear if _within(r)]
    if not inside:
        return said
    top = max(inside, key=lambda r: abs(r.estimate))
    label, shown = along(case)[top.id], estimate(top.estimate, top.boot_ci_lower, top.boot_ci_upper)
    return Text(
        en=f"{said.en} The largest of them is {escape(label.en)} ({shown}).",
        zh=f"{zh}其中最大的是“{escape(label.zh)}”（{shown}）。"
        if len(clear) > 1
        else f"{zh.rstrip('。')}，即“{escape(label.zh)}”（{shown}）。",
    )


def _within(row: Effect) -> bool:
    """Whether a product lies in its own percentile interval, where it has one."""
    lower, upper = row.boot_ci_lower, row.boot_ci_upper
    return lower is None or upper is None or lower <= row.estimate <= upper


def _corrected(rows: Sequence[Effect]) -> list[Text]:
    """What bias-corrected intervals say beside the percentiles."""
    said = []
    both = [r for r in rows if r.bca_ci_lower is not None]
    other = [
        r.id
        for r in both
        if _clear(r.bca_ci_lower, r.bca_ci_upper) != _clear(r.boot_ci_lower, r.boot_ci_upper)
    ]
    if other:
        listed = _ids(other)
        said.append(
            Text(
                en=f"Percentile and bias-corrected intervals disagree about {listed.en}: leave those open.",
                zh=spaced(listed.zh, "的百分位区间与偏差校正区间结论不一，应视为尚无定论。"),
            )
        )
    elif len(both) == len(rows):
        said.append(
            Text(
                en="Bias-corrected and accelerated intervals say the same of every one.",
                zh="按偏差校正加速区间，各项结论均相同。",
            )
        )
    lost = [r.id for r in rows if r.bca_ci_lower is None]
    if lost:
        listed = _ids(lost)
        said.append(
            Text(
                en=f"There is no bias-corrected interval for {listed.en}: the estimate lies beyond all draws, or nearly all.",
                zh=spaced(
                    listed.zh, "无法得出偏差校正区间，因为估计值位于全部或几乎全部重抽样结果之外。"
                ),
            )
        )
    return said


def _outside(rows: Sequence[Effect]) -> list[Text]:
    """Products that lie outside their own percentile interval."""
    outside = [r.id for r in rows if not _within(r)]
    if not outside:
        return []
    listed, one = _ids(outside), len(outside) == 1
    s = "" if one else "s"
    return [
        Text(
            en=f"The product{s} of {listed.en} {'lies' if one else 'lie'} outside {'its own' if one else 'their own'} percentile interval{s}: the solution from all respondents is not of the kind that the usable resamples give, so neither the product{s} nor the interval{s} may be taken as an estimate.",
            zh=spaced(
                listed.zh,
                "的路径之积落在自身的百分位区间之外：由全体受访者所得的解与由可用重抽样所得的解并非同类，因此该乘积与区间均不可作为估计采信。",
            ),
        )
    ]


def _draws(found: Resamples) -> list[Text]:
    """A warning where many draws had to be left out; nothing where few were."""
    if found.used >= ENOUGH_DRAWS * found.drawn:
        return []
    used, drawn = number(found.used), number(found.drawn)
    return [
        Text(
            en=f"Only {used} of {drawn} draws could be used: what they leave out may be what would have widened the interval, so it is not to be relied on.",
            zh=f"{drawn} 次重抽样中仅有 {used} 次可用：被剔除的重抽样可能正是会使区间变宽的那些，因此该区间不足为凭。",
        )
    ]


def totals(found: Totals, case: Case) -> list[Text]:
    doubts = [case.reliance.between(r.from_, r.to) for r in found.rows]
    rows = [r for r, why in zip(found.rows, doubts, strict=True) if not why]
    if not rows:
        return [unreliable("totals", doubts[0])]
    top = max(rows, key=lambda r: abs(r.estimate))
    shown = estimate(top.estimate, top.ci_lower, top.ci_upper)
    a, b = case.label(top.from_), case.label(top.to)
    if found.count == 1:
        said = Text(
            en=f"Over all ways together, the total effect of {escape(a.en)} on {escape(b.en)} is {shown}.",
            zh=f"把所有途径合计，{escape(a.zh)}对{escape(b.zh)}的总效应为 {shown}。",
        )
    elif len(rows) < len(found.rows):
        said = Text(
            en=f"Of the total effects that may be relied upon the largest is that of {escape(a.en)} on {escape(b.en)} ({shown}); the others lead along a path that may not be.",
            zh=f"在可以采信的总效应中，最大的是{escape(a.zh)}对{escape(b.zh)}的总效应（{shown}）；其余总效应所经的路径中有不可采信者。",
        )
    else:
        n, clear = number(found.count), number(found.clear)
        several = among(found.clear, found.count, "个", "从链首到链尾的总效应", "区间", "不含零")
        said = Text(
            en=f"Over all ways together, {clear} of {n} total effects from a beginning to an end of the chain {'has' if found.clear == 1 else 'have'} an interval clear of zero; the largest is that of {escape(a.en)} on {escape(b.en)} ({shown}).",
            zh=f"把所有途径合计，{several}；最大的是{escape(a.zh)}对{escape(b.zh)}的总效应（{shown}）。",
        )
    return [said, *_draws(found.resamples)]


# --- competing structures ------------------------------------------------------------------------
def competing(found: Competing, case: Case) -> list[Text]:
    if len(found.structures) < 2:
        said = Text(
            en="The paths leave no rival structure: every earlier construct already leads to every later one.",
            zh="现有路径之外没有可供比较的竞争结构：每个前序构念都已指向各个后序构念。",
        )
        any_order = Text(
            en="All constructs being joined, every other order of them is equivalent to this one: it fits exactly alike, and no data of this kind can tell which comes first.",
            zh="各构念两两相连，任何其他先后次序都与此等价：拟合完全相同，这类数据无法判断孰先孰后。",
        )
        return [said, any_order] if _joined(case.study) else [said]
    return [
        *_preferred(found.structures),
        *_equivalent(found.structures),
        *_unsound(found.structures, case),
        *(
            _against(s, [p for p in found.added if p.structure == s.id], case)
            for s in found.structures
            if s.delta_p is not None and not s.problems
        ),
    ]


def _joined(study: Study) -> bool:
    """Whether a path or a covariance is free between every two constructs of the structure.

    Without being named, those to which no path leads covary, and the rests of those from which
    none goes on.
    """
    of, to = ({getattr(h, end) for h in study.paths} for end in ("from_", "to"))
    free = {frozenset(pair) for pair in study.covariances}
    free |= {frozenset((h.from_, h.to)) for h in study.paths}
    return all(
        frozenset((a, b)) in free or not {a, b} & to or not {a, b} & of
        for a, b in combinations(sorted(of | to), 2)
    )


def _equivalent(structures: Sequence[Structure]) -> list[Text]:
    """Structures that imply the same moments: of one χ² and df, so that no data tell them apart."""
    said = []
    for one, other in combinations(structures, 2):
        if not _alike(one, other):
            continue
        a, b = _quoted(one), _quoted(other)
        said.append(
            Text(
                en=f"{a.en} and {b.en} are equivalent here: they fit exactly alike, and no data of this kind can tell them apart.",
                zh=f"{a.zh}与{b.zh}在此等价：二者的拟合完全相同，这类数据无法将其区分。",
            )
        )
    return said


def _alike(one: Structure, other: Structure) -> bool:
    """Whether two structures are of one χ² and df."""
    if one.chisq is None or other.chisq is None or one.df != other.df:
        return False
    return math.isclose(one.chisq, other.chisq, rel_tol=1e-5)


def _quoted(structure: Structure) -> Text:
    name = term(STRUCTURES[structure.id])
    return Text(en=f"“{escape(name.en)}”", zh=f"“{escape(name.zh)}”")


def _preferred(structures: Sequence[Structure]) -> list[Text]:
    """Of acceptable solutions that of the least BIC; none where another is equivalent to it."""
    by_bic = {s.bic: s for s in structures if s.bic is not None and not s.problems}
    if not by_bic:
        return []
    best = by_bic[min(by_bic)]
    if any(_alike(best, other) for other in structures if other is not best):
        return []
    name = _quoted(best)
    return [
        Text(
            en=f"By BIC the structure {name.en} is to be preferred.",
            zh=f"按 BIC，应选择{name.zh}这一结构。",
        )
    ]


def _unsound(structures: Sequence[Structure], case: Case) -> list[Text]:
    unsound = [s for s in structures if s.problems]
    if not unsound:
        return []
    en = "; ".join(f"{_quoted(s).en}: {fits.faults(s.problems, case).en}" for s in unsound)
    zh = "".join(_quoted(s).zh for s in unsound)
    return [
        Text(
            en=f"Not every solution is acceptable ({en}), so the comparison decides little.",
            zh=f"{zh}的解不可接受，因此上述比较的意义有限。",
        )
    ]


def _against(rival: Structure, added: Sequence[Added], case: Case) -> Text:
    """Whether a structure fits better than the hypothesized one, its special case."""
    name, p = _quoted(rival), equals(rival.delta_p)
    if rival.delta_p is None or not significant(rival.delta_p):
        return Text(
            en=f"{name.en} fits no better (p {p}).",
            zh=f"{name.zh}的拟合并不优于假设的结构（*p* {p}）。",
        )
    en = f"By the difference test {name.en} fits better (p {p})"
    zh = f"按差异检验，{name.zh}的拟合优于假设的结构（*p* {p}）"
    n, count = number(rival.added), number(rival.added_clear)
    clear = [a for a in added if a.p_holm is not None and significant(a.p_holm)]
    if case.reliance.whole:
        return Text(en=f"{en}.", zh=f"{zh}。")
    if not clear and rival.added == 1:
        return Text(
            en=f"{en}, though the path that it adds is not clear of zero.",
            zh=f"{zh}，但新增的那条路径并不显著。",
        )
    if not clear:
        return Text(
            en=f"{en}, though none of its {n} added paths is clear of zero after Holm's correction.",
            zh=f"{zh}，但新增的 {n} 条路径经 Holm 校正后均不显著。",
        )
    top = max(clear, key=lambda a: abs(a.estimate))
    what, shown = case.path(top.from_, top.to), estimate(top.estimate, top.ci_lower, top.ci_upper)
    if rival.added == 1:
        return Text(
            en=f"{en}; the path that it adds, {escape(what.en)} ({shown}), is clear of zero.",
            zh=f"{zh}；新增的路径“{escape(what.zh)}”（{shown}）显著。",
        )
    some = among(rival.added_clear or 0, rival.added or 0, "条", "新增的路径", "", "显著")
    return Text(
        en=f"{en}; of its {n} added paths {count} {be(rival.added_clear)} clear of zero after Holm's correction, the largest being {escape(what.en)} ({shown}).",
        zh=f"{zh}；经 Holm 校正后，{some}，{'即' if len(clear) == 1 else '最大的是'}“{escape(what.zh)}”（{shown}）。",
    )


# --- moderation and bends ------------------------------------------------------------------------
_JUDGED: dict[PathVerdict, str] = {
    "supported": "得到支持",
    "open": "尚无定论",
    "contradicted": "与假设相反",
}


def _by_verdict(verdicts: Sequence[tuple[str, PathVerdict]]) -> Text:
    """``supported: H1 and H2; open: H3``, from the verdict on each id."""
    en, zh = [], []
    for verdict, heading in fits.PATH_VERDICTS.items():
        if ids := [i for i, v in verdicts if v == verdict]:
            name, listed = term(heading), _ids(ids)
            en.append(f"{name.en}: {listed.en}")
            zh.append(spaced(listed.zh, _JUDGED[verdict]))
    return Text(en="; ".join(en), zh="，".join(zh))


def moderation(found: Moderation, case: Case) -> Text:
    if not found.rows:
        return Text(
            en="The case states no hypothesis on moderation or curvature.",
            zh="本案例没有提出关于调节或曲线效应的假设。",
        )
    parts, n = _by_verdict([(r.id, r.verdict) for r in found.rows]), number(found.count)
    what = (
        "hypotheses on moderation and bends"
        if found.count > 1
        else "hypothesis on moderation or bends"
    )
    return Text(
        en=f"The {what}, judged on scale scores: {parts.en}.",
        zh=f"关于调节与曲线效应的假设共有 {n} 个，就量表得分而言，{parts.zh}。",
    )


def latent(found: Latent, case: Case) -> list[Text]:
    if case.reliance.whole:
        return [unreliable("latent", case.reliance.whole)]
    terms, several = found.terms, len(found.terms) > 1
    parts = _by_verdict([(t.id, t.verdict) for t in terms])
    said = [
        Text(
            en=f"Between the constructs freed from errors of measurement: {parts.en}.",
            zh=f"就扣除测量误差之后的构念而言，{parts.zh}。",
        )
    ]
    apart = [t.id for t in terms if t.score_verdict not in (None, t.verdict)]
    if apart:
        listed = _ids(apart)
        rests = "this verdict rests" if len(apart) == 1 else "these verdicts rest"
        said.append(
            Text(
                en=f"Scale scores judge {listed.en} otherwise, so {rests} on the method.",
                zh=spaced("按量表得分，对", listed.zh, "的判断有所不同，因此结论取决于方法。"),
            )
        )
    else:
        them = "all of them" if several else "it"
        said.append(
            Text(en=f"Scale scores judge {them} alike.", zh="按量表得分所作的判断与此一致。")
        )
    crossing = [
        t.id for t in terms if any(b is not None and abs(b) <= 2 for b in (t.jn_lower, t.jn_upper))
    ]
    if crossing:
        listed = _ids(crossing)
        said.append(
            Text(
                en=f"Within two standard deviations of the moderator's mean the path of {listed.en} ceases somewhere to differ from zero.",
                zh=spaced(
                    "在调节变量均值上下两个标准差之内，", listed.zh, "的路径从某处起区间包含零。"
                ),
            )
        )
    else:
        said.append(
            Text(
                en=f"Within two standard deviations of the mean {'no path changes' if several else 'the path does not change'} from clear of zero to not.",
                zh="在均值上下两个标准差之内，没有路径的区间由不含零变为包含零。",
            )
        )
    if any(t.quadratic for t in terms):
        said.append(
            Text(
                en="A bend has to be read with care: on scale scores, answers that pile up at one end bend a straight line, or straighten a bent one; between constructs this is taken off as if the opinions behind the answers were normal, which is assumed.",
                zh="曲线效应须谨慎解读：就量表得分而言，答案堆积在量表一端时，直线会显得弯曲，曲线也会显得平直；构念之间的估计已扣除这种弯曲，前提是答案背后的看法服从正态分布，而这只是假定。",
            )
        )
    return said


# --- single questions ----------------------------------------------------------------------------
def questions(found: Questions, case: Case) -> list[Text]:
    """How many questions add something, and the one that adds most."""
    most = max(found.rows, key=lambda r: r.r2_with - r.r2)
    label = next(v.label for v in case.study.variables if v.id == most.variable)
    end = escaped(case.label(found.to))
    clear = number(found.clear)
    before, after = number(most.r2), number(most.r2_with)
    adds = f"能在已有解释之外进一步解释{end.zh}"
    several = among(found.clear, found.count, "个", "问题", "", adds, f"不{adds}")
    said = [
        Text(
            en=f"In {clear} of {counted(found.count, 'regression')} the question adds to what explains {end.en} already, clear of zero.",
            zh=f"{several}。",
        )
    ]
    if found.clear:
        said.append(
            Text(
                en=f"The explained variance grows most with “{escape(label.en)}”: from {before} to {after} among those who answered it.",
                zh=f"使解释方差增加最多的问题是“{escape(label.zh)}”：在回答该题者中，解释方差由 {before} 升至 {after}。",
            )
        )
    return said


# --- a second opinion ----------------------------------------------------------------------------
def semopy(found: SecondOpinion, case: Case) -> list[Text]:
    if found.converged is False:
        return [
            Text(
                en="semopy says that it did not converge: its numbers are not shown, and nothing is confirmed.",
                zh="semopy 报告未收敛，因此不列出所得数值，本研究的结果在此未获印证。",
            )
        ]
    if found.largest_difference is None:
        return []
    if found.largest_difference < 1e-5:
        return [
            Text(
                en=r"The estimates differ by less than 0\.00001.",
                zh=r"两种程序的估计值相差不到 0\.00001。",
            )
        ]
    shown = number(found.largest_difference, decimals=5)
    said = [
        Text(
            en=f"The estimates differ by at most {shown}.", zh=f"两种程序的估计值至多相差 {shown}。"
        )
    ]
    if found.largest_difference > 0.001:
        said.append(
            Text(
                en="Here the second program confirms nothing; which of the two is right its numbers do not say.",
                zh="第二种程序在此未能印证本研究的结果；孰是孰非，仅凭数值无从判断。",
            )
        )
    return said
