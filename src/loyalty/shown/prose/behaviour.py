"""Sentences of behaviour: purchases, brand choices, panels of firms, waves, experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import Kind, interval, show
from loyalty.ground.text import Text
from loyalty.shown.prose.words import NO_BREAK, equals, names, significant, value
from loyalty.stats.clv import Estimates
from loyalty.stats.experiment import Experiment
from loyalty.stats.forecast import Forecast
from loyalty.stats.waves import Waves

SEGMENTS = {
    "champions": Text(en="Champions", zh="核心客户"),
    "loyal": Text(en="Loyal", zh="忠诚客户"),
    "promising": Text(en="Promising", zh="潜力客户"),
    "at_risk": Text(en="At risk", zh="流失风险"),
    "dormant": Text(en="Dormant", zh="沉睡客户"),
    "all": Text(en="All", zh="全部"),
}
SPECIFICATIONS = {
    "pooled": Text(en="no effects", zh="无固定效应"),
    "firm": Text(en="firms", zh="企业固定效应"),
    "both": Text(en="firms and months", zh="企业与月份固定效应"),
    "resolution": Text(
        en="firms and months, first-contact resolution held", zh="企业与月份，控制首次解决率"
    ),
    "lagged": Text(en="firms and months, response a month before", zh="企业与月份，上月响应"),
}
CATEGORY = {
    "repeat": Text(en="Same brand again", zh="再次购买同一品牌"),
    "chance": Text(en="Expected in random order", zh="随机次序下的期望"),
    "inertia": Text(en="Difference", zh="差异"),
    "sole": Text(en="Buy one brand only", zh="只买一个品牌"),
}
MEASURES = {
    "repeat": Text(en="repeat rate", zh="重复购买率"),
    "requirements": Text(en="share of category requirements", zh="品类需求份额"),
}


#: Parameters of the simulation that are no symbols of a model.
DECLARED = {
    "elasticity": Text(en="elasticity", zh="弹性"),
    "nps_per_year": Text(en="points a year", zh="每年变化（分）"),
    "nps_change": Text(en="change from first to last wave", zh="首次至末次变化"),
    "lift": Text(en="effect of the arm", zh="组别效应"),
}

_EXPECTED = {
    "an identifier is expected": "应为标识",
    "a date is expected": "应为日期",
    "a number is expected": "应为数值",
    "a number of zero or more is expected": "应为不小于零的数值",
    "a share between 0 and 1 is expected": "应为 0 到 1 之间的比例",
    "yes or no, 1 or 0 is expected": "应为是或否（1 或 0）",
    "a text is expected": "应为已声明的文本",
    "empty": "为空",
}
_ROLES = {
    "customer": "客户",
    "date": "日期",
    "amount": "金额",
    "quantity": "数量",
    "household": "家庭",
    "occasion": "购买次序",
    "brand": "品牌",
    "price": "价格",
    "firm": "企业",
    "month": "月份",
    "response_hours": "响应小时",
    "resolution": "首次解决率",
    "repurchase": "复购率",
    "score": "评分",
    "arm": "组别",
    "outcome": "结果",
    "baseline": "基线",
    "stratum": "分层",
}


def _reason_zh(reason: str) -> str:
    role, _, rest = reason.partition(": ")
    return f"{_ROLES.get(role, role)}{_EXPECTED.get(rest, rest)}"


def _ends(rows: pd.DataFrame, column: str) -> tuple[pd.Series, pd.Series]:
    """The rows with the largest and the smallest value."""
    values = rows[column].to_numpy(float)
    return rows.iloc[int(values.argmax())], rows.iloc[int(values.argmin())]


def _sized(number: float, low: float, high: float, decimals: int) -> str:
    """A number with its interval, to so many decimals."""
    kind: Kind = "number" if decimals else "count"
    size = show(number, kind, decimals=decimals)
    between = interval(low, high, kind, decimals=decimals)
    return escape(f"{size} {between}").replace(" ", NO_BREAK)


def unusable_rows(tables: Sequence[tuple[Text, int, Mapping[str, int]]]) -> Text:
    """`tables`: label, rows read, and reasons with the rows left out for them."""
    some = [(label, read, why) for label, read, why in tables if why]
    if not some:
        rows_en = "; ".join(f"{escape(label.en)}: {read:,}" for label, read, _ in tables)
        rows_zh = "；".join(f"{escape(label.zh)}：{read:,}" for label, read, _ in tables)
        return Text(
            en=f"Every row could be used ({rows_en}): dates parse, amounts are not negative, nothing that is needed is missing.",
            zh=f"全部行均可使用（{rows_zh}）：日期可解析，金额不为负，必需字段无缺失。",
        )
    en, zh = [], []
    for label, read, why in some:
        reasons = "; ".join(f"{escape(reason)} ({n:,})" for reason, n in why.items())
        reasons_zh = "；".join(f"{escape(_reason_zh(r))}（{n:,}）" for r, n in why.items())
        out = sum(why.values())
        en.append(f"Of {read:,} rows of “{escape(label.en)}”, {out:,} are left out: {reasons}.")
        zh.append(f"“{escape(label.zh)}”的 {read:,} 行中有 {out:,} 行被排除：{reasons_zh}。")
    return Text(en=" ".join(en), zh="".join(zh))


def repeat_purchase(shares: pd.DataFrame, customers: int, single: int) -> Text:
    """`shares`: ``weeks, value, low, high``; `single`: customers seen on one day only."""
    en = f"Of {customers:,} customers, {single:,} ({value(single / customers, 'percent')}) were seen on one day only."
    zh = f"{customers:,} 名客户中，{single:,} 名（{value(single / customers, 'percent')}）只在一天购买过。"
    if len(shares):
        last = shares.iloc[-1]
        shown = value(last["value"], "percent", last["low"], last["high"])
        en += f" Within {int(last['weeks'])} weeks of the first purchase {shown} had bought again, allowing for those who were not watched so long."
        zh += f"首购后 {int(last['weeks'])} 周内再次购买的占 {shown}（已考虑观察期不足者）。"
    return Text(en=en, zh=zh)


def lapse(days: float, share: float, at: float, left: tuple[float, float, float]) -> Text:
    """`share` of gaps that are no longer than `days`; `left` at `at` days with its interval."""
    shown = value(left[0], "percent", left[1], left[2])
    return Text(
        en=f"A silence longer than {days:,.0f} days counts as a lapse, since {value(share, 'percent')} of the gaps between two purchases are no longer. By that rule {shown} of relationships still held {at:,.0f} days after the first purchase. The rule is a convention: gaps that outlast the data are not among those it was taken from, and some who lapse come back.",
        zh=f"沉默超过 {days:,.0f} 天视为流失，因为 {value(share, 'percent')} 的购买间隔不超过此值。按此规则，首购后 {at:,.0f} 天仍维持的关系占 {shown}。该规则只是约定：超出数据期的间隔未计入，流失者也可能回归。",
    )


def rfm_segments(rows: pd.DataFrame, smallest: int) -> Text:
    """`rows`: ``segment, n, share, revenue`` with blanks where a segment is too small."""
    known = rows.dropna(subset=["n"])
    hidden = len(rows) - len(known)
    en = zh = ""
    top = known[known["segment"] == "champions"]
    if len(top) and "revenue" in known:
        row = top.iloc[0]
        en = f"Champions, {value(row['share'], 'percent')} of the customers, bring {value(row['revenue'], 'percent')} of the revenue seen."
        zh = f"核心客户占客户的 {value(row['share'], 'percent')}，贡献所见收入的 {value(row['revenue'], 'percent')}。"
    elif len(top):
        share = value(top.iloc[0]["share"], "percent")
        en, zh = f"Champions are {share} of the customers.", f"核心客户占 {share}。"
    if hidden:
        en += f" Segments of fewer than {smallest} customers are not shown."
        zh += f"少于 {smallest} 名客户的细分不予显示。"
    if not en:
        en, zh = (
            "No segment of the best customers is large enough to show.",
            "核心客户过少，不予显示。",
        )
    return Text(en=en.strip(), zh=zh)


def segment_returns(rows: pd.DataFrame) -> Text:
    """`rows`: ``segment, value, low, high`` from the best segment on."""
    best, worst = _ends(rows, "value")

    def shown(row: pd.Series) -> str:
        return value(row["value"], "percent", row["low"], row["high"])

    a, b = SEGMENTS[best["segment"]], SEGMENTS[worst["segment"]]
    if a == b:
        return Text(
            en=f"In the time held out {shown(best)} of the segment “{a.en}” bought again; no segment stands out.",
            zh=f"在留出期内，“{a.zh}”再次购买的占 {shown(best)}；各细分并无差别。",
        )
    clear = best["low"] > worst["high"]
    en = f"In the time held out {shown(best)} of the segment “{a.en}” bought again, against {shown(worst)} of “{b.en}”: "
    zh = f"在留出期内，“{a.zh}”再次购买的占 {shown(best)}，“{b.zh}”占 {shown(worst)}："
    en += (
        "scores of the past tell who will come back."
        if clear
        else "the intervals overlap, so scores of the past are no sure guide here."
    )
    zh += "过去的得分能预示谁会回来。" if clear else "区间重叠，过去的得分在此并不可靠。"
    return Text(en=en, zh=zh)


def customer_base(
    purchases: Estimates,
    alive: float,
    spend: Estimates | None,
    r: float,
    leaving: tuple[float, float],
) -> Text:
    """The fitted models; `r` is the rank correlation of number and value of purchases, `leaving`
    the interval of the share that leaves after a purchase."""
    p = purchases.parameters["estimate"]
    drop = value(p["a"] / (p["a"] + p["b"]), "percent", *leaving)
    en = f"Of customers like these the mean weekly rate of repeat purchases while active is {value(p['r'] / p['alpha'], 'number')}, and after a purchase {drop} leave on average. At the end of the calibration a customer is still active with a mean probability of {value(alive, 'bounded')}; nothing tells who left, so this rests on the model, in which nobody can leave before a first repeat purchase."
    zh = f"此类客户活跃时平均每周重复购买 {value(p['r'] / p['alpha'], 'number')} 次，每次购买后平均有 {drop} 离开。校准期末客户仍活跃的平均概率为 {value(alive, 'bounded')}；无人告知离开，故此值依赖模型；模型中首次重复购买之前不会离开。"
    if spend is not None:
        en += f" The model of value takes number and value of purchases as unrelated; their rank correlation is {value(r, 'bounded')}"
        zh += f"价值模型假定购买次数与金额无关；其秩相关为 {value(r, 'bounded')}"
        close = abs(r) < 0.1
        en += (
            ", close to that."
            if close
            else ", so its values lean on a premise that does not hold well."
        )
        zh += "，接近该假定。" if close else "，该前提并不很成立。"
    return Text(en=en, zh=zh)


def holdout(forecast: float, low: float, high: float, actual: float, weeks: float) -> Text:
    """Total purchases in the hold-out: forecast with its prediction interval, and actual."""
    miss = forecast / actual - 1 if actual else float("nan")
    inside = low <= actual <= high
    en = f"For the {weeks:,.0f} weeks held out the model expects {forecast:,.0f} purchases of the customers known (95 % prediction interval [{low:,.0f}, {high:,.0f}], parameters and luck together); there were {actual:,.0f}. It is {value(abs(miss), 'percent')} too {'high' if miss > 0 else 'low'}, "
    zh = f"对留出的 {weeks:,.0f} 周，模型预期已知客户购买 {forecast:,.0f} 次（95% 预测区间 [{low:,.0f}, {high:,.0f}]，含参数与随机性）；实际为 {actual:,.0f} 次。偏{'高' if miss > 0 else '低'} {value(abs(miss), 'percent')}，"
    en += (
        "within what it allows for."
        if inside
        else "more than it allows for: the model misses something, such as a season or a change of habits."
    )
    zh += (
        "在其允许范围内。" if inside else "超出其允许范围：模型遗漏了某些因素，例如季节或习惯变化。"
    )
    return Text(en=en, zh=zh)


def lifetime_values(rows: pd.DataFrame, weeks: int, unit: Text, discount: float) -> Text:
    """`rows`: ``segment, value, low, high, share, n``."""
    whole = rows[rows["segment"] == "all"].iloc[0]
    parts = rows[rows["segment"] != "all"]
    places = 0 if whole["value"] >= 1000 else 2
    shown = _sized(whole["value"], whole["low"], whole["high"], places)
    en = f"In the {weeks} weeks after the data a customer is expected to spend {shown} {escape(unit.en)} on average (discounted at {value(discount, 'percent')} a year; revenue, not profit, since costs are unknown)."
    zh = f"数据期之后的 {weeks} 周内，预期每位客户平均消费 {shown} {escape(unit.zh)}（年贴现率 {value(discount, 'percent')}；因成本未知，此为收入而非利润）。"
    if len(parts):
        top, _ = _ends(parts, "share")
        name = SEGMENTS[top["segment"]]
        en += f" {value(top['share'], 'percent')} of it is expected from the segment “{name.en}”, {value(top['n'] / whole['n'], 'percent')} of the customers."
        zh += f"其中 {value(top['share'], 'percent')} 预期来自{name.zh}，其占客户的 {value(top['n'] / whole['n'], 'percent')}。"
    return Text(en=en, zh=zh)


def demand(found: Forecast) -> Text:
    e = found.errors.set_index("method")
    better = float(e["mase"]["smoothing"]) < float(e["mase"]["naive"])
    mase = value(e.loc["smoothing", "mase"], "number"), value(e.loc["naive", "mase"], "number")
    mape = (
        value(e.loc["smoothing", "mape"], "percent"),
        value(e.loc["naive", "mape"], "percent"),
    )
    en = f"Over {found.test} weeks not seen, smoothing misses by {mape[0]} on average (MASE {mase[0]}), repeating the last week by {mape[1]} (MASE {mase[1]}) [@hyndman2006]: "
    zh = f"在未见的 {found.test} 周上，平滑法平均偏差 {mape[0]}（MASE {mase[0]}），重复上周为 {mape[1]}（MASE {mase[1]}）[@hyndman2006]："
    en += (
        "smoothing does better here."
        if better
        else "smoothing does no better than that, and should not be trusted further."
    )
    zh += "平滑法在此更好。" if better else "平滑法并不更好，不宜再加信赖。"
    en += f" The 95 % prediction interval held {value(found.covered, 'percent')} of the weeks."
    zh += f"95% 预测区间覆盖了 {value(found.covered, 'percent')} 的周次。"
    return Text(en=en, zh=zh)


def brand_choices(rows: pd.DataFrame, label: Mapping[str, Text], sorted_: Sequence[str]) -> Text:
    """`rows`: ``id, measure, value, low, high``; `sorted_`: categories not in order of time."""
    repeat = rows[(rows["measure"] == "repeat") & rows["value"].notna()]
    inertia = rows[(rows["measure"] == "inertia") & rows["value"].notna()]

    def shown(row: pd.Series) -> tuple[str, str]:
        size = value(row["value"], "percent", row["low"], row["high"])
        name = label[row["id"]]
        return f"{escape(name.en.lower())} ({size})", f"{escape(name.zh)}（{size}）"

    en, zh = [], []
    if len(repeat):
        top, low = (shown(r) for r in _ends(repeat, "value"))
        if len(repeat) > 1:
            en.append(
                f"The brand bought is followed by itself most often in {top[0]}, least often in {low[0]}."
            )
            zh.append(f"后续仍购同一品牌的比例最高的是{top[1]}，最低的是{low[1]}。")
        else:
            en.append(f"How often the brand bought is followed by itself: {top[0]}.")
            zh.append(f"后续仍购同一品牌的比例：{top[1]}。")
        more = [label[r["id"]] for r in inertia.to_dict("records") if r["low"] > 0]
        if more:
            en.append(
                f"In {names([m.en.lower() for m in more]).en} that is more than the households' own mixes of brands explain in random order: the last choice goes with the next one beyond lasting preference, be it habit, stock, promotion or a taste that drifts."
            )
            zh.append(
                f"在{names([m.zh for m in more]).zh}中，这超出各家庭品牌组合在随机次序下所能解释的程度：上一次选择与下一次的关联超出持久偏好，可能是习惯、囤货、促销或偏好渐变。"
            )
        else:
            en.append(
                "Nowhere is that clearly more than the households' own mixes of brands explain in random order."
            )
            zh.append("均未明显超出各家庭品牌组合在随机次序下所能解释的程度。")
    if sorted_:
        listed = [label[s] for s in sorted_]
        en.append(
            f"In {names([m.en.lower() for m in listed]).en} households do not come back to a brand they left: the rows are sorted by brand, not by time, so that repeat rates cannot be had from them."
        )
        zh.append(
            f"在{names([m.zh for m in listed]).zh}中，家庭从不回到已离开的品牌：数据按品牌而非时间排序，无法得出重复购买率。"
        )
    return Text(en=" ".join(en), zh="".join(zh))


def duplication_law(r: float, pairs: int, hidden: int) -> Text:
    """`r`: correlation of duplication and penetration over all pairs of brands shown."""
    en = f"Over {pairs} pairs of brands, the share of one brand's buyers who also buy another goes with the other's penetration (*r* = {value(r, 'bounded')}): rivals share customers with a brand mostly by how large they are [@ehrenberg1988]."
    zh = f"在 {pairs} 对品牌中，一品牌买者兼买另一品牌的比例与后者的渗透率相关（*r* = {value(r, 'bounded')}）：竞争品牌共享客户的程度主要取决于其规模 [@ehrenberg1988]。"
    if r < 0.5:
        en = f"Over {pairs} pairs of brands, the share of one brand's buyers who also buy another goes only loosely with the other's penetration (*r* = {value(r, 'bounded')}): size is not what decides here who shares customers with whom."
        zh = f"在 {pairs} 对品牌中，一品牌买者兼买另一品牌的比例与后者的渗透率仅松散相关（*r* = {value(r, 'bounded')}）：规模在此并不决定谁与谁共享客户。"
    if hidden:
        en += f" {hidden} pairs with too few common buyers are not shown."
        zh += f"共同买者过少的 {hidden} 对未显示。"
    return Text(en=en, zh=zh)


def speed(row: Mapping[str, float], counts: Mapping[str, int]) -> list[Text]:
    """The specification with firms and months: columns of ``behaviour.speed_and_repurchase``."""
    ci = value(row["change"], "percent", row["change_low"], row["change_high"])
    clear = row["wild_lower"] > 0 or row["wild_upper"] < 0
    en = f"Within firms, and beyond what moves all of them in a month, a response that takes 10 % less time goes with a change of repurchase of {ci} (wild bootstrap over {row['units']:.0f} firms, *p* {equals(row['wild_p'])}) [@cameron2008]"
    zh = f"在企业内部并剔除各月共同变动后，响应时间缩短 10% 对应的复购变化为 {ci}（对 {row['units']:.0f} 家企业作 wild 自助法，*p* {equals(row['wild_p'])}）[@cameron2008]"
    en += "." if clear else "; the interval holds zero, so the data leave the sign open."
    zh += "。" if clear else "；区间包含零，符号未定。"
    en += " It is an association over time, not proof that speed brings customers back."
    zh += "这是随时间的关联，不证明速度带来回购。"
    said = [Text(en=en, zh=zh)]
    if any(counts.values()):
        said.append(
            Text(
                en=f"Left out: {counts['zeros']:,} rows of zero, which have no logarithm, and {counts['twice']:,} rows that repeat a firm and month; {counts['gaps']:,} months follow a gap and have no month before.",
                zh=f"排除：{counts['zeros']:,} 行为零（无对数），{counts['twice']:,} 行企业月份重复；{counts['gaps']:,} 个月份之前有缺口，没有上月值。",
            )
        )
    return said


def nps_trend(found: Waves) -> Text:
    slope = value(found.slope, "number", found.slope_low, found.slope_high)
    change = value(found.change, "number", found.change_low, found.change_high)
    rises, falls = found.slope_low > 0, found.slope_high < 0
    n = len(found.waves)
    en = f"Over {n} waves the net promoter score {'rises' if rises else 'falls' if falls else 'shows no clear trend'}: {slope} points a year; from the first wave to the last it changes by {change}."
    zh = f"在 {n} 次调查中，净推荐值{'上升' if rises else '下降' if falls else '没有明确趋势'}：每年 {slope} 分；从首次到末次变化 {change}。"
    return Text(en=en, zh=zh)


def randomised(found: Experiment, label: Mapping[str, Text], limit: float) -> list[Text]:
    """`label` of arms; `limit`: a standardized difference at baseline that is small."""
    said = []
    for arm, rows in found.effects.groupby("arm", sort=False):
        best = rows[rows["estimate"] == "adjusted"]
        row = (best if len(best) else rows).iloc[0]
        shown = _sized(row["value"], row["low"], row["high"], 3)
        clear = significant(row["p"])
        detectable = escape(show(row["detectable"], "number", decimals=3))
        name = label[str(arm)]
        en = f"In the arm “{escape(name.en)}” the outcome differs by {shown} from the reference (*p* {equals(row['p'])})"
        zh = f"“{escape(name.zh)}”与参照相比，结果相差 {shown}（*p* {equals(row['p'])}）"
        en += (
            "."
            if clear
            else f"; no effect is shown, and one below {detectable} would have been missed more often than in one of five such experiments."
        )
        zh += "。" if clear else f"；未见效应，小于 {detectable} 的效应有超过五分之一的可能被漏检。"
        said.append(Text(en=en, zh=zh))
    uneven = found.balance.dropna(subset=["smd"])
    uneven = uneven[uneven["smd"].abs() > limit]
    if len(uneven):
        arms = Text(
            en=names([label[a].en for a in uneven["arm"]]).en,
            zh=names([label[a].zh for a in uneven["arm"]]).zh,
        )
        said.append(
            Text(
                en=f"At baseline {arms.en} differed from the reference by more than {value(limit, 'bounded')} standard deviations [@austin2009]; the adjusted effect allows for it.",
                zh=f"基线上{arms.zh}与参照相差超过 {value(limit, 'bounded')} 个标准差 [@austin2009]；调整后的效应已考虑此点。",
            )
        )
    if significant(found.arms_p):
        said.append(
            Text(
                en=f"The arms are not of equal size (*p* {equals(found.arms_p)}): where equal arms were meant, the assignment is to be checked first.",
                zh=f"各组人数不等（*p* {equals(found.arms_p)}）：若设计为等分，应先核查分配。",
            )
        )
    return said


def reproduced(rows: pd.DataFrame, source: str) -> Text:
    """`rows`: ``printed, ours, decimals`` of one publication; its key in the bibliography."""
    gaps = (rows["printed"] - rows["ours"]).abs()
    # Half a unit of the last digit printed, and what writing it in binary can take.
    same = int((gaps <= 0.5 * 10.0 ** -rows["decimals"] + 1e-9).sum())
    cite = f"[@{source}]"
    if same == len(rows):
        return Text(
            en=f"All {len(rows)} figures come out as printed, to the last digit {cite}.",
            zh=f"全部 {len(rows)} 个数值均与所刊一致，精确到末位 {cite}。",
        )
    largest = escape(show(float(gaps.max()), "number", decimals=4))
    return Text(
        en=f"{same} of {len(rows)} figures come out as printed, to the last digit; the largest difference is {largest} {cite}.",
        zh=f"{len(rows)} 个数值中有 {same} 个与所刊一致（至末位）；最大差异为 {largest} {cite}。",
    )


def recovered(rows: Sequence[Mapping[str, float]]) -> Text:
    """`rows`: ``true, low, high`` a parameter of the simulation."""
    held = sum(r["low"] <= r["true"] <= r["high"] for r in rows)
    many = len(rows) != 1
    return Text(
        en=f"Of {len(rows)} {'parameters' if many else 'parameter'} that the simulation declares, {held} {'lie in their' if many else 'lies in its'} 95 % interval. One draw of the data says little about how often they would; these data are simulated and tell nothing of customers.",
        zh=f"模拟设定的 {len(rows)} 个参数中有 {held} 个落在其 95% 区间内。单次抽取不足以说明覆盖率；这些数据为模拟，不反映真实客户。",
    )


def no_yardstick() -> Text:
    return Text(
        en="The covariance-based solution is questionable: standardized paths beyond one, or other signs that these data barely determine the model. Its paths are shown, but are no yardstick here.",
        zh="协方差模型的解存疑：标准化路径超过一，或有其他迹象表明数据难以确定该模型。此处列出其路径，但不可作为标准。",
    )
