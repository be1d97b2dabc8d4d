"""Tables of behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from loyalty.analyses.behaviour.estimates import MANY
from loyalty.analyses.behaviour.findings import (
    ByCount,
    Choices,
    Experiment,
    Holdout,
    Model,
    Months,
    Prediction,
    Programme,
    Recovered,
    Recovery,
    Rows,
    Segments,
    Speed,
    Uptake,
    WinBack,
    Worth,
)
from loyalty.analyses.behaviour.words import LAPSED, SEGMENTS, level, resource, size, unit
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import escaped, number

MODELS = {"bg_nbd": "BG/NBD", "gamma_gamma": "Gamma–gamma"}
SPECIFICATIONS = {
    "pooled": "no effects",
    "firm": "firms",
    "both": "firms and months",
    "resolution": "firms and months, first-contact resolution held",
    "lagged": "firms and months, response a month before",
}
METHODS = {"difference": "difference of means", "adjusted": "adjusted for the baseline"}
SERIES = {"alone": "firms with it", "against": "less the firms without it"}
TAKERS = {"alone": "those with it", "against": "less the others"}
SCORES = {"model": "BG/NBD", "recency": "days since the last purchase"}
#: Parameters of the simulation that are no symbols of a model.
DECLARED = {
    "elasticity": "elasticity",
    "programme": "effect of the programme",
    "uptake": "effect of the membership",
    "nps_per_year": "points a year",
    "nps_change": "change from first to last wave",
    "lift": "effect of the arm",
}


def rows(found: Rows, case: Case) -> Table | None:
    if not any(table.excluded for table in found.tables):
        return None
    return Table(
        found.tables,
        [
            Column(lambda t: resource(t.table, case).label, "Table"),
            Column("read", "Rows"),
            Column("used", "Used"),
            Column("excluded", "Left out"),
        ],
        Text(en="Tables of behaviour and their rows.", zh="行为数据表及其行数。"),
    )


def win_back(found: WinBack, case: Case) -> Table | None:
    if not found.groups:
        return None
    weeks = number(found.groups[0].weeks)
    return Table(
        found.groups,
        [
            Column(lambda g: term(LAPSED[g.level]), "Before they lapsed"),
            Column("n", "Customers [counted]"),
            Column("estimate", "Came back"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(
            en=f"Who of the lapsed came back within {weeks} weeks, by what they did before.",
            zh=f"已流失客户在 {weeks} 周内回来的比例，按流失前的行为分列。",
        ),
        Text(
            en="Kaplan–Meier, which allows for those who could not be watched so long. Purchases: days with one; thirds of the customers by all they had spent.",
            zh="所列为 Kaplan–Meier 估计，已考虑观察期不足的客户。购买次数按有购买的天数计；消费按流失前的累计金额分为三等份。",
        ),
    )


def segments(found: Segments, case: Case) -> Table:
    return Table(
        found.segments,
        [
            Column(lambda s: term(SEGMENTS[s.segment]), "Segment"),
            Column("n", "Customers [counted]"),
            Column("share", "Share [of customers]"),
            Column("recency", "Days since last", decimals=0),
            Column("frequency", "Purchases [counted]", decimals=1),
            *([Column("revenue", "Share of revenue")] if found.valued else []),
        ],
        Text(en="Segments of customers at the end of the data.", zh="数据期末的客户细分。"),
        Text(
            en="Fifths by rank, ties together. Champions: recency and frequency 4 or 5; loyal: both at least 3; promising: recency 4 or 5, frequency below 3; at risk: recency below 3, frequency at least 3; dormant: the rest. Who bought once has frequency 1. Days: median; purchases: mean days with a purchase.",
            zh="近度与频度按秩各分五档，同值同档。近度与频度均为 4 或 5 的是核心客户，均不低于 3 的是忠诚客户；近度为 4 或 5 而频度低于 3 的是潜力客户，近度低于 3 而频度不低于 3 的有流失风险，其余为沉睡客户。只购买过一次的客户，频度为 1。天数为中位数；购买次数为有购买的平均天数。",
        ),
    )


def model(found: Model, case: Case) -> Table:
    until = found.until.isoformat()
    return Table(
        found.parameters,
        [
            Column(lambda p: term(MODELS[p.model]), "Model"),
            Column("parameter", "Parameter"),
            Column("estimate", "Estimate", decimals=3),
            Column("se", "SE", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        ],
        Text(
            en=f"Models of the number and the value of purchases, calibrated to {until}.",
            zh=f"购买次数与金额的模型，校准至 {until}。",
        ),
        Text(
            en="Maximum likelihood on the calibration; time in weeks, all purchases of a day are one. Intervals are normal on the logarithm.",
            zh="模型在校准期上以极大似然法估计；时间以周计，同一天的购买合为一次。区间按对数尺度上的正态近似得出。",
        ),
    )


def holdout(found: Holdout, case: Case) -> Table:
    def before(row: ByCount) -> str:
        return number(row.x) + ("\\+" if row.x == MANY else "")

    return Table(
        found.counts,
        [
            Column(before, "Repeat purchases before", "markdown"),
            Column("n", "Customers [counted]"),
            Column("forecast", "Forecast, mean"),
            Column("actual", "Actual, mean"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(
            en="Purchases in the time held out, by repeat purchases in the calibration.",
            zh="留出期内的购买，按校准期的重复购买次数分列。",
        ),
        Text(en="The interval is that of the actual mean.", zh="所列区间为实际均值的区间。"),
    )


def prediction(found: Prediction, case: Case) -> Table:
    return Table(
        found.areas,
        [
            Column(lambda a: term(SCORES[a.score]), "Score"),
            Column("auc", "Area"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(
            en="Who buys again: how well customers not seen before are told apart.",
            zh="对未用于拟合的客户，区分谁会再次购买的能力。",
        ),
        Text(
            en="Area under the ROC curve, DeLong's intervals. The model is that of a random half of the customers and predicts the other half; the plain rule ranks them by the days since their last purchase.",
            zh="所列为 ROC 曲线下面积及 DeLong 区间。模型以随机一半客户拟合，用于预测另一半；简单规则按距上次购买的天数排序。",
        ),
    )


def worth(found: Worth, case: Case) -> Table:
    kind, places = size(found)
    weeks = number(found.weeks)
    return Table(
        found.segments,
        [
            Column(lambda s: term(SEGMENTS[s.segment]), "Segment"),
            Column("n", "Customers [counted]"),
            Column("estimate", unit(found.table, case), kind, places),
            Column(("ci_lower", "ci_upper"), "95 % interval", kind, places),
            Column("share", "Share of the total"),
        ],
        Text(en="Customer lifetime value by segment.", zh="各细分的客户终身价值。"),
        Text(
            en=f"Discounted revenue expected of a customer in {weeks} weeks, both models fitted to all the data. The intervals are those of the means under the models: draws of the parameters.",
            zh=f"所列为每位客户 {weeks} 周内的预期贴现收入，两个模型均以全部数据拟合。区间为模型所给均值的区间，由对参数抽样得出。",
        ),
    )


def choices(found: Choices, case: Case) -> Table:
    return Table(
        found.categories,
        [
            Column(lambda c: resource(c.category, case).label, "Category"),
            Column("households", "Households"),
            Column("purchases", "Purchases"),
            Column("repeat", "Same brand again"),
            Column(("repeat_ci_lower", "repeat_ci_upper"), "95 % interval"),
            Column("chance", "By chance [in random order]"),
            Column(("inertia_ci_lower", "inertia_ci_upper"), "Difference, points [from chance]"),
            Column("sole", "One brand only"),
        ],
        Text(en="Loyalty to brands by category.", zh="各品类的品牌忠诚。"),
        Text(
            en="Where purchases are not numbered, rows are taken in the order they stand. By chance: how often the same brand would follow if each household's own purchases came in random order; difference: the interval of what is more, in percentage points. One brand only: of households that bought at least twice. Intervals over resampled households.",
            zh="购买未编号时，以行的先后为序。“随机期望”为假如各家庭自身的购买次序是随机的，同一品牌前后相继的比例；“差异”为超出部分的区间，以百分点计。“只买一个品牌”为在至少购买两次的家庭中所占的比例。区间来自对家庭的重抽样。",
        ),
    )


def speed(found: Speed, case: Case) -> Table:
    return Table(
        found.specifications,
        [
            Column(lambda s: term(SPECIFICATIONS[s.specification]), "Effects held constant"),
            Column("estimate", "Elasticity", decimals=3),
            Column(("wild_ci_lower", "wild_ci_upper"), "95 % interval", decimals=3),
            Column("wild_p", "p"),
            Column("change", "10 % faster"),
        ],
        Text(
            en="Response time and repurchase over firms and months.",
            zh="企业与月份面板中的响应时间与复购。",
        ),
        Text(
            en="Log repurchase on log response hours. Wild bootstrap: signs of firms flipped with the null imposed; intervals by clustered errors are in the result file. 10 % faster: the relative change of repurchase that goes with it.",
            zh="以对数复购率对响应小时数的对数作回归。野聚类自助法在零假设之下按企业随机翻转符号；由聚类标准误得出的区间见结果文件。“快 10%”为响应时间缩短 10% 所对应的复购率相对变化。",
        ),
    )


def months(found: Months, case: Case) -> Table:
    group = next(g for g in case.study.groups if g.id == found.grouped)
    return Table(
        found.rows,
        [
            Column(lambda r: group.levels[r.level], group.label),
            Column("firms", "Firms"),
            Column("months", "Months"),
            Column("hours", "Hours to the response", decimals=1),
            Column(("hours_ci_lower", "hours_ci_upper"), "95 % interval", decimals=1),
            Column("resolution", "Solved at first contact"),
            Column(("resolution_ci_lower", "resolution_ci_upper"), "95 % interval"),
            Column("repurchase", "Repurchase"),
            Column(("repurchase_ci_lower", "repurchase_ci_upper"), "95 % interval"),
        ],
        Text(
            en=f"Firms by month, by {escaped(group.label).en.lower()}.",
            zh=f"各{escaped(group.label).zh}的企业月度数据。",
        ),
        Text(
            en="Means over the firms of their own means over the months; t intervals with firms as units, wide where there are few.",
            zh="先求每家企业各月的均值，再对各企业取平均；区间为按各企业的均值计算的 t 区间，企业少时较宽。",
        ),
    )


def _interrupted(series: Mapping[str, str]) -> list[Column]:
    """Columns of interrupted time series, which `series` names."""
    return [
        Column(lambda r: term(series[r.of]), "Series"),
        Column("level", "Change of level"),
        Column(("level_ci_lower", "level_ci_upper"), "95 % interval"),
        Column("slope", "Change of slope"),
        Column(("slope_ci_lower", "slope_ci_upper"), "95 % interval"),
        Column("before", "Slope before"),
        Column(("before_ci_lower", "before_ci_upper"), "95 % interval"),
        Column("carry", "Autocorrelation"),
    ]


def programme(found: Programme, case: Case) -> Table | None:
    if not found.series:
        return None
    return Table(
        found.series,
        _interrupted(SERIES),
        Text(
            en="Before and after a programme: change of level and of slope when it began.",
            zh="项目开始前后水平与斜率的变化。",
        ),
        Text(
            en="Relative changes of repurchase, mean of the firms with the programme by months since they began. Interrupted time series with autocorrelated errors, by restricted maximum likelihood; Satterthwaite's degrees of freedom.",
            zh="所列为复购率的相对变化，由采用企业按开始后的月数取平均。采用误差自相关的中断时间序列，以限制性极大似然法估计，自由度按 Satterthwaite 法计算。",
        ),
    )


def uptake(found: Uptake, case: Case) -> Table | None:
    if not found.series:
        return None
    return Table(
        found.series,
        _interrupted(TAKERS),
        Text(
            en="Before and after a programme that customers take up: change of level and of slope.",
            zh="客户采用项目前后水平与斜率的变化。",
        ),
        Text(
            en="Relative changes of the rate of repeat purchases in periods of four weeks. Interrupted time series with autocorrelated errors, by restricted maximum likelihood; Satterthwaite's degrees of freedom.",
            zh="所列为以四周为一期的重复购买率的相对变化。采用误差自相关的中断时间序列，以限制性极大似然法估计，自由度按 Satterthwaite 法计算。",
        ),
    )


def experiment(found: Experiment, case: Case) -> Table:
    return Table(
        found.effects,
        [
            Column(lambda e: level(found.table, e.arm, case), "Arm"),
            Column(lambda e: term(METHODS[e.method]), "Estimate"),
            Column("estimate", "Effect", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
            Column("p", "p"),
            Column("detectable", "Detectable [effect]", decimals=3),
        ],
        Text(en="Effects in the experiment.", zh="实验效应。"),
        Text(
            en="Against the reference. Difference: Welch; adjusted: least squares with the baseline and its product with the arm, HC3 errors. Detectable: the smallest true effect found four times in five.",
            zh="各组均与参照组比较。均值差采用 Welch 检验；调整后的效应采用含基线及其与组别乘积的最小二乘法，标准误为 HC3。“可检测”为五次中能发现四次的最小真实效应。",
        ),
    )


def balance(found: Experiment, case: Case) -> Table:
    return Table(
        found.arms,
        [
            Column(lambda a: level(found.table, a.arm, case), "Arm"),
            Column("n", "N"),
            Column("mean", "Mean outcome", decimals=3),
            Column("smd", "Baseline, SMD"),
            Column(("smd_ci_lower", "smd_ci_upper"), "95 % interval"),
        ],
        Text(en="Arms of the experiment and their balance.", zh="实验各组及其均衡性。"),
        Text(
            en="SMD: difference to the reference at baseline in standard deviations.",
            zh="SMD 为与参照组在基线上的差异，以标准差为单位。",
        ),
    )


def recovered(found: Recovery, case: Case) -> Table:
    def parameter(row: Recovered) -> Text | str:
        return term(DECLARED[row.parameter]) if row.parameter in DECLARED else row.parameter

    return Table(
        found.parameters,
        [
            Column(lambda p: resource(p.table, case).label, "Table"),
            Column(parameter, "Parameter"),
            Column("declared", "Declared", decimals=3),
            Column("estimate", "Found [estimate]", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        ],
        Text(
            en="What the simulation declares, and what the analysis finds.",
            zh="模拟设定的参数与分析所得估计。",
        ),
    )
