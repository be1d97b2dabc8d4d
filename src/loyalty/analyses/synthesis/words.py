"""Sentences of the synthesis."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.synthesis.estimates import concepts
from loyalty.analyses.synthesis.evidence import (
    Backbone,
    BackbonePath,
    Evidence,
    EvidenceRow,
    Moderators,
    SectorRow,
    Sectors,
    WithDoubted,
)
from loyalty.analyses.synthesis.findings import (
    Checks,
    First,
    Glance,
    Held,
    Industries,
    Matrix,
    OnePoint,
    Pooled,
    RealPaths,
    Tables,
    Votes,
    Worth,
)
from loyalty.cases import claims
from loyalty.cases.study import Study
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import clause
from loyalty.shown.words import (
    among,
    be,
    cut,
    equals,
    estimate,
    has,
    listed,
    many,
    names,
    number,
    significant,
    some,
    spaced,
    wide,
)


# --- names ---------------------------------------------------------------------------------------
def study(case: str, everything: Case) -> Study:
    assert everything.described is not None
    return everything.described[case]


def title(case: str, everything: Case) -> Text:
    return study(case, everything).title


def path(case: str, start: str, end: str, everything: Case) -> Text:
    """``Quality → Loyalty`` by the labels of a case."""
    named = study(case, everything).named
    return arrow(named(start).label, named(end).label)


def concept_path(start: str, end: str, everything: Case) -> Text:
    """The same for concepts that several cases share."""
    label = concepts(everything.described or {})
    return arrow(label[start], label[end])


def _none(n: int) -> str:
    return "none" if n == 0 else number(n)


def _verb(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


def figures(values: Sequence[float]) -> str:
    """Figures as a list; up to three decimals, as the sources print them."""
    return ", ".join(number(v, "decimal") for v in values) or DASH


def _or(values: Sequence[float], decimals: int | None = None) -> Text:
    """Figures in a sentence: ``a, b or c``."""
    shown = [number(v, "decimal", decimals) for v in values]
    if len(shown) < 2:
        return Text(en="".join(shown), zh="".join(shown))
    return Text(
        en=f"{', '.join(shown[:-1])} or {shown[-1]}", zh=f"{'、'.join(shown[:-1])} 或 {shown[-1]}"
    )


# --- at a glance ---------------------------------------------------------------------------------
def glance(found: Glance, case: Case) -> list[Text]:
    """One sentence a real survey, one for all the simulated ones."""
    said = []
    for row in found.rows:
        if row.simulated or row.supported is None or row.paths is None:
            continue
        name = title(row.case, case)
        good, of = number(row.supported), number(row.paths)
        path = "path is" if row.paths == 1 else "paths are"
        en = f"{escape(name.en)} (real data): {good} of {of} hypothesized {path} supported"
        zh = f"“{escape(name.zh)}”（真实数据）的 {among(row.supported, row.paths, '条', '假设路径', verb='得到支持', none='未得到支持')}"
        if row.htmt is not None:
            ratio = number(row.htmt)
            en += f"; the two constructs hardest to tell apart have a heterotrait–monotrait ratio of {ratio}"
            zh += f"；在最难区分的两个构念之间，HTMT 为 {ratio}"
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    if found.drawn:
        said.append(_drawn(found))
    return said


def _drawn(found: Glance) -> Text:
    n = number(found.drawn)
    which = "simulated survey" if found.drawn == 1 else f"{n} simulated surveys"
    good, of = number(found.drawn_supported), number(found.drawn_paths)
    en = zh = ""
    if found.drawn_htmt_min is not None:
        low, high = number(found.drawn_htmt_min), number(found.drawn_htmt_max)
        en = f"; the highest ratio of each lies between {low} and {high}"
        zh = f"；各项调查中最高的 HTMT {f'为 {low}' if found.drawn == 1 else f'介于 {low} 与 {high} 之间'}"
    return Text(
        en=f"In the {which}, whose constructs are distinct by design, {good} of {of} paths are supported{en}.",
        zh=f"{n} 项模拟调查的构念按设定彼此有别，{among(found.drawn_supported, found.drawn_paths, '条', '路径', verb='得到支持')}{zh}。",
    )


def tables(found: Tables, case: Case) -> Text:
    real, n = number(found.real), number(found.count)
    return Text(
        en=f"{real} of {n} tables of behaviour and text are real; the rest are drawn from declared processes.",
        zh=f"{n} 个行为与文本数据表中，{some(found.real, '个')}为真实数据，其余由公开设定的过程生成。",
    )


# --- the same path in several surveys ------------------------------------------------------------
def matrix(found: Matrix, case: Case) -> Text:
    n, both = number(found.count), number(found.real)
    return Text(
        en=f"{n} {_verb(found.count, 'path stands', 'paths stand')} in two surveys or more, {both} of them in two real ones. An agreement between simulated surveys says only that their processes were declared alike.",
        zh=f"有 {n} 条路径见于两项或更多调查，其中 {both} 条见于两项或更多真实调查。模拟调查的结果一致，只说明它们的生成过程设定相近。",
    )


def paths(found: RealPaths, case: Case) -> Text:
    good, n = number(found.relied), number(found.count)
    return Text(
        en=f"{good} of {n} paths of the real surveys may be relied upon; the others cannot be read as numbers and are not drawn.",
        zh=f"真实调查的 {among(found.relied, found.count, '条', '路径', verb='可以采信')}；不可采信的路径没有可以解读的数值，因此不画出。",
    )


def votes(found: Votes, case: Case) -> Text:
    real = found.real
    return Text(
        en=f"In the real surveys {number(real.supported)} of {number(real.count)} hypotheses are supported, {_none(real.open)} {_verb(real.open, 'is', 'are')} open, {_none(real.contradicted)} {_verb(real.contradicted, 'is', 'are')} contradicted, and {_none(real.doubted)} may not be relied upon either way. A count of verdicts weighs small and large samples alike and is no pooled estimate.",
        zh=f"真实调查的 {number(real.count)} 条假设中，{some(real.supported, '条')}得到支持，{many(real.open, '条')}未定，{many(real.contradicted, '条')}相反，{many(real.doubted, '条')}不可采信。这种计数不区分样本大小，并不是合并估计。",
    )


def pooled(found: Pooled, case: Case) -> list[Text]:
    real = number(found.surveys)
    if not found.rows:
        return [
            Text(
                en=f"No path is shared by two real surveys (there {_verb(found.surveys, 'is', 'are')} {real}): nothing is pooled.",
                zh=f"真实调查共 {real} 项，没有两项共有的路径，因此不作合并。",
            )
        ]
    most = max(found.rows, key=lambda r: r.k)
    size = estimate(most.estimate, most.ci_lower, most.ci_upper)
    name = concept_path(most.from_, most.to, case)
    k, n = number(most.k), number(most.n)
    said = [
        Text(
            en=f"{number(found.count)} {_verb(found.count, 'path is', 'paths are')} shared by at least two of the {real} real surveys; the pooled interval is clear of zero for {_none(found.clear)}. For {escape(name.en)} it is {size} over {k} surveys of {n} people.",
            zh=f"{real} 项真实调查中，至少为两项共有的 {among(found.clear, found.count, '条', '路径', '合并区间', '不含零', '含零')}。路径“{escape(name.zh)}”的合并值为 {size}（{k} 项调查，{n} 人）。",
        )
    ]
    if most.k < 3:
        said.append(
            Text(
                en="With two surveys a random-effects interval has one degree of freedom: it says how little two surveys can say together, not that the path is absent.",
                zh="只有两项调查时，随机效应区间只有一个自由度；这样的区间表明两项调查所含的信息很少，并不表明路径不存在。",
            )
        )
    return said


#: What properties of surveys are called.
PROPERTIES = {
    "points": "points of the scale",
    "single_item": "a construct of one item",
    "year": "year",
    "commonest_industry": "the commonest industry",
    "commonest_country": "the commonest country",
}


def moderators(found: Moderators, case: Case) -> list[Text]:
    n = number(found.count)
    least = cut("moderator_surveys", "count")
    said = [
        Text(
            en=f"{n} {_verb(found.count, 'property of surveys was', 'properties of surveys were')} tried on paths that at least {least} surveys have [@deeks2023]; the interval of {_none(found.clear)} is clear of zero. Surveys that differ in one property differ in others: none of this says what the property does.",
            zh=f"对至少 {least} 项调查共有的路径 [@deeks2023]，所检验的 {among(found.clear, found.count, '个', '调查特征', '区间', '不含零', '含零')}。在某一特征上不同的调查，在其他方面也不同，因此不能由此断定该特征的作用。",
        )
    ]
    if found.untried:
        left = names([term(PROPERTIES[name]) for name in found.untried])
        said.append(
            Text(
                en=f"Not tried, for fewer than {least} surveys with one path say it or all say the same: {left.en}.",
                zh=f"以下特征没有检验，因为同一路径的调查中，说明该特征的不足 {least} 项，或所有调查的该特征都相同：{left.zh}。",
            )
        )
    return said


# --- the backbone --------------------------------------------------------------------------------
def _sized(rows: Sequence[BackbonePath], case: Case) -> Text:
    """Paths with their sizes, as a list."""
    parts = []
    for row in rows:
        name = concept_path(row.from_, row.to, case)
        size = estimate(row.estimate, row.ci_lower, row.ci_upper)
        parts.append(Text(en=f"{escape(name.en)} {size}", zh=f"{escape(name.zh)} {size}"))
    return listed(parts)


def backbone(found: Backbone, case: Case) -> list[Text]:
    k, n = number(found.k), number(found.n)
    said = [
        Text(
            en=f"{k} real surveys of {n} people, whose measurement models may be relied upon, know latent correlations between at least two of these constructs; {_none(found.complete)} {_verb(found.complete, 'knows', 'know')} all of them.",
            zh=f"测量模型可以采信的真实调查共 {k} 项（{n} 人），都能给出其中至少两个构念之间的潜变量相关；{some(found.complete, '项')}包含全部构念。",
        )
    ]
    if found.single:
        single = number(found.single)
        said.append(
            Text(
                en=f"In {single} of them one construct or more has one item, which is taken as free of error: correlations with it are rather too small.",
                zh=f"其中 {single} 项调查含有单题项构念，这些构念被视为没有误差，由此得到的相关往往偏低。",
            )
        )
    if found.left_out:
        out = names([title(r.case, case) for r in found.left_out])
        said.append(
            Text(
                en=f"Left out, because the constructs' correlations are not positive definite, so that the constructs are not told apart: {out.en}.",
                zh=f"以下调查的构念间相关矩阵非正定，构念无法区分而未纳入：{out.zh}。",
            )
        )
    q, df, p = number(found.q), number(found.q_df), equals(found.q_p)
    if significant(found.q_p):
        en, zh = (
            "the surveys' correlations differ by more than their errors",
            "各项调查的相关之间的差异超出误差所能解释的范围",
        )
    else:
        en, zh = (
            "that the surveys' correlations differ cannot be told from their errors",
            "各项调查的相关之间的差异与误差无法区分",
        )
    test = f"Q\\({df}\\) = {q}, p {p}"
    said.append(
        Text(
            en=f"By a test of homogeneity {en} ({test}).",
            zh=f"按同质性检验，{zh}（{wide(test)}）。",
        )
    )
    clear = [r for r in found.paths if r.clear]
    blurred = [r for r in found.paths if not r.clear]
    if clear:
        sized = _sized(clear, case)
        said.append(
            Text(
                en=f"Clear of zero {be(len(clear))} {sized.en}.",
                zh=f"区间不含零的路径有{sized.zh}。",
            )
        )
    if blurred:
        sized = _sized(blurred, case)
        said.append(
            Text(
                en=f"Left open by the interval: {sized.en}.",
                zh=f"区间包含零、未定的路径有{sized.zh}。",
            )
        )
    said += _beyond(found, case)
    if found.doubted:
        said.append(_doubted(found, case))
    if found.k < threshold("moderator_surveys").value:
        said.append(
            Text(
                en=f"With {k} surveys these intervals, which take the variance between surveys as known, are rather too short than too long. All answers are of one moment: the arrows are the model's, not the data's.",
                zh=f"调查只有 {k} 项，而区间把调查间方差视为已知，因此可能偏窄。各项调查都只询问一次，箭头的方向出自模型，而非数据。",
            )
        )
    return said


def _tested(found: Backbone | WithDoubted) -> str:
    """``χ²(2) = 4.85, p = .088``."""
    return f"χ²\\({number(found.df)}\\) = {number(found.chisq)}, p {equals(found.p)}"


def _beyond(found: Backbone, case: Case) -> list[Text]:
    """Whether quality and value go with loyalty beyond satisfaction."""
    test = _tested(found)
    en, zh = ("is refuted", "被否定") if significant(found.p) else ("is not refuted", "未被否定")
    said = [
        Text(
            en=f"That quality and value go with loyalty through satisfaction alone {en} ({test}).",
            zh=f"“质量与价值仅通过满意度与忠诚度相关”这一模型{zh}（{wide(test)}）。",
        )
    ]
    clear = [r for r in found.direct if r.clear]
    sized = _sized(clear or found.direct, case)
    if clear:
        said.append(
            Text(
                en=f"Added to the model, what is clear of zero beside satisfaction: {sized.en}.",
                zh=f"把这些路径加入模型后，除满意度之外，区间不含零的有{sized.zh}。",
            )
        )
    else:
        said.append(
            Text(
                en=f"Added to the model, the paths beside satisfaction are left open: {sized.en}.",
                zh=f"把这些路径加入模型后，除满意度之外，其余路径均未定：{sized.zh}。",
            )
        )
    return said


def _doubted(found: Backbone, case: Case) -> Text:
    """What stays out since its measurement model is in doubt, and what it would change."""
    out, why = names([title(c, case) for c in found.doubted]), clause(("measurement",))
    en = f"Not pooled, since {why.en}: {out.en}."
    zh = f"以下调查因{why.zh}而未合并：{out.zh}。"
    it = _verb(len(found.doubted), "it", "them")
    if isinstance(found.with_doubted, Refused) or found.with_doubted is None:
        return Text(
            en=f"{en} With {it} the pooling has no solution.", zh=f"{zh}若将其纳入，则合并无解。"
        )
    beside = found.with_doubted
    sized, test = _sized(beside.paths, case), _tested(beside)
    no, no_zh = ("", "会") if significant(beside.p) else ("not ", "不会")
    return Text(
        en=f"{en} With {it} the paths would be {sized.en}, and the model “through satisfaction alone” would {no}be refuted ({test}).",
        zh=f"{zh}若将其纳入，各路径为{sized.zh}，而“仅通过满意度”的模型{no_zh}被否定（{wide(test)}）。",
    )


# --- what the sources expect ---------------------------------------------------------------------
def hypothesis(row: EvidenceRow, case: Case) -> Text:
    """``Satisfaction → Loyalty``, with its moderator, or that it bends."""
    name = concept_path(row.from_, row.to, case)
    if row.quadratic:
        return Text(en=f"{name.en}, bending", zh=f"{name.zh}（弯曲）")
    if row.moderator is None:
        return name
    label = concepts(case.described or {})[row.moderator]
    return Text(en=f"{name.en}, by {label.en}", zh=f"{name.zh}（受{label.zh}调节）")


def evidence(found: Evidence, case: Case) -> list[Text]:
    of = number(found.count)
    spoke, people = number(found.surveys), number(found.n)
    industries = number(found.industries)
    said = [
        Text(
            en=f"The sources' models state {of} hypotheses about paths between constructs, each counted once. For {number(found.none)} of them no real survey here has anything to say.",
            zh=f"各份资料的模型共提出 {of} 条关于构念间路径的假设，相同的只计一次，其中没有真实调查可以对照的{has(found.none, '条')}。",
        )
    ]
    if found.surveys:
        said.append(
            Text(
                en=f"On the others {spoke} {_verb(found.surveys, 'survey', 'surveys')} of {people} people {_verb(found.surveys, 'speaks', 'speak')}, from {_none(found.industries)} named {_verb(found.industries, 'industry', 'industries')} ({_none(found.unstated)} of the surveys {_verb(found.unstated, 'names', 'name')} no industry): {_none(found.supported)} {be(found.supported)} supported, {_none(found.open)} {be(found.open)} left open and {_none(found.contradicted)} {be(found.contradicted)} contradicted.",
                zh=f"其余假设用 {spoke} 项调查（{people} 人）对照，{some(found.supported, '条')}得到支持，{many(found.open, '条')}未定，{many(found.contradicted, '条')}相反。这些调查所注明的行业共 {industries} 个，未注明行业的调查{has(found.unstated, '项')}。",
            )
        )
    if found.by_correlations:
        rest = number(found.by_correlations)
        said.append(
            Text(
                en=f"{rest} of these {_verb(found.by_correlations, 'rests', 'rest')} on the pooled correlations, whose intervals are rather too short where surveys are few.",
                zh=f"其中 {rest} 条依据合并相关；调查较少时，由合并相关所得的区间可能偏窄。",
            )
        )
    strong = [r for r in found.rows if r.verdict == "supported" and r.road == "paths"]
    if strong:
        most = max(strong, key=lambda r: r.n)
        name = hypothesis(most, case)
        size = estimate(most.estimate, most.ci_lower, most.ci_upper)
        k, people = number(most.k), number(most.n)
        said.append(
            Text(
                en=f"Most people stand behind {escape(name.en)}: {size}, {k} {_verb(most.k, 'survey', 'surveys')} of {people} people.",
                zh=f"样本量最大的路径是“{escape(name.zh)}”，为 {size}（{k} 项调查，{people} 人）。",
            )
        )
    return said


# --- what the sources say about industries -------------------------------------------------------
#: Above zero is as the claim has it, of what was measured.
VERDICTS = {
    "supported": Text(en="above zero", zh="大于零"),
    "open": Text(en="zero not excluded", zh="不能排除零"),
    "contradicted": Text(en="below zero", zh="小于零"),
}


def sectors(found: Sectors, case: Case) -> list[Text]:
    return [_sector(row) for row in found.rows]


def _sector(row: SectorRow) -> Text:
    claim = next(c for c in claims.load().industries if c.id == row.id)
    en, zh = escape(claim.en), escape(claim.zh)
    if row.silent:
        return Text(en=f"{en}: nothing here can speak to it.", zh=f"{zh}：此处没有可以对照的数据。")
    parts = []
    for one in row.spoken:
        size = estimate(one.estimate, one.ci_lower, one.ci_upper)
        source, verdict = claim.real[one.place], VERDICTS[one.verdict]
        parts.append(
            Text(
                en=f"{escape(source.en)}: {size}, {verdict.en}",
                zh=f"{escape(source.zh)}为 {size}，{verdict.zh}",
            )
        )
    return Text(
        en=f"{en}: {'; '.join(p.en for p in parts)}.",
        zh=f"{zh}：{'；'.join(p.zh for p in parts)}。",
    )


def pooled_simulated(found: Pooled, case: Case) -> Text:
    apart = max(found.rows, key=lambda r: r.tau)
    name = concept_path(apart.from_, apart.to, case)
    n, tau = number(found.count), number(apart.tau)
    return Text(
        en=f"{n} {_verb(found.count, 'path is', 'paths are')} pooled here only to show the method at work; {escape(name.en)} differs{' most' if found.count > 1 else ''} between surveys (τ = {tau}), because their processes were declared so.",
        zh=f"此处合并 {n} 条路径，只是为了展示方法；路径“{escape(name.zh)}”在各项调查之间差异{'最大' if found.count > 1 else '明显'}（τ = {tau}），因为各生成过程的设定本来不同。",
    )


def industries(found: Industries, case: Case) -> list[Text]:
    said = []
    if found.real is None:
        said.append(
            Text(
                en="No real survey knows the industry of its respondents: that a path is stronger in one industry than in another is not tested here on real data.",
                zh="没有真实调查记录受访者所属的行业，因此“某条路径在某个行业更强”一类的说法，此处无法用真实数据检验。",
            )
        )
    else:
        n, of = found.real.different, number(found.real.paths)
        said.append(
            Text(
                en=f"In the real surveys with groups {_none(n)} of {of} paths {_verb(n, 'differs', 'differ')} between them after correction.",
                zh=f"经校正后，有分组信息的真实调查中，{among(n, found.real.paths, '条', '路径', verb='存在组间差异', none='未显示出组间差异')}。",
            )
        )
    if found.simulated is not None:
        n, of = found.simulated.different, number(found.simulated.paths)
        before, left = found.before, found.left
        said.append(
            Text(
                en=f"In the simulated ones {_none(n)} of {of} {_verb(n, 'differs', 'differ')}. Where customers belong to firms, {_none(before)} {_verb(before, 'seems', 'seem')} to differ with respondents as the independent units and {_none(left)} with firms: a handful of firms an industry cannot carry a statement about industries, however many customers they have.",
                zh=f"在模拟调查中，{among(n, found.simulated.paths, '条', '路径', verb='存在组间差异', none='未显示出组间差异')}。在客户分属企业的案例中，以受访者为独立单位时，存在差异的{has(before, '条')}；以企业为独立单位时{has(left, '条')}。每个行业只有少数几家企业时，无论客户有多少，都不足以支撑关于行业的结论。",
            )
        )
    return said


# --- the claims ----------------------------------------------------------------------------------
def checks(found: Checks, case: Case) -> list[Text]:
    claims, with_n, changes = number(found.claims), number(found.with_n), number(found.changes)
    failed, n = number(found.failed), number(found.count)
    said = [
        Text(
            en=f"The ledger holds {claims} figures. None is printed with an interval; {with_n} are printed with a number of respondents; {changes} say that one thing rose or fell with another and name no design that could show it. {failed} of {n} checks do not come out.",
            zh=f"论断清单共有 {claims} 个数字，都没有附区间；{some(found.with_n, '个')}注明了样本量；{many(found.changes, '个')}声称一个指标随另一个指标升降，却没有说明何种研究设计能够证明。{among(found.failed, found.count, '项', '核对', verb='未通过', none='通过')}。",
        )
    ]
    for row in found.rows:
        if row.outcome != "does not agree":
            continue
        printed = figures(row.printed)
        if row.kind == "products":
            size = estimate(row.computed[0], row.ci_lower, row.ci_upper)
            said.append(
                Text(
                    en=f"Along a chain effects multiply: the printed paths give {size}, not {printed}; the interval takes the printed number of respondents and paths as simple regressions.",
                    zh=f"同一条链上的效应应当相乘，由所载的路径得出的是 {size}，而不是 {printed}；区间按所载的样本量计算，并把各路径视为简单回归。",
                )
            )
        if row.kind == "sobel":
            z = _or(row.computed, 2)
            said.append(
                Text(
                    en=f"The printed paths imply a Sobel z of {z.en} for observed scores, not {printed}: either the paths, the number of respondents or the test are not those of one analysis.",
                    zh=spaced(
                        "就显变量得分而言，由所载的路径得出的 Sobel z 为",
                        z.zh,
                        f"，而不是 {printed}，可见路径、样本量与检验并非出自同一项分析。",
                    ),
                )
            )
        if row.kind == "elasticity":
            worth_ = _or(row.computed)
            said.append(
                Text(
                    en=f"The same one per cent of satisfaction is worth {worth_.en} per cent of sales, by claim.",
                    zh=spaced(
                        "满意度同样提高 1%，销售额的增幅（%）因条目而异，为",
                        worth_.zh,
                        "。",
                    ),
                )
            )
    return said


def held(found: Held, case: Case) -> Text:
    named, claims = number(found.named), number(found.claims)
    n, inside = number(found.count), number(found.inside)
    return Text(
        en=f"The real data can speak to {named} of {claims} claims, in {n} comparisons. The printed value lies inside our interval in {inside} of them; a wide interval is easily agreed with.",
        zh=f"{claims} 个条目中，有 {named} 个可以用真实数据对照，共作 {n} 次比较，所载数值落在本研究区间之内的{has(found.inside, '次')}；但区间越宽，数值越容易落在其中。",
    )


# --- what to do first ----------------------------------------------------------------------------
def first(found: First, case: Case) -> Text:
    real = [r for r in found.rows if not r.simulated]
    if real:
        labels = [study(r.case, case).named(r.construct_id).label for r in real]
        named = names(list({t.en: t for t in labels}.values()))
        en, zh = f"In the real surveys that is {named.en}.", f"真实调查中的这类构念有{named.zh}。"
    else:
        en = "In no real survey does a construct that clearly matters stand below the others."
        zh = "真实调查中没有明显重要而表现偏低的构念。"
    return Text(
        en=f"What matters for the outcome and stands low comes first, if anything does. {en} The map of each survey stands in the chapter on industries and firms; it says where to look, not what a change would bring.",
        zh=f"对结果变量重要而表现偏低的构念应优先改进。{zh}各项调查的图见“行业与企业”一章；这些图指出应当关注何处，并不说明作出改变会带来什么。",
    )


def one_point(found: OnePoint, case: Case) -> list[Text]:
    n, wide, real, read = found.count, found.wide, number(found.real), found.read
    said = [
        Text(
            en=f"There are {number(n)} such effects; the {_verb(wide, 'interval', 'intervals')} of {_none(wide)} of them {_verb(wide, 'is', 'are')} wider than one point. Of the {real} of real surveys {_none(read)} can be read.",
            zh=f"此类效应共有 {number(n)} 个，其中区间宽于一分的{has(wide, '个')}。真实调查的此类效应有 {real} 个，其中可以解读的{has(read, '个')}。",
        )
    ]
    narrow = [r for r in found.rows if r.narrow and not r.simulated]
    if narrow:
        best = max(narrow, key=lambda r: r.estimate)
        size = estimate(best.estimate, best.ci_lower, best.ci_upper)
        name = path(best.case, best.from_, best.to, case)
        said.append(
            Text(
                en=f"The largest of those is {escape(name.en)}: one point more goes with {size} points. Whether raising the one would raise the other a cross-sectional survey cannot say.",
                zh=f"其中最大的是“{escape(name.zh)}”，前者每高一分，后者相应高 {size} 分。提高前者能否提高后者，横断面调查无法回答。",
            )
        )
    return said


def worth(found: Worth, case: Case) -> Text:
    row = found.rows[0]
    size = estimate(row.points, row.points_ci_lower, row.points_ci_upper)
    cost = estimate(row.cost, row.cost_ci_lower, row.cost_ci_upper)
    en = zh = ""
    if all(r.simulated for r in found.rows):
        en = " The panel is simulated: the sum shows how one would reckon, not what service is worth."
        zh = "该面板为模拟数据，此处只展示如何计算，并不说明服务的价值。"
    return Text(
        en=f"The share of customers who buy again would rise by {size} percentage points, so that the faster answer pays as long as it costs less than {cost} for each.{en}",
        zh=f"再次购买的客户所占比例将提高 {size} 个百分点，因此只要每名客户的成本低于 {cost}，加快响应就是划算的。{zh}",
    )
