"""Tables of the measurement model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.analyses.measurement.findings import (
    INDICES,
    LARGEST,
    Change,
    Convergent,
    Dynamic,
    Fit,
    Merged,
    Misfit,
    Model,
    Models,
    Ratio,
    Ratios,
    Residual,
    Residuals,
    Shared,
    SharedVariance,
    SingleItems,
    Weights,
)
from loyalty.analyses.measurement.words import (
    factor_label,
    merged_path,
    model_label,
    parameter,
)
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown.context import Case
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table
from loyalty.shown.units import samples
from loyalty.shown.words import among, listed, number, pair, spaced

#: The longest tables of pairs show so many.
PAIRS = 6
#: Of the closest pairs, where all are distinct.
CLOSEST = 5
MATTERS = {
    "misspecified": "misspecified",
    "not misspecified": "does not matter",
    "open": "open",
}


def usual(cut: str, decimals: int = 2) -> str:
    """A cited cut-off, which is no finding."""
    return show(threshold(cut).value, "bounded", decimals=decimals)


def limit(sign: str, cut: str) -> Text:
    """A heading like ``≥ .70``."""
    return Text(en=f"{sign} {usual(cut)}", zh=f"{sign} {usual(cut)}")


# --- fit -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Index:
    name: str
    estimate: float | None
    ci_lower: float | None = None
    ci_upper: float | None = None

    @property
    def verdict(self) -> Verdict:
        lower, upper = self.ci_lower, self.ci_upper
        if self.name != "rmsea":
            lower = upper = self.estimate
        if lower is None or upper is None:
            return "open"
        return threshold(self.name).verdict(lower, upper)


_SAID: dict[Verdict, tuple[str, str, str]] = {
    "met": ("meets the cut-off", "meet the cut-off", "达到标准"),
    "not met": ("misses it", "miss it", "未达到标准"),
    "open": ("leaves it open", "leave it open", "是否达到标准未定"),
}


def _by_verdict(rows: Sequence[_Index]) -> Text:
    """Which indices meet their cut-offs and which do not."""
    parts: list[Text] = []
    for verdict, (one, several, zh) in _SAID.items():
        own = [r.name.upper() for r in rows if r.estimate is not None and r.verdict == verdict]
        if own:
            names = listed([Text(en=name, zh=name) for name in own])
            en = one if len(own) == 1 else several
            en = en if parts else en.replace(" it", " the cut-off")
            parts.append(Text(en=f"{names.en} {en}", zh=spaced(names.zh, zh)))
    return Text(en=f"{'; '.join(p.en for p in parts)}.", zh=f"{'；'.join(p.zh for p in parts)}。")


def fit(found: Fit, case: Case) -> Table:
    rows = [
        _Index("cfi", found.cfi),
        _Index("tli", found.tli),
        _Index("rmsea", found.rmsea, found.rmsea_ci_lower, found.rmsea_ci_upper),
        _Index("srmr", found.srmr),
    ]
    return Table(
        rows,
        [
            Column(lambda r: r.name.upper(), "Index [of fit]"),
            Column("estimate", "Value [of fit]", "bounded", 3),
            Column(("ci_lower", "ci_upper"), "90 % interval", "bounded", 3),
            Column(lambda r: usual(r.name), "Cut-off [of fit]", "bounded"),
            Column(lambda r: term(r.verdict), "Verdict"),
        ],
        Text(en="Fit of the measurement model.", zh="测量模型的拟合。"),
        Text(
            en="Robust indices (Yuan–Bentler). CFI and TLI are good above the cut-off, RMSEA and SRMR below it.",
            zh="各指标为稳健指标（Yuan–Bentler）。CFI 与 TLI 以高于标准为佳，RMSEA 与 SRMR 以低于标准为佳。",
        ),
        said=_by_verdict(rows),
    )


@dataclass(frozen=True)
class _Line:
    what: Text
    step: Text | str
    cfi: float | str | None
    rmsea: float | str | None
    srmr: float | str | None


def dynamic(found: Dynamic, case: Case) -> Table:
    cuts = [usual(index, 3) for index in INDICES]
    lines = [
        _Line(term("Found here"), "", found.cfi, found.rmsea, found.srmr),
        _Line(term("Conventional cut-off"), "", *cuts),
    ]
    at, right = term("Level [of misfit]"), term("none: the model is right")
    for level in found.levels:
        step = Text(en=escape(right.en), zh=escape(right.zh))
        if one := level.omitted:
            other, size = factor_label(one.other, found, case), number(one.size)
            step = Text(
                en=f"{escape(one.item)} → {escape(other.en)} \\({size}\\)",
                zh=f"{escape(one.item)} → {escape(other.zh)}（{size}）",
            )
        what = Text(en=f"{at.en} {level.level}", zh=f"{at.zh} {level.level}")
        lines.append(_Line(what, step, level.cfi.cut, level.rmsea.cut, level.srmr.cut))
    return Table(
        lines,
        [
            Column("what", Text(en=" ", zh=" ")),
            Column("step", "One more loading left out", "markdown"),
            Column("cfi", "CFI", "bounded", 3),
            Column("rmsea", "RMSEA", "bounded", 3),
            Column("srmr", "SRMR", "bounded", 3),
        ],
        Text(en="Dynamic cut-offs of fit.", zh="拟合的动态标准。"),
        Text(
            en="At level 0 the value that 95 % of correct models reach. At further levels the value that at most 5 % (failing that, 10 %) of the misspecified models reach and that no larger share of correct models misses; a dash where there is none. SRMR without means.",
            zh="水平 0 所列为 95% 的正确模型所能达到的数值。其后各水平所列的数值须同时满足两个条件，即误设模型至多有 5%（做不到时放宽至 10%）达到该值，正确模型至多有同样的比例达不到该值；无法同时满足时以短横表示。SRMR 不含均值。",
        ),
        first=PAIRS,
    )


# --- validity ------------------------------------------------------------------------------------
def _reached(found: Convergent) -> Text:
    """How many constructs reach the two cut-offs with their whole intervals."""
    if found.constructs == 1:
        return _of_one(bool(found.cr_met), bool(found.ave_met))
    cr, ave, n = number(found.cr_met), number(found.ave_met), number(found.constructs)
    return Text(
        en=f"With its whole interval CR reaches the cut-off for {cr} and AVE for {ave} of {n} constructs.",
        zh=f"{_met(found.cr_met, found.constructs, 'CR')}；{_met(found.ave_met, found.constructs, 'AVE')}。",
    )


def _met(met: int, of: int, what: str) -> str:
    return among(met, of, "个", "构念", f" {what} 整个区间", "达到标准", "未达到标准")


def _of_one(cr: bool, ave: bool) -> Text:
    """Whether the one construct reaches them."""
    if cr and ave:
        return Text(
            en="CR and AVE reach their cut-offs with their whole intervals.",
            zh="CR 与 AVE 的整个区间均达到标准。",
        )
    if not (cr or ave):
        return Text(
            en="Neither CR nor AVE reaches its cut-off with its whole interval.",
            zh="CR 与 AVE 的整个区间均未达到标准。",
        )
    one, other = ("CR", "AVE") if cr else ("AVE", "CR")
    return Text(
        en=f"{one} reaches its cut-off with its whole interval, {other} does not.",
        zh=f"{one} 的整个区间达到标准，{other} 则未达到。",
    )


def convergent(found: Convergent, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.id), "Construct"),
            Column("items", "Items [how many]"),
            Column("cr", "CR"),
            Column(("cr_ci_lower", "cr_ci_upper"), "95 % interval"),
            Column(lambda r: term(r.cr_verdict), limit("≥", "composite_reliability")),
            Column("ave", "AVE"),
            Column(("ave_ci_lower", "ave_ci_upper"), "95 % interval"),
            Column(lambda r: term(r.ave_verdict), limit("≥", "average_variance_extracted")),
        ],
        Text(en="Convergent validity.", zh="聚合效度。"),
        Text(
            en="CR composite reliability, AVE average variance extracted, both from the standardized solution; intervals by the delta method on the logit scale.",
            zh="CR 为组合信度，AVE 为平均方差抽取量，均取自标准化解；区间由 logit 尺度上的 delta 法得出。",
        ),
        said=_reached(found),
    )


def close_pairs(found: Ratios, case: Case) -> Table:
    """The pairs that are not clearly distinct, or else the closest ones."""
    rows = sorted(found.rows, key=lambda r: (r.htmt is None, -(r.htmt or 0.0)))
    blurred = [r for r in rows if r.verdict != "met"]
    drawn = samples(found.draws, found.clusters, case)

    def label(row: Ratio) -> Text:
        return pair(row.construct_a, row.construct_b, case)

    return Table(
        blurred or rows[:CLOSEST],
        [
            Column(label, "Pair [of constructs]"),
            Column("htmt", "HTMT"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(r.verdict), limit("≤", "htmt")),
            Column("htmt2", "HTMT2"),
            Column(("htmt2_ci_lower", "htmt2_ci_upper"), "95 % interval"),
        ],
        Text(en="Pairs of constructs that are not clearly distinct.", zh="未能明确区分的成对构念。")
        if blurred
        else Text(en="The closest pairs of constructs.", zh="最接近的几对构念。"),
        Text(
            en=f"Percentile intervals of {drawn.en}.",
            zh=f"区间为百分位区间，取自{drawn.zh}。",
        ),
        first=PAIRS,
    )


def single_items(found: SingleItems, case: Case) -> Table:
    rows = [r for r in found.rows if {r.a, r.b} & set(found.single)]
    return Table(
        rows,
        [
            Column(lambda r: pair(r.a, r.b, case), "Pair [of constructs]"),
            Column("correlation", "r"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(en="Correlations with constructs of one item.", zh="与单题项构念的相关。"),
        Text(
            en="The item is taken as free of error, since nothing in the data tells its error from the construct: the correlations are rather too small.",
            zh="由于数据无法区分题项的误差与构念，单个题项视为没有误差，因此所得相关偏低。",
        ),
    )


def shared_variance(found: SharedVariance, case: Case) -> Table:
    rows = sorted(found.rows, key=lambda r: r.gap)
    doubtful = [r for r in rows if r.verdict != "met"]

    def label(row: Shared) -> Text:
        return pair(row.a, row.b, case)

    return Table(
        doubtful or rows[:CLOSEST],
        [
            Column(label, "Pair [of constructs]"),
            Column("correlation", "r"),
            Column(("correlation_ci_lower", "correlation_ci_upper"), "95 % interval"),
            Column("gap", "AVE − r²"),
            Column(("gap_ci_lower", "gap_ci_upper"), "95 % interval"),
            Column(lambda r: term(r.verdict), Text(en="> 0", zh="> 0")),
        ],
        Text(
            en="Pairs that fail Fornell and Larcker's criterion or leave it open.",
            zh="未满足 Fornell–Larcker 准则或尚未定论的成对构念。",
        )
        if doubtful
        else Text(
            en="Fornell and Larcker's criterion: the closest pairs.",
            zh="Fornell–Larcker 准则：最接近的几对。",
        ),
        Text(
            en="r: correlation of the constructs themselves (latent). AVE − r²: of the construct of the pair whose average variance extracted exceeds the shared variance by less, or falls short of it by more.",
            zh="r 为构念（潜变量）之间的相关。AVE − r² 取自每对中较差的构念，即平均方差抽取量超出共享方差较少或低于共享方差较多的那一个。",
        ),
        first=PAIRS,
    )


# --- competing models ----------------------------------------------------------------------------
def weights(found: Weights, case: Case) -> Table:
    n, drawn = number(found.n), samples(found.draws, found.clusters, case)
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("item", "Item"),
            Column("estimate", "Weight"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("loading", "Loading"),
            Column("vif", "VIF"),
        ],
        Text(en="What formative constructs are made of.", zh="形成型构念的构成。"),
        Text(
            en=f"PLS, mode B, weights of standardized items; {n} respondents, percentile intervals of {drawn.en}. VIF: how many times the other items of the construct inflate the variance of an item's weight.",
            zh=f"PLS 模式 B，所列为标准化题项的权重；受访者 {n} 名，百分位区间取自{drawn.zh}。VIF 为同一构念的其他题项使该题项权重的方差膨胀的倍数。",
        ),
    )


def models(found: Models, case: Case) -> Table:
    def state(row: Model) -> Text:
        if not row.converged:
            return term("no solution")
        return term("admissible" if row.admissible else "not admissible")

    return Table(
        found.rows,
        [
            Column(lambda r: model_label(r.id, r.merged, case), "Model"),
            Column("chisq", "χ²", decimals=1),
            Column("df", "df"),
            Column("cfi", "CFI", decimals=3),
            Column("rmsea", "RMSEA", decimals=3),
            Column("chisq_difference", "Δχ²", decimals=1),
            Column("df_difference", "Δdf"),
            Column("p_difference", "p"),
            Column("aic_difference", "ΔAIC", decimals=1),
            Column("bic_difference", "ΔBIC", decimals=1),
            Column(state, "Solution"),
        ],
        Text(en="Competing measurement models.", zh="相互竞争的测量模型。"),
        Text(
            en="Differences from the planned model; Δχ² scaled, only for models nested in it (the bifactor model is not). A merger holds a correlation at its bound of 1, where the test is a little too lenient on it.",
            zh="差值均相对于预设模型；Δχ² 为校正差异检验，仅用于嵌套于预设模型的模型（双因子模型并不嵌套）。合并相当于把相关固定在边界 1 上，检验因而略微偏向合并。",
        ),
    )


def merged(found: Merged, case: Case) -> Table | None:
    if found.problems:
        return None
    return Table(
        found.rows,
        [
            Column(lambda r: merged_path(r, case), "Path"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(PATH_VERDICTS[r.verdict]), "Verdict"),
            Column("sign", "Sign", "sign"),
        ],
        Text(
            en="Paths to the outcomes where constructs that cannot be told apart are one.",
            zh="将无法区分的构念合而为一之后，指向结果的路径。",
        ),
        Text(
            en="Standardized; robust standard errors, delta method. What leads to no outcome correlates freely.",
            zh="所列为标准化估计值，稳健标准误由 delta 法得出。不直接指向结果的构念可自由相关。",
        ),
    )


# --- where the model misfits ---------------------------------------------------------------------
def residuals(found: Residuals, case: Case) -> Table:
    def whose(row: Residual) -> Text:
        if row.construct_a == row.construct_b:
            return case.label(row.construct_a)
        return pair(row.construct_a, row.construct_b, case)

    return Table(
        found.rows[:LARGEST],
        [
            Column(lambda r: f"{r.item_a} – {r.item_b}", "Items [a pair]"),
            Column(whose, "Constructs"),
            Column("residual", "Correlation residual"),
            Column("z", "z"),
        ],
        Text(en="The largest residuals.", zh="最大的残差。"),
        Text(
            en="z: residual covariance over its standard error.", zh="z 为残差协方差除以其标准误。"
        ),
    )


def misfit(found: Misfit, case: Case) -> Table:
    def what(row: Change) -> Text:
        return parameter(row, case)

    return Table(
        found.largest,
        [
            Column(what, "Fixed parameter"),
            Column("mi", "Index [of modification]", decimals=1),
            Column("p", "p"),
            Column("epc", "Expected value"),
            Column("sepc", "Standardized"),
            Column("power", "Power"),
            Column(lambda r: term(MATTERS[r.verdict]), "Verdict"),
        ],
        Text(en="The largest modification indices.", zh="最大的修正指数。"),
        Text(
            en="↔ is a covariance of residuals, → a further loading. None was added to the model. Power against a misspecification that matters.",
            zh="↔ 表示残差协方差，→ 表示额外的载荷，均未加入模型。功效为检出不可忽略的误设的概率。",
        ),
    )
