"""Sentences on behaviour: purchases, brand choices, panels of firms, waves, experiments."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.behaviour.findings import (
    BoughtAgain,
    Category,
    Choices,
    Demand,
    Duplication,
    Effect,
    Experiment,
    Holdout,
    Interruption,
    LapsedGroup,
    Model,
    Months,
    Prediction,
    Programme,
    Recovery,
    Returned,
    Returns,
    Rows,
    Segments,
    Specification,
    Speed,
    StillAway,
    Survival,
    TableRows,
    Uptake,
    Waves,
    WinBack,
    Worth,
)
from loyalty.cases.sources import Resource
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import Kind
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.words import (
    COLUMNS,
    cut,
    equals,
    escaped,
    estimate,
    interval,
    names,
    number,
    significant,
)

#: The heading of each group of lapsed customers.
LAPSED = {
    "one": "one purchase",
    "few": "two or three purchases",
    "more": "four purchases or more",
    "least": "least spent",
    "middle": "middle third of spending",
    "most": "most spent",
}
#: The heading of each segment.
SEGMENTS = {
    "champions": "Champions",
    "loyal": "Loyal",
    "promising": "Promising",
    "at_risk": "At risk",
    "dormant": "Dormant",
    "all": "All",
}


def resource(table: str, case: Case) -> Resource:
    """What the case's description says of a table."""
    return next(r for r in case.study.resources if r.id == table)


def level(table: str, value: str, case: Case) -> Text:
    """The label of a brand or an arm."""
    return resource(table, case).levels.get(value, Text(en=value, zh=value))


def unit(table: str, case: Case) -> Text:
    """What amounts of a table are counted in."""
    return resource(table, case).unit or Text(en="units of money", zh="货币单位")


# --- the tables ----------------------------------------------------------------------------------
def rows(found: Rows, case: Case) -> Text | list[Text]:
    some = [table for table in found.tables if table.excluded]
    if some:
        return [_left_out(table, case) for table in some]
    labels = [(resource(t.table, case).label, number(t.read)) for t in found.tables]
    en = "; ".join(f"{escape(label.en)}: {read}" for label, read in labels)
    zh = "、".join(f"“{escape(label.zh)}”{read} 行" for label, read in labels)
    return Text(
        en=f"Every row could be used ({en}): dates parse, amounts are not negative, nothing that is needed is missing.",
        zh=f"{zh}均可使用：日期可以解析，金额不为负，必需的字段没有缺失。",
    )


def _left_out(table: TableRows, case: Case) -> Text:
    label, read, out = resource(table.table, case).label, number(table.read), number(table.excluded)
    reasons = [(left.reason.text(COLUMNS), number(left.n)) for left in table.reasons]
    en = "; ".join(f"{escape(reason.en)} ({n})" for reason, n in reasons)
    zh = "；".join(f"{escape(reason.zh)}（{n}）" for reason, n in reasons)
    return Text(
        en=f"Of {read} rows of “{escape(label.en)}”, {out} are left out: {en}.",
        zh=f"在“{escape(label.zh)}”的 {read} 行中，有 {out} 行被排除，原因及行数如下：{zh}。",
    )


# --- purchases -----------------------------------------------------------------------------------
def survival(found: Survival, case: Case) -> list[Text]:
    return [_repeat_purchase(found), _held(found)]


def _repeat_purchase(found: Survival) -> Text:
    customers, single = number(found.customers), number(found.single)
    share = number(found.single_share)
    en = f"Of {customers} customers, {single} ({share}) were seen on one day only."
    zh = f"{customers} 名客户中，有 {single} 名（{share}）只在一天购买过。"
    last: BoughtAgain
    for last in found.bought_again[-1:]:
        shown, weeks = estimate(last.estimate, last.ci_lower, last.ci_upper), number(last.weeks)
        en += f" Within {weeks} weeks of the first purchase {shown} had bought again, allowing for those who were not watched so long."
        zh += f"首次购买后 {weeks} 周内再次购买的占 {shown}（已考虑观察期不足的客户）。"
    return Text(en=en, zh=zh)


def _held(found: Survival) -> Text:
    days, share, at = number(found.silence), number(found.usual), number(found.at)
    shown = estimate(found.estimate, found.ci_lower, found.ci_upper)
    watched = number(found.watched)
    return Text(
        en=f"Buying has ended with the last purchase before a silence of more than {days} days, since {share} of the gaps between two purchases are no longer. Of {watched} customers of whom such a silence could have been seen, {shown} went on buying for more than {at} days after the first purchase. The rule is a convention: gaps that outlast the data are not among those it was taken from, and some come back later.",
        zh=f"客户在某次购买之后若沉默超过 {days} 天，便视该次购买为持续购买的终点，因为 {share} 的购买间隔不超过这一天数。在观察期足以判断这种沉默的 {watched} 名客户中，首次购买 {at} 天之后仍在购买的占 {shown}。这一规则只是约定：超出数据期的间隔未计入，也有人日后回来。",
    )


def win_back(found: WinBack, case: Case) -> list[Text]:
    lapsed, days = number(found.lapsed), number(found.silence)
    said = []
    for last in found.came_back[-1:]:
        shown, weeks = estimate(last.estimate, last.ci_lower, last.ci_upper), number(last.weeks)
        said.append(
            Text(
                en=f"Of {lapsed} customers who had bought nothing for more than {days} days, and so counted as lapsed, {shown} bought again within {weeks} weeks from then on.",
                zh=f"有 {lapsed} 名客户超过 {days} 天没有购买，因而判为流失；此后 {weeks} 周内再次购买的占 {shown}。",
            )
        )
    if len(found.still_away) > 1:
        said.append(_longer_away(found.still_away[0], found.still_away[-1]))
    said += [
        _apart([g for g in found.groups if g.by == by], en, zh)
        for by, en, zh in (
            ("purchases", "more purchases before", "此前购买次数较多"),
            ("spent", "more spent before", "此前消费较多"),
        )
        if sum(g.by == by for g in found.groups) > 1
    ]
    said.append(
        Text(
            en="They came back, or not, as things were: what an offer would add is not in such data.",
            zh="这些客户是在既有情形下回来或不回来的；若给予优惠会多回来多少，此类数据无从得知。",
        )
    )
    return said


def _longer_away(first: StillAway, last: StillAway) -> Text:
    """Whether those who have been away longer come back less."""
    a = estimate(first.estimate, first.ci_lower, first.ci_upper)
    b = estimate(last.estimate, last.ci_lower, last.ci_upper)
    weeks, away = number(last.weeks), number(last.away)
    less, more = last.ci_upper < first.ci_lower, last.ci_lower > first.ci_upper
    en = (
        "; the longer away, the fewer"
        if less
        else "; more of them"
        if more
        else "; which is more is open"
    )
    zh = "；离开越久，回来越少" if less else "；后者更多" if more else "；孰多孰少尚无定论"
    return Text(
        en=f"Within {weeks} weeks of lapsing {a} were back; of those still away {away} weeks later, {b} were within the next {weeks}{en}.",
        zh=f"流失后 {weeks} 周内回来的占 {a}；在 {away} 周后仍未回来的客户中，其后 {weeks} 周内回来的占 {b}{zh}。",
    )


def _apart(groups: Sequence[LapsedGroup], en: str, zh: str) -> Text:
    """The first and the last group, and whether their intervals tell them apart."""
    low, high = groups[0], groups[-1]
    a = estimate(low.estimate, low.ci_lower, low.ci_upper)
    b = estimate(high.estimate, high.ci_lower, high.ci_upper)
    weeks = number(high.weeks)
    more, less = high.ci_lower > low.ci_upper, high.ci_upper < low.ci_lower
    end = Text(en="which is more is open", zh="孰多孰少，尚无定论")
    if more:
        end = Text(en=f"those with {en} come back more", zh=f"{zh}者回来的比例更高")
    elif less:
        end = Text(en=f"those with {en} come back less", zh=f"{zh}者回来的比例更低")
    first, second = term(LAPSED[low.level]), term(LAPSED[high.level])
    return Text(
        en=f"Back within {weeks} weeks: {first.en} {a}, {second.en} {b}; {end.en}.",
        zh=f"{weeks} 周内回来的比例，“{first.zh}”者为 {a}，“{second.zh}”者为 {b}；{end.zh}。",
    )


def segments(found: Segments, case: Case) -> list[Text]:
    said = []
    for row in found.segments:
        if row.segment != "champions" or row.n is None:
            continue
        share, revenue = number(row.share), number(row.revenue)
        if found.valued:
            said.append(
                Text(
                    en=f"Champions, {share} of the customers, bring {revenue} of the revenue seen.",
                    zh=f"核心客户占客户总数的 {share}，贡献了数据期内收入的 {revenue}。",
                )
            )
        else:
            said.append(
                Text(
                    en=f"Champions are {share} of the customers.",
                    zh=f"核心客户占客户总数的 {share}。",
                )
            )
    if any(row.n is None for row in found.segments):
        least = cut("small_cell", "count")
        said.append(
            Text(
                en=f"Segments of fewer than {least} customers are not shown.",
                zh=f"不足 {least} 名客户的细分不予列出。",
            )
        )
    return said or [
        Text(
            en="No segment of the best customers is large enough to show.",
            zh="核心客户的人数过少，不予列出。",
        )
    ]


def returns(found: Returns, case: Case) -> Text | None:
    if not found.segments:
        return None

    def shown(row: Returned) -> str:
        return estimate(row.estimate, row.ci_lower, row.ci_upper)

    best = max(found.segments, key=lambda row: row.estimate)
    worst = min(found.segments, key=lambda row: row.estimate)
    a, b = term(SEGMENTS[best.segment]), term(SEGMENTS[worst.segment])
    if best.segment == worst.segment:
        return Text(
            en=f"In the time held out {shown(best)} of the segment “{a.en}” bought again; no segment stands out.",
            zh=f"在留出期内，“{a.zh}”中再次购买的占 {shown(best)}；没有哪个细分特别突出。",
        )
    end = Text(
        en="the intervals overlap, so scores of the past are no sure guide here.",
        zh="二者的区间重叠，因此过去的得分在此并不可靠。",
    )
    if best.ci_lower > worst.ci_upper:
        end = Text(
            en="scores of the past tell who will come back.", zh="可见过去的得分能预示谁会回来。"
        )
    return Text(
        en=f"In the time held out {shown(best)} of the segment “{a.en}” bought again, against {shown(worst)} of “{b.en}”: {end.en}",
        zh=f"在留出期内，“{a.zh}”中再次购买的占 {shown(best)}，“{b.zh}”中占 {shown(worst)}，{end.zh}",
    )


def model(found: Model, case: Case) -> Text:
    leave = estimate(found.leaving, found.leaving_ci_lower, found.leaving_ci_upper)
    rate = number(found.rate)
    en = f"Of customers like these the mean weekly rate of repeat purchases while active is {rate}, and after a purchase {leave} leave on average. Nothing tells who left: this rests on the model."
    zh = f"此类客户在活跃期间平均每周重复购买 {rate} 次，每次购买后平均有 {leave} 离开。没有任何数据记录谁已离开，因此这一结论依赖模型。"
    if found.correlation is not None:
        r, close = number(found.correlation), abs(found.correlation) < 0.1
        en += f" The model of value takes number and value of purchases as unrelated; their rank correlation is {r}"
        zh += f"价值模型假定购买次数与金额无关，而二者的秩相关为 {r}"
        en += (
            ", close to that."
            if close
            else ", so its values lean on a premise that does not hold well."
        )
        zh += "，接近这一假定。" if close else "，可见这一前提并不充分成立。"
    return Text(en=en, zh=zh)


def holdout(found: Holdout, case: Case) -> Text:
    weeks, expected, actual = number(found.weeks), number(found.forecast), number(found.actual)
    between, miss = interval(found.pi_lower, found.pi_upper), number(found.error)
    high = found.forecast > found.actual > 0
    en = f"For the {weeks} weeks held out the model expects {expected} purchases of the customers known (95 % prediction interval {between}, parameters and luck together); there were {actual}. It is {miss} too {'high' if high else 'low'}, "
    zh = f"对留出的 {weeks} 周，模型预期已知客户购买 {expected} 次（95% 预测区间 {between}，计入参数的误差与随机性），实际为 {actual} 次。预测偏{'高' if high else '低'} {miss}，"
    if found.pi_lower <= found.actual <= found.pi_upper:
        return Text(en=en + "within what it allows for.", zh=zh + "在模型所允许的范围之内。")
    return Text(
        en=en
        + "more than it allows for: the model misses something, such as a season or a change of habits.",
        zh=zh + "超出模型所允许的范围，可见模型遗漏了某些因素，例如季节或习惯的变化。",
    )


def prediction(found: Prediction, case: Case) -> list[Text]:
    weeks, n = number(found.weeks), number(found.customers)
    share, expected = number(found.share), number(found.predicted)
    slope = estimate(found.slope, found.slope_ci_lower, found.slope_ci_upper)
    right = found.slope_ci_lower <= 1 <= found.slope_ci_upper
    how = Text(
        en="which holds 1: no sign that chances are drawn too far apart or too close",
        zh="包含 1，未见预测概率过于分散或过于集中",
    )
    if not right and found.slope < 1:
        how = Text(en="below 1: chances are drawn too far apart", zh="低于 1，可见预测概率过于分散")
    elif not right:
        how = Text(en="above 1: chances lie too close together", zh="高于 1，可见预测概率过于集中")
    return [
        Text(
            en=f"Of {n} customers whom the model has not seen {share} bought again within the {weeks} weeks held out; {expected} were expected to. The calibration slope is {slope}, {how.en}.",
            zh=f"在未用于拟合的 {n} 名客户中，留出的 {weeks} 周内再次购买的占 {share}，模型预期为 {expected}。校准斜率为 {slope}，其区间{how.zh}。",
        ),
        _against_the_rule(found),
    ]


def _against_the_rule(found: Prediction) -> Text:
    more = estimate(
        found.difference, found.difference_ci_lower, found.difference_ci_upper, "number", 3
    )
    if found.difference_ci_lower > 0:
        en, zh = "the model tells them apart better", "模型的区分能力更强"
    elif found.difference_ci_upper < 0:
        en, zh = "the plain rule tells them apart better", "简单规则的区分能力更强"
    else:
        en, zh = "neither is shown to tell them apart better", "未能证明何者的区分能力更强"
    return Text(
        en=f"Against the plain rule that whoever bought more recently comes back, the area under the curve differs by {more}: {en}.",
        zh=f"与“最近购买过的客户会回来”这一简单规则相比，曲线下面积相差 {more}，{zh}。",
    )


def size(found: Worth) -> tuple[Kind, int]:
    """How lifetime values are printed: large ones without decimals."""
    return ("count", 0) if found.segments[-1].estimate >= 1000 else ("number", 2)


def worth(found: Worth, case: Case) -> Text:
    *parts, whole = found.segments
    money, weeks, discount = unit(found.table, case), number(found.weeks), number(found.discount)
    shown = estimate(whole.estimate, whole.ci_lower, whole.ci_upper, *size(found))
    en = f"In the {weeks} weeks after the data a customer is expected to spend {shown} {escape(money.en)} on average (discounted at {discount} a year; revenue, not profit, since costs are unknown)."
    zh = f"在数据期之后的 {weeks} 周内，预期每位客户平均消费 {shown} {escape(money.zh)}（年贴现率为 {discount}；因成本未知，所列为收入而非利润）。"
    if parts:
        top = max(parts, key=lambda row: row.share)
        name, share, customers = (
            term(SEGMENTS[top.segment]),
            number(top.share),
            number(top.customers),
        )
        en += f" {share} of it is expected from the segment “{name.en}”, {customers} of the customers."
        zh += f"其中 {share} 预期来自“{name.zh}”这一细分，而该细分只占客户总数的 {customers}。"
    return Text(en=en, zh=zh)


def better(found: Demand) -> bool:
    """Whether the forecast misses by less than repeating the last week does."""
    by = {error.method: error for error in found.errors}
    return by["smoothing"].mase < by["naive"].mase


def wide(found: Demand) -> bool:
    """Whether the prediction interval is, on average, no narrower than the weeks seen lie apart."""
    widths = [
        r.pi_upper - r.pi_lower
        for r in found.series
        if r.pi_lower is not None and r.pi_upper is not None
    ]
    totals = [r.total for r in found.series if r.total is not None]
    if not widths or not totals:
        return False
    return sum(widths) / len(widths) >= max(totals) - min(totals)


def useful(found: Demand) -> bool:
    """Whether a forecast is worth a figure."""
    return better(found) and not wide(found)


def demand(found: Demand, case: Case) -> Text:
    by = {error.method: error for error in found.errors}
    smoothing, naive = by["smoothing"], by["naive"]
    scaled, as_naive = number(smoothing.mase), number(naive.mase)
    weeks, covered = number(found.weeks), number(found.covered)
    if not better(found):
        return Text(
            en=f"Demand cannot be forecast usefully here: over {weeks} weeks not seen, smoothing misses by no less (MASE {scaled}) than repeating the last week does (MASE {as_naive}) [@hyndman2006].",
            zh=f"此处无法作出有用的需求预测：就未用于拟合的 {weeks} 周而言，平滑法的误差（MASE {scaled}）并不小于直接重复上周数值（MASE {as_naive}）[@hyndman2006]。",
        )
    if wide(found):
        last = next(r for r in reversed(found.series) if r.pi_upper is not None)
        seen = [r for r in found.series if r.total is not None]
        least, most = (f(seen, key=lambda r: r.total or 0.0) for f in (min, max))
        band = interval(last.pi_lower, last.pi_upper, "count")
        low, high = number(least.total, "count"), number(most.total, "count")
        return Text(
            en=f"Demand cannot be forecast usefully here: over {weeks} weeks not seen, smoothing misses by less (MASE {scaled}) than repeating the last week does (MASE {as_naive}) [@hyndman2006], but its 95 % prediction interval, {band} for the last week, is on average no narrower than all weeks lie apart ({low} to {high}).",
            zh=f"此处无法作出有用的需求预测：就未用于拟合的 {weeks} 周而言，平滑法的误差（MASE {scaled}）虽小于直接重复上周数值（MASE {as_naive}）[@hyndman2006]，但 95% 预测区间（最后一周为 {band}）平均而言并不窄于各周总额的全距（{low} 至 {high}）。",
        )
    ours, theirs = number(smoothing.mape), number(naive.mape)
    return Text(
        en=f"Over {weeks} weeks not seen, smoothing misses by {ours} on average (MASE {scaled}), repeating the last week by {theirs} (MASE {as_naive}) [@hyndman2006]: smoothing does better here. The 95 % prediction interval held {covered} of the weeks.",
        zh=f"就未用于拟合的 {weeks} 周而言，平滑法平均偏离 {ours}（MASE {scaled}），直接重复上周数值则平均偏离 {theirs}（MASE {as_naive}）[@hyndman2006]，因此平滑法在此更好。95% 预测区间覆盖了 {covered} 的周次。",
    )


# --- choices of brands ---------------------------------------------------------------------------
def _named(categories: Sequence[Category], case: Case) -> Text:
    labels = [resource(c.category, case).label for c in categories]
    return names([Text(en=label.en.lower(), zh=label.zh) for label in labels])


def choices(found: Choices, case: Case) -> list[Text]:
    said = []
    known = [(c, c.repeat) for c in found.categories if c.repeat is not None]
    if known:
        top = max(known, key=lambda pair: pair[1])[0]
        low = min(known, key=lambda pair: pair[1])[0]
        said.append(_most_and_least(_repeat(top, case), _repeat(low, case), len(known)))
        more = [
            c for c in found.categories if c.inertia_ci_lower is not None and c.inertia_ci_lower > 0
        ]
        said.append(_beyond_chance(_named(more, case) if more else None))
    unordered = [c for c in found.categories if not c.in_order]
    if unordered:
        listed = _named(unordered, case)
        said.append(
            Text(
                en=f"In {listed.en} households do not come back to a brand they left: the rows are sorted by brand, not by time, so that they yield no repeat rates.",
                zh=f"在{listed.zh}中，家庭从不回到已离开的品牌，可见数据按品牌而非时间排序，无法据以得出重复购买率。",
            )
        )
    return said


def _repeat(row: Category, case: Case) -> Text:
    shown, name = (
        estimate(row.repeat, row.repeat_ci_lower, row.repeat_ci_upper),
        _named([row], case),
    )
    return Text(en=f"{name.en} ({shown})", zh=f"{name.zh}（{shown}）")


def _most_and_least(top: Text, low: Text, n: int) -> Text:
    if n > 1:
        return Text(
            en=f"The brand bought is followed by itself most often in {top.en}, least often in {low.en}.",
            zh=f"下一次仍购买同一品牌的比例，最高的是{top.zh}，最低的是{low.zh}。",
        )
    return Text(
        en=f"How often the brand bought is followed by itself: {top.en}.",
        zh=f"下一次仍购买同一品牌的比例为：{top.zh}。",
    )


def _beyond_chance(more: Text | None) -> Text:
    if more is None:
        return Text(
            en="Nowhere is that clearly more than the households' own mixes of brands explain in random order.",
            zh="各品类的这一比例均未明显超出各家庭自身的品牌组合在随机次序下所能解释的程度。",
        )
    return Text(
        en=f"In {more.en} that is more than the households' own mixes of brands explain in random order: the last choice goes with the next one beyond lasting preference, be it habit, stock, promotion or a taste that drifts.",
        zh=f"在{more.zh}中，这一比例超出各家庭自身的品牌组合在随机次序下所能解释的程度：上一次与下一次选择的关联不只出于持久的偏好，还可能出于习惯、囤货、促销或偏好的渐变。",
    )


def duplication(found: Duplication, case: Case) -> Text | None:
    if found.r is None:
        return None
    pairs, r = number(found.n), number(found.r)
    if found.r < 0.5:
        en = f"Over {pairs} pairs of brands, the share of one brand's buyers who also buy another goes only loosely with the other's penetration (*r* = {r}): size is not what decides here who shares customers with whom."
        zh = f"就 {pairs} 对品牌而言，某品牌的买者兼买另一品牌的比例与后者的渗透率只有微弱的相关（*r* = {r}），因此品牌规模在此并不决定谁与谁共享客户。"
    else:
        en = f"Over {pairs} pairs of brands, the share of one brand's buyers who also buy another goes with the other's penetration (*r* = {r}): rivals share customers with a brand mostly by how large they are [@ehrenberg1988]."
        zh = f"就 {pairs} 对品牌而言，某品牌的买者兼买另一品牌的比例与后者的渗透率相关（*r* = {r}），可见竞争品牌共享客户的程度主要取决于品牌的规模 [@ehrenberg1988]。"
    if found.hidden:
        hidden = number(found.hidden)
        en += f" {hidden} pairs with too few common buyers are not shown."
        zh += f"另有 {hidden} 对共同买者过少，未予列出。"
    return Text(en=en, zh=zh)


# --- firms, waves, arms --------------------------------------------------------------------------
def speed(found: Speed, case: Case) -> list[Text]:
    main = [row for row in found.specifications if row.specification == "both"]
    return [text for row in main for text in (_faster(row), *_rows_without(found))]


def _faster(row: Specification) -> Text:
    change = estimate(row.change, row.change_ci_lower, row.change_ci_upper)
    firms, p = number(row.units), equals(row.wild_p)
    lower, upper = row.wild_ci_lower, row.wild_ci_upper
    clear = (lower is not None and lower > 0) or (upper is not None and upper < 0)
    en = "." if clear else "; the interval holds zero, so the data leave the sign open."
    zh = "。" if clear else "；区间包含零，变化的方向未定。"
    return Text(
        en=f"Within firms, and beyond what moves all of them in a month, a response that takes 10 % less time goes with a change of repurchase of {change} (wild bootstrap over {firms} firms, *p* {p}) [@cameron2008]{en} It is an association over time, not proof that speed brings customers back.",
        zh=f"在企业内部，剔除各月的共同变动后，响应时间缩短 10% 所对应的复购率变化为 {change}（对 {firms} 家企业采用野聚类自助法，*p* {p}）[@cameron2008]{zh}这只是随时间变化的关联，并不证明响应更快会带来回购。",
    )


def _rows_without(found: Speed) -> list[Text]:
    if not (found.zeros or found.twice or found.gaps):
        return []
    zeros, twice, gaps = number(found.zeros), number(found.twice), number(found.gaps)
    return [
        Text(
            en=f"Left out: {zeros} rows of zero, which have no logarithm, and {twice} rows that repeat a firm and month; {gaps} months follow a gap and have no month before.",
            zh=f"被排除的行中，{zeros} 行取值为零而没有对数，{twice} 行的企业与月份重复；另有 {gaps} 个月份之前存在缺口，没有上月的取值。",
        )
    ]


def _clear(*intervals: tuple[float | None, float | None]) -> bool:
    """Whether every interval lies on one and the same side of zero."""
    ends = [e for interval_ in intervals for e in interval_]
    known = [e for e in ends if e is not None]
    return len(known) == len(ends) and (min(known) > 0 or max(known) < 0)


def months(found: Months, case: Case) -> list[Text]:
    """Where levels lie apart in the response, if anywhere; and which firms lie in none."""
    levels = next(g for g in case.study.groups if g.id == found.grouped).levels
    rows = [r for r in found.rows if r.hours_ci_lower is not None]
    said = []
    if len(rows) > 1:
        slow, fast = max(rows, key=lambda r: r.hours), min(rows, key=lambda r: r.hours)
        a, b = (estimate(r.hours, r.hours_ci_lower, r.hours_ci_upper) for r in (slow, fast))
        names_ = [escaped(levels[r.level]) for r in (slow, fast)]
        if (slow.hours_ci_lower or 0.0) > (fast.hours_ci_upper or 0.0):
            said.append(
                Text(
                    en=f"Firms in {names_[0].en} take longer to respond ({a} hours) than those in {names_[1].en} ({b}).",
                    zh=f"{names_[0].zh}企业的响应时间（{a} 小时）长于{names_[1].zh}企业（{b} 小时）。",
                )
            )
        else:
            said.append(
                Text(
                    en="In none is the response shown to be faster than in another: the intervals of the few firms overlap.",
                    zh="企业很少，各区间重叠，未能证明何处的响应更快。",
                )
            )
    if found.strangers:
        n = number(found.strangers)
        said.append(
            Text(
                en=f"{n} firms of the panel are none of the survey's, and left out.",
                zh=f"面板中另有 {n} 家企业不在调查之列，未予计入。",
            )
        )
    return said


def programme(found: Programme, case: Case) -> list[Text]:
    said = [*_differences(found), *_apart_before(found)]
    for row in found.series:
        said.append(_interrupted(row))
    for reason in found.messages:
        why = reason.text(case.labels)
        said.append(
            Text(en=f"Not told: {escape(why.en)}.", zh=f"有一点无从得知：{escape(why.zh)}。")
        )
    if found.starts > 1 and found.change is not None:
        starts = number(found.starts)
        said.append(
            Text(
                en=f"Firms began in {starts} different months: if the change grows or fades with time, such a comparison can weigh it wrongly [@goodmanbacon2021].",
                zh=f"各企业分别在 {starts} 个不同的月份开始：若变化随时间增强或减弱，这种比较的加权可能有误 [@goodmanbacon2021]。",
            )
        )
    return said


def uptake(found: Uptake, case: Case) -> list[Text]:
    """Those who take a programme up against their own past and the others."""
    taking, others, day = number(found.taking), number(found.others), found.start.isoformat()
    firms = found.unit == "firms"
    en, zh = ("firms", "家企业") if firms else ("customers", "名客户")
    said = [
        Text(
            en=f"From {day} on {taking} of the {en} took the programme up, {others} did not.",
            zh=f"自 {day} 起，{taking} {zh}采用该项目，{others} {zh}未采用。",
        )
    ]
    if found.change is not None:
        said.append(_taken_up(found))
    if found.ahead is not None:
        said.append(_ahead_of_it(found))
    said += [_by_period(row) for row in found.series]
    for reason in found.messages:
        why = reason.text(case.labels)
        said.append(
            Text(en=f"Not told: {escape(why.en)}.", zh=f"有一点无从得知：{escape(why.zh)}。")
        )
    said.append(
        Text(
            en="Nobody was drawn by lot to take it up: those who did may have been about to change anyway.",
            zh="采用与否并非随机决定，采用者也许本来就会有所改变。",
        )
    )
    return said


def _by_period(row: Interruption) -> Text:
    """Change of level of a series of four weeks."""
    level = estimate(row.level, row.level_ci_lower, row.level_ci_upper)
    before, after = number(row.before_months), number(row.after_months)
    clear = _clear((row.level_ci_lower, row.level_ci_upper))
    en, zh = ("clear of zero", "区间不含零") if clear else ("open", "尚无定论")
    start = {
        "alone": Text(en="Those with it alone", zh="仅看采用者"),
        "against": Text(en="The same less the others", zh="减去其他客户的同期数据之后"),
    }[row.of]
    return Text(
        en=f"{start.en}, by four weeks ({before} before, {after} after): the level changes by {level}, {en}.",
        zh=f"{start.zh}，以四周为一期（之前 {before} 期，之后 {after} 期），水平的变化为 {level}，{zh}。",
    )


def _taken_up(found: Uptake) -> Text:
    value = estimate(found.change, found.ci_lower, found.ci_upper)
    clear = _clear_of_none(found.ci_lower, found.ci_upper, found.of)
    en, zh = ("clear of no change", "区间不含“无变化”") if clear else ("open", "尚无定论")
    if found.of == "purchases":
        return Text(
            en=f"Against their own past and the others, the rate of their repeat purchases is multiplied by {value}: {en}.",
            zh=f"与自身过去及其他客户相比，采用者的重复购买率变为原来的 {value} 倍，{zh}。",
        )
    return Text(
        en=f"Against their own past and the others, their score changes by {value} points: {en}.",
        zh=f"与自身过去及其他人相比，采用者的评分变化为 {value} 分，{zh}。",
    )


def _ahead_of_it(found: Uptake) -> Text:
    value = estimate(found.ahead, found.ahead_ci_lower, found.ahead_ci_upper)
    early = _clear_of_none(found.ahead_ci_lower, found.ahead_ci_upper, found.of)
    en = (
        "something moved before it began, so the change is not to be laid to it"
        if early
        else "no sign that they moved apart before, which does not prove that they would not have later"
    )
    zh = (
        "可见项目开始之前已有变动，不宜把变化归因于该项目"
        if early
        else "未见此前已有分化的迹象，但这不能证明此后也不会分化"
    )
    return Text(
        en=f"Shortly before it began the same comparison gives {value}: {en}.",
        zh=f"在项目开始前不久，同样的比较得到 {value}，{zh}。",
    )


def _clear_of_none(lower: float | None, upper: float | None, of: str) -> bool:
    """Whether an interval is clear of no change."""
    none = 1.0 if of == "purchases" else 0.0
    return lower is not None and upper is not None and (lower > none or upper < none)


def _differences(found: Programme) -> list[Text]:
    """Against the firms' own past and the firms without."""
    if found.change is None or found.p is None:
        return []
    change = estimate(found.change, found.ci_lower, found.ci_upper)
    taking, firms, p = number(found.taking), number(found.firms), equals(found.p)
    reduced = ("", "")
    if found.cr2_df is not None:
        df, other = number(found.cr2_df), interval(found.cr2_ci_lower, found.cr2_ci_upper)
        reduced = (
            f"; with bias-reduced errors, which leave {df} degrees of freedom, the interval is {other} [@bell2002]",
            f"；若采用偏差修正的标准误（自由度为 {df}），区间为 {other} [@bell2002]",
        )
    clear = _clear((found.ci_lower, found.ci_upper), (found.cr2_ci_lower, found.cr2_ci_upper))
    en = (
        "."
        if clear
        else "; the sign is open, since not every interval there should be is clear of zero."
    )
    zh = "。" if clear else "；这里所需的区间并非都不含零，变化的方向未定。"
    return [
        Text(
            en=f"With the programme, which {taking} of {firms} firms took up, repurchase changes by {change} against the firms' own past and the firms without it (wild bootstrap, *p* {p}) [@cameron2008]{reduced[0]}{en}",
            zh=f"{firms} 家企业中有 {taking} 家采用该项目；与自身过去及未采用的企业相比，采用项目的企业，复购率变化为 {change}（野聚类自助法，*p* {p}）[@cameron2008]{reduced[1]}{zh}",
        )
    ]


def _apart_before(found: Programme) -> list[Text]:
    """Whether firms with it and firms without moved alike before."""
    if found.ahead is None:
        return []
    ahead = estimate(found.ahead, found.ahead_ci_lower, found.ahead_ci_upper)
    early = _clear((found.ahead_ci_lower, found.ahead_ci_upper))
    en = (
        "something moved before it began, so the change is not to be laid to it"
        if early
        else "no sign that firms moved apart before, which does not prove that they would not have later"
    )
    zh = (
        "可见项目开始之前已有变动，不宜把变化归因于该项目"
        if early
        else "未见此前已有分化的迹象，但这不能证明此后也不会分化"
    )
    return [
        Text(
            en=f"In the three months before it began the change is {ahead}: {en}.",
            zh=f"在项目开始前的三个月中，变化为 {ahead}，{zh}。",
        )
    ]


def _interrupted(row: Interruption) -> Text:
    """Level and slope before and after, of one series."""
    level = estimate(row.level, row.level_ci_lower, row.level_ci_upper)
    before, after = number(row.before_months), number(row.after_months)
    jumped = _clear((row.level_ci_lower, row.level_ci_upper))
    drifted = _clear((row.before_ci_lower, row.before_ci_upper))
    if row.of == "alone":
        how = Text(
            en="a season, or what else came in that month, is in it too",
            zh="其中也包含季节及同月发生的其他变化",
        )
        start = Text(
            en=f"The firms with it alone, {before} months before and {after} after it began",
            zh=f"仅看采用企业（项目开始前 {before} 个月，之后 {after} 个月）",
        )
    else:
        how = (
            Text(
                en="the two already moved apart before, so parallel courses are not to be taken for granted",
                zh="两类企业此前已在分化，不能假定其走势平行",
            )
            if drifted
            else Text(en="before, no drift between the two is shown", zh="此前未见两类企业分化")
        )
        start = Text(
            en="The same less the firms without it in the same months",
            zh="减去未采用企业的同月数据之后",
        )
    open_ = (
        ("", "") if jumped else (", which leaves a change of level open", "，水平是否改变尚无定论")
    )
    return Text(
        en=f"{start.en}: the level changes by {level}{open_[0]} [interrupted time series: @turner2021]; {how.en}.",
        zh=f"{start.zh}，按中断时间序列估计 [@turner2021]，水平的变化为 {level}{open_[1]}；{how.zh}。",
    )


def waves(found: Waves, case: Case) -> Text:
    slope = estimate(found.slope, found.slope_ci_lower, found.slope_ci_upper)
    change = estimate(found.change, found.change_ci_lower, found.change_ci_upper)
    n, trend = number(found.n), Text(en="shows no clear trend", zh="没有明确趋势")
    if found.slope_ci_lower > 0:
        trend = Text(en="rises", zh="上升")
    elif found.slope_ci_upper < 0:
        trend = Text(en="falls", zh="下降")
    return Text(
        en=f"Over {n} waves the net promoter score {trend.en}: {slope} points a year; from the first wave to the last it changes by {change}.",
        zh=f"在 {n} 次调查中，净推荐值{trend.zh}，每年的变化为 {slope} 分；从首次到末次的变化为 {change} 分。",
    )


def experiment(found: Experiment, case: Case) -> list[Text]:
    best = {effect.arm: effect for effect in found.effects}  # adjusted ones stand last
    said = [_effect(effect, level(found.table, arm, case)) for arm, effect in best.items()]
    limit = threshold("standardized_difference")
    uneven = [a for a in found.arms if a.smd is not None and abs(a.smd) > limit.value]
    if uneven:
        arms, mark = names([level(found.table, a.arm, case) for a in uneven]), cut(limit, "bounded")
        said.append(
            Text(
                en=f"At baseline {arms.en} differed from the reference by more than {mark} standard deviations [@austin2009]; the adjusted effect allows for it.",
                zh=f"在基线上，{arms.zh}与参照组相差超过 {mark} 个标准差 [@austin2009]；调整后的效应已考虑这一点。",
            )
        )
    if significant(found.arms_p):
        p = equals(found.arms_p)
        said.append(
            Text(
                en=f"The arms are not of equal size (*p* {p}): where equal arms were meant, the assignment is to be checked first.",
                zh=f"各组人数不等（*p* {p}）；若设计为各组人数相等，应先核查分配过程。",
            )
        )
    return said


def _effect(row: Effect, name: Text) -> Text:
    shown = estimate(row.estimate, row.ci_lower, row.ci_upper, "number", 3)
    p, detectable = equals(row.p), number(row.detectable, "number", 3)
    en, zh = ".", "。"
    if not significant(row.p):
        en = f"; no effect is shown, and one below {detectable} would have been missed more often than in one of five such experiments."
        zh = f"；未见效应，但小于 {detectable} 的效应有超过五分之一的可能被漏检。"
    return Text(
        en=f"In the arm “{escape(name.en)}” the outcome differs by {shown} from the reference (*p* {p}){en}",
        zh=f"“{escape(name.zh)}”组与参照组相比，结果相差 {shown}（*p* {p}）{zh}",
    )


def recovered(found: Recovery, case: Case) -> Text:
    n, held = number(found.n), number(found.held)
    one = found.n == 1
    return Text(
        en=f"Of {n} {'parameter' if one else 'parameters'} that the simulation declares, {held} {'lies in its' if one else 'lie in their'} 95 % interval. One draw of the data says little about how often they would; these data are simulated and tell nothing of customers.",
        zh=f"在模拟所设定的 {n} 个参数中，落在 95% 区间之内的有 {held} 个。单次抽取的数据不足以说明覆盖率；这些数据是模拟的，不反映任何真实客户。",
    )
