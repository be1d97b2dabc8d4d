"""Sentences of the structural model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.cases.study import Hypothesis
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown.prose.words import be, equals, names, readable, significant, value

PATH_VERDICTS = {
    "supported": Text(en="supported", zh="支持"),
    "open": Text(en="open", zh="未定"),
    "contradicted": Text(en="contradicted", zh="相反"),
}


def judge(sign: str, low: float, high: float) -> str:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (low > 0 or high < 0):
        return "open"
    return "supported" if (low > 0) == (sign == "+") else "contradicted"


def set_aside(
    hypotheses: Sequence[Hypothesis], label: Mapping[str, str], problems: Sequence[str]
) -> list[Text]:
    """What happens when the paths set aside are put back in."""
    said = []
    for h in hypotheses:
        path = f"{label[h.from_]} → {label[h.to]}"
        assert h.set_aside is not None
        said.append(
            Text(
                en=f"{h.id} ({escape(path)}) is not part of the estimated model: {escape(h.set_aside.en)}.",
                zh=f"{h.id}（{escape(path)}）不在所估模型中：{escape(h.set_aside.zh)}。",
            )
        )
    if problems:
        found = escape(readable("; ".join(problems), label))
        said.append(
            Text(
                en=f"Estimated with it all the same, the model shows: {found}.",
                zh=f"若仍纳入，模型出现：{found}。",
            )
        )
    else:
        said.append(
            Text(
                en="Estimated with it all the same, the model converges to an admissible solution.",
                zh="若仍纳入，模型收敛于可接受的解。",
            )
        )
    return said


def paths(
    rows: Sequence[Mapping[str, Any]], r2: Mapping[str, float], label: Mapping[str, str]
) -> list[Text]:
    """`rows`: ``id, path, value, low, high, verdict`` a hypothesis."""
    n = len(rows)
    count = {v: [r for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    some = {v: len(part) for v, part in count.items() if part}
    parts = names([f"{k} {be(k)} {v}" for v, k in some.items()]).en
    en = f"Of {n} hypothesized paths {parts}."
    if len(some) == 1:
        en = f"{'All' if n > 1 else 'The'} {f'{n} ' if n > 1 else ''}hypothesized path{'s' if n > 1 else ''} {be(n)} {next(iter(some))}."
    said = [
        Text(
            en=en,
            zh=f"{n} 条假设路径中，{len(count['supported'])} 条得到支持，{len(count['open'])} 条未定，{len(count['contradicted'])} 条相反。",
        )
    ]
    if count["supported"]:
        top = max(count["supported"], key=lambda r: abs(r["value"]))
        shown = value(top["value"], "number", top["low"], top["high"])
        said.append(
            Text(
                en=f"The strongest supported path is {escape(top['path'])} (β = {shown}).",
                zh=f"最强的受支持路径为 {escape(top['path'])}（β = {shown}）。",
            )
        )
    wide = [r for r in rows if r["high"] - r["low"] > 1]
    if wide:
        listed = names([r["id"] for r in wide])
        one = len(wide) == 1
        said.append(
            Text(
                en=f"The interval{'' if one else 's'} of {listed.en} {be(len(wide))} wider than one standard deviation: the constructs behind {'this path' if one else 'these paths'} overlap so much that the data cannot divide the effect between them, and {'its point estimate' if one else 'their point estimates'} must not be read {'alone' if one else 'one by one'}.",
                zh=f"{listed.zh} 的区间宽于一个标准差：这些路径背后的构念高度重叠，数据无法在其间分配效应，其点估计不可逐个解读。",
            )
        )
    ordered = sorted(r2.items(), key=lambda kv: kv[1])
    if len(ordered) == 1:
        ((a, low),) = ordered
        said.append(
            Text(
                en=f"The share of variance explained is {value(low, 'bounded')} ({escape(label[a])}).",
                zh=f"解释方差为 {value(low, 'bounded')}（{escape(label[a])}）。",
            )
        )
    elif ordered:
        (a, low), (b, high) = ordered[0], ordered[-1]
        said.append(
            Text(
                en=f"Explained variance lies between {value(low, 'bounded')} ({escape(label[a])}) and {value(high, 'bounded')} ({escape(label[b])}).",
                zh=f"解释方差介于 {value(low, 'bounded')}（{escape(label[a])}）与 {value(high, 'bounded')}（{escape(label[b])}）之间。",
            )
        )
    return said


def clustered(
    rows: Sequence[Mapping[str, Any]],
    count: int,
    enough: Threshold,
    drawn: int,
    left_out: tuple[int, int] = (0, 0),
) -> list[Text]:
    """`rows`: ``id, verdict`` (respondents independent)``, cl_verdict, boot_verdict, ratio``.

    `left_out`: how many resamples did not converge, and how many were inadmissible.
    """
    changed = [r["id"] for r in rows if {r["cl_verdict"], r["boot_verdict"]} != {r["verdict"]}]
    ratios = [r["ratio"] for r in rows]
    said = [
        Text(
            en=f"Allowing for firms makes the standard errors {value(min(ratios), 'number')} to {value(max(ratios), 'number')} times as large.",
            zh=f"考虑企业后，标准误为原来的 {value(min(ratios), 'number')} 至 {value(max(ratios), 'number')} 倍。",
        )
    ]
    if changed:
        listed = names(changed)
        said.append(
            Text(
                en=f"The verdict on {listed.en} depends on it.", zh=f"{listed.zh} 的判断因此改变。"
            )
        )
    else:
        said.append(
            Text(en="No verdict changes by it.", zh="各项判断均不因此改变。"),
        )
    if any(left_out):
        said.append(
            Text(
                en=f"Of the resamples of firms {left_out[0]:,} did not converge and {left_out[1]:,} {'was' if left_out[1] == 1 else 'were'} inadmissible; these are left out.",
                zh=f"对企业的重抽样中，{left_out[0]:,} 次未收敛、{left_out[1]:,} 次不可接受，均予剔除。",
            )
        )
    if count < enough.value:
        mark = escape(show(enough.value, "count"))
        said.append(
            Text(
                en=f"But cluster-robust errors are themselves unreliable with few clusters, and {count} are few ({mark} would do [@{enough.cite}]); the factor and Student's t with {count - 1} degrees of freedom correct for some of it, and {drawn:,} resamples of {count} firms see only these {count}.",
                zh=f"但聚类很少时，聚类稳健标准误本身不可靠，{count} 个属于很少（{mark} 个方可 [@{enough.cite}]）；校正因子与自由度为 {count - 1} 的 t 分布只能部分弥补，对 {count} 家企业的 {drawn:,} 次重抽样也只见到这 {count} 家。",
            )
        )
    return said


def effects(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``id, label, value, low, high, boot_low, boot_high`` (and ``bca_low, bca_high``)."""

    def clear(row: Mapping[str, Any], kind: str = "boot") -> bool:
        return bool(row[f"{kind}_low"] > 0 or row[f"{kind}_high"] < 0)

    found = [r for r in rows if clear(r)]
    largest = max(found, key=lambda r: abs(r["value"]), default=None)
    en = f"The bootstrap interval of {len(found)} of {len(rows)} indirect effects is clear of zero."
    if not found:
        en = f"No bootstrap interval of {len(rows)} indirect effect{'s' if len(rows) > 1 else ''} is clear of zero."
    zh = f"{len(rows)} 个间接效应中有 {len(found)} 个的自助区间不含零。"
    if largest is not None:
        shown = value(largest["value"], "number", largest["boot_low"], largest["boot_high"])
        en += f" The largest of them is {escape(largest['label'])} ({shown})."
        zh += f"其中最大的是 {escape(largest['label'])}（{shown}）。"
    both = [r for r in rows if r.get("bca_low") is not None and r["bca_low"] == r["bca_low"]]
    other = [r["id"] for r in both if clear(r, "bca") != clear(r)]
    if other:
        listed = names(other)
        en += f" Percentile and bias-corrected intervals disagree about {listed.en}: leave those open."
        zh += f"{listed.zh} 的百分位区间与偏差校正区间结论不一，应视为未定。"
    elif len(both) == len(rows):
        en += " Bias-corrected and accelerated intervals say the same of every one."
        zh += "偏差校正加速区间的结论逐一相同。"
    lost = (
        [r["id"] for r in rows if r["id"] not in {b["id"] for b in both}]
        if "bca_low" in rows[0]
        else []
    )
    if lost:
        listed = names(lost)
        en += f" Of {listed.en} no bias-corrected interval can be had: the estimate lies beyond all draws, or nearly all."
        zh += f"{listed.zh} 无法给出偏差校正区间：估计值位于全部或几乎全部抽取之外。"
    outside = [r["id"] for r in rows if not r["boot_low"] <= r["value"] <= r["boot_high"]]
    if outside:
        listed = names(outside)
        one = len(outside) == 1
        en += f" The product{'' if one else 's'} of {listed.en} {'lies' if one else 'lie'} outside {'its own' if one else 'their own'} percentile interval{'' if one else 's'}: the solution from all respondents is not of the kind that the usable resamples give, so neither the product{'' if one else 's'} nor the interval{'' if one else 's'} may be taken as an estimate."
        zh += f"{listed.zh} 的乘积位于其自身百分位区间之外：由全部受访者所得的解与可用重抽样所得的解并非同类，乘积与区间均不可作为估计采信。"
    return Text(en=en, zh=zh)


def draws(drawn: int, kept: int) -> list[Text]:
    """A warning where many draws had to be left out; nothing where few were."""
    if kept >= 0.9 * drawn:
        return []
    return [
        Text(
            en=f"Only {kept:,} of {drawn:,} draws could be used: what they leave out may be what would have widened the interval, so it is not to be relied on.",
            zh=f"{drawn:,} 次抽取中仅 {kept:,} 次可用：被剔除者可能正是会使区间变宽者，因此区间不可依赖。",
        )
    ]


def totals(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``from, to`` (labels)``, value, low, high`` a total effect."""
    top = max(rows, key=lambda r: abs(r["value"]))
    shown = value(top["value"], "number", top["low"], top["high"])
    clear = sum(bool(r["low"] > 0 or r["high"] < 0) for r in rows)
    if len(rows) == 1:
        return Text(
            en=f"Over all ways together, the total effect of {escape(top['from'])} on {escape(top['to'])} is {shown}.",
            zh=f"合计所有途径，{escape(top['from'])}对{escape(top['to'])}的总效应为 {shown}。",
        )
    return Text(
        en=f"Over all ways together, {clear} of {len(rows)} total effects from a beginning to an end of the chain {'has' if clear == 1 else 'have'} an interval clear of zero; the largest is that of {escape(top['from'])} on {escape(top['to'])} ({shown}).",
        zh=f"合计所有途径，从链首到链尾的 {len(rows)} 个总效应中有 {clear} 个区间不含零；最大的是{escape(top['from'])}对{escape(top['to'])}（{shown}）。",
    )


def latent(rows: Sequence[Mapping[str, Any]]) -> list[Text]:
    """`rows`: ``id, verdict, score_verdict, quadratic, region, bounds`` a latent term."""
    count = {v: [r["id"] for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    parts_en = [f"{v}: {names(ids).en}" for v, ids in count.items() if ids]
    parts_zh = [f"{PATH_VERDICTS[v].zh}：{names(ids).zh}" for v, ids in count.items() if ids]
    said = [
        Text(
            en=f"Between the constructs freed from errors of measurement: {'; '.join(parts_en)}.",
            zh=f"在剔除测量误差的构念之间：{'；'.join(parts_zh)}。",
        )
    ]
    apart = [r["id"] for r in rows if r["score_verdict"] not in (None, r["verdict"])]
    if apart:
        listed = names(apart)
        said.append(
            Text(
                en=f"Scale scores judge {listed.en} otherwise, so {'this verdict rests' if len(apart) == 1 else 'these verdicts rest'} on the method.",
                zh=f"量表得分对 {listed.zh} 的判断不同，因此其结论取决于方法。",
            )
        )
    else:
        them = "all of them" if len(rows) > 1 else "it"
        said.append(Text(en=f"Scale scores judge {them} alike.", zh="量表得分的判断与此一致。"))
    crossing = [r["id"] for r in rows if any(abs(b) <= 2 for b in r["bounds"])]
    if crossing:
        listed = names(crossing)
        said.append(
            Text(
                en=f"Within two standard deviations of the moderator's mean the path of {listed.en} ceases somewhere to differ from zero.",
                zh=f"在调节变量均值两个标准差之内，{listed.zh} 的路径在某处不再异于零。",
            )
        )
    else:
        said.append(
            Text(
                en=f"Within two standard deviations of the mean {'no path changes' if len(rows) > 1 else 'the path does not change'} from clear of zero to not.",
                zh="在均值两个标准差之内，没有路径由不含零变为含零。",
            )
        )
    if any(r["quadratic"] for r in rows):
        said.append(
            Text(
                en="A bend has to be read with care: seven-point answers that pile up at one end bend a straight line, or straighten a bent one.",
                zh="曲线效应须谨慎解读：答案堆积在量表一端时，直线会显得弯曲，曲线也会显得平直。",
            )
        )
    return said


def competing(
    models: Sequence[Mapping[str, Any]], paths: Sequence[Mapping[str, Any]]
) -> list[Text]:
    """`models`: ``id, name`` (a Text)``, bic, delta_p, cfi, problem``, the hypothesized first;
    `paths`: ``id, path, value, low, high, p_holm`` an added path; problems with labels, not ids."""
    if len(models) < 2:
        return [
            Text(
                en="The paths leave no rival structure: every earlier construct already leads to every later one.",
                zh="路径已无竞争结构可言：每个前序构念均已指向后序构念。",
            )
        ]
    said = []
    sound = [m for m in models if m.get("bic") is not None and m["bic"] == m["bic"]]
    if sound:
        best = min(sound, key=lambda m: m["bic"])
        said.append(
            Text(
                en=f"By BIC the structure “{escape(best['name'].en)}” is to be preferred.",
                zh=f"按 BIC，应选“{escape(best['name'].zh)}”的结构。",
            )
        )
    unsound = [m for m in models if m.get("problem")]
    if unsound:
        en = "; ".join(f"“{escape(m['name'].en)}”: {escape(m['problem'])}" for m in unsound)
        zh = "、".join(f"“{escape(m['name'].zh)}”" for m in unsound)
        said.append(
            Text(
                en=f"Not every solution is acceptable ({en}), so the comparison decides little.",
                zh=f"{zh}的解不可接受，因此比较的意义有限。",
            )
        )
    for m in models[1:]:
        if m.get("delta_p") is None or m["delta_p"] != m["delta_p"]:
            continue
        mine = [p for p in paths if p["id"] == m["id"]]
        found = [p for p in mine if significant(p["p_holm"])]
        name_en, name_zh = escape(m["name"].en), escape(m["name"].zh)
        if not significant(m["delta_p"]):
            said.append(
                Text(
                    en=f"“{name_en}” fits no better (p {equals(m['delta_p'])}).",
                    zh=f"“{name_zh}”的拟合并不更好（p {equals(m['delta_p'])}）。",
                )
            )
            continue
        en = f"By the difference test “{name_en}” fits better (p {equals(m['delta_p'])})"
        zh = f"按差异检验，“{name_zh}”拟合更好（p {equals(m['delta_p'])}）"
        if found:
            top = max(found, key=lambda p: abs(p["value"]))
            shown = value(top["value"], "number", top["low"], top["high"])
            en += f"; of its {len(mine)} added paths {len(found)} {'is' if len(found) == 1 else 'are'} clear of zero after Holm's correction, the largest being {escape(top['path'])} ({shown})"
            zh += f"；新增 {len(mine)} 条路径中，经 Holm 校正有 {len(found)} 条异于零，最大的是 {escape(top['path'])}（{shown}）"
        else:
            en += f", though none of its {len(mine)} added paths is clear of zero after Holm's correction"
            zh += f"，但新增 {len(mine)} 条路径经 Holm 校正均不异于零"
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    return said


def moderation(rows: Sequence[Mapping[str, Any]]) -> Text:
    count = {v: [r["id"] for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    parts_en = [f"{v}: {names(ids).en}" for v, ids in count.items() if ids]
    parts_zh = [f"{PATH_VERDICTS[v].zh}：{names(ids).zh}" for v, ids in count.items() if ids]
    return Text(
        en=f"The hypotheses on moderation and bends, judged on scale scores: {'; '.join(parts_en)}."
        if len(rows) > 1
        else f"The hypothesis on moderation or bends, judged on scale scores: {parts_en[0]}.",
        zh=f"就量表得分而言，{len(rows)} 个关于调节与曲线的假设：{'；'.join(parts_zh)}。",
    )


def no_moderation() -> Text:
    return Text(
        en="The case states no hypothesis on moderation or curvature.",
        zh="本案例没有关于调节或曲线效应的假设。",
    )


def crosscheck(difference: float) -> Text:
    shown = escape(show(max(difference, 1e-5), "number", decimals=5))
    en = f"The estimates differ by {'at most' if difference >= 1e-5 else 'less than'} {shown}."
    zh = f"估计值相差{'不超过' if difference >= 1e-5 else '小于'} {shown}。"
    if difference > 0.001:
        en += " Where a model is barely identified, the likelihood is nearly flat and optimisers stop at different points of it."
        zh += "模型勉强可识别时，似然几乎平坦，不同优化器会停在不同位置。"
    return Text(en=en, zh=zh)
