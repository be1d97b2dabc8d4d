"""Tables of the synthesis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from loyalty.analyses.synthesis import evidence as real
from loyalty.analyses.synthesis import findings
from loyalty.analyses.synthesis.estimates import OfCase, concepts
from loyalty.analyses.synthesis.words import (
    PROPERTIES,
    VERDICTS,
    concept_path,
    figures,
    hypothesis,
    path,
    study,
    title,
)
from loyalty.cases import claims
from loyalty.ground.findings import Refused
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table
from loyalty.shown.words import estimate, interval, number

OUTCOMES = {
    "agrees": "agrees",
    "does not agree": "does not agree",
    "holds": "holds",
    "cannot be told": "cannot be told",
}


def _title(case: Case, heading: str) -> Column:
    return Column(lambda r: title(r.case, case), heading)


def _kind(row: OfCase) -> Text:
    return term("simulated" if row.simulated else "real")


def _starred(row: Any) -> str:
    """The letter of a survey, with a star where it is simulated."""
    return f"{row.letter}*" if row.simulated else str(row.letter)


def _mixed(rows: Sequence[OfCase]) -> bool | None:
    """The mark of a caption over these rows: all simulated, none, or some (None)."""
    kinds = {r.simulated for r in rows}
    return None if len(kinds) > 1 else kinds == {True}


def glance(found: findings.Glance, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column("letter", "Letter"),
            _title(case, "Survey"),
            Column(_kind, "Data"),
            Column("n", "n"),
            Column("missing", "Missing"),
            Column("alpha", "α min."),
            Column("htmt", "HTMT max."),
            Column("cfi", "CFI", decimals=3),
            Column(_supported, "Supported", "markdown"),
        ],
        Text(
            en="The surveys at a glance: lowest alpha, highest heterotrait–monotrait ratio, fit of the measurement model, paths supported.",
            zh="调查一览，列出最低的 α、最高的 HTMT、测量模型的拟合与得到支持的路径数。",
        ),
        simulated=_mixed(found.rows),
    )


def _supported(row: findings.SurveyRow) -> str:
    return "" if row.supported is None else f"{number(row.supported)} / {number(row.paths)}"


def tables(found: findings.Tables, case: Case) -> Table | None:
    if not found.rows:
        return None

    def label(row: findings.TableRow) -> Text:
        return next(r.label for r in study(row.case, case).resources if r.id == row.table)

    return Table(
        found.rows,
        [
            _title(case, "Case"),
            Column(_kind, "Data"),
            Column(label, "Table"),
            Column("rows", "Rows"),
        ],
        Text(en="Behaviour and text beside the surveys.", zh="调查之外的行为与文本数据。"),
        simulated=_mixed(found.rows),
    )


def matrix(found: findings.Matrix, case: Case) -> Table:
    letters = {p.case: p for p in found.paths}

    def cell(name: str) -> Callable[[findings.SharedPath], str]:
        def shown(row: findings.SharedPath) -> str:
            own = next((e for e in row.estimates if e.case == name), None)
            if own is None:
                return ""
            return number(own.estimate) + ("" if own.clear else " °")

        return shown

    return Table(
        found.shared,
        [
            Column(lambda r: concept_path(r.from_, r.to, case), "Path"),
            *(
                Column(cell(name), Text(en=_starred(row), zh=_starred(row)), "markdown")
                for name, row in letters.items()
            ),
        ],
        Text(en="Paths that two or more surveys share.", zh="至少两项调查共有的路径。"),
        Text(
            en="Standardized. Letters as in the first table; * simulated; ° the interval holds zero. Constructs of the same meaning stand in one row; where a case has several, their mean. Paths that may not be relied upon are left out.",
            zh="路径均为标准化值。字母所代表的案例见本章首表；* 为模拟数据；° 表示区间包含零。含义相同的构念列于同一行，一个案例有多个这样的构念时取均值。不可采信的路径没有列入。",
        ),
        simulated=_mixed([e for row in found.shared for e in row.estimates]),
    )


def votes(found: findings.Votes, case: Case) -> Table:
    return Table(
        found.rows,
        [
            _title(case, "Survey"),
            Column("supported", "Supported"),
            Column("open", "Open"),
            Column("contradicted", "Contradicted"),
            Column("doubted", "Not to be relied upon"),
        ],
        Text(en="Verdicts on the hypotheses of the real surveys.", zh="对真实调查各项假设的判断。"),
        Text(
            en="Paths, moderations and curvilinear effects; a path that may not be relied upon has no verdict.",
            zh="假设包括路径、调节与曲线效应；对不可采信的路径不作判断。",
        ),
        simulated=False,
    )


def _pooled(found: findings.Pooled, case: Case, caption: Text, *, simulated: bool) -> Table | None:
    if not found.rows:
        return None
    return Table(
        found.rows,
        [
            Column(lambda r: concept_path(r.from_, r.to, case), "Path"),
            Column("k", "Cases"),
            Column("n", "n"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(("pi_lower", "pi_upper"), "95 % prediction"),
            Column("i2", "I²", decimals=0),
            Column("tau", "τ"),
        ],
        caption,
        Text(
            en="Random effects, REML, Hartung–Knapp. Two cases leave one degree of freedom: their interval is all but empty of content.",
            zh="随机效应模型，REML 估计，Hartung–Knapp 法。只有两个案例时仅剩一个自由度，区间几乎不含信息。",
        ),
        simulated=simulated,
    )


def pooled(found: findings.Pooled, case: Case) -> Table | None:
    caption = Text(en="Paths pooled over the real surveys.", zh="真实调查的合并路径。")
    return _pooled(found, case, caption, simulated=False)


def pooled_simulated(found: findings.Pooled, case: Case) -> Table | None:
    caption = Text(
        en="The same over the simulated surveys, whose processes differ by design.",
        zh="模拟调查的合并路径，各案例的生成过程在设计上并不相同。",
    )
    return _pooled(found, case, caption, simulated=True)


def moderators(found: real.Moderators, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: concept_path(r.from_, r.to, case), "Path"),
            Column(lambda r: term(PROPERTIES[r.moderator]), "Property"),
            Column("k", "Cases"),
            Column("estimate", "Change", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
            Column("tau", "τ"),
        ],
        Text(en="Paths and properties of the surveys.", zh="路径与调查特征。"),
        Text(
            en="Change of the standardized path with one unit of the property: meta-regression, REML, Knapp–Hartung [@knapp2003]. τ: what is left between surveys.",
            zh="表中为特征每变化一个单位时标准化路径的变化，由元回归得出（REML 估计，Knapp–Hartung 法）[@knapp2003]。τ 为各项调查之间的剩余差异。",
        ),
        simulated=False,
    )


def correlations(found: real.Backbone, case: Case) -> Table:
    label = concepts(case.described or {})

    def pair(row: real.PooledCorrelation) -> Text:
        a, b = label[row.a], label[row.b]
        return Text(en=f"{a.en} ↔ {b.en}", zh=f"{a.zh} ↔ {b.zh}")

    return Table(
        found.correlations,
        [
            Column(pair, "Pair"),
            Column("studies", "Cases"),
            Column("n", "n"),
            Column("estimate", "r"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("tau", "τ"),
            Column("i2", "I²", decimals=0),
            Column("q_p", "p (Q)"),
        ],
        Text(
            en="Latent correlations pooled over the real surveys.",
            zh="真实调查潜变量相关的合并值。",
        ),
        Text(
            en="First stage of a two-stage meta-analytic structural equation model: multivariate random effects, maximum likelihood, Wald intervals [@cheung2014]. The errors of the correlations are those of each survey's measurement model, in which a construct of one item is free of error. I² as in Higgins and Thompson [@higgins2002].",
            zh="两阶段元分析结构方程模型的第一阶段，采用多元随机效应模型、极大似然估计与 Wald 区间 [@cheung2014]。相关系数的误差取自各项调查的测量模型，单题项构念视为没有误差。I² 按 Higgins 与 Thompson 的方法计算 [@higgins2002]。",
        ),
        simulated=False,
    )


def backbone(found: real.Backbone, case: Case) -> Table:
    """The index's paths and those that are added to it, and the former with doubted surveys."""
    again = found.with_doubted
    other = () if again is None or isinstance(again, Refused) else again.paths
    rows = [(p, False) for p in found.paths] + [(p, True) for p in found.direct]
    beside = {(p.from_, p.to): p for p in other}

    def bounds(row: tuple[real.BackbonePath, bool]) -> str:
        return interval(row[0].ci_lower, row[0].ci_upper)

    def later(row: tuple[real.BackbonePath, bool]) -> str:
        one = None if row[1] else beside.get((row[0].from_, row[0].to))
        return "" if one is None else estimate(one.estimate, one.ci_lower, one.ci_upper)

    return Table(
        rows,
        [
            Column(lambda r: concept_path(r[0].from_, r[0].to, case), "Path"),
            Column(lambda r: term("added" if r[1] else "of the index"), "Model"),
            Column(lambda r: r[0].estimate, "β", "number"),
            Column(bounds, "95 % interval", "markdown"),
            *([Column(later, "With doubtful surveys", "markdown")] if other else []),
        ],
        Text(
            en="Quality, value, satisfaction and loyalty over the real surveys.",
            zh="真实调查中的质量、价值、满意度与忠诚度。",
        ),
        Text(
            en="Second stage: weighted least squares on the pooled correlations [@cheung2005], standardized, Wald intervals. Added: the index's model with paths from quality and value to loyalty.",
            zh="第二阶段，以合并相关为数据作加权最小二乘估计 [@cheung2005]，所列为标准化值与 Wald 区间。“另加”指在指数模型中加入质量与价值到忠诚度的路径。",
        ),
        simulated=False,
    )


def evidence(found: real.Evidence, case: Case) -> Table | None:
    rows = [r for r in found.rows if r.road != "none"]
    if not rows:
        return None
    return Table(
        rows,
        [
            Column(lambda r: hypothesis(r, case), "Hypothesis"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(PATH_VERDICTS[r.verdict]), "Verdict"),
            Column("sign", "Sign", "sign"),
            Column(lambda r: ", ".join(f"{letter}*" for letter in r.letters), "Stated by"),
            Column("k", "Cases"),
            Column("n", "n"),
            Column("industries", "Industries"),
        ],
        Text(
            en="Hypotheses of the sources that the real surveys can speak to.",
            zh="各份资料的假设中真实调查可以对照者。",
        ),
        Text(
            en="Standardized; letters as in the first table. Several surveys: random effects, REML, Hartung–Knapp [@hartung2001]; one: its own estimate; paths that no real survey hypothesizes: from the pooled correlations, beside satisfaction. Industries: those that the surveys name. What is not listed has no real evidence here.",
            zh="所列为标准化值，字母所代表的案例见本章首表。有多项调查时为合并值（随机效应模型，REML 估计，Hartung–Knapp 法）[@hartung2001]，只有一项调查时为该调查自身的估计值；真实调查没有提出假设的路径，取自合并相关（控制满意度）。行业以调查所注明的为准。没有列出的假设，此处没有真实证据。",
        ),
        simulated=False,
    )


def sectors(found: real.Sectors, case: Case) -> Table:
    known = {c.id: c for c in claims.load().industries}
    rows = [(row, one) for row in found.rows for one in (row.spoken or (None,))]

    def claim(row: tuple[real.SectorRow, real.Spoken | None]) -> Text:
        return known[row[0].id].text

    def what(row: tuple[real.SectorRow, real.Spoken | None]) -> Text:
        if row[1] is None:
            return term("nothing here can speak to it")
        source, name = known[row[0].id].real[row[1].place].text, title(row[1].case, case)
        return Text(en=f"{name.en}: {source.en}", zh=f"{name.zh}：{source.zh}")

    def bounds(row: tuple[real.SectorRow, real.Spoken | None]) -> str:
        return "" if row[1] is None else interval(row[1].ci_lower, row[1].ci_upper)

    return Table(
        rows,
        [
            Column(claim, "Claim"),
            Column(lambda r: figures(r[0].printed) if r[0].printed else "", "Printed", "markdown"),
            Column(what, "What real data say"),
            Column(lambda r: r[1] and r[1].estimate, "Found", "number"),
            Column(bounds, "95 % interval", "markdown"),
            Column(lambda r: VERDICTS[r[1].verdict] if r[1] else "", "Verdict"),
        ],
        Text(
            en="What the sources say about industries, and what real surveys can say.",
            zh="各份资料关于行业的说法与真实调查的结果。",
        ),
        Text(
            en="Above zero as the claim has it. A difference is one of standardized paths, groups as independent samples. An industry or two stand for a whole sector: the interval is about these customers, not about sectors; and what was measured is not what the claim's figure counts.",
            zh="大于零表示与说法的方向一致。差值为标准化路径之差，各组视为独立样本。整个部门只由其中一两个行业代表，因此区间只针对这些客户，而非整个部门；所测的内容与说法中的数字也不是同一个量。",
        ),
        simulated=False,
    )


def industries(found: findings.Industries, case: Case) -> Table:
    return Table(
        found.rows,
        [
            _title(case, "Survey"),
            Column(_kind, "Data"),
            Column("paths", "Paths"),
            Column("different", "Differ"),
            Column("clustered", "Differ, by firms"),
            Column("released", "Released"),
            Column("firms", "Firms"),
        ],
        Text(en="What differs by industry or group.", zh="因行业或群体而异之处。"),
        Text(
            en="Paths that differ between groups after Holm's correction, with respondents and with firms as the independent units; released: equalities of the measurement that did not hold.",
            zh="表中为经 Holm 校正后存在组间差异的路径数，分别以受访者与企业为独立单位。“已释放”指不成立而被释放的测量等值约束。",
        ),
        simulated=_mixed(found.rows),
    )


def checks(found: findings.Checks, case: Case) -> Table:
    text = {c.id: c.text for c in claims.load().checks}

    def what(row: findings.CheckRow) -> Text:
        return Text(
            en=f"{text[row.id].en} ({', '.join(row.claims)})",
            zh=f"{text[row.id].zh}（{'、'.join(row.claims)}）",
        )

    return Table(
        found.rows,
        [
            Column(what, "What was checked"),
            Column(lambda r: figures(r.printed), "Printed", "markdown"),
            Column(lambda r: figures(r.computed), "Follows", "markdown"),
            Column(lambda r: term(OUTCOMES[r.outcome]), "Outcome"),
        ],
        Text(
            en="Printed figures checked for arithmetic and coherence.",
            zh="对所载数字的算术与一致性核对。",
        ),
        Text(
            en="Claims by their number in the ledger (appendix). Sobel's z is computed for observed scores twice: with the printed direct effect taken as given beside the mediator, and as the total effect. For rises that go with one another what follows is the elasticity.",
            zh="条目编号见附录的论断清单。Sobel z 按显变量得分计算两次，所载的直接效应一次视为控制中介后的效应，一次视为总效应。对“一个指标随另一个指标升降”的说法，所得为弹性。",
        ),
        simulated=False,
    )


def held(found: findings.Held, case: Case) -> Table:
    ledger = claims.load()

    def claim(row: findings.HeldRow) -> Text:
        text = ledger.named(row.claim).text
        return Text(en=f"{row.claim} · {text.en}", zh=f"{row.claim} · {text.zh}")

    return Table(
        found.rows,
        [
            Column(claim, "Claim"),
            Column("printed", "Printed"),
            _title(case, "Real data"),
            Column("estimate", "Found"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(
                lambda r: term("inside the interval" if r.inside else "outside the interval"),
                "Printed value",
            ),
        ],
        Text(en="Claims to which the real data can speak.", zh="真实数据可以对照的条目。"),
        Text(
            en="Another population, another questionnaire or another shop than the claim's: agreement is no confirmation, disagreement no refutation.",
            zh="总体、调查或商店均与条目所指不同，因此一致不等于证实，不一致也不等于否定。",
        ),
        simulated=False,
    )


def first(found: findings.First, case: Case) -> Table | None:
    if not found.rows:
        return None
    return Table(
        found.rows,
        [
            Column(_starred, "Survey"),
            Column(lambda r: study(r.case, case).named(r.construct_id).label, "Construct"),
            Column("estimate", "Total effect"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("performance", "Index", decimals=1),
        ],
        Text(en="Important and weak: what comes first.", zh="重要而表现弱、应优先改进的构念。"),
        Text(
            en="Constructs with a total effect above, and an index from 0 to 100 below, the mean of their survey, the effect clear of zero. * simulated.",
            zh="表中构念的总效应高于本调查的均值且区间不含零，指数（0–100）则低于本调查的均值。* 为模拟数据。",
        ),
        simulated=_mixed(found.rows),
    )


def one_point(found: findings.OnePoint, case: Case) -> Table | None:
    rows = largest([r for r in found.rows if r.narrow])
    if not rows:
        return None
    return Table(
        rows,
        [
            Column(_starred, "Survey"),
            Column(lambda r: path(r.case, r.from_, r.to, case), "One point more of → goes with"),
            Column("estimate", "Points"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(
            en="What one point more of a service element goes with.",
            zh="服务要素提高一分所对应的变化。",
        ),
        Text(
            en="Total effects, in points of each construct's first item. Letters as in the first table; * simulated, where only the largest effect of each survey is shown. Effects along a path that may not be relied upon, or whose interval is wider than one point, are left out.",
            zh="所列为总效应，以各构念首个题项的分值计。字母所代表的案例见本章首表；* 为模拟数据，每项模拟调查只列最大的效应。所经路径不可采信或区间宽于一分的，不列出。",
        ),
        simulated=_mixed(rows),
    )


def largest(rows: Sequence[findings.OnePointRow]) -> list[findings.OnePointRow]:
    """Every effect of the real surveys, of each simulated one the largest."""
    kept: list[findings.OnePointRow] = []
    for case in dict.fromkeys(r.case for r in rows):
        own = [r for r in rows if r.case == case]
        if own[0].simulated:
            own = [max(own, key=lambda r: abs(r.estimate))]
        kept += own
    return kept


def worth(found: findings.Worth, case: Case) -> Table:
    faster, margin = number(found.faster, decimals=0), number(found.margin, decimals=0)
    return Table(
        found.rows,
        [
            _title(case, "Case"),
            Column("share", "Repurchase now"),
            Column("estimate", "More repurchase", decimals=2),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=2),
            Column("cost", "May cost"),
            Column(("cost_ci_lower", "cost_ci_upper"), "95 % interval"),
        ],
        Text(
            en="What a faster answer would have to cost to pay.",
            zh="加快响应的成本在什么限度之内划算。",
        ),
        Text(
            en=f"Answering in {faster} less time; what it may cost per customer and month, if a purchase leaves a margin of {margin}.",
            zh=f"设响应时间缩短 {faster}，每次购买的毛利为 {margin}，所列为每名客户每月的成本上限。",
        ),
        simulated=_mixed(found.rows),
    )
