"""Names that tables, figures and sentences of the trial share."""

from __future__ import annotations

from itertools import pairwise

from loyalty.analyses.trial.read import Effect, Kind
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import PathVerdict
from loyalty.ground.text import Text
from loyalty.shown.context import Case, arrow

#: What is declared, in the plural.
KINDS: dict[Kind, Text] = {
    "path": Text(en="paths", zh="路径"),
    "moderation": Text(en="moderations", zh="调节效应"),
    "bend": Text(en="curvilinear effects", zh="曲线效应"),
    "indirect": Text(en="indirect effects", zh="间接效应"),
    "contrast": Text(en="differences between two ways", zh="两条途径之差"),
    "share": Text(en="shares of what is explained", zh="解释方差份额"),
    "table": Text(en="effects and parameters of tables", zh="数据表中的效应与参数"),
}
#: What an interval says of a declared effect.
VERDICTS: dict[PathVerdict, Text] = {
    "supported": Text(en="found", zh="已检出"),
    "open": Text(en="left open", zh="未定"),
    "contradicted": Text(en="wrong sign", zh="符号相反"),
}
ALARM = Text(en="false alarm", zh="误报")
#: Parameters of tables that are no symbols of a model.
PARAMETERS = {
    "elasticity": Text(en="elasticity", zh="弹性"),
    "programme": Text(en="effect of the programme", zh="项目效应"),
    "uptake": Text(en="effect of the membership", zh="会员计划的效应"),
    "nps_per_year": Text(en="points a year", zh="每年变化（分）"),
    "nps_change": Text(en="first to last wave", zh="首次至末次变化"),
    "lift": Text(en="effect of the arm", zh="组别效应"),
    "severity": Text(en="severity", zh="严重程度"),
    "controllability": Text(en="attribution to the firm", zh="归因于企业"),
    "recovery": Text(en="recovery", zh="补救"),
    "past_experience": Text(en="past experience", zh="以往经历"),
    "expectations": Text(en="expectations", zh="期望"),
    "neuroticism": Text(en="neuroticism", zh="神经质"),
    "extraversion": Text(en="extraversion", zh="外向性"),
    "competition": Text(en="competition", zh="竞争"),
    "recovery_by_severity": Text(en="recovery × severity", zh="补救 × 严重程度"),
    "paradox": Text(en="gap after an excellent recovery", zh="出色补救之后的差距"),
    "attitude_rate": Text(en="the attitude, on how often is bought", zh="态度对购买频率的效应"),
    "attitude_leaving": Text(en="the attitude, on leaving", zh="态度对流失的效应"),
    "attitude_complaints": Text(en="the attitude, on complaints", zh="态度对投诉的效应"),
    "tone_leaving": Text(en="the mood of texts, on leaving", zh="留言情绪对流失的效应"),
    "tone_rate": Text(
        en="the mood of texts, on how often is bought", zh="留言情绪对购买频率的效应"
    ),
    "tone_of_customer": Text(
        en="share of a text's tone that is its writer's", zh="留言语气方差中来自留言者的份额"
    ),
    "solved": Text(en="a solution, on staying", zh="问题解决对留存的效应"),
    "soon": Text(en="an answer in time, on staying", zh="及时答复对留存的效应"),
    "channel_share": Text(en="share of channels in ratings", zh="渠道在评分差异中的份额"),
    "answered_in_time": Text(en="answered within a day", zh="一日内得到回应"),
    "solved_in_time": Text(en="solved within three days", zh="三日内得到解决"),
    "closed_in_time": Text(en="closed within a week", zh="一周内结案"),
}


#: What customers who are followed are asked, and what is logged of them.
FOLLOWED = {
    "satisfaction": Text(en="satisfaction", zh="满意度"),
    "attachment": Text(en="attachment", zh="情感联结"),
    "recommendation": Text(en="recommendation", zh="推荐意愿"),
    "spending": Text(en="spending", zh="消费额"),
}
PARAMETERS |= {
    f"change_{name}": Text(en=f"{text.en}, change a wave", zh=f"{text.zh}每期变化")
    for name, text in FOLLOWED.items()
}
PARAMETERS |= {
    f"lag_{a}_{b}": Text(en=f"{one.en} → {other.en}, next wave", zh=f"{one.zh} → 下期{other.zh}")
    for a, one in FOLLOWED.items()
    for b, other in FOLLOWED.items()
}


#: What is declared of a touchpoint.
AT = {
    "waiting": Text(en="waiting (mean)", zh="等待时间（均值）"),
    "lost": Text(en="go no further", zh="就此止步的比例"),
}


def study(case: str, everything: Case) -> Study:
    assert everything.described is not None
    return everything.described[case]


def title(case: str, everything: Case) -> Text:
    return study(case, everything).title


def short(effect: Effect) -> Text:
    """What a sentence calls an effect: the number of its hypothesis, or the parameter."""
    if effect.table is not None:
        return PARAMETERS.get(effect.id, Text(en=effect.id, zh=effect.id))
    return Text(en=effect.id, zh=effect.id)


def label(effect: Effect, described: Study) -> Text:
    """What a table calls an effect, by the labels of its case."""
    if effect.kind == "table":
        what, _, touchpoint = effect.id.partition("_")
        table = next((r for r in described.resources if r.id == effect.table), None)
        if what in AT and table is not None and touchpoint in table.levels:
            of = table.levels[touchpoint]
            return Text(en=f"{of.en}: {AT[what].en}", zh=f"{of.zh}：{AT[what].zh}")
        return short(effect)
    if effect.kind == "indirect":
        return _product(effect.id, described)
    return hypothesis(effect.id, described)


def _product(name: str, described: Study) -> Text:
    """``H1 × H7``: the paths whose product it is, which the table has above it."""
    effect = next(e for e in described.effects if e.id == name)
    by_ends = {(h.from_, h.to): h.id for h in described.paths}
    legs = [by_ends.get(leg) for leg in pairwise(effect.through)]
    if None in legs:
        return effect.label
    shown = " × ".join(str(leg) for leg in legs)
    return Text(en=shown, zh=shown)


def hypothesis(name: str, described: Study) -> Text:
    """``Quality × Price → Loyalty`` of a hypothesis by its id."""
    h = next(h for h in described.hypotheses if h.id == name)
    start, end = described.named(h.from_).label, described.named(h.to).label
    if h.quadratic:
        start = Text(en=f"{start.en}²", zh=f"{start.zh}²")
    elif h.moderator is not None:
        by = described.named(h.moderator).label
        start = Text(en=f"{start.en} × {by.en}", zh=f"{start.zh} × {by.zh}")
    return arrow(start, end)
