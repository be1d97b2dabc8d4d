"""Tables of the structural model."""

from __future__ import annotations

from loyalty.analyses.structural.findings import (
    Bend,
    Competing,
    Composed,
    Effects,
    Latent,
    Moderation,
    Paths,
    Question,
    Questions,
    SecondOpinion,
    Totals,
)
from loyalty.analyses.structural.ways import Contrasts
from loyalty.analyses.structural.words import (
    STRUCTURES,
    along,
    bend,
    of_contrast,
    of_effect,
    strongest,
    verdict,
)
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import NOTHING, Text
from loyalty.shown import apa
from loyalty.shown.context import Case
from loyalty.shown.doubts import withheld
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table
from loyalty.shown.units import samples, units
from loyalty.shown.words import join, number, spaced

REGIONS = {
    "inside": "between the bounds",
    "outside": "outside the bounds",
    "everywhere": "everywhere",
    "nowhere": "nowhere",
}


def composed(found: Composed, case: Case) -> Table:
    n, drawn = number(found.n), samples(found.draws, found.clusters, case)
    return Table(
        found.rows,
        [
            Column("id", "H"),
            Column(lambda r: case.path(r.from_, r.to), "Path"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(PATH_VERDICTS[r.verdict]), "Verdict"),
            Column("sign", "Sign", "sign"),
        ],
        Text(en="Paths from and to formative constructs.", zh="始于或指向形成型构念的路径。"),
        Text(
            en=f"Standardized PLS paths of weighted sums of items, formative constructs in mode B; {n} respondents, percentile intervals of {drawn.en}.",
            zh=f"所列为题项加权和之间的标准化 PLS 路径，形成型构念采用模式 B；受访者 {n} 名，百分位区间取自{drawn.zh}。",
        ),
    )


def paths(found: Paths, case: Case) -> Table:
    name, robust = apa.estimator(case), case.study.estimator in ("MLR", "MLM", "WLSMV")
    note = Text(
        en=f"Standardized paths by {name.en}; {'robust ' if robust else ''}standard errors, delta method.",
        zh=f"所列为标准化路径，采用{name.zh}估计；{'稳健' if robust else ''}标准误由 delta 法得出。",
    )
    if found.firms is not None:
        firms, df = units(case).counted(number(found.firms)), number(found.df)
        note = Text(
            en=f"Standardized paths; {firms.en}, not respondents, are the independent units: cluster-robust standard errors, delta method, Student's t with {df} degrees of freedom.",
            zh=spaced(
                "所列为标准化路径；以",
                firms.zh,
                f"而非受访者为独立单位，聚类稳健标准误由 delta 法得出，t 分布的自由度为 {df}。",
            ),
        )
    return Table(
        found.rows,
        [
            Column("id", "H"),
            Column(lambda r: case.path(r.from_, r.to), "Path"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: verdict(r, case), "Verdict"),
            Column("sign", "Sign", "sign"),
            Column("p", "p"),
        ],
        Text(en="Hypothesized paths.", zh="假设路径。"),
        note,
        said=strongest(found, case),
    )


def effects(found: Effects, case: Case) -> Table:
    labels = along(case)
    refits = found.resamples
    drawn, nonconverged = number(refits.drawn), number(refits.nonconverged)
    inadmissible = number(refits.inadmissible)
    odd = [
        f"{number(n)} 次{what}"
        for n, what in (
            (refits.nonconverged, "未收敛"),
            (refits.inadmissible, "得到不可接受的解"),
        )
        if n
    ]
    lost = f"，其中 {'，'.join(odd)}，均予剔除" if odd else "，各次均得到可接受的解"
    wider = NOTHING
    if refits.firms:
        wider = Text(
            en=" (the intervals are expanded, since few of them vary too little from draw to draw [@hesterberg2015])",
            zh="（单位数目少时，重抽样之间的变异偏小，区间已相应加宽）[@hesterberg2015]",
        )
    return Table(
        found.rows,
        [
            Column("id", "I"),
            Column(lambda r: labels[r.id], "Along"),
            Column("legs", "Legs", kept=True),
            Column("estimate", "Product", decimals=3),
            Column(("boot_ci_lower", "boot_ci_upper"), "Percentile", decimals=3),
            Column(("bca_ci_lower", "bca_ci_upper"), "BCa", decimals=3),
        ],
        Text(en="Indirect effects.", zh="间接效应。"),
        Text(
            en=f"Products of standardized paths; three or more legs are a serial mediation; delta-method intervals are in the result file. Percentile and bias-corrected accelerated 95 % intervals: {drawn} resamples of {units(case).many.en if refits.firms else 'respondents'}{wider.en}{', divided among imputations of the missing answers' if refits.imputed else ''}, of which {nonconverged} did not converge and {inadmissible} were inadmissible, and are left out.",
            zh=f"间接效应为标准化路径之积，三段及以上者为链式中介；delta 法区间见结果文件。百分位与偏差校正加速 95% 区间取自以{units(case).many.zh if refits.firms else '受访者'}为单位的 {drawn} 次重抽样{wider.zh}{'，并分配到缺失答案的各次多重插补中' if refits.imputed else ''}{lost}。",
        ),
        withheld=lambda r: withheld(of_effect(r.id, case)),
    )


def contrasts(found: Contrasts, case: Case) -> Table:
    labels = along(case)
    return Table(
        found.rows,
        [
            Column(lambda r: labels[r.first], "One way"),
            Column(lambda r: labels[r.second], "Another"),
            Column("estimate", "Difference", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        ],
        Text(en="Ways side by side.", zh="各途径的比较。"),
        Text(
            en="How much more goes through the one than through the other: differences of products of standardized paths, percentile intervals from the draws above, each for itself.",
            zh="所列为前一途径的效应减去后一途径的效应，即标准化路径之积的差；百分位区间取自上述重抽样，逐一给出，未作多重比较校正。",
        ),
        withheld=lambda r: withheld(of_contrast(r, case)),
    )


def totals(found: Totals, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.from_), "From"),
            Column(lambda r: case.label(r.to), "To"),
            Column("direct", "Direct"),
            Column("indirect", "Indirect"),
            Column("estimate", "Total"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(en="Effects from the beginnings to the ends of the chain.", zh="从链首到链尾的效应。"),
        Text(
            en="Standardized; percentile intervals of the total effect from the draws above. A direct effect of zero is what the hypotheses say, not a finding.",
            zh="所列为标准化效应；总效应的百分位区间取自上述重抽样。直接效应为零是假设使然，并非发现。",
        ),
        withheld=lambda r: withheld(case.reliance.between(r.from_, r.to)),
    )


def competing(found: Competing, case: Case) -> Table | None:
    if len(found.structures) < 2:
        return None
    return Table(
        found.structures,
        [
            Column(lambda s: term(STRUCTURES[s.id]), "Structure"),
            Column("added", "Added"),
            Column("removed", "Taken out"),
            Column("chisq", "χ²", decimals=1),
            Column("df", "df"),
            Column("cfi", "CFI", decimals=3),
            Column("rmsea", "RMSEA", decimals=3),
            Column("bic", "BIC", decimals=0),
            Column("delta_chisq", "Δχ²", decimals=1),
            Column("delta_p", "p (Δχ²)"),
        ],
        Text(en="Competing structures.", zh="相互竞争的结构。"),
        Text(
            en="Robust maximum likelihood on the same answers; scaled difference tests against the hypothesized structure where it is the special case.",
            zh="各结构均对相同的答案作稳健极大似然估计；若假设的结构为某一结构的特例，则给出二者的校正差异检验。",
        ),
    )


def _signed(row: Bend, case: Case) -> Text:
    what, sign = bend(row, case), "+" if row.sign == "+" else "−"
    return Text(en=f"{what.en} ({sign})", zh=f"{what.zh}（{sign}）")


def _verdicts(row: Bend, case: Case) -> Text:
    """By scores; between latent constructs: once where they are the same, or where these may not
    be relied upon."""
    latent = row.verdict if case.reliance.whole else row.latent_verdict
    both = dict.fromkeys([row.verdict, latent])
    said = [term(PATH_VERDICTS[v]) if v else Text(en=DASH, zh=DASH) for v in both]
    return Text(en="; ".join(t.en for t in said), zh="；".join(t.zh for t in said))


def moderation(found: Moderation, case: Case) -> Table | None:
    if not found.rows:
        return None
    latent = [
        Column("latent_estimate", "Latent"),
        Column(("latent_ci_lower", "latent_ci_upper"), "95 % interval"),
    ]
    if case.reliance.whole:  # constructs that may not be relied upon
        latent = []
    return Table(
        found.rows,
        [
            Column("id", "H"),
            Column(lambda r: _signed(r, case), "Term and sign"),
            Column("estimate", "Scores"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: _verdicts(r, case), "Verdict"),
            *latent,
        ],
        Text(en="Moderation and bends.", zh="调节与曲线效应。"),
        _with_firms(
            found,
            case,
            join(
                [
                    Text(
                        en=f"Change of the standardized path per standard deviation of the moderator. Scores: regression{'' if found.firms else ', heteroscedasticity-consistent intervals (HC3)'}; errors of measurement weaken products and squares. Latent: double-mean-centred product indicators without what the answer scales alone bend, all terms of an outcome together, robust maximum likelihood; how surely it is known what the scales bend is not part of the interval. Two verdicts: by scores; between latent constructs.",
                        zh=f"所列为调节变量每增加一个标准差时标准化路径的变化。“得分”一栏由回归得出{'' if found.firms else '，区间按异方差一致标准误（HC3）计算'}，测量误差会削弱其中的乘积项与平方项。“潜变量”一栏采用双重均值中心化的乘积指标，并扣除量表本身造成的弯曲，同一结果变量的各项同时以稳健极大似然法估计，扣除量本身的不确定性未计入区间。两个判断依次出自得分与潜变量。",
                    ),
                    *_without(found),
                ]
            ),
        ),
    )


def _without(found: Moderation) -> list[Text]:
    """Who is in no product, where somebody shows signs of carelessness."""
    if found.left_out == 0:
        return []
    n = "" if found.left_out is None else number(found.left_out)
    en, zh = (f" ({n})", f" {n} 名") if n else ("", "")
    return [
        Text(
            en=f"Left out, since far from the means they would weigh most in a product: respondents who show signs of carelessness{en}.",
            zh=f"已剔除{zh}有敷衍作答迹象者：其答案远离均值，对乘积项影响最大。",
        )
    ]


def _with_firms(found: Moderation | Latent, case: Case, note: Text) -> Text:
    """The note, and that firms are the independent units where they are."""
    if found.firms is None:
        return note
    firms, df = units(case).counted(number(found.firms)), number(found.df)
    told = Text(
        en=f"The independent units are {firms.en}: cluster-robust errors, Student's t with {df} degrees of freedom.",
        zh=spaced("以", firms.zh, f"为独立单位，采用聚类稳健标准误，t 分布的自由度为 {df}。"),
    )
    return join([note, told])


def slopes(found: Latent, case: Case) -> Table:
    return Table(
        found.terms,
        [
            Column("id", "H"),
            Column("below.estimate", "−1 SD", "number"),
            Column(("below.ci_lower", "below.ci_upper"), "95 % interval", "number"),
            Column("above.estimate", "+1 SD", "number"),
            Column(("above.ci_lower", "above.ci_upper"), "95 % interval", "number"),
            Column(("jn_lower", "jn_upper"), "Bounds, SD", decimals=1),
            Column(lambda t: term(REGIONS[t.region]), "Clear of zero"),
        ],
        Text(en="Simple slopes and Johnson–Neyman bounds.", zh="简单斜率与 Johnson–Neyman 界。"),
        _with_firms(
            found,
            case,
            Text(
                en="Standardized slopes where the moderator (of a bend: the construct itself) is one standard deviation below and above its mean; Johnson–Neyman bounds in standard deviations of the moderator. Bounds far outside ±2 lie where there are no answers.",
                zh="所列为调节变量（曲线效应则为该构念自身）低于与高于均值一个标准差处的标准化斜率；Johnson–Neyman 界以调节变量的标准差为单位。远超 ±2 的界已在答案范围之外。",
            ),
        ),
        withheld=lambda _: withheld(case.reliance.whole),
    )


def questions(found: Questions, case: Case) -> Table:
    labels = {v.id: v.label for v in case.study.variables}

    def question(row: Question) -> Text:
        return labels[row.variable]

    start, end = case.label(found.from_), case.label(found.to)
    return Table(
        found.rows,
        [
            Column(question, "Question"),
            Column("n", "n"),
            Column("share", "Answered"),
            Column("estimate", Text(en=f"On {start.en}", zh=f"标准化斜率（{start.zh}）")),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("added", Text(en=f"Added for {end.en}", zh=f"增益（{end.zh}）")),
            Column(("added_ci_lower", "added_ci_upper"), "95 % interval"),
            Column("r2", "R² without"),
            Column("r2_with", "R² with"),
        ],
        Text(en="Single questions beside the constructs.", zh="构念之外的单个问题。"),
        Text(
            en="Standardized regressions of those who answered each question, on scale scores, so that errors of measurement are in them; heteroscedasticity-consistent intervals (HC3). A question that only some were asked says nothing of the others, and where the outcome decides who is asked, its range and with it every coefficient is narrower.",
            zh="所列为以各问题的作答者为样本、以量表得分为变量的标准化回归，因此含有测量误差；区间按异方差一致标准误（HC3）计算。只问部分人的问题不能说明其他人的情况；若由结果变量决定问谁，结果变量的取值范围便会变窄，各系数也随之偏小。",
        ),
    )


def semopy(found: SecondOpinion, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.path(r.from_, r.to), "Path"),
            Column("estimate", "This study", decimals=4),
            Column("se", "SE", decimals=4),
            *(
                []
                if found.converged is False
                else [
                    Column("semopy_estimate", "semopy", decimals=4),
                    Column("semopy_se", "SE", decimals=4),
                ]
            ),
        ],
        Text(en="Cross-check of the paths with semopy.", zh="与 semopy 的路径交叉核对。"),
        Text(
            en="Unstandardized estimates, expected-information standard errors.",
            zh="所列为未标准化的估计值，标准误由期望信息矩阵得出。",
        ),
        withheld=lambda r: withheld(case.reliance.between(r.from_, r.to)),
    )
