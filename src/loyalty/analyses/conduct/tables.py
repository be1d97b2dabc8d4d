"""Tables of what people say and what they do."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.conduct.afterwards import After, Kept, Stays
from loyalty.analyses.conduct.findings import (
    AreaDifference,
    AreaRow,
    CarriedRow,
    EffectRow,
    Effects,
    Foretold,
    Growth,
    Joins,
    Lapse,
    Panel,
    Segments,
    TrendRow,
    Use,
)
from loyalty.analyses.conduct.moves import KINDS as KIND_IDS
from loyalty.analyses.conduct.moves import Attached, Moves
from loyalty.analyses.conduct.staying import Staying
from loyalty.analyses.conduct.tone import Tone
from loyalty.analyses.conduct.words import (
    DID,
    KEEPING,
    KINDS,
    MODELS,
    MOVING,
    OUTCOMES,
    PLAYED,
    SCALES,
    SIDES,
    VERDICTS,
    currency,
    of_whom,
    outcome,
    predictors,
    said_label,
)
from loyalty.analyses.conduct.worth import Worth
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import unbounded
from loyalty.shown.short import within
from loyalty.shown.table import Column, Table
from loyalty.shown.words import escaped, number


def joins(found: Joins, case: Case) -> Table:
    labels = {r.id: r.label for r in case.study.resources}
    return Table(
        found.tables,
        [
            Column(lambda t: labels[t.table], "Table"),
            Column("respondents", "Respondents"),
            Column("without_key", "Without a key"),
            Column("shared", "Key of several"),
            Column("unmatched", "Key in no row"),
            Column("matched", "With rows"),
            Column("strangers", "Others in the table"),
            Column("before", "Rows up to the survey"),
            Column("after", "Rows after it"),
        ],
        Text(en="The survey's people in the tables.", zh="调查受访者在各数据表中的对应情况。"),
        Text(
            en="A key stays on the machine: it is hashed as it is read, and no result holds one. A key that several respondents have is nobody's.",
            zh="键值不离开本机，读入时即作散列，任何结果都不含键值。为多名受访者所共有的键值，不归属任何人。",
        ),
    )


def effects(found: Effects, case: Case) -> Table:
    def what(row: EffectRow) -> Text:
        return term(SCALES[row.scale])

    columns = [
        Column(lambda r: case.label(r.attitude), "Attitude"),
        Column(lambda r: term(OUTCOMES[r.outcome]), "Conduct"),
        Column(what, "Measure"),
        Column("n", "n"),
        Column("estimate", "Corrected"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
        Column("naive", "Uncorrected"),
        Column(("naive_ci_lower", "naive_ci_upper"), "95 % interval, uncorrected"),
    ]
    if any(row.planted is not None for row in found.rows):
        columns.append(Column("planted", "Declared"))
    return Table(
        found.rows,
        columns,
        Text(
            en="What a standard deviation of an attitude goes with.",
            zh="态度每高一个标准差所伴随的行为差异。",
        ),
        Text(
            en="Corrected: measured by its items first, the outcome after, with errors of both steps [@rosseel2024]. Uncorrected: the mean of the items as it stands. Correlations are with the outcome's normal score.",
            zh="“校正”指先由题项测量态度，再估计结果，误差兼顾两步 [@rosseel2024]；“未校正”指直接以题项均值代表态度。相关系数为与结果的正态得分的相关。",
        ),
    )


def staying(found: Staying, case: Case) -> Table:
    columns = [
        Column(lambda r: term(KEEPING[r.conduct]), "Conduct"),
        Column(lambda r: term(MODELS[r.model]), "Model of leaving"),
        Column("times", "Times", decimals=3),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
    ]
    if any(row.planted is not None for row in found.rows):
        columns.append(Column("planted", "Declared"))
    n, label = number(found.n), escaped(case.label(found.attitude))
    return Table(
        sorted(found.rows, key=lambda r: r.conduct, reverse=True),
        columns,
        Text(
            en=f"{label.en}: what one standard deviation multiplies conduct by, by two models of how customers leave.",
            zh=f"按两种客户流失模型，{label.zh}每高一个标准差时行为变化的倍数。",
        ),
        Text(
            en=f"{n} people; corrected for measurement error. BG/NBD [@fader2005]: one leaves after a purchase, and its odds are multiplied. Pareto/NBD [@schmittlein1987]: one leaves at any time, and the rate of it is multiplied. 1 is no effect.",
            zh=f"样本为 {n} 人，已校正测量误差。BG/NBD [@fader2005] 假定客户在某次购买之后流失，倍数针对流失的几率；Pareto/NBD [@schmittlein1987] 假定客户随时可能流失，倍数针对流失的速率。1 表示没有效应。",
        ),
        withheld=unbounded,
    )


NO_MORE = Text(en="did it no more", zh="不再有此行为")
AGAIN = Text(en="did it again", zh="再次有此行为")


def foretold(found: Foretold, case: Case) -> Table:
    def label(row: AreaRow) -> Text:
        return predictors(row.model, case)

    n, events, folds = number(found.n), number(found.events), number(found.folds)
    did = NO_MORE if found.outcome == "lapse" else AGAIN
    return Table(
        found.areas,
        [
            Column(label, "Foretold by"),
            Column("auc", "Area"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        Text(
            en="How well people are told apart: area under the ROC curve.",
            zh="区分能力：ROC 曲线下面积。",
        ),
        Text(
            en=f"n = {n}, of whom {events} {did.en}; predictions with the past come from the other of {folds} parts; what is said alone stands for itself. .5 is chance. Intervals after DeLong et al. [@delong1988].",
            zh=f"n = {n}，其中 {events} 人{did.zh}；含过去行为的预测来自 {folds} 折中的其余各折，单独的态度得分则直接使用。0.5 相当于随机。区间按 DeLong 等人的方法计算 [@delong1988]。",
        ),
    )


def differences(found: Foretold, case: Case) -> Table:
    def pair(row: AreaDifference) -> Text:
        one, other = predictors(row.model, case), predictors(row.reference, case)
        return Text(en=f"{one.en} − {other.en}", zh=f"{one.zh} − {other.zh}")

    return Table(
        found.differences,
        [
            Column(pair, "Difference"),
            Column("estimate", "Area"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
            Column("p", "p"),
        ],
        Text(en="Differences of areas, of the same people.", zh="同一批人的曲线下面积之差。"),
    )


def segments(found: Segments, case: Case) -> Table:
    columns = [
        Column(lambda s: term(KINDS[s.kind]), "Loyalty"),
        Column("n", "n"),
        Column("share", "Share"),
        Column(("share_ci_lower", "share_ci_upper"), "95 % interval"),
        Column("returned", "Came back"),
        Column(("returned_ci_lower", "returned_ci_upper"), "95 % interval, came back"),
    ]
    if any(s.spent is not None for s in found.segments):
        columns += [
            Column("spent", "Spent a head"),
            Column(("spent_ci_lower", "spent_ci_upper"), "95 % interval, spent"),
        ]
    middle, label = number(found.middle), escaped(case.label(found.attitude))
    return Table(
        found.segments,
        columns,
        Text(en="Attached and buying: four kinds of loyalty.", zh="依恋与购买：四类忠诚。"),
        Text(
            en=f"Attached: {label.en} above {middle}; buying much: the scores of recency, frequency and money before the survey sum to more than their median [@dick1994]. Came back and spent: after the survey, within the horizon.",
            zh=f"“依恋”指{label.zh}高于 {middle}，“购买”指调查之前的近度、频度与金额得分之和高于中位数 [@dick1994]。回购与消费均为调查之后、期限之内的情形。",
        ),
    )


def moves(found: Moves, case: Case) -> Table:
    """Of each kind at the first wave, how many stay, and where the others are."""
    columns = [
        Column(lambda r: said_label(r.said, case), "Said"),
        Column(lambda r: term(MOVING[r.kind]), "Kind at first"),
        Column("n", "n"),
        Column("stay", "Stay"),
        Column(("stay_ci_lower", "stay_ci_upper"), "95 % interval"),
    ]
    if any(row.true is not None for row in found.rows):
        columns += [Column(kind, term(MOVING[kind])) for kind in KIND_IDS]
    first, last = number(found.first), number(found.last)
    done = escaped(said_label(found.done, case))
    return Table(
        found.rows,
        columns,
        Text(
            en="Who moves between the kinds of loyalty.",
            zh="受访者在各类忠诚之间的流动。",
        ),
        Text(
            en=f"More and much: above the median of wave {first} in what is said and in {within(done.en)}, by the same medians at wave {last}, of those who answered at both; Wilson's intervals. The last columns: where they are at wave {last}. Where what is said is attachment, the kinds are true, latent, spurious and no loyalty [@dick1994].",
            zh=f"“高”与“多”分别指所言与{done.zh}高于第 {first} 期的中位数，第 {last} 期沿用同一中位数，只计两期均作答者；区间为 Wilson 区间。后几列为第 {last} 期属于各类别的比例。若所言为依恋，则四类依次为真实忠诚、潜在忠诚、虚假忠诚与无忠诚 [@dick1994]。",
        ),
    )


def attached(found: Moves, case: Case) -> Table | None:
    """Whether those attached do much at the last wave more often than others who did as much."""
    if not found.attached:
        return None

    def who(row: Attached) -> Text:
        said = said_label(row.said, case)
        did = term(DID[row.much])
        return Text(en=f"{said.en}, {did.en}", zh=f"{said.zh}，{did.zh}")

    last = number(found.last)
    return Table(
        found.attached,
        [
            Column(who, "Who"),
            Column("share", "Says more"),
            Column(("share_ci_lower", "share_ci_upper"), "95 % interval"),
            Column("others_share", "Says less"),
            Column(("others_share_ci_lower", "others_share_ci_upper"), "95 % interval"),
            Column("difference", "Difference [of shares]"),
            Column(("difference_ci_lower", "difference_ci_upper"), "95 % interval"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
        ],
        Text(
            en=f"Who does much at wave {last}.",
            zh=f"第 {last} 期有较多行为者的比例。",
        ),
        Text(
            en="Of those who did as much at first, whoever answered later; differences in percentage points with Newcombe's interval.",
            zh="所列为首期行为相当者中的比例，不论其后是否作答；差值以百分点计，区间为 Newcombe 区间。",
        ),
    )


#: Of what side the interval lies, what a point may cost a customer.
PAYS = {
    "+": Text(en="at most this change, less what the goods cost", zh="至多为这一变化减去商品成本"),
    "-": Text(en="none: less is spent", zh="无，因为消费反而减少"),
    "open": Text(en="none: the interval holds zero", zh="无，因为区间包含零"),
}


def worth(found: Worth, case: Case) -> Table:
    horizon, what = number(found.horizon), currency(found, case)
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.attitude), "Attitude"),
            Column("n", "n"),
            Column("estimate", "Change for one point"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: PAYS[r.verdict], "Highest cost"),
            Column("naive", "Uncorrected"),
            Column(("naive_ci_lower", "naive_ci_upper"), "95 % interval, uncorrected"),
        ],
        Text(
            en="What a point of an attitude may cost a customer.",
            zh="为使态度提高一分，在每位客户身上至多可以花费多少。",
        ),
        Text(
            en=f"Change: of what a customer spends within {horizon} days after the survey{what.en}, for one point more of the mean of the items; corrected for measurement error, with errors of both steps [@rosseel2024]; the standard deviation of the attitude is taken as known. The cost is for raising it by a point and for as long. What is spent is not what is earned.",
            zh=f"“变化”一栏为题项均值每高一分时，客户在调查后 {horizon} 天内消费相应的变化{what.zh}，已校正测量误差，标准误兼顾两个步骤的误差 [@rosseel2024]，态度的标准差视为已知。成本指在同样期限内使态度提高一分的花费。消费额不等于利润。",
        ),
    )


def panel(found: Panel, case: Case) -> Table:
    return Table(
        found.effects,
        [
            Column(lambda r: said_label(r.said, case), "Said"),
            Column(lambda r: term(SIDES[r.of, r.on]), "From one wave to the next"),
            Column("estimate", "Estimate"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
            Column("p", "p"),
        ],
        Text(
            en="Within a person: what carries over to the next wave.",
            zh="个体内部的哪些波动延续到下一期。",
        ),
        Text(
            en=f"Random-intercept cross-lagged panel model [@hamaker2015] of {number(found.people)} people in {number(found.waves)} waves, answers and logs missing where they are missing; unstandardized.",
            zh=f"采用随机截距交叉滞后面板模型 [@hamaker2015]，共 {number(found.people)} 人、{number(found.waves)} 期，缺失处按完全信息极大似然法处理；系数未标准化。",
        ),
    )


def _with_planted(columns: list[Column], rows: Sequence[TrendRow | CarriedRow]) -> list[Column]:
    """With what a simulated table declares, beside the estimate."""
    if all(r.planted is None for r in rows):
        return columns
    at = next(k for k, c in enumerate(columns) if c.of == "estimate")
    return [*columns[:at], Column("planted", "Declared"), *columns[at:]]


def trends(found: Growth, case: Case) -> Table:
    columns = [
        Column(lambda r: said_label(r.series, case), "Series"),
        Column("start", "At the first wave"),
        Column("estimate", "Change a wave", decimals=3),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
        Column("spread", "SD between people", decimals=3),
        Column(("spread_ci_lower", "spread_ci_upper"), "95 % interval", decimals=3),
    ]
    return Table(
        found.trends,
        _with_planted(columns, found.trends),
        Text(
            en="Customers followed: how each series changes from wave to wave.",
            zh="所追踪客户各序列的逐期变化。",
        ),
        Text(
            en=f"Latent curve model with structured residuals [@curran2014] of {number(found.people)} people in {number(found.waves)} waves, all series together; full-information maximum likelihood; CFI {number(found.cfi)}, RMSEA {number(found.rmsea)}. SD between people: of their own changes a wave.",
            zh=f"采用带结构化残差的潜曲线模型 [@curran2014]，共 {number(found.people)} 人、{number(found.waves)} 期，各序列同时以完全信息极大似然法估计；CFI 为 {number(found.cfi)}，RMSEA 为 {number(found.rmsea)}。个体间标准差为各人每期变化的标准差。",
        ),
    )


def carried(found: Growth, case: Case) -> Table:
    columns = [
        Column(
            lambda r: arrow(said_label(r.of, case), said_label(r.on, case)),
            "From one wave to the next",
        ),
        Column("estimate", "Estimate", decimals=3),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
        Column("p", "p"),
    ]
    return Table(
        found.carried,
        _with_planted(columns, found.carried),
        Text(
            en="Within a person, around their own level and trend: what carries over to the next wave.",
            zh="剔除个人自身的水平与趋势之后，个体内部的哪些波动延续到下一期。",
        ),
        Text(
            en="From the same model; unstandardized, in the units of the two series.",
            zh="所列系数出自同一模型，未标准化，以两个序列各自的单位计。",
        ),
    )


def lapse(found: Lapse, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(
                lambda r: term("the past held" if r.past else "the past not held"), "Specification"
            ),
            Column("odds_ratio", "Odds ratio"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
            Column("p", "p"),
        ],
        Text(
            en="Odds of not doing it at all until the next wave, for a standard deviation of the score.",
            zh="得分每高一个标准差，到下一期完全不再有这一行为的优势比。",
        ),
        withheld=unbounded,
    )


def use(found: Use, case: Case) -> Table:
    items = {i.id: i.wording for i in case.study.items}
    return Table(
        found.rows,
        [
            Column(lambda r: items[r.rated], "Rated"),
            Column(lambda r: case.label(r.construct_of), "Construct"),
            Column("n", "n", kept=True),
            Column("users", "Users", kept=True),
            Column("odds_ratio", "Odds ratio"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
            Column("p", "p"),
        ],
        Text(
            en="Odds of use for a point of the rating.",
            zh="评分每高一分，使用该服务的优势比。",
        ),
        withheld=unbounded,
    )


def lapse_foretold(found: Foretold, case: Case) -> Table:
    return foretold(found, case)


def lapse_differences(found: Foretold, case: Case) -> Table:
    return differences(found, case)


# --- day by day ----------------------------------------------------------------------------------
def followed(found: Kept, case: Case) -> Table:
    columns = [
        Column(lambda r: of_whom(found.waves, r.firm, case), "Of whom"),
        Column("asked", "Asked"),
        Column("idle", "No entry just before"),
        Column("short", "Entries end too soon"),
        Column("people", "Followed"),
    ]
    if any(row.windows is not None for row in found.rows):
        columns += [Column("windows", "Windows"), Column("agree", "Agree [records]")]
    before, horizon = number(found.before), number(found.horizon)
    return Table(
        found.rows,
        columns,
        Text(
            en="Who answered and can be followed, and whether the two records agree.",
            zh="可以追踪的受访者，以及两种记录是否相符。",
        ),
        Text(
            en=f"Just before: in the {before} days up to the answer. Too soon: within {horizon} days after it. Agree: windows of {before} days before an answer that the entries cover whole, whose logged sum lies between the entries of the whole days and those with the days at both ends.",
            zh=f"“此前无记录”指截至作答当日的 {before} 天内没有记录，“记录过早终止”指作答后不满 {horizon} 天记录即告终止。“相符”针对记录完整覆盖的作答前 {before} 天的时段，日志合计介于完整各天记录之和与加上首尾两天之后的和之间，即为相符。",
        ),
    )


def _held(heading: Column) -> list[Column]:
    """A table of what a standard deviation multiplies by, without and with the past."""
    return [
        heading,
        Column("n", "n"),
        Column("times", "Times", decimals=3),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
        Column("held", "Times, the past held", decimals=3),
        Column(("held_ci_lower", "held_ci_upper"), "95 % interval, the past held", decimals=3),
        Column(lambda r: term(VERDICTS[r.held_verdict]) if r.held_verdict else "", "Verdict"),
    ]


def after(found: After, case: Case) -> Table:
    horizon, label = number(found.horizon), escaped(said_label(found.said, case))
    return Table(
        found.rows,
        [
            Column(lambda r: of_whom(found.waves, r.firm, case), "Of whom"),
            *_held(Column(lambda r: outcome(r, found.table, case), "Conduct")),
        ],
        Text(
            en=f"{label.en}: what one standard deviation goes with in the {horizon} days after the answer.",
            zh=f"{label.zh}每高一个标准差，作答后 {horizon} 天内的行为变为几倍。",
        ),
        Text(
            en="Odds by logistic regression; means by Poisson's quasi-likelihood; Huber–White errors; standard deviations among the people of each, and where all are taken together each has its own level. The past held: days since the last entry, and the logarithms of days with entries and of amounts in the days before. 1 is no effect.",
            zh="几率用逻辑斯谛回归估计，均值用泊松拟似然估计，标准误为 Huber–White 稳健标准误；标准差取自各自内部，合并时各有各的水平。所控制的此前行为为距上次记录的天数，以及此前有记录的天数与总量的对数。1 表示没有效应。",
        ),
    )


def stays(found: Stays, case: Case) -> Table:
    label = escaped(said_label(found.said, case))
    return Table(
        found.rows,
        [
            Column(lambda r: of_whom(found.waves, r.firm, case), "Of whom"),
            Column(lambda r: term(MODELS[r.model]), "Model of leaving"),
            *_held(Column(lambda r: term(PLAYED[r.conduct]), "Conduct")),
        ],
        Text(
            en=f"{label.en}: what one standard deviation multiplies coming and leaving by, after the answer.",
            zh=f"{label.zh}每高一个标准差，作答之后的到访频率与流失变为几倍。",
        ),
        Text(
            en="From the day of the answer, on which all are taken to be there still, to the end of the entries; the answer as it stands, not corrected for measurement error. BG/NBD [@fader2005]: one leaves after a day with an entry, and its odds are multiplied; Pareto/NBD [@schmittlein1987]: one leaves at any time, and the rate of it is multiplied. Each has its own parameters; of all, effects weighted by their precision. 1 is no effect.",
            zh="从作答当日（视为全体仍未流失）至记录终止；直接使用回答的得分，未校正测量误差。BG/NBD [@fader2005] 假定在某个有记录的日子之后流失，倍数针对流失的几率；Pareto/NBD [@schmittlein1987] 假定随时可能流失，倍数针对流失的速率。各自的参数不同，“全部”为各效应按精度加权的平均。1 表示没有效应。",
        ),
    )


def after_foretold(found: Foretold, case: Case) -> Table:
    return foretold(found, case)


def after_differences(found: Foretold, case: Case) -> Table:
    return differences(found, case)


def tone(found: Tone, case: Case) -> Table:
    columns = [
        Column(lambda r: term(OUTCOMES[r.conduct]), "Conduct"),
        Column("estimate", "Estimate"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column(lambda r: term(VERDICTS[r.verdict]), "Verdict"),
    ]
    if any(row.planted is not None for row in found.rows):
        columns.append(Column("planted", "Declared"))
    writers, texts = number(found.writers), number(found.texts)
    return Table(
        found.rows,
        columns,
        Text(
            en="Correlation of the mood behind what customers wrote with what they do.",
            zh="客户留言背后的情绪与其行为的相关。",
        ),
        Text(
            en=f"{texts} texts of {writers} people, written up to the day of the survey; a text counts as it is filed, as praise or complaint, and no word of it is read. Texts and purchases (BG/NBD [@fader2005]) in one likelihood, so that the error of a single text does not make the correlation small.",
            zh=f"数据为 {writers} 人在调查当日及之前写下的 {texts} 条留言；每条只取其归类（好评或差评），不读取任何文字。留言与购买（BG/NBD）[@fader2005] 在同一个似然函数中估计，因此单条留言的误差不会压低相关。",
        ),
    )


def emotion(found: Foretold, case: Case) -> Table:
    return foretold(found, case)


def emotion_differences(found: Foretold, case: Case) -> Table:
    return differences(found, case)
