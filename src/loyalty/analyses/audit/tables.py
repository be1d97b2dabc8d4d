"""Tables of the data audit."""

from __future__ import annotations

from loyalty.analyses.audit.columns import Columns
from loyalty.analyses.audit.common_method import MeasurementModel
from loyalty.analyses.audit.findings import (
    Agreement,
    Careless,
    Codes,
    Detection,
    Flagged,
    Method,
    Missing,
    Pattern,
    Patterns,
    Pooled,
    Quotas,
    Sample,
    Sensitivity,
    SignCount,
)
from loyalty.analyses.audit.words import KINDS, NO_DEPARTURE, SIGNS, group
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.doubts import withheld
from loyalty.shown.fit import problems
from loyalty.shown.table import Column, Table
from loyalty.shown.words import cut, escaped, few, number

INTERVAL = Column(("ci_lower", "ci_upper"), "95 % interval")
SELECTIONS = {
    "everybody": "everybody: the whole (main analyses)",
    "careless": "without two signs or more",
    "any": "without any sign",
    "strict": "the strictest selection",
}
UNWEIGHTED = "everybody: the whole, unweighted"
WITHOUT = {"all": "as planned", "without": "without items that are others"}
MODELS = {
    "planned": "as planned",
    "turned": "with a factor on the scored answers",
    "as_answered": "with a factor on the codes as given",
}


def codes(found: Codes, case: Case) -> Table | None:
    if not found.items:
        return None
    return Table(
        found.items,
        [
            Column("item", "Item [named]"),
            Column("declared", "Declared missing code"),
            Column("outside", "Outside the scale"),
            Column("share", "Share of rows"),
        ],
        Text(en="Answers that were set to missing, by item.", zh="设为缺失的答案（按题项）。"),
    )


def columns(found: Columns, case: Case) -> Table | None:
    """The measurement model with and without the items that are others."""
    fitted = [m for m in found.models if not isinstance(m.fit, Refused)]
    if len(fitted) < 2:
        return None
    return Table(
        fitted,
        [
            Column(lambda r: term(WITHOUT[r.who]), "Measurement model"),
            Column("fit.chisq", "χ²", "number"),
            Column("fit.df", "df", "count"),
            Column("fit.cfi", "CFI", "bounded", 3),
            Column("fit.rmsea", "RMSEA", "bounded", 3),
            Column(("fit.rmsea_ci_lower", "fit.rmsea_ci_upper"), "90 % interval", "bounded", 3),
            Column("fit.srmr", "SRMR", "bounded", 3),
        ],
        Text(
            en="The measurement model with and without items that are others.",
            zh="保留与去掉重复题项时的测量模型。",
        ),
        Text(en="Robust maximum likelihood.", zh="稳健极大似然法。"),
    )


def missing(found: Missing, case: Case) -> Table | None:
    if not found.items:
        return None
    return Table(
        found.items,
        [
            Column("item", "Item [named]"),
            Column("n", "Answered"),
            Column("n_missing", "Missing"),
            Column("share_missing", "Share missing"),
        ],
        Text(en="The items with most missing answers.", zh="缺失答案最多的题项。"),
        first=6,
    )


def patterns(found: Patterns, case: Case) -> Table | None:
    """The patterns, where there is more than one to show."""
    if len(found.shown) < 2:
        return None
    return Table(
        [*found.shown, *([found.pooled] if found.pooled else [])],
        [
            Column(_lacking, "Items without an answer", "markdown"),
            Column("n", "Respondents"),
            Column("share", "Share"),
        ],
        Text(en="Patterns of missing answers.", zh="缺失答案的模式。"),
    )


def _lacking(row: Pattern | Pooled) -> Text | str:
    if isinstance(row, Pooled):
        n = number(row.patterns)
        return Text(en=f"{n} other patterns", zh=f"其他 {n} 种模式")
    return escape(", ".join(row.items)) if row.items else term("none (complete)")


def careless(found: Careless, case: Case) -> Table:
    small = cut("small_cell", "count")
    return Table(
        [*found.signs, found.flagged],
        [
            Column(_sign, "Sign [of carelessness]"),
            Column(
                lambda r: number(r.cutoff) if isinstance(r, SignCount) else "",
                "Cut-off [of a sign]",
                "markdown",
            ),
            Column(_showing, "Respondents", "markdown"),
            Column("share", "Share"),
        ],
        Text(en="Signs of careless answering.", zh="敷衍作答的迹象。"),
        Text(
            en=f"Cut-offs: longest run of one answer (items), standard deviation of a person's answers (share of the scale's range), p of the Mahalanobis distance, correlation of half scales stepped up, correlation over item pairs that go together in the sample, seconds an item. A dash: no sign in this case, or the share of fewer than {small}.",
            zh=f"各项界限依次针对连续选同一答案的最多题数、个人答案的标准差（占量表全距的比例）、马氏距离的 p 值、校正后的半量表相关、样本中相近题对的个人内相关以及每题秒数。短横表示本案例未采用该迹象，或比例所涉不足 {small} 人。",
        ),
    )


def _showing(row: SignCount | Flagged) -> Text | str | None:
    """How many; of a sign that is one, and of few, that they are few."""
    none = isinstance(row, SignCount) and row.cutoff is None
    return None if row.n is None and none else few(row.n)


def _sign(row: SignCount | Flagged) -> Text:
    return term(SIGNS[row.sign] if isinstance(row, SignCount) else "Two signs or more: flagged")


def agreement(found: Agreement, case: Case) -> Table | None:
    if len(found.pairs) < 2:
        return None
    most = int(threshold("small_cell").value) - 1

    def pair(a: str, b: str) -> Text:
        first, second = term(SIGNS[a]), term(SIGNS[b])
        return Text(en=f"{first.en} · {second.en}", zh=f"{first.zh} · {second.zh}")

    return Table(
        found.pairs,
        [
            Column(lambda r: pair(r.a, r.b), "Signs"),
            Column("both", "Flagged by both"),
            Column("kappa", "κ"),
            INTERVAL,
        ],
        Text(en="Agreement of the signs.", zh="迹象之间的一致性。"),
        Text(
            en=f"Counts from 1 to {most} are not shown. κ: agreement beyond chance.",
            zh=f"人数为 1 至 {most} 者不列出。κ 为超出偶然的一致性。",
        ),
        first=5,
    )


def detection(found: Detection, case: Case) -> Table:
    return Table(
        found.kinds,
        [
            Column(lambda r: term(KINDS[r.kind]), "Drawn as"),
            Column("n", "Respondents"),
            Column("share", "Flagged"),
            INTERVAL,
        ],
        Text(
            en="How well the rule finds careless answers that were put in.",
            zh="该规则识别所植入的敷衍作答的效果。",
        ),
    )


def sensitivity(found: Sensitivity, case: Case) -> Table:
    against = Column(
        lambda r: problems(r.problems, case) if r.problems else None, "Against it", "markdown"
    )
    along = escaped(case.path(found.from_, found.to))
    # The main analyses are weighted where there are weights, this is not.
    whose = SELECTIONS | ({"everybody": UNWEIGHTED} if case.study.weights else {})
    return Table(
        found.selections,
        [
            Column(lambda r: term(whose[r.who]), "Respondents"),
            Column("n", "n"),
            Column("estimate", "β"),
            INTERVAL,
            *([against] if found.faulty else []),
        ],
        Text(
            en=f"The path {along.en} (standardized, robust maximum likelihood) with and without flagged respondents.",
            zh=f"保留与剔除被标记者时的路径“{along.zh}”（标准化，稳健极大似然法）。",
        ),
        withheld=lambda r: withheld(case.reliance.along((found.from_, found.to))),
    )


def sample(found: Sample, case: Case) -> Table:
    study = case.study
    outer = sum(len(g.levels) for g in study.groups if g.within is None)
    several = len(found.levels) - outer > 6  # firms within industries: all alike in a table
    quotas = any(level.quota is not None for level in found.levels)
    hidden = any(level.n is None for level in found.levels)
    small = cut("small_cell", "count")
    return Table(
        found.levels,
        [
            Column(lambda r: group(case, r.group).label, "Group"),
            Column(lambda r: group(case, r.group).levels[r.level], "Level"),
            Column("n", "Respondents"),
            Column("share", "Share"),
            *([Column("quota", "Quota")] if quotas else []),
        ],
        Text(en="The sample by group.", zh="样本构成。"),
        Text(
            en=f"Not shown: groups of fewer than {small}, and those from which one could be worked out.",
            zh=f"少于 {small} 人的组，以及一经列出便可推知此类组人数的组，均不列出。",
        )
        if hidden
        else None,
        first=outer if several and outer else None,
    )


def quotas(found: Quotas, case: Case) -> Table | None:
    """The tests, where any group departs from its quotas."""
    if all(test.w < NO_DEPARTURE for test in found.tests):
        return None
    return Table(
        found.tests,
        [
            Column(lambda r: group(case, r.group).label, "Group"),
            Column("chi2", "χ²"),
            Column("df", "df"),
            Column("p", "p"),
            Column("w", "w"),
        ],
        Text(en="Sample against quotas.", zh="样本与配额。"),
        Text(
            en="χ²: goodness of fit to the quotas. w: effect size of Cohen.",
            zh="χ² 为对配额的拟合优度检验，w 为 Cohen 效应量。",
        ),
    )


def method(found: Method, case: Case) -> Table:
    return Table(
        found.models,
        [
            Column(lambda r: term(MODELS[r.model]), "Measurement model"),
            Column("cfi", "CFI", decimals=3),
            Column("rmsea", "RMSEA", decimals=3),
            Column("bic", "BIC", "count"),
            Column(_gain, "Gain", "markdown"),
            Column("variance", "Variance"),
            INTERVAL,
            Column("loading_change", "Δλ"),
            Column("correlation_change", "Δr"),
            Column(lambda r: term("no" if r.problems else "yes"), "Admissible"),
        ],
        Text(en="An unmeasured method factor.", zh="未测量的方法因子。"),
        Text(
            en="The factor has one unstandardized weight on all items and is uncorrelated with the constructs. Variance in squared scale points; Δλ, Δr: largest change of a loading and of a correlation of constructs (standardized). Fit and gain by maximum likelihood, interval robust.",
            zh="该因子对所有题项的非标准化权重相同，且与各构念不相关。方差以量表分值的平方为单位；Δλ 与 Δr 分别为载荷与构念间相关的最大变动（标准化）。拟合与改善按极大似然法计算，区间为稳健区间。",
        ),
    )


def _gain(row: MeasurementModel) -> str | None:
    if row.chi2 is None:
        return None
    return f"χ²({number(row.df)}) = {number(row.chi2, decimals=1)}"
