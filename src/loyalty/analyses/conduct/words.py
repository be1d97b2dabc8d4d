"""Sentences on what people say and what they do."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.conduct.afterwards import After, AfterRow, Held, Kept, Stays, StaysRow
from loyalty.analyses.conduct.findings import (
    AreaDifference,
    AreaRow,
    CarriedRow,
    EffectRow,
    Effects,
    Foretold,
    Growth,
    Joins,
    LaggedRow,
    Lapse,
    Leaving,
    Panel,
    Reported,
    Rows,
    Segments,
    TrendRow,
    Use,
    UseRow,
)
from loyalty.analyses.conduct.moves import Moves
from loyalty.analyses.conduct.staying import Staying, StayingRow
from loyalty.analyses.conduct.tone import TONE, Tone
from loyalty.analyses.conduct.worth import Worth
from loyalty.estimates.verdicts import untold
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import NOTHING, Text
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import UNTOLD, ratio
from loyalty.shown.short import within
from loyalty.shown.words import estimate, listed, names, number, rows_used, text

OUTCOMES = {
    "rate": "Rate of purchases",
    "leaving": "Leaving after a purchase",
    "repeat": "Bought again",
    "churn": "Bought no more",
    "spending": "Amount of a purchase",
    "complaints": "Complaints",
}
KEEPING = {"rate": "Rate of purchases", "leaving": "Leaving for good"}
MODELS = {"bg_nbd": "BG/NBD", "pareto_nbd": "Pareto/NBD"}
SCALES = {"correlation": "correlation", "log_rate": "log rate ratio"}
VERDICTS = {"+": "positive", "-": "negative", "open": "open"}
KINDS = {
    "true": "true loyalty",
    "latent": "latent loyalty",
    "spurious": "spurious loyalty",
    "none": "no loyalty",
}
#: The same kinds by anything that is said, attachment or not.
MOVING = {
    "true": "says more, does much",
    "latent": "says more, does little",
    "spurious": "says less, does much",
    "none": "says less, does little",
}
DID = {True: "much at first", False: "little at first"}
SINGLE = {"nps": "Net promoter score", "csat": "CSAT"}
SIDES = {
    ("done", "done"): "done → done",
    ("said", "done"): "said → done",
    ("done", "said"): "done → said",
    ("said", "said"): "said → said",
}


def said_label(name: str, case: Case) -> Text:
    """The label of a construct, a variable or a measure."""
    study = case.study
    labels = dict(case.labels)
    labels |= {v.id: term(SINGLE[v.kind]) for v in study.variables if v.kind in SINGLE}
    labels[TONE] = term("Tone of texts")
    labels |= {m.id: m.label for r in study.resources for m in r.measures}
    return labels.get(name) or term("Score")


def predictors(model: str, case: Case) -> Text:
    """``Past conduct + Satisfaction`` of a model's name."""
    past = term("Past conduct")
    if model == "past":
        return past
    label = said_label(model.removeprefix("past+"), case)
    if not model.startswith("past+"):
        return label
    return Text(en=f"{past.en} + {label.en}", zh=f"{past.zh} + {label.zh}")


def rows(found: Rows, case: Case) -> list[Text]:
    return [rows_used(table) for table in found.tables]


def joins(found: Joins, case: Case) -> list[Text]:
    people, horizon, odd = number(found.people), number(found.horizon), number(found.careless)
    said = [
        Text(
            en=f"What follows is of {people} people; {odd} are left out whose answers show signs of carelessness. What lies after the survey is counted within {horizon} days.",
            zh=f"以下分析涉及 {people} 人；另有 {odd} 人因有敷衍作答的迹象而未纳入。调查之后的行为只计 {horizon} 天之内的部分。",
        )
    ]
    bought = {r.id for r in case.study.resources if r.kind == "transactions"}
    for table in found.tables:
        if table.table in bought and not table.before:
            said.append(
                Text(
                    en=f"The survey lies before all {number(table.rows)} of their purchases: whether they came back, and who was loyal before, cannot be asked of them. What is of the time after it, or of the whole record, goes on.",
                    zh=f"这些受访者的 {number(table.rows)} 次购买全部发生在调查之后，因此无从得知他们是否回购、此前是否忠诚；只涉及调查之后或全部记录的分析照常进行。",
                )
            )
        if table.table in bought and not table.after:
            said.append(
                Text(
                    en=f"The survey lies after all {number(table.rows)} of their purchases: nothing that came of it can be seen. What is of the whole record goes on.",
                    zh=f"这些受访者的 {number(table.rows)} 次购买全部发生在调查之前，因此看不到调查之后的行为；涉及全部记录的分析照常进行。",
                )
            )
    return said


# --- attitude to conduct -------------------------------------------------------------------------
def _shown(row: EffectRow, case: Case) -> Text:
    value = estimate(row.estimate, row.ci_lower, row.ci_upper)
    attitude, outcome = case.label(row.attitude), term(OUTCOMES[row.outcome])
    return Text(
        en=f"{escape(attitude.en)} with {escape(within(outcome.en))} ({value})",
        zh=f"{escape(attitude.zh)}与{escape(outcome.zh)}（{value}）",
    )


#: What of the purchases lies before the survey and what after.
_WHOLE = Text(
    en="The rate of purchases is of the whole record, before the survey and after it: there the attitude predicts nothing, it goes with what was done. What comes after the survey may have causes that moved the attitude as well: nobody was made more satisfied to see what they would do.",
    zh="购买频率取自调查前后的全部记录：就此而言，态度并未预测行为，只是与已发生的行为相关。调查之后的行为也可能与态度同出一源，因为并未随机提高任何人的满意度以观察其后的行为。",
)
_AFTER = Text(
    en="All purchases came after the survey, their rate, too. They may have causes that moved the attitude as well: nobody was made more satisfied to see what they would do.",
    zh="全部购买均发生在调查之后，购买频率也只涉及调查之后。购买也可能与态度同出一源，因为并未随机提高任何人的满意度以观察其后的行为。",
)


def effects(found: Effects, case: Case) -> list[Text]:
    said = []
    clear = [r for r in found.rows if r.verdict != "open"]
    if clear:
        which = listed([_shown(r, case) for r in clear])
        said.append(
            Text(en=f"Clear of zero: {which.en}.", zh=f"以下关联的区间不含零：{which.zh}。")
        )
    if len(clear) < len(found.rows):
        count = len(found.rows) - len(clear)
        said.append(
            Text(
                en="All others are open: their intervals hold zero."
                if clear
                else "All are open: every interval holds zero.",
                zh="其余关联的区间均包含零，尚无定论。"
                if clear
                else "各项关联的区间均包含零，尚无定论。",
            )
        )
        assert count
    said += _planted(found, case)
    if found.firms is not None:
        firms = number(found.firms)
        said.append(
            Text(
                en=f"Errors allow for {firms} firms.",
                zh=f"标准误考虑了受访者分属 {firms} 家企业这一点。",
            )
            if found.clustered
            else Text(
                en=f"With {firms} firms there are too few for errors that allow for them: people are taken as independent, and intervals may be too narrow.",
                zh=f"企业仅有 {firms} 家，不足以计算考虑聚类的标准误；此处以客户为独立单位，区间可能过窄。",
            )
        )
    said.append(_AFTER if any(m.code == "no_purchase_until" for m in found.messages) else _WHOLE)
    return said


def staying(found: Staying, case: Case) -> list[Text]:
    """Where two models of leaving agree, and which of them the purchases are likelier under."""
    said = []
    for conduct in ("rate", "leaving"):
        own = [r for r in found.rows if r.conduct == conduct]
        told = [_by_model(r) for r in own]
        shown = text(listed(told).en, "；".join(t.zh for t in told))
        name = term(KEEPING[conduct])
        if len({r.verdict for r in own}) == 1:
            en = "the verdict is the same under both models of leaving"
            zh = "两种流失模型的结论一致"
        else:
            en, zh = "the verdict hangs on the model of leaving", "结论取决于采用哪种流失模型"
        said.append(
            Text(en=f"{name.en}: {en} ({shown.en}).", zh=f"就“{name.zh}”而言，{zh}（{shown.zh}）。")
        )
    gap = estimate(found.better, found.better_ci_lower, found.better_ci_upper)
    which = {"+": "bg_nbd", "-": "pareto_nbd", "open": None}[found.verdict]
    en, zh = "which of the two the purchases speak for is open", "购买记录支持哪一种模型尚无定论"
    if which is not None:
        name = term(MODELS[which])
        en, zh = (
            f"the purchases are likelier under {name.en}",
            f"购买记录更支持 {name.zh} 模型",
        )
    said.append(
        Text(
            en=f"Both have as many parameters; the log-likelihood of BG/NBD is {gap} above that of Pareto/NBD: {en}.",
            zh=f"两种模型的参数个数相同；BG/NBD 与 Pareto/NBD 的对数似然之差为 {gap}，{zh}。",
        )
    )
    return said


def _by_model(row: StayingRow) -> Text:
    model, verdict = term(MODELS[row.model]), term(VERDICTS[row.verdict])
    if untold(row.ci_lower, row.ci_upper):
        return Text(en=f"{model.en} {UNTOLD.en}", zh=f"{model.zh} {UNTOLD.zh}")
    value = estimate(row.times, row.ci_lower, row.ci_upper)
    return Text(
        en=f"{model.en} {value} times, {verdict.en}",
        zh=f"{model.zh} 为 {value} 倍，判断为“{verdict.zh}”",
    )


def _planted(found: Effects, case: Case) -> list[Text]:
    """Whether the intervals hold what a simulated table declares."""
    said = []
    for row in found.rows:
        if row.planted is None:
            continue
        shown, declared = _shown(row, case), number(row.planted)
        inside = row.ci_lower <= row.planted <= row.ci_upper
        plain = row.naive_ci_lower <= row.planted <= row.naive_ci_upper
        en = "its interval holds it" if inside else "its interval misses it"
        zh = "区间包含这一设定值" if inside else "区间未包含这一设定值"
        en_plain = "holds it, too" if plain else "misses it"
        zh_plain = (
            ("也包含" if inside else "则包含") if plain else ("则未包含" if inside else "也未包含")
        )
        naive = estimate(row.naive, row.naive_ci_lower, row.naive_ci_upper)
        said.append(
            Text(
                en=f"The simulation declares {declared}: {shown.en}, {en}; that of the uncorrected mean ({naive}) {en_plain}.",
                zh=f"{shown.zh}的设定值为 {declared}，{zh}；未校正均值的区间（{naive}）{zh_plain}。",
            )
        )
    return said


# --- who comes back ------------------------------------------------------------------------------
DOES = {
    "repeat": Text(en="who buys again", zh="谁会再次购买"),
    "lapse": Text(en="who does it no more until the next wave", zh="谁在下一期之前不再有该行为"),
    "after": Text(en="who does it again within those days", zh="谁在期限之内仍有该行为"),
}


def _area(row: AreaRow, case: Case) -> Text:
    label = predictors(row.model, case)
    value = estimate(row.auc, row.ci_lower, row.ci_upper)
    return Text(en=f"{escape(label.en)} {value}", zh=f"{escape(label.zh)} {value}")


def _difference(row: AreaDifference, case: Case) -> Text:
    label = predictors(row.model, case)
    value = estimate(row.estimate, row.ci_lower, row.ci_upper)
    return Text(en=f"{escape(label.en)} ({value})", zh=f"{escape(label.zh)}（{value}）")


def foretold(found: Foretold, case: Case) -> list[Text]:
    what = DOES[found.outcome]
    alone = listed([_area(r, case) for r in found.areas if not r.past or r.model == "past"])
    said = [
        Text(
            en=f"How well one tells {what.en}: {alone.en} (chance is .5).",
            zh=f"就区分“{what.zh}”的能力而言，ROC 曲线下面积如下（0.5 为随机水平）：{alone.zh}。",
        )
    ]
    added = [r for r in found.differences if r.model.startswith("past+")]
    more = [r for r in added if r.verdict == "+"]
    less = [r for r in added if r.verdict == "-"]
    if more:
        which = listed([_difference(r, case) for r in more])
        said.append(
            Text(
                en=f"Beyond the past these add, by the interval of the difference: {which.en}.",
                zh=f"按差值的区间，在过去行为之外确有增益的是{which.zh}。",
            )
        )
    if less:
        which = listed([_difference(r, case) for r in less])
        said.append(
            Text(
                en=f"Worse than the past alone: {which.en}.",
                zh=f"预测力低于仅用过去行为的是{which.zh}。",
            )
        )
    if len(more) + len(less) < len(added):
        said.append(
            Text(
                en="Whether the others add to the past is open."
                if more or less
                else "Whether anything said adds to the past is open.",
                zh="其余各项能否在过去行为之外有所增益，尚无定论。"
                if more or less
                else "受访者所言能否在过去行为之外有所增益，尚无定论。",
            )
        )
    return said + _among(found, case)


def _among(found: Foretold, case: Case) -> list[Text]:
    """Which of the things said tell more than another."""
    pairs = [
        r for r in found.differences if r.reference != "past" and not r.model.startswith("past")
    ]
    if not pairs:
        return []
    clear = [r for r in pairs if r.verdict != "open"]
    if not clear:
        return [
            Text(
                en="Which of the things said tells more is open for every pair.",
                zh="各项态度指标两两比较，孰优孰劣均无定论。",
            )
        ]

    def one(row: AreaDifference) -> Text:
        pair = (row.model, row.reference) if row.verdict == "+" else (row.reference, row.model)
        better, worse = (predictors(name, case) for name in pair)
        value = estimate(row.estimate, row.ci_lower, row.ci_upper)
        return Text(
            en=f"{escape(better.en)} more than {escape(worse.en)} ({value})",
            zh=f"{escape(better.zh)}优于{escape(worse.zh)}（{value}）",
        )

    which = listed([one(r) for r in clear])
    rest = len(clear) < len(pairs)
    return [
        Text(
            en=f"Of the things said tell {which.en}{'; the other pairs are open' if rest else ''}.",
            zh=f"就各项态度指标的预测力而言，{which.zh}{'；其余各对尚无定论' if rest else ''}。",
        )
    ]


def segments(found: Segments, case: Case) -> list[Text]:
    shown = {s.kind: s for s in found.segments}
    parts = []
    for kind, segment in shown.items():
        label = term(KINDS[kind])
        value = estimate(segment.share, segment.share_ci_lower, segment.share_ci_upper)
        parts.append(Text(en=f"{label.en} {value}", zh=f"{label.zh} {value}"))
    said = []
    if parts:
        which = listed(parts)
        said.append(
            Text(en=f"Of all people: {which.en}.", zh=f"各类占全体的比例依次为{which.zh}。")
        )
    if {"true", "spurious"} <= set(shown):
        said.append(_pair(shown["true"], shown["spurious"]))
    if {"latent", "none"} <= set(shown):
        said.append(_pair(shown["latent"], shown["none"]))
    said.extend(_not_shown(found.hidden))
    said.append(
        Text(
            en="Who moves between these kinds is not known: their attachment was asked once.",
            zh="由于依恋只问过一次，受访者在各类之间如何流动不得而知。",
        )
    )
    return said


def moves(found: Moves, case: Case) -> list[Text]:
    """Whether those high on what is said keep, or come to, doing much; and what chance does."""
    said, open_ = [], []
    for row in found.attached:
        label, did = said_label(row.said, case), term(DID[row.much])
        if row.verdict == "open":
            open_.append(Text(en=f"{label.en} ({did.en})", zh=f"{label.zh}（{did.zh}）"))
            continue
        mine = estimate(row.share, row.share_ci_lower, row.share_ci_upper)
        theirs = estimate(row.others_share, row.others_share_ci_lower, row.others_share_ci_upper)
        more, zh = ("more", "更高") if row.verdict == "+" else ("less", "更低")
        of, low = "much" if row.much else "little", "较多" if row.much else "较少"
        said.append(
            Text(
                en=f"Of those who did {of} at first, {mine} of those high on {escape(within(label.en))} do much at the last wave and {theirs} of the others: {more} often, by the interval of the difference.",
                zh=f"在首期行为{low}者中，{escape(label.zh)}较高者到末期有较多行为的比例为 {mine}，其余人为 {theirs}；按差值的区间，前者的比例{zh}。",
            )
        )
    if open_:
        which = names(open_)
        said.append(
            Text(
                en=f"Whether those high on it do much at the last wave more often is open for {which.en}.",
                zh=f"就{which.zh}而言，较高者到末期有较多行为的比例是否更高，尚无定论。",
            )
        )
    said.extend(_not_shown(found.hidden))
    said.append(
        Text(
            en="Who stands near a median crosses it by chance: not all who moved have changed. And who did much may have been at a high point and fall back without any cause.",
            zh="接近中位数的人会因偶然而越过中位数，因此类别变换并不都意味着真实的变化。首期行为较多的人也可能恰在高点，其后自然回落。",
        )
    )
    return said


def _not_shown(kinds: int) -> list[Text]:
    """How many kinds of people are left out for their size."""
    have = "kind has" if kinds == 1 else "kinds have"
    en = f"{number(kinds)} {have} too few people to be shown."
    return [Text(en=en, zh=f"另有 {number(kinds)} 类人数过少，不予列出。")] if kinds else []


def _pair(one: object, other: object) -> Text:
    """Whether those attached came back more than those who bought as much without it."""
    labels, values = [], []
    for s in (one, other):
        labels.append(term(KINDS[s.kind]))  # type: ignore[attr-defined]
        values.append(
            estimate(s.returned, s.returned_ci_lower, s.returned_ci_upper)  # type: ignore[attr-defined]
        )
    apart = (
        one.returned_ci_lower > other.returned_ci_upper  # type: ignore[attr-defined]
        or other.returned_ci_lower > one.returned_ci_upper  # type: ignore[attr-defined]
    )
    en = "the intervals do not overlap" if apart else "the intervals overlap"
    zh = "两区间不重叠" if apart else "两区间重叠"
    return Text(
        en=f"Came back: {labels[0].en} {values[0]}, {labels[1].en} {values[1]}; {en}.",
        zh=f"{labels[0].zh}者的回购比例为 {values[0]}，{labels[1].zh}者为 {values[1]}；{zh}。",
    )


def leaving(found: Leaving, case: Case) -> Text:
    mine = estimate(
        found.satisfied_left, found.satisfied_left_ci_lower, found.satisfied_left_ci_upper
    )
    theirs = estimate(found.others_left, found.others_left_ci_lower, found.others_left_ci_upper)
    gap = estimate(found.difference, found.difference_ci_lower, found.difference_ci_upper)
    en, zh = {
        "+": ("the satisfied stay away more", "满意者流失更多"),
        "-": ("the satisfied stay away less", "满意者流失较少"),
        "open": (
            "whether the satisfied stay away less is open",
            "满意者是否流失较少尚无定论",
        ),
    }[found.verdict]
    satisfied, others, middle = (number(v) for v in (found.satisfied, found.others, found.middle))
    return Text(
        en=f"Of {satisfied} satisfied people (above {middle}) {mine} did not come back, of {others} others {theirs}; the difference is {gap} percentage points: {en}.",
        zh=f"满意者（高于 {middle}）共 {satisfied} 名，其中 {mine} 未再回来；其余 {others} 人的这一比例为 {theirs}，二者相差 {gap} 个百分点，{zh}。",
    )


def tone(found: Tone, case: Case) -> list[Text]:
    """How surely a text tells its writer's mood, and what the mood goes with."""
    praise, writers = number(found.praise), number(found.writers)
    said = [
        Text(
            en=f"Of the texts of {writers} people {praise} are praise.",
            zh=f"共有 {writers} 人写过留言，好评占其中的 {praise}。",
        )
    ]
    if found.apart is not None:
        several, apart = number(found.several), number(found.apart)
        share = estimate(found.customer, found.customer_ci_lower, found.customer_ci_upper)
        said.append(
            Text(
                en=f"One text is an uncertain sign: two texts of one person are filed apart in {apart} of the pairs ({several} people wrote more than once), and of the variance of a text's tone {share} is its writer's.",
                zh=f"单凭一条留言并不可靠：写过不止一条的有 {several} 人，同一人的两条留言中有 {apart} 归类不同；在单条留言语气的方差中，{share} 来自留言者本人。",
            )
        )
    if found.customer_planted is not None:
        inside = found.customer_ci_lower <= found.customer_planted <= found.customer_ci_upper
        said.append(_holds(found.customer_planted, inside))
    for row in found.rows:
        name = term(OUTCOMES[row.conduct])
        value = estimate(row.estimate, row.ci_lower, row.ci_upper)
        verdict = term(VERDICTS[row.verdict])
        said.append(
            Text(
                en=f"A better mood with {escape(within(name.en))}: {value}, {verdict.en}.",
                zh=f"情绪的好坏与{escape(name.zh)}的相关为 {value}，判断为“{verdict.zh}”。",
            )
        )
        if row.planted is not None:
            said.append(_holds(row.planted, row.ci_lower <= row.planted <= row.ci_upper))
    said.append(
        Text(
            en="Who does not write has no tone: all this is of those who do.",
            zh="不写留言的人没有语气可言，以上结果仅就写过留言的人而言。",
        )
    )
    return said


def _holds(planted: float, inside: bool) -> Text:
    declared = number(planted)
    en = "the interval holds it" if inside else "the interval misses it"
    zh = "区间包含这一设定值" if inside else "区间未包含这一设定值"
    return Text(
        en=f"The simulation declares {declared}: {en}.", zh=f"模拟的设定值为 {declared}，{zh}。"
    )


def emotion(found: Foretold, case: Case) -> list[Text]:
    """Whether recency, frequency and money gain by a fourth letter, of those who wrote."""
    n = number(found.n)
    first = Text(
        en=f"The fourth letter beside recency, frequency and money, of the {n} people who wrote: attachment from the survey, or the tone of their texts.",
        zh=f"对写过留言的 {n} 人，在 RFM（近度、频度、金额）之外再加第四项指标：或为问卷测得的依恋，或为其留言的语气。",
    )
    return [first, *foretold(found, case)]


# --- over waves ----------------------------------------------------------------------------------
def reported(found: Reported, case: Case) -> Text:
    label = said_label(found.said, case)
    said = estimate(found.reported, found.reported_ci_lower, found.reported_ci_upper)
    logged = estimate(found.logged, found.logged_ci_lower, found.logged_ci_upper)
    gap = estimate(found.difference, found.difference_ci_lower, found.difference_ci_upper)
    en, zh = {
        "+": (
            "conduct as people report it agrees better with what they say than conduct as it was logged",
            "自述的行为比记录的行为更贴近其所言",
        ),
        "-": ("logged conduct agrees better with what they say", "记录的行为更贴近其所言"),
        "open": ("which of the two agrees better is open", "二者孰近，尚无定论"),
    }[found.verdict]
    return Text(
        en=f"{escape(label.en)} of {number(found.n)} people has a rank correlation of {said} with what they report to have done and of {logged} with what was logged of the same days; the difference is {gap}: {en}.",
        zh=f"{number(found.n)} 人的{escape(label.zh)}与其自述行为的等级相关为 {said}，与同一时段所记录行为的等级相关为 {logged}；二者相差 {gap}，{zh}。",
    )


def panel(found: Panel, case: Case) -> list[Text]:
    said = [_crossed(found, case, on="done"), _crossed(found, case, on="said")]
    parts = []
    for level in found.levels:
        label = said_label(level.said, case)
        value = estimate(level.estimate, level.ci_lower, level.ci_upper)
        verdict = term(VERDICTS[level.verdict])
        parts.append(
            Text(
                en=f"{escape(label.en)} {value} ({verdict.en})",
                zh=f"{escape(label.zh)} {value}（{verdict.zh}）",
            )
        )
    which = listed(parts)
    said.append(
        Text(
            en=f"Between people, the correlation of their own levels with how much they do: {which.en}.",
            zh=f"在个体之间，评价水平与行为水平的相关如下：{which.zh}。",
        )
    )
    said.append(
        Text(
            en="Lagged effects within a person are free of all that stays the same about them, but not of what changes with both.",
            zh="个体内部的滞后效应排除了个人一切不变特征的影响，但排除不了与二者同时变化的因素。",
        )
    )
    return said


def _crossed(found: Panel, case: Case, on: str) -> Text:
    """What is said on what is done next, or the other way about."""
    crossed = [r for r in found.effects if r.on == on and r.of != on]

    def one(row: LaggedRow) -> Text:
        label, verdict = said_label(row.said, case), term(VERDICTS[row.verdict])
        value = estimate(row.estimate, row.ci_lower, row.ci_upper)
        return Text(
            en=f"{escape(label.en)} {value} ({verdict.en})",
            zh=f"{escape(label.zh)} {value}（{verdict.zh}）",
        )

    which = listed([one(r) for r in crossed])
    if on == "done":
        return Text(
            en=f"Who says more than is usual for them does more until the next wave? {which.en}.",
            zh=f"所言高于自身平常水平的人，到下一期是否做得更多？结果如下：{which.zh}。",
        )
    return Text(
        en=f"Who does more than is usual for them says more in the next wave? {which.en}.",
        zh=f"所为高于自身平常水平的人，到下一期是否说得更好？结果如下：{which.zh}。",
    )


def growth(found: Growth, case: Case) -> list[Text]:
    """Which series rise or fall, and which deviations cross over to another series."""
    said = []
    for which, en, zh in (("+", "rise", "上升"), ("-", "fall", "下降")):
        rows = [r for r in found.trends if r.verdict == which]
        if rows:
            parts = [_trend(r, case) for r in rows]
            together = listed(parts)
            verb = f"{en}s" if len(rows) == 1 else en
            said.append(
                Text(
                    en=f"On the mean of all, from wave to wave {verb}: {together.en}.",
                    zh=f"就全体平均而言，逐期{zh}的有{together.zh}。",
                )
            )
    crossing = [r for r in found.carried if r.of != r.on and r.verdict != "open"]
    if crossing:
        together = listed([_carried(r, case) for r in crossing])
        said.append(
            Text(
                en=f"A wave above somebody's own course goes with another in the next wave: {together.en}.",
                zh=f"某一期高于自身轨迹时，下一期的其他序列随之变化：{together.zh}。",
            )
        )
    else:
        said.append(
            Text(
                en="No deviation from somebody's own course is shown to cross over to another series.",
                zh="未见有偏离自身轨迹的波动延续到其他序列。",
            )
        )
    if found.not_by_itself:
        alone = names([said_label(s, case) for s in found.not_by_itself])
        said.append(
            Text(
                en=f"Seen alone, {alone.en} went with doing more in the next wave; beside the other series that is not shown.",
                zh=f"单独来看，{alone.zh}较高时，下一期做得更多；与其他序列同时考虑后，则未见这一效应。",
            )
        )
    said.append(
        Text(
            en="All series stand in one model, so an effect of one is beside those of the others; what changes with two of them and is not asked is still not ruled out.",
            zh="各序列同在一个模型之中，因此每项效应均已考虑其他序列；但问卷未曾涉及、又与其中两个序列同时变化的因素，仍无法排除。",
        )
    )
    return said


def _trend(row: TrendRow, case: Case) -> Text:
    label = said_label(row.series, case)
    value = estimate(row.estimate, row.ci_lower, row.ci_upper, decimals=3)
    return Text(en=f"{escape(label.en)} {value}", zh=f"{escape(label.zh)} {value}")


def _carried(row: CarriedRow, case: Case) -> Text:
    label = arrow(said_label(row.of, case), said_label(row.on, case))
    value = estimate(row.estimate, row.ci_lower, row.ci_upper, decimals=3)
    return Text(en=f"{escape(label.en)} {value}", zh=f"{escape(label.zh)} {value}")


def currency(found: Worth, case: Case) -> Text:
    """``, in euros`` where the table says what amounts are counted in."""
    unit = next(r.unit for r in case.study.resources if r.id == found.table)
    if unit is None:
        return NOTHING
    return Text(en=f", in {escape(unit.en)}", zh=f"（{escape(unit.zh)}）")


def worth(found: Worth, case: Case) -> list[Text]:
    """What a point goes with in money, of which nothing follows, and what it is no proof of."""
    what, horizon, spent = currency(found, case), number(found.horizon), number(found.spent)
    said = [
        Text(
            en=f"Within {horizon} days after the survey a customer spent {spent} on average{what.en}.",
            zh=f"调查后 {horizon} 天内，每位客户平均消费 {spent}{what.zh}。",
        )
    ]
    for row in found.rows:
        if row.verdict != "+":
            continue
        label, size = case.label(row.attitude), estimate(row.estimate, row.ci_lower, row.ci_upper)
        said.append(
            Text(
                en=f"With a point more of {escape(within(label.en))} goes {size} more: raising it by a point pays only while that costs less a customer than this, less what the goods cost.",
                zh=f"{escape(label.zh)}每高一分，消费相应多 {size}；只有把{escape(label.zh)}提高一分的人均花费低于这一数额减去商品成本之差时，才值得去做。",
            )
        )
    for verdict, why, zh in (
        ("open", "the interval holds zero", "区间包含零"),
        ("-", "less is spent where it is higher", "得分越高，消费越少"),
    ):
        if rows := [case.label(r.attitude) for r in found.rows if r.verdict == verdict]:
            which = names(rows)
            said.append(
                Text(
                    en=f"For {which.en} no amount can be named: {why}.",
                    zh=f"{which.zh}无从得出可以花费的金额，因为{zh}。",
                )
            )
    said.append(
        Text(
            en="People were not drawn by lot to feel more: what goes together may have other causes, what they bought before among them. Whether raising it brings this is seen by raising it for customers drawn at random.",
            zh="态度的高低并非随机分配，消费与之相伴的变化可能另有原因，此前的购买即是其一。改善态度能否带来这一变化，须随机抽取一部分客户加以改善才能知道。",
        )
    )
    return said


def lapse(found: Lapse, case: Case) -> list[Text]:
    label = said_label(found.said, case)
    n, share = number(found.n), number(found.share)
    said = [
        Text(
            en=f"Of {n} people who did it before the first wave, {share} did it no more until the second.",
            zh=f"首期之前有行为记录的共 {n} 人，其中 {share} 到第二期已没有行为记录。",
        )
    ]
    en = {"+": "more often", "-": "less often", "open": "more or less often, which is open,"}
    zh = {"+": "更常中断", "-": "较少中断", "open": "是否更常中断，尚无定论"}
    for row in found.rows:
        value = ratio(row.odds_ratio, row.ci_lower, row.ci_upper, "为 ")
        held = "With what they did before held, those" if row.past else "Those"
        zh_held = "控制此前行为后，" if row.past else ""
        said.append(
            Text(
                en=f"{held} with more {escape(within(label.en))} lapse {en[row.verdict]} (odds ratio of a standard deviation {value.en}).",
                zh=f"{zh_held}{escape(label.zh)}较高的人{zh[row.verdict]}（每高一个标准差的优势比{value.zh}）。",
            )
        )
    return [*said, *_of_a_firm(found.by_firm)]


def _of_a_firm(by_firm: bool) -> list[Text]:
    """That people are compared within what stands as firms in the waves."""
    held = Text(
        en="Firms, or what stands in their place, are told apart throughout: people are compared with others of the same one.",
        zh="以上均控制所属企业（或与之相当的类别），只与同一类别的人相比。",
    )
    return [held] if by_firm else []


# --- day by day ----------------------------------------------------------------------------------
def of_whom(waves: str, firm: str | None, case: Case) -> Text:
    """The firm as the table of waves names it; all of them without one."""
    if firm is None:
        return term("All")
    levels = next(r.levels for r in case.study.resources if r.id == waves)
    return levels.get(firm) or Text(en=firm, zh=firm)


def outcome(row: AfterRow, table: str, case: Case) -> Text:
    """What comes after the answer, amounts with their unit."""
    unit = next(r.unit for r in case.study.resources if r.id == table)
    if row.outcome == "amount" and unit is not None:
        return Text(en=f"Amount, {unit.en}", zh=f"数量（{unit.zh}）")
    return term(AFTERWARDS[row.outcome])


AFTERWARDS = {
    "stopped": "Odds of none at all",
    "days": "Days with any",
    "entries": "Entries",
    "amount": "Amount",
}
PLAYED = {"rate": "Rate of days with any", "leaving": "Leaving for good"}


def followed(found: Kept, case: Case) -> list[Text]:
    """Whether the two records agree, who could be followed, and what cannot be had of them."""
    whole = found.rows[-1]
    label = next(r.label for r in case.study.resources if r.id == found.table)
    used, before, horizon = number(found.used), number(found.before), number(found.horizon)
    said = [
        Text(
            en=f"What people said at the first wave is set beside {used} entries of “{escape(label.en)}”, day by day.",
            zh=f"首期的回答与“{escape(label.zh)}”的 {used} 条记录逐日对照。",
        )
    ]
    if found.unknown:
        unknown = number(found.unknown)
        said.append(
            Text(
                en=f"{unknown} of them say no amount: they count as done, and add nothing to sums.",
                zh=f"其中 {unknown} 条没有数量，计入次数与天数，但不计入总量。",
            )
        )
    if whole.windows is not None and whole.agree is not None:
        windows, agree = number(whole.windows), number(whole.agree)
        said.append(
            Text(
                en=f"The two records agree in {agree} of {windows} windows of {before} days before an answer: the logged sum is no less than the entries of the whole days add up to, and no more than with the days at both ends.",
                zh=f"在作答前 {before} 天的 {windows} 个时段中，两种记录相符的占 {agree}：日志中的合计不少于完整各天记录之和，也不多于加上首尾两天之后的和。",
            )
        )
    people, asked = number(whole.people), number(whole.asked)
    idle, short = number(whole.idle), number(whole.short)
    said += [
        Text(
            en=f"{people} of {asked} people can be followed. {idle} have no entry in the {before} days up to the answer: of them only those who came back later may be here at all, so that they would tell nothing of staying. For {short} the entries end within {horizon} days after the answer.",
            zh=f"{asked} 人中可以追踪的有 {people} 人。另有 {idle} 人在截至作答当日的 {before} 天内没有记录，这些人也许正因后来又有记录才进入数据，无从说明留存；还有 {short} 人的记录在作答后不满 {horizon} 天即告终止。",
        ),
        Text(
            en="The day of the answer is of the past; only what lies after it is an outcome. What was said is one mean score: how well it is measured is not known here, nothing is corrected for its error, so that what it goes with looks weaker than it is. What is asked of several items, kinds of loyalty and what a point may cost, is not computed of it.",
            zh="作答当日计入此前，只有其后的行为才是结果。这里的回答只是一个均值得分，测量精度不详，没有校正测量误差，因此所列的关系比实际的弱。需要多个题项的分析（忠诚的类别、提高一分至多可以花费多少）没有进行。",
        ),
    ]
    return said


def _times(row: Held, name: Text, *, held: bool) -> Text:
    ends = (row.held, row.held_ci_lower, row.held_ci_upper)
    shown = estimate(*(ends if held else (row.times, row.ci_lower, row.ci_upper)))
    verdict = term(VERDICTS[(row.held_verdict or "open") if held else row.verdict])
    return Text(
        en=f"{escape(within(name.en))} {shown}, {verdict.en}",
        zh=f"{escape(name.zh)}为 {shown} 倍（{verdict.zh}）",
    )


def _both(label: Text, named: Sequence[tuple[Held, Text]]) -> list[Text]:
    """What a standard deviation multiplies things by, without and with the past."""
    said = []
    for held in (False, True):
        rows = [(row, name) for row, name in named if not held or row.held is not None]
        if not rows:
            continue
        parts = [_times(row, name, held=held) for row, name in rows]
        en = "With what they did before held" if held else "With what they did before left aside"
        zh = "控制此前的行为后" if held else "不考虑此前的行为时"
        said.append(
            Text(
                en=f"{en}, a standard deviation more of {escape(within(label.en))} goes with {'; '.join(p.en for p in parts)} (times).",
                zh=f"{zh}，{escape(label.zh)}每高一个标准差，{'，'.join(p.zh for p in parts)}。",
            )
        )
    return said


def after(found: After, case: Case) -> list[Text]:
    label = said_label(found.said, case)
    whole = [r for r in found.rows if r.firm is None]
    said = _both(label, [(r, outcome(r, found.table, case)) for r in whole])
    if found.single:
        n, clear, held = number(found.single), number(found.clear), number(found.clear_held)
        said.append(
            Text(
                en=f"Taken one by one, {clear} of {n} intervals are clear of no effect, and {held} with the past held.",
                zh=f"分别来看，{n} 个区间中不含“无效应”的，不考虑此前的行为时有 {clear} 个，控制后有 {held} 个。",
            )
        )
    said.append(
        Text(
            en="Nobody was made to say more: what comes after an answer may rest on what came before it, and on what changes both.",
            zh="没有人被随机安排给出更高的评价，作答之后的行为可能取决于此前的行为，也可能取决于同时影响两者的变化。",
        )
    )
    return said


def stays(found: Stays, case: Case) -> list[Text]:
    label = said_label(found.said, case)

    def name(row: StaysRow) -> Text:
        conduct, model = term(PLAYED[row.conduct]), term(MODELS[row.model])
        return Text(en=f"{conduct.en} by {model.en}", zh=f"{conduct.zh}（{model.zh}）")

    whole = [r for r in found.rows if r.firm is None]
    return [
        *_both(label, [(r, name(r)) for r in whole]),
        Text(
            en="A day counts once, however much is done on it: those who come nearly every day can hardly come more often, and the models, which let any number of days be, fit them least.",
            zh="一天之内无论有多少行为，都只计一次：几乎每天都来的人很难来得更频繁，而两种模型对天数不设上限，因此与这些人的记录最不相符。",
        ),
    ]


def after_foretold(found: Foretold, case: Case) -> list[Text]:
    return [*foretold(found, case), *_of_a_firm(found.by_firm)]


# --- what is used --------------------------------------------------------------------------------
def use(found: Use, case: Case) -> list[Text]:
    items = {i.id: i.wording for i in case.study.items}

    def shown(rows: Sequence[UseRow]) -> Text:
        parts = []
        for row in rows:
            value, label = ratio(row.odds_ratio, row.ci_lower, row.ci_upper), items[row.rated]
            parts.append(
                Text(en=f"{escape(label.en)} {value.en}", zh=f"{escape(label.zh)} {value.zh}")
            )
        return listed(parts)

    said = []
    for construct in dict.fromkeys(r.construct_of for r in found.rows):
        own = [r for r in found.rows if r.construct_of == construct]
        name = case.label(construct)
        for mark, en, zh in (
            ("+", "used more by the satisfied", "满意者使用更多"),
            ("-", "used less by the satisfied", "满意者使用更少"),
            ("open", "open", "满意者使用更多还是更少，尚无定论"),
        ):
            if rows := [r for r in own if r.verdict == mark]:
                which = shown(rows)
                said.append(
                    Text(
                        en=f"{escape(name.en)}, {en} (odds ratio of a point): {which.en}.",
                        zh=f"就{escape(name.zh)}而言，在下列服务中{zh}（括号内为每高一分的优势比）：{which.zh}。",
                    )
                )
    said.append(
        Text(
            en="Use and rating are of one moment: those who are satisfied may come, those who come may learn to be satisfied or be let down, and who turns to a service because something is wrong rates it with that in mind. A cross-section cannot tell these apart.",
            zh="使用情况与评分取自同一时点：满意者可能因此前来，前来者也可能因此满意或失望；因出了问题才求助的人，评分时也难免受其影响。横截面数据无法区分这些可能。",
        )
    )
    return said


def lapse_foretold(found: Foretold, case: Case) -> list[Text]:
    return [*foretold(found, case), *_of_a_firm(found.by_firm)]
