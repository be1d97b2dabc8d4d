"""Sentences on the measurement model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from loyalty.analyses.measurement.findings import (
    INDICES,
    Change,
    Convergent,
    Dynamic,
    Fit,
    Loading,
    Loadings,
    Merged,
    MergedPath,
    Misfit,
    Model,
    Models,
    Ratios,
    Residuals,
    Respecification,
    SharedVariance,
    Standing,
    Weights,
)
from loyalty.estimates.solution import Observed, Solution
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown import apa
from loyalty.shown import fit as fitting
from loyalty.shown.context import Case
from loyalty.shown.words import (
    among,
    be,
    counted,
    cut,
    estimate,
    every,
    has,
    listed,
    names,
    number,
    pair,
    significant,
    spaced,
    with_number,
)

MODELS = {
    "planned": "As planned",
    "one-factor": "One factor for all items",
    "second-order": "Second-order factor above the outcomes",
    "bifactor": "Bifactor: one general factor beside the constructs",
}
Groups = Sequence[Sequence[str]]
_OPERATORS = {"=~": "→", "~~": "↔", "~": "←"}


# --- a paragraph to paste ------------------------------------------------------------------------
def paragraph(found: Solution, case: Case) -> list[Text]:
    """The measurement model's results as an article would give them."""
    factors = {row.lhs for row in found.rows if row.op == "=~"}
    what = Text(
        en=f"The measurement model of {_factors(factors, case).en}",
        zh=f"由{_factors(factors, case).zh}构成的测量模型",
    )
    said = [apa.method(found, what), apa.fit(found), *apa.warning(found, case)]
    if not apa.trusted(found):
        return said
    free = [r for r in found.rows if r.op == "=~"]
    pairs = [r for r in found.rows if r.op == "~~" and r.lhs != r.rhs and r.lhs in factors]
    loadings = Text(en="Standardized loadings", zh="标准化载荷")
    between = Text(en="Correlations between constructs", zh="构念间相关")
    if len(pairs) == 1:
        between = Text(en="The correlation between the constructs", zh="构念间相关")
    return [*said, *apa.between(loadings, free, case), *apa.between(between, pairs, case)]


def observed(found: Observed, case: Case) -> Text:
    """Whose answers the items' moments are of."""
    n, how = number(found.n), ("", "")
    if found.missing == "fiml":
        how = (", by full information on missing answers", "，缺失值按完全信息极大似然法处理")
    return Text(
        en=f"Means, standard deviations and correlations of the items (*n* = {n}{how[0]}) stand in the appendix, covariances in its files.",
        zh=f"题项的均值、标准差与相关（*n* = {n}{how[1]}）见附录，协方差见所附文件。",
    )


def _factors(factors: set[str], case: Case) -> Text:
    return names([case.label(c.id) for c in case.study.main if c.id in factors])


# --- names ---------------------------------------------------------------------------------------
def _together(group: Sequence[str], case: Case) -> Text:
    labels = [case.label(c) for c in group]
    return Text(en=" + ".join(t.en for t in labels), zh=" + ".join(t.zh for t in labels))


def model_label(model: str, merged: Groups, case: Case) -> Text:
    """The name of a model; a merger is named by what it merges."""
    if not merged:
        return term(MODELS[model])
    groups = [_together(group, case) for group in merged]
    return Text(
        en=f"Merged: {'; '.join(g.en for g in groups)}",
        zh=f"合并{''.join(f'“{g.zh}”' for g in groups)}",
    )


def factor_label(factor: str, found: Dynamic, case: Case) -> Text:
    """The name of a construct, or of those that are one factor in a merger (``merged_1``)."""
    if factor in case.labels:
        return case.label(factor)
    return _together(found.merged[int(factor.rpartition("_")[2]) - 1], case)


def parameter(change: Change, case: Case) -> Text:
    """A parameter with constructs by their labels: ``Image → q1``, ``q1 ↔ q2``."""

    def side(name: str) -> Text:
        return case.labels.get(name) or _same(name)

    left, right, sign = side(change.lhs), side(change.rhs), _OPERATORS[change.op]
    return Text(en=f"{left.en} {sign} {right.en}", zh=f"{left.zh} {sign} {right.zh}")


def _same(name: str) -> Text:
    return Text(en=name, zh=name)


def _items(items: Sequence[str]) -> Text:
    return names([_same(i) for i in items])


def _or_none(n: int) -> str:
    return number(n) if n else "none"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- fit -----------------------------------------------------------------------------------------
def fit(found: Fit, case: Case) -> list[Text]:
    indices = ("cfi", "tli", "rmsea", "srmr")
    return [apa.estimated(case), *fitting.fit(found, indices), *fitting.judged(found, case)]


def dynamic(found: Dynamic, case: Case) -> list[Text]:
    """Where the indices lie among the levels of simulated misspecification."""
    said = []
    if found.model != "planned":
        label = model_label(found.model, found.merged, case)
        said.append(
            Text(
                en=f"The solution of the planned model is not admissible, so that no population can be simulated from it; this section judges the model that is closest to it and is: {escape(label.en)}.",
                zh=f"预设模型的解不可接受，无法据以模拟总体；本节改而评判与之最接近且解可接受的模型（{escape(label.zh)}）。",
            )
        )
    first = found.levels[1].omitted
    assert first is not None
    other, shown = factor_label(first.other, found, case), number(first.size)
    replications, n = number(found.replications), number(found.n)
    said.append(
        Text(
            en=f"The levels come from {replications} samples of {n} simulated respondents each, drawn from the fitted model (level 0) and from it with one more loading left out a level, the first {shown} of {escape(first.item)} on {escape(other.en)} [@mcneish2023].",
            zh=f"各水平由模拟样本得出，每一水平有 {replications} 个样本，每个样本有 {n} 名受访者：水平 0 即拟合的模型本身，此后每升一个水平便多遗漏一个载荷，首先遗漏的是 {escape(first.item)} 在{escape(other.zh)}上的载荷 {shown} [@mcneish2023]。",
        )
    )
    return said + _standings(found)


def _indices(standings: Sequence[Standing]) -> Text:
    return _items([s.index.upper() for s in standings])


def _standings(found: Dynamic) -> list[Text]:
    by = {
        kind: [s for s in found.standings if s.standing == kind]
        for kind in ("correct", "between", "beyond", "undecided")
    }
    said = []
    if by["correct"]:
        which, reached = _indices(by["correct"]), number(found.reached)
        said.append(
            Text(
                en=f"By {which.en} the model fits as well as correct ones do in {reached} of 100 samples.",
                zh=spaced(
                    "就",
                    which.zh,
                    f"而言，模型的拟合达到了正确模型在每 100 个样本中有 {reached} 个能够达到的水平。",
                ),
            )
        )
    for level in found.levels:
        if here := [s for s in by["between"] if s.level == level.level]:
            which, left_out = _indices(here), number(level.level)
            loadings = "a single loading" if level.level == 1 else f"{left_out} loadings"
            said.append(
                Text(
                    en=f"By {which.en} it fits worse than a correct model would, yet better than one with {loadings} of that size left out.",
                    zh=spaced(
                        "就",
                        which.zh,
                        f"而言，模型的拟合逊于正确模型，但优于遗漏 {left_out} 个此类载荷的模型。",
                    ),
                )
            )
    if by["beyond"]:
        which = _indices(by["beyond"])
        said.append(
            Text(
                en=f"By {which.en} the misfit is larger than at any level: more is wrong than a few loadings left out.",
                zh=spaced(
                    "就", which.zh, "而言，失拟程度超过任何一个水平，问题不止于遗漏几个载荷。"
                ),
            )
        )
    if by["undecided"]:
        which = _indices(by["undecided"])
        en = f"{which.en} cannot tell the levels from a correct model in a sample of this size"
        zh = spaced("在此样本量下，", which.zh, "无法将各水平与正确模型区分开")
        if rare := [s for s in by["undecided"] if s.rare]:
            en += f"; yet a correct one would rarely show such a value of {_indices(rare).en}"
            zh += spaced("；不过正确模型很少会出现这样的", _indices(rare).zh, "值")
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    return said


def dynamic_cuts(found: Dynamic, case: Case) -> list[Text]:
    """The dynamic cut-offs beside the conventional ones."""
    said = []
    by: dict[str, list[Text]] = {"lenient": [], "strict": []}
    for index in INDICES:
        usual, one = threshold(index), getattr(found.levels[1], index).cut
        if one is not None and one != usual.value:
            shown = f"{cut(usual, 'bounded')} \\/ {number(one, decimals=3)}"
            by["lenient" if usual.met(one) else "strict"].append(
                with_number(_same(index.upper()), shown)
            )
    if by["lenient"]:
        which = listed(by["lenient"])
        said.append(
            Text(
                en=f"One loading left out would pass the conventional cut-off of {which.en}, given as conventional / level 1.",
                zh=f"若按 {which.zh}的通用标准，遗漏一个载荷的模型也能通过（括号内依次为通用标准与水平 1 的标准）。",
            )
        )
    if by["strict"]:
        which = listed(by["strict"])
        said.append(
            Text(
                en=f"The conventional cut-off is the stricter one for {which.en}.",
                zh=f"就 {which.zh}而言，通用标准更为严格（括号内依次为通用标准与水平 1 的标准）。",
            )
        )
    if not by["lenient"] and not by["strict"]:
        said.append(
            Text(
                en="In a sample of this size no index tells one loading left out from a correct model, so that the conventional cut-offs cannot be held against that level.",
                zh="在此样本量下，没有任何指标能将遗漏一个载荷的模型与正确模型区分开，因此无法以该水平衡量通用标准。",
            )
        )
    if found.lost:
        said.append(
            Text(
                en=f"{counted(found.lost, 'sample')} had no solution and {be(found.lost)} left out.",
                zh=f"有 {number(found.lost)} 个样本无解，未计入。",
            )
        )
    holes = (", some of them missing", "，且有缺失") if found.incomplete else ("", "")
    said.append(
        Text(
            en=f"The samples are of normal variables without missing answers, those of the case are steps of a scale{holes[0]}: the levels are a guide.",
            zh=f"模拟样本由没有缺失的正态变量构成，本案例的答案则为量表等级{holes[1]}，因此各水平仅供参照。",
        )
    )
    return said


# --- validity ------------------------------------------------------------------------------------
def loadings(found: Loadings, case: Case) -> Text:
    ordered = sorted(found.rows, key=lambda r: r.estimate)
    below = [r for r in ordered if r.verdict == "not met"]
    unsure = [r.item for r in found.rows if r.verdict == "open"]
    mark, cite = cut("loading", "bounded"), threshold("loading").cite

    def shown(row: Loading) -> str:
        return estimate(row.estimate, row.ci_lower, row.ci_upper)

    worst, best = ordered[0], ordered[-1]
    low, high = escape(worst.item), escape(best.item)
    en = f"Standardized loadings run from {shown(worst)} ({low}) to {shown(best)} ({high})."
    zh = f"标准化载荷介于 {shown(worst)}（{low}）与 {shown(best)}（{high}）之间。"
    if below:
        which = listed([with_number(_same(r.item), number(r.estimate)) for r in below])
        en += f" Below {mark} [@{cite}] with the whole interval: {which.en}."
        zh += f"{which.zh}的整个区间低于 {mark} [@{cite}]。"
    if unsure:
        en += f" Open at that cut-off: {_items(unsure).en}."
        zh += f"{_items(unsure).zh} 是否达到 {mark} 尚无定论。"
    if not below and not unsure:
        en += f" All lie above {mark} [@{cite}] with the whole interval."
        zh += f"所有载荷的整个区间都高于 {mark} [@{cite}]。"
    return Text(en=en, zh=zh)


def convergent(found: Convergent, case: Case) -> list[Text]:
    reliability = Text(en="Composite reliability", zh="组合信度")
    variance = Text(en="Average variance extracted", zh="平均方差抽取量")
    said = [
        _convergent(found, case, "cr", "composite_reliability", reliability),
        _convergent(found, case, "ave", "average_variance_extracted", variance),
    ]
    if found.two:
        two = names([case.label(c) for c in found.two])
        said.append(
            Text(
                en=f"{two.en} rest{'s' if len(found.two) == 1 else ''} on two items: what these share is told apart from their errors only through the other constructs.",
                zh=spaced(
                    two.zh,
                    f"{'' if len(found.two) == 1 else '各'}只有两个题项，其共同部分与误差只能借助其他构念加以区分。",
                ),
            )
        )
    if found.single:
        single = names([case.label(c) for c in found.single])
        said.append(
            Text(
                en=f"With one item, {single.en} cannot be judged and {be(len(found.single))} left out of this chapter.",
                zh=spaced(
                    single.zh,
                    f"{'' if len(found.single) == 1 else '各'}只有一个题项，无从判断，本章不予纳入。",
                ),
            )
        )
    return said


def _convergent(found: Convergent, case: Case, key: str, of: str, name: Text) -> Text:
    mark, cite = cut(of, "bounded"), threshold(of).cite
    by: dict[Verdict, list[Text]] = {verdict: [] for verdict in get_args(Verdict)}
    for row in found.rows:
        label, shown = case.label(row.id), number(getattr(row, key))
        by[getattr(row, f"{key}_verdict")].append(with_number(label, shown))
    if len(by["met"]) == len(found.rows):
        return Text(
            en=f"{name.en} is at least {mark} with its whole interval for every construct [@{cite}].",
            zh=f"所有构念的{name.zh}，其整个区间都不低于 {mark} [@{cite}]。",
        )
    met, constructs = number(getattr(found, f"{key}_met")), number(found.constructs)
    en = [f"at least {mark} with the whole interval for {met} of {constructs}"]
    zh = [
        among(
            getattr(found, f"{key}_met"),
            found.constructs,
            "个",
            "构念",
            f"{name.zh}整个区间",
            f"达到 {mark}",
        )
    ]
    if by["not met"]:
        en.append(f"below it for {listed(by['not met']).en}")
        zh.append(spaced("低于标准的有", listed(by["not met"]).zh))
    if by["open"]:
        en.append(f"open for {listed(by['open']).en}")
        zh.append(spaced("未定的有", listed(by["open"]).zh))
    return Text(
        en=f"{name.en} is {'; '.join(en)} [@{cite}].",
        zh=f"{'；'.join(zh)} [@{cite}]。",
    )


def htmt(found: Ratios, case: Case) -> Text:
    """How many pairs are distinct by their ratios, and which ratio is the highest."""
    mark, cite, draws = cut("htmt", "bounded"), threshold("htmt").cite, number(found.draws)
    row = max(found.rows, key=lambda r: -1.0 if r.htmt is None else r.htmt)
    label = pair(row.construct_a, row.construct_b, case, "–")
    shown = estimate(row.htmt, row.ci_lower, row.ci_upper)
    top = Text(
        en=f"The highest ratio is that of {escape(label.en)} ({shown}).",
        zh=spaced("比率最高的一对是", escape(label.zh), f"（{shown}）。"),
    )
    if found.met == found.pairs > 1:
        return Text(
            en=f"{_capital(every(found.pairs))} pairs of constructs are distinct, with their whole bootstrap interval ({draws} draws) below {mark} [@{cite}]. {top.en}",
            zh=f"全部 {number(found.pairs)} 对构念都可以区分，整个自助区间（{draws} 次）均低于 {mark} [@{cite}]。{top.zh}",
        )
    met, unsure, failed = (_or_none(n) for n in (found.met, found.open, found.not_met))
    if found.pairs == 1:
        zh = {
            (1, 0): f"整个自助区间（{draws} 次）低于 {mark} [@{cite}]，可以区分",
            (0, 1): f"自助区间（{draws} 次）包含 {mark} [@{cite}]，能否区分尚无定论",
            (0, 0): f"整个自助区间（{draws} 次）高于 {mark} [@{cite}]，不能区分",
        }[found.met, found.open]
        told = spaced("只有一对构念，即", escape(label.zh), f"（{shown}），{zh}。")
    else:
        told = f"{number(found.pairs)} 对构念中，整个自助区间（{draws} 次）低于 {mark} [@{cite}]、因而可以区分的{has(found.met, '对')}，未定的{has(found.open, '对')}，不能区分的{has(found.not_met, '对')}。"
    return Text(
        en=f"Of {counted(found.pairs, 'pair')} of constructs {met} {be(found.met or 1)} distinct with the whole bootstrap interval ({draws} draws) below {mark} [@{cite}], {unsure} {be(found.open or 1)} open and {failed} {be(found.not_met or 1)} not distinct. {top.en}",
        zh=told if found.pairs == 1 else told + top.zh,
    )


def htmt2(found: Ratios, case: Case) -> list[Text]:
    """HTMT2 against HTMT, and what negative item correlations do to both."""
    most, total = number(found.apart), number(found.correlations)
    changed = Text(en="changes no verdict", zh="没有结论因此改变")
    if found.changed:
        changed = Text(
            en=f"changes {counted(found.changed, 'verdict')}",
            zh=f"有 {number(found.changed)} 个结论因此改变",
        )
    ratio = Text(
        en=f"The ratio of geometric means, HTMT2, which does not take the loadings of a construct as equal [@roemer2021], differs from it by {most} at most and {changed.en}.",
        zh=f"HTMT2 以几何平均计算比率，不假定同一构念的各载荷相等 [@roemer2021]；两种比率至多相差 {most}，{changed.zh}。",
    )
    if not found.negative:
        return [
            ratio,
            Text(
                en=f"Both take item correlations without their sign, which changes nothing here: none of the {total} is negative.",
                zh=f"两种比率均取题项相关的绝对值；此处 {total} 个相关无一为负，因此没有影响。",
            ),
        ]
    negative = number(found.negative)
    return [
        ratio,
        Text(
            en=f"Both take item correlations without their sign, since items of opposite direction would cancel and make constructs look distinct; that concerns {negative} of {total} correlations here, which are negative.",
            zh=f"两种比率均取题项相关的绝对值，否则方向相反的题项会相互抵消，使构念显得可以区分；此处 {total} 个相关中有 {negative} 个为负。",
        ),
    ]


def shared_variance(found: SharedVariance, case: Case) -> list[Text]:
    pairs, met = number(found.pairs), number(found.met)
    some_en, some_zh, how_many = "", "", f"{_or_none(found.met)} of {pairs}"
    how_many_zh = f"{pairs} 对构念中" + (f"有 {met} 对满足" if found.met else "没有一对满足")
    if found.met < found.pairs:
        unsure, failed = _or_none(found.open), _or_none(found.not_met)
        fail = "fail" if found.not_met > 1 else "fails"
        some_en = f"; {unsure} {be(found.open or 1)} open and {failed} {fail}"
        some_zh = f"；未定的{has(found.open, '对')}，不满足的{has(found.not_met, '对')}"
        if found.pairs == 1:
            some_zh = ""
            how_many_zh = "尚不能判断这对构念是否满足" if found.open else "这对构念不满足"
    else:
        how_many_zh = f"{pairs} 对构念均满足" if found.pairs > 1 else "这对构念满足"
        how_many = every(found.pairs) if found.pairs > 1 else how_many
    row = min(found.rows, key=lambda r: r.gap)
    label, of = pair(row.a, row.b, case, "–"), case.label(row.of)
    gap = estimate(row.gap, row.gap_ci_lower, row.gap_ci_upper)
    r = estimate(row.correlation, row.correlation_ci_lower, row.correlation_ci_upper)
    said = [
        Text(
            en=f"By the criterion of Fornell and Larcker, in {how_many} pairs either construct shares more variance with its own items than with the other, the whole interval of the difference above zero [@fornell1981]{some_en}.",
            zh=f"按 Fornell–Larcker 准则 [@fornell1981]，{how_many_zh}要求（两个构念与自身题项共享的方差都多于彼此共享的方差，且差值的整个区间大于零）{some_zh}。",
        ),
        Text(
            en=f"The smallest difference has {escape(label.en)}: {gap} for {escape(of.en)}, at a latent correlation of {r}.",
            zh=spaced(
                "差值最小的一对是" if found.pairs > 1 else "这对构念是",
                escape(label.zh),
                "，其中",
                escape(of.zh),
                f"的差值为 {gap}，二者的潜变量相关为 {r}。",
            ),
        ),
    ]
    if found.reaching_one:
        said.append(
            Text(
                en=f"The {'interval' if found.reaching_one == 1 else 'intervals'} of {counted(found.reaching_one, 'latent correlation')} {'reaches' if found.reaching_one == 1 else 'reach'} 1: so far as these data go, such a pair may be one construct.",
                zh=f"有 {number(found.reaching_one)} 个潜变量相关的区间达到 1：仅就这些数据而言，这样的两个构念可能是同一个。",
            )
        )
    return said


# --- competing models ----------------------------------------------------------------------------
def weights(found: Weights, case: Case) -> list[Text]:
    """What the weights say, and why formative constructs have no reliability."""
    count, clear, inflated = number(found.count), number(found.clear), number(found.inflated)
    nonzero = among(found.clear, found.count, "个", "权重", "区间", "不含零")
    high = among(found.inflated, found.count, "个", "题项", "VIF", "高于")
    limit = threshold("vif")
    return [
        Text(
            en="The items of a formative construct make it up and need not go together: reliability, AVE and the ratios of correlations do not describe it and are not computed.",
            zh="形成型构念由题项构成，题项之间不必相关，因此信度、AVE 与相关比率均不适用，未予计算。",
        ),
        Text(
            en=f"{clear} of {count} weights leave zero out; {inflated} of {count} items have a VIF above {cut(limit, 'number', 0)} [@{limit.cite}].",
            zh=f"{nonzero}；{high} {cut(limit, 'number', 0)} [@{limit.cite}]。",
        ),
    ]


def models(found: Models, case: Case) -> list[Text]:
    def labels(rows: Sequence[Model]) -> Text:
        return names([model_label(r.id, r.merged, case) for r in rows])

    if found.preferred is None:
        return [Text(en="None of the models has a solution.", zh="各模型均未得到解。")]
    said = []
    if case.study.estimator != "MLR":
        said.append(
            Text(
                en="The models are compared by robust maximum likelihood, whatever the estimator of the chosen one.",
                zh="无论所选模型用何种估计法，模型比较一律采用稳健极大似然法。",
            )
        )
    if found.simpler:
        if found.worse == found.simpler > 1:
            en = f"{_capital(every(found.simpler))} simpler models fit worse than the planned one"
        else:
            fit = "fit" if found.worse > 1 else "fits"
            en = f"Of {counted(found.simpler, 'simpler model')} {_or_none(found.worse)} {fit} worse than the planned one"
        en += " by the scaled difference test [@satorra2001]"
        zh = f"按校正差异检验 [@satorra2001]，{among(found.worse, found.simpler, '个', '较简模型', '拟合', '差于预设模型', '未显示差于预设模型')}"
        nested = [r for r in found.rows if r.p_difference is not None]
        if equal := [r for r in nested if not significant(r.p_difference or 0.0)]:
            en += f"; no worse, as far as the test can tell: {labels(equal).en}"
            zh += spaced("；检验未能表明", labels(equal).zh, "更差")
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    said += _preferred(found, case)
    if found.general_share is not None:
        shown = number(found.general_share)
        said.append(
            Text(
                en=f"In the bifactor model the general factor takes {shown} of the common variance [@reise2010].",
                zh=f"在双因子模型中，一般因子占共同方差的 {shown} [@reise2010]。",
            )
        )
    if improper := [r for r in found.rows if r.converged and not r.admissible]:
        said.append(
            Text(
                en=f"Converged, but not admissible: {labels(improper).en}; what such a solution says of fit is not to be relied on.",
                zh=spaced(labels(improper).zh, "虽收敛，但解不可接受；此类解的拟合不足为凭。"),
            )
        )
    if lost := [r for r in found.rows if not r.converged and r.id != "planned"]:
        said.append(
            Text(
                en=f"Without a solution: {labels(lost).en}.",
                zh=spaced(labels(lost).zh, "未得到解。"),
            )
        )
    return said


def _preferred(found: Models, case: Case) -> list[Text]:
    """Which model has the lowest BIC, and how close another one comes."""

    def label(model: str | None) -> Text:
        (row,) = (r for r in found.rows if r.id == model)
        shown = model_label(row.id, row.merged, case)
        return Text(en=escape(shown.en), zh=escape(shown.zh) + "的模型" * bool(row.merged))

    best, margin = label(found.preferred), number(found.margin, decimals=1)
    if found.preferred == "planned":
        if found.next is None:
            return []
        after = label(found.next)
        return [
            Text(
                en=f"BIC also prefers the planned model, the next being {after.en} ({margin} higher).",
                zh=f"按 BIC，同样以预设模型为最优，其次是{after.zh}，其 BIC 高出 {margin}。",
            )
        ]
    if found.margin is None:
        return [
            Text(
                en=f"The planned model has no admissible solution to compare with; of the others BIC prefers {best.en}.",
                zh=f"预设模型没有可接受的解，无从比较；在其余模型中，按 BIC 最优的是{best.zh}。",
            )
        ]
    return [
        Text(
            en=f"BIC, which weighs fit against the number of parameters, prefers {best.en} ({margin} lower than the planned model).",
            zh=f"BIC 兼顾拟合与参数数目，按 BIC 最优的是{best.zh}，其 BIC 比预设模型低 {margin}。",
        )
    ]


def merged_path(row: MergedPath, case: Case) -> Text:
    """``Image + Quality → Loyalty``."""
    start, end = _together(row.from_, case), case.label(row.to)
    return Text(en=f"{start.en} → {end.en}", zh=f"{start.zh} → {end.zh}")


def merged(found: Merged, case: Case) -> list[Text]:
    """What a doubtful solution says, or how many paths are clear where constructs are one."""
    groups = [_together(group, case) for group in found.groups]
    en = escape("; ".join(g.en for g in groups))
    zh = escape("“" + "”和“".join(g.zh for g in groups) + "”")
    if found.problems:
        return [
            Text(
                en=f"With {en} taken as one the solution is not to be taken at face value; its paths are not shown.",
                zh=f"将{zh}视为一个构念时，所得的解不可直接采信，因此不列出其路径。",
            )
        ]
    n, clear = number(found.count), number(found.clear)
    paths = among(found.clear, found.count, "条", "指向结果的路径", "区间", "不含零")
    return [
        Text(
            en=f"With {en} taken as one, {clear} of {n} paths to the outcomes {'has' if found.clear == 1 else 'have'} an interval clear of zero.",
            zh=f"将{zh}视为一个构念时，{paths}。",
        )
    ]


# --- where the model misfits ---------------------------------------------------------------------
def residuals(found: Residuals, case: Case) -> list[Text]:
    row, mark = found.rows[0], cut("correlation_residual", "bounded")
    cite, shown = threshold("correlation_residual").cite, number(row.residual)
    label = f"{escape(row.item_a)}–{escape(row.item_b)}"
    pairs, tested, beyond = number(found.pairs), number(found.tested), number(found.beyond)
    expected = number(found.expected, decimals=0 if found.expected >= 1 else 1)
    more = found.beyond > found.expected
    return [
        Text(
            en=f"Of {pairs} correlations between items the model misses {_or_none(found.large)} by more than {mark} [@{cite}]; the largest residual is that of {label} ({shown}).",
            zh=f"在题项间的 {pairs} 个相关中，模型偏离实际超过 {mark} [@{cite}] 的{has(found.large, '个')}；残差最大的一对是 {label}（{shown}）。",
        ),
        Text(
            en=f"{beyond} of {tested} standardized residuals lie beyond their 5 % limits, {'more' if more else 'no more'} than the {expected} that chance alone would leave there on average.",
            zh=f"在 {tested} 个标准化残差中，超出 5% 界限的{has(found.beyond, '个')}，{'多于' if more else '不多于'}仅凭偶然平均所预期的 {expected} 个。",
        ),
    ]


def large_residuals(found: Residuals, case: Case) -> list[Text]:
    """Which items recur among the largest residuals, and whether these join constructs."""
    top, times, items = number(found.top), number(found.times), _items(found.recurring)
    if found.times == 1:
        said = Text(
            en=f"No item is in more than one of these {top} pairs.",
            zh=f"在这 {top} 对中，没有题项重复出现。",
        )
    elif len(found.recurring) == 1:
        said = Text(
            en=f"Of these {top} pairs {times} have the item {items.en}.",
            zh=spaced(f"在这 {top} 对中，", items.zh, f"出现了 {times} 次。"),
        )
    else:
        said = Text(
            en=f"The items {items.en} are in {times} of these {top} pairs each.",
            zh=spaced(f"在这 {top} 对中，", items.zh, f"各出现了 {times} 次。"),
        )
    en, zh = [], []
    inside, across = number(found.inside), number(found.across)
    if found.inside:
        en.append(
            f"{inside} of them {be(found.inside)} of one construct, where a residual says that two items share more or less than the construct"
        )
        zh.append(
            f"其中 {inside} 对的两题属于同一构念，残差表明两题的共同部分多于或少于该构念所能解释的部分"
        )
    if found.across:
        who = across if found.inside else "All of them" if found.across > 1 else "It"
        join = "joins" if found.across == 1 else "join"
        en.append(
            f"{who} {join} two constructs, where a residual hints at a further loading or at wording in common"
        )
        each = f"{across} 对的两题" if found.inside else "各对的两题均"
        zh.append(f"{each}分属两个构念，残差提示可能存在额外的载荷或相近的措辞")
    return [said, Text(en=f"{'; '.join(en)}.", zh=f"{'；'.join(zh)}。")]


def misfit(found: Misfit, case: Case) -> Text:
    loading = cut("misspecified_loading", "bounded")
    other = cut("misspecified_correlation", "bounded")
    parameters, unsure = number(found.parameters), number(found.open)
    fine = number(found.not_misspecified)
    some = found.misspecified or 1
    return Text(
        en=f"Judged by index, power and expected change together [@saris2009], of {parameters} fixed parameters {_or_none(found.misspecified)} {be(some)} wrong by enough to matter (a loading of {loading}, a correlation of residuals of {other}), {fine} {be(found.not_misspecified)} not, and for {unsure} the data cannot say.",
        zh=f"结合指数、检验功效与期望变化判断 [@saris2009]，在 {parameters} 个固定参数中，偏误不可忽略（载荷达 {loading}，或残差相关达 {other}）的{has(found.misspecified, '个')}，偏误可以忽略的{has(found.not_misspecified, '个')}，数据无法判断的{has(found.open, '个')}。",
    )


# --- what a reviewer would ask -------------------------------------------------------------------
def respecification(found: Respecification, case: Case) -> list[Text]:
    """What a reviewer would ask to respecify, and why it was or was not done."""
    said = [
        Text(
            en="No fixed parameter is wrong by enough to matter, so a reviewer has no ground in these data to ask for another loading or a correlation of residuals, and none was added.",
            zh="没有任何固定参数的偏误大到不可忽略，审稿人无法依据这些数据要求增加载荷或残差相关，此处也未增加。",
        )
    ]
    if found.first is not None:
        said = _freed(found, found.first, case)
    if found.weak:
        weak = _items(found.weak)
        said.append(
            Text(
                en=f"Dropping {weak.en} for a weak loading would be asked for as well; items stay in here, so that the scale is the published one, and the robustness checks leave weak items out.",
                zh=spaced(
                    "审稿人还会要求剔除载荷偏低的",
                    weak.zh,
                    "；此处予以保留，使量表与原问卷一致，弱题项仅在稳健性检验中剔除。",
                ),
            )
        )
    if found.merge:
        merge = names([pair(a, b, case) for a, b in found.merge])
        said.append(
            Text(
                en=f"And whether {merge.en} should be merged: the comparison above shows what that costs in fit. They stay apart because the hypotheses name them apart, and every path between them is to be read with that in mind.",
                zh=spaced(
                    "审稿人还会问，",
                    merge.zh,
                    "是否应当合并；上文的比较已给出合并在拟合上的代价。由于各假设分别提及这些构念，此处仍将它们分开，但对其间的路径须谨慎解读。",
                ),
            )
        )
    return said


def _freed(found: Respecification, first: Change, case: Case) -> list[Text]:
    name, size = parameter(first, case), number(first.sepc)
    said = [
        Text(
            en=f"A reviewer would ask first to free {escape(name.en)} (expected standardized value {size}).",
            zh=f"审稿人首先会要求放开“{escape(name.zh)}”（标准化期望值 {size}）。",
        )
    ]
    if abs(first.sepc) > 1:
        said.append(
            Text(
                en="No standardized value can lie beyond 1: an expected change is a guess along a straight line, and this one only says that something is wrong at this place.",
                zh="标准化值不可能超出 1：期望变化只是线性推算，这一数值仅说明模型在该处有误。",
            )
        )
    if found.reversed:
        said.append(
            Text(
                en="Both items are worded in reverse, so that what they share beyond their constructs may be the wording.",
                zh="两题均为反向措辞，二者超出构念的共同部分可能来自措辞。",
            )
        )
    if isinstance(found.trial, Refused):
        why = found.trial.refused.text(case.labels)
        said.append(
            Text(
                en=f"That model cannot be fitted: {escape(why.en)}.",
                zh=f"该模型无法拟合：{escape(why.zh)}。",
            )
        )
    elif found.trial is not None:
        trial = found.trial
        before, after = number(found.cfi, decimals=3), number(trial.cfi, decimals=3)
        links, own = number(trial.correlation, decimals=3), number(trial.loading, decimals=3)
        same = show(found.cfi, "bounded", decimals=3) == show(trial.cfi, "bounded", decimals=3)
        cfi = f"stay at {after}" if same else f"go from {before} to {after}"
        cfi_zh = f"仍为 {after}" if same else f"由 {before} 变为 {after}"
        but = (
            ("", "")
            if trial.admissible
            else (", in a solution that is not admissible", "，但该解不可接受")
        )
        said.append(
            Text(
                en=f"With it the CFI would {cfi}, no correlation between constructs would change by more than {links} and no planned loading by more than {own}{but[0]}.",
                zh=f"放开后，CFI {cfi_zh}，构念间相关的变化不超过 {links}，预设载荷的变化不超过 {own}{but[1]}。",
            )
        )
    said.append(
        Text(
            en="It was not done: it is a question for a new sample [@maccallum1992].",
            zh="此处并未放开：这一问题应留待新样本检验 [@maccallum1992]。",
        )
    )
    return said
