"""Sentences of a brief about what was answered: how high, how well, by how many."""

from __future__ import annotations

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.analyses.reliability.findings import Reliability
from loyalty.book.brief.material import Headline, Material
from loyalty.book.brief.survey import named
from loyalty.ground.thresholds import threshold
from loyalty.shown.words import cut, estimate, few, number, text


def levels(data: Material) -> Headline | None:
    """What is rated highest and lowest, on 0 to 100."""
    found = data.one("descriptives", Descriptives, "index")
    rows = [r for r in (found.rows if found else ()) if r.estimate is not None]
    if not rows:
        return None
    high, low = max(rows, key=lambda r: r.estimate), min(rows, key=lambda r: r.estimate)
    top = estimate(high.estimate, high.ci_lower, high.ci_upper)
    label = data.label(high.construct)
    ends = [(high.ci_lower, high.ci_upper)]
    settled = True
    if len(rows) == 1 or _overlap(high, low):
        said = text(
            f"**On average {label.en} is rated {top}** on a scale from 0 to 100.",
            f"**{label.zh}的平均评分为 {top}**，按 0 至 100 分计。",
        )
        if len(rows) > 1:
            settled = False
            said = text(
                f"**No construct is surely rated higher than the others**: {label.en} reaches {top} on a scale from 0 to 100, and the lowest interval overlaps with that.",
                f"**没有哪个构念的评分可以确定高于其他构念。**{label.zh}为 {top}（0 至 100 分），与评分最低的构念区间重叠。",
            )
    else:
        ends.append((low.ci_lower, low.ci_upper))
        bottom, other = (
            estimate(low.estimate, low.ci_lower, low.ci_upper),
            data.label(low.construct),
        )
        said = text(
            f"**{label.en} is rated higher than {other.en}**: {top} and {bottom}, the highest and the lowest mean on a scale from 0 to 100.",
            f"**{label.zh}的评分高于{other.zh}。**二者分别为 {top} 与 {bottom}，即各构念中最高与最低的均值（0 至 100 分）。",
        )
    grade = data.measured(*ends, span=100) if settled else data.grade("none")
    return Headline([said], grade, "descriptives")


def _overlap(high: object, low: object) -> bool:
    bottom, top = getattr(high, "ci_lower", None), getattr(low, "ci_upper", None)
    return bottom is None or top is None or bool(bottom <= top)


def promoters(data: Material) -> Headline | None:
    """The net promoter score, where it was asked."""
    found = data.one("descriptives", Descriptives, "nps")
    if found is None:
        return None
    size = estimate(found.estimate, found.ci_lower, found.ci_upper)
    more, less = number(found.promoters), number(found.detractors)
    if found.ci_lower > 0:
        first = ("More would recommend than advise against", "愿意推荐的人多于不愿推荐的人")
    elif found.ci_upper < 0:
        first = ("More would advise against than recommend", "不愿推荐的人多于愿意推荐的人")
    else:
        first = (
            "Whether more would recommend than advise against stays open",
            "愿意推荐的人是否多于不愿推荐的人，尚无定论",
        )
    said = text(
        f"**{first[0]}**: {more} against {less} of {number(found.n)}, a net promoter score of {size}.",
        f"**{first[1]}。**在 {number(found.n)} 人中，推荐者占 {more}，批评者占 {less}，净推荐值为 {size}。",
    )
    open_ = found.ci_lower <= 0 <= found.ci_upper
    exact = data.measured((found.ci_lower, found.ci_upper), span=200)
    return Headline([said], data.grade("none") if open_ else exact, "descriptives")


def scales(data: Material) -> Headline | None:
    """Whether the questions of every construct belong together."""
    found = data.one("reliability", Reliability, "scales")
    if found is None or not found.rows:
        return None
    cutoff = threshold("alpha")
    bad = [r for r in found.rows if r.alpha_verdict == "not met"]
    unsure = [r for r in found.rows if r.alpha_verdict == "open"]
    shown = named(
        [
            text(f"{data.label(r.id).en} {_alpha(r)}", f"{data.label(r.id).zh}（{_alpha(r)}）")
            for r in bad or unsure or sorted(found.rows, key=lambda r: r.alpha)[:1]
        ]
    )
    mark = f"{cut(cutoff)} [@{cutoff.cite}]"
    if bad:
        said = text(
            f"**Not all questions belong together as planned**: Cronbach's α of {shown.en} is below {mark} with its whole interval.",
            f"**并非所有题项都如预设那样同属一个量表。**{shown.zh}的 Cronbach α 整个区间低于 {mark}。",
        )
    elif unsure:
        said = text(
            f"**Whether all questions belong together as planned stays open**: Cronbach's α is {shown.en}, and the interval holds {mark}.",
            f"**题项是否都如预设那样同属一个量表，尚无定论。**{shown.zh}的 Cronbach α 区间包含 {mark}。",
        )
    else:
        said = text(
            f"**The questions of each construct belong together**: Cronbach's α is at least {mark} with its whole interval; the lowest is {shown.en}.",
            f"**各构念的题项内部一致。**Cronbach α 的整个区间均不低于 {mark}，最低的是{shown.zh}。",
        )
    return Headline([said], data.grade("none" if unsure and not bad else "low"), "reliability")


def _alpha(row: object) -> str:
    return estimate(
        getattr(row, "alpha", None),
        getattr(row, "alpha_ci_lower", None),
        getattr(row, "alpha_ci_upper", None),
    )


def answers(data: Material) -> Headline | None:
    """How many answered, how much is missing, how many answered carelessly."""
    flow = data.one("audit", Audit, "flow")
    if flow is None:
        return None
    n = flow.step("empty").n_left or flow.n
    said = [
        text(
            f"**{number(n)} {'person' if n == 1 else 'people'} answered.**",
            f"**共有 {number(n)} 人作答。**",
        )
    ]
    if flow.step("empty").n_left is None:
        empty = few(None)
        said = [
            text(
                f"**The data have {number(n)} rows**; {empty.en} have no answer to any item.",
                f"**数据共有 {number(n)} 行**，其中{empty.zh} 行未回答任何题项。",
            )
        ]
    elif n != flow.n:
        said.append(
            text(
                f"The data have {number(flow.n)} rows; the others have no answer to any item.",
                f"数据共有 {number(flow.n)} 行，其余各行未回答任何题项。",
            )
        )
    missing = data.one("audit", Audit, "missing")
    if missing is not None:
        said.append(
            text(
                f"{number(missing.share)} of the answers are missing.",
                f"答案的缺失率为 {number(missing.share)}。",
            )
        )
    careless = data.one("audit", Audit, "careless")
    if careless is not None and careless.flagged is not None:
        share, some = number(careless.flagged.share), few(None)
        said.append(
            text(
                f"{share} of the people show several signs of careless answering.",
                f"呈现多项敷衍作答迹象的受访者占 {share}。",
            )
            if careless.flagged.share is not None
            else text(
                f"{some.en.capitalize()} of them show several signs of careless answering.",
                f"其中{some.zh} 人呈现多项敷衍作答的迹象。",
            )
        )
    return Headline(said, data.grade("high"), "audit")
