"""Sentences on what customers wrote and complained about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loyalty.analyses.voice import themes as lists
from loyalty.analyses.voice.findings import (
    OTHER,
    Class,
    Classes,
    Clustering,
    Clusters,
    ComingBack,
    ComplaintClusters,
    Complaints,
    Funnel,
    Impact,
    Overlap,
    Quotes,
    ReviewsWarned,
    Staying,
    Step,
    Texts,
    Theme,
    Themes,
    Times,
    Warned,
    Words,
)
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.words import cannot, cut, equals, escaped, estimate, names, number, rows_used

#: Below this share of the lines, themes are seldom written of.
SELDOM = 0.1
#: Words that a sentence names of each kind.
NAMED = 5
#: Below this mean silhouette clusters run into one another.
APART = 0.25


#: The stages of a complaint, as headings and as what is said of the share.
STAGES = {
    "answered": "Answered [of complaints]",
    "in_time": "Answered in time",
    "solved": "Solved",
    "stayed": "Stayed",
}
STAGE_SAID = {
    "answered": Text(en="were answered", zh="得到回应"),
    "in_time": Text(
        en="were answered within the time that the guide asks for", zh="在指南要求的时限内得到回应"
    ),
    "solved": Text(en="were solved", zh="得到解决"),
    "stayed": Text(en="of the customers stayed", zh="客户仍然留下"),
}


# --- names ---------------------------------------------------------------------------------------
def theme(name: str, *, beside: bool = False) -> Text:
    """What a theme is called; `beside`: in English with the Chinese beside it."""
    label = lists.themes()[name].label
    return Text(en=label.both, zh=label.zh) if beside else label


def glossed(word: str) -> Text:
    """A word, in English with its meaning beside it where one is known."""
    meaning = lists.glosses().get(word)
    return Text(en=word if meaning is None else f"{word} {meaning}", zh=word)


def category(name: str, case: Case) -> Text:
    """What a class of complaints is called."""
    if name == OTHER:
        return term("Other classes [of complaints]")
    for resource in case.study.resources:
        if resource.kind == "complaints" and name in resource.levels:
            return resource.levels[name]
    return Text(en=name, zh=name)


def _in_a_sentence(labels: Iterable[Text]) -> Text:
    return names([Text(en=t.en.lower(), zh=t.zh) for t in labels])


# --- the texts -----------------------------------------------------------------------------------
def texts(found: Texts, case: Case) -> Text:
    read, left, lost = number(found.lines.read), number(found.left), number(found.lost)
    twice, praise = number(found.duplicate), number(found.praise)
    complaint = number(found.complaint)
    return Text(
        en=f"Of {read} lines {left} are left; {lost} were taken out before anything was counted, {twice} of them because the same text stood there already. {praise} of those left are praise and {complaint} complaint: a proportion that the collection chose and that measures nobody's satisfaction. One review can be several lines, so the intervals below, which take lines as independent, are somewhat too narrow.",
        zh=f"共有 {read} 行，其中 {lost} 在计数之前已剔除（包括 {twice} 行重复文本），余下 {left} 行。余下各行中，好评 {praise} 行，差评 {complaint} 行；二者之比由收集方式决定，并不反映满意程度。一条评论可能占数行，而以下区间以行为独立单位，因此略窄。",
    )


# --- themes --------------------------------------------------------------------------------------
def _side(row: Theme) -> str:
    """Where the interval lies: at praise, at complaint, or open; rare where there is none."""
    if row.ci_lower is None or row.ci_upper is None:
        return "rare"
    return "praise" if row.ci_lower > 0 else "complaint" if row.ci_upper < 0 else "open"


def _holds(row: Theme) -> bool:
    """Whether the adjusted interval lies on the same side."""
    if row.adjusted_ci_lower is None or row.adjusted_ci_upper is None:
        return False
    return row.adjusted_ci_lower > 0 if _side(row) == "praise" else row.adjusted_ci_upper < 0


def themes(found: Themes, case: Case) -> list[Text]:
    def called(side: str) -> Text:
        return _in_a_sentence(theme(r.theme) for r in found.themes if _side(r) == side)

    share = number(found.share)
    if found.share < SELDOM:
        en = f"Only {share} of the lines mention any of these themes: customers write of the product and the stay, seldom of what comes after."
        zh = f"提及其中任一主题的行仅占 {share}：客户谈的多是商品与住宿，很少谈及售后。"
    else:
        en = f"{share} of the lines mention at least one of these themes."
        zh = f"至少提及一个主题的行占 {share}。"
    said = [Text(en=en, zh=zh)]
    sides = [_side(r) for r in found.themes]
    if "complaint" in sides:
        go = called("complaint")
        said.append(Text(en=f"With complaint go {go.en}.", zh=f"多见于差评的主题有{go.zh}。"))
    if "praise" in sides:
        go = called("praise")
        verb = "goes" if sides.count("praise") == 1 else "go"
        said.append(Text(en=f"With praise {verb} {go.en}.", zh=f"多见于好评的主题有{go.zh}。"))
    if "open" in sides:
        left = called("open")
        said.append(
            Text(
                en=f"Open, since the interval holds zero: {left.en}.",
                zh=f"{left.zh}的区间包含零，尚无定论。",
            )
        )
    if "rare" in sides:
        rare = called("rare")
        said.append(
            Text(
                en=f"Too rare to be compared: {rare.en}.",
                zh=f"{rare.zh}过少，未作比较。",
            )
        )
    return said + _all_else_equal(found.themes)


def _all_else_equal(rows: Sequence[Theme]) -> list[Text]:
    """What is left of the clear differences with the rest held constant."""
    clear = [r for side in ("praise", "complaint") for r in rows if _side(r) == side]
    if not clear:
        return []
    held = [r for r in clear if r.adjusted_ci_lower is not None]
    changed = [r for r in held if not _holds(r)]
    if not held:
        said = Text(
            en="Whether this holds with what was bought, the length of the text and the other themes held constant cannot be computed.",
            zh="控制购买对象、文本长度及其他主题之后是否仍然如此，无法算得。",
        )
    elif changed:
        less = _in_a_sentence(theme(r.theme) for r in changed)
        said = Text(
            en=f"With what was bought, the length of the text and the other themes held constant this is no longer clear for {less.en}.",
            zh=f"控制购买对象、文本长度及其他主题之后，{less.zh}的这一倾向不再明确。",
        )
    else:
        said = Text(
            en="The same holds with what was bought, the length of the text and the other themes held constant.",
            zh="控制购买对象、文本长度及其他主题之后，结论相同。",
        )
    return [
        said,
        Text(
            en="This is what goes together in texts; it does not say that better after-sales service would turn complaint into praise.",
            zh="这只是文本之中的关联，并不说明改善售后服务会使差评变为好评。",
        ),
    ]


def overlap(found: Overlap, case: Case) -> Text:
    several, of = number(found.several), number(found.named)
    if not found.pairs:
        return Text(
            en=f"{several} of {of} lines with a theme have several; no two themes share enough lines to be shown.",
            zh=f"涉及主题的共有 {of} 行，其中 {several} 行涉及多个主题；没有任何两个主题的共现行数多到可以列出。",
        )
    top = found.pairs[0]
    a, b = theme(top.a), theme(top.b)
    jaccard, n = number(top.jaccard), number(top.n)
    return Text(
        en=f"{several} of {of} lines with a theme have several, and are counted under each. Most often together are {escape(a.en.lower())} and {escape(b.en.lower())} (Jaccard {jaccard}, {n} lines).",
        zh=f"涉及主题的共有 {of} 行，其中 {several} 行涉及多个主题，分别计入各主题。最常共现的是{escape(a.zh)}与{escape(b.zh)}（Jaccard 系数 {jaccard}，{n} 行）。",
    )


# --- words and clusters --------------------------------------------------------------------------
def words(found: Words, case: Case) -> Text:
    meanings = lists.glosses()

    def listed(words: Iterable[str]) -> Text:
        return names([Text(en=f"{w} ({meanings[w]})" if w in meanings else w, zh=w) for w in words])

    praise = listed(w.word for w in found.praise[:NAMED])
    complaint = listed(w.word for w in found.complaint[:NAMED])
    return Text(
        en=f"Of all words, these set praise most apart: {praise.en}; and these complaint: {complaint.en} [@monroe2008]. What was bought shows among them, too: the kinds of goods are not equally often praised.",
        zh=f"在所有的词中，最能标示好评的是{praise.zh}，最能标示差评的是{complaint.zh} [@monroe2008]。其中也有购买对象的影响，因为各类商品得到好评的多少不同。",
    )


def _clustering(found: Clustering) -> list[Text]:
    """How many clusters come out again, and whether they lie apart."""
    mark, cite = cut("cluster_jaccard", "bounded"), threshold("cluster_jaccard").cite
    fewest, most, k = number(found.fewest), number(found.most), number(found.k)
    stable, stability = number(found.stable), number(found.stability)
    if found.stable == found.k:
        again = Text(
            en=f"All {k} reach a Jaccard index of {mark}: they are found again in other samples [@{cite}].",
            zh=f"这 {k} 个聚类的 Jaccard 系数均达到 {mark}，即能在其他样本中重现 [@{cite}]。",
        )
    else:
        again = Text(
            en=f"{stable} of {k} reach a Jaccard index of {mark}; the others are not found again in other samples [@{cite}].",
            zh=f"在这 {k} 个聚类中，Jaccard 系数达到 {mark} 的有 {stable} 个，其余未能在其他样本中重现 [@{cite}]。",
        )
    said = [
        Text(
            en=f"Between {fewest} and {most} clusters were tried; {k} come out most alike from one bootstrap sample to the next (adjusted Rand index {stability}) [@fang2012].",
            zh=f"在试过的 {fewest} 至 {most} 个聚类中，分为 {k} 个聚类时，不同自助样本之间最为一致（调整兰德指数 {stability}）[@fang2012]。",
        ),
        again,
    ]
    if found.silhouette < APART:
        silhouette = number(found.silhouette)
        said.append(
            Text(
                en=f"Found again does not mean well apart: the mean silhouette is {silhouette}, so the clusters run into one another.",
                zh=f"能够重现不等于界限分明：平均轮廓系数为 {silhouette}，各聚类彼此相接。",
            )
        )
    return said


def clusters(found: Clusters, case: Case) -> list[Text]:
    return _clustering(found)


def quotes(found: Quotes, case: Case) -> Text:
    n, of = number(found.n), _in_a_sentence(s.label for s in lists.subjects() if s.served)
    return Text(
        en=f"Clauses of the texts, {n} in all, as written: chosen by their length alone, only out of lines on {of.en}, and only where the line has no telephone number, account, address or name with a title. They illustrate and prove nothing.",
        zh=f"所列为原文中的分句，共 {n} 条，只按长度选取，且只取自有关{of.zh}、不含电话、账号、地址或带称谓的姓名的行。这些分句仅供例示，不作证据。",
    )


# --- complaints ----------------------------------------------------------------------------------
def complaints(found: Complaints, case: Case) -> list[Text]:
    return [rows_used(table) for table in found.tables]


def impact(found: Classes, case: Case) -> Text | None:
    """Why there is no impact, if there is none."""
    return cannot(found.impact, case) if isinstance(found.impact, Refused) else None


def classes(found: Classes, case: Case) -> list[Text]:
    ranked = () if isinstance(found.impact, Refused) else found.impact
    return [
        _most_frequent(found.classes[0], case),
        *_response(found, case),
        *(_by_impact(ranked, case) if ranked else ()),
    ]


def _most_frequent(row: Class, case: Case) -> Text:
    label, share = category(row.category, case), number(row.share)
    return Text(
        en=f"Most frequent is {escape(label.en.lower())} ({share} of the complaints).",
        zh=f"最常见的投诉类别是{escape(label.zh)}（占投诉的 {share}）。",
    )


def _response(found: Classes, case: Case) -> list[Text]:
    if found.soon is None:
        return []
    hours = cut("first_response_hours", decimals=0)
    of = f" [@{threshold('first_response_hours').cite}]" if case.of_the_study else ""
    shown = estimate(found.soon.estimate, found.soon.ci_lower, found.soon.ci_upper)
    return [
        Text(
            en=f"A first response within {hours} hours{of} came to {shown} of them.",
            zh=f"在 {hours} 小时之内{of}得到首次回应的投诉占 {shown}。",
        )
    ]


def _by_impact(ranked: Sequence[Impact], case: Case) -> list[Text]:
    sure = [r for r in ranked if r.impact_ci_lower > 0]
    if not sure:
        return [
            Text(
                en="No class is clearly worse for staying than the others: their order by impact is not settled.",
                zh="没有哪一类投诉明显更不利于留存，按影响的排序尚无定论。",
            )
        ]
    top = sure[0]
    label = category(top.category, case)
    shown = estimate(top.impact, top.impact_ci_lower, top.impact_ci_upper, "points")
    said = [
        Text(
            en=f"By impact {escape(label.en.lower())} comes first in the estimate: if its customers stayed like the others, the share that stays would rise by {shown} percentage points.",
            zh=f"按影响的估计值排序，{escape(label.zh)}居首：若该类投诉的客户与其他客户同样留下，留存比例将提高 {shown} 个百分点。",
        )
    ]
    rivals = [r for r in ranked if r is not top and r.impact_ci_upper > top.impact_ci_lower]
    if rivals:
        of = _in_a_sentence(category(r.category, case) for r in rivals)
        said.append(
            Text(
                en=f"Its interval overlaps that of {of.en}: which is first is not settled.",
                zh=f"但它的区间与{of.zh}的区间重叠，孰先孰后尚无定论。",
            )
        )
    return said


def funnel(found: Funnel, case: Case) -> list[Text]:
    received = number(found.received)
    said = [Text(en=f"{received} complaints were received.", zh=f"共收到 {received} 条投诉。")]
    for row in found.stages:
        shown, what = estimate(row.estimate, row.ci_lower, row.ci_upper), STAGE_SAID[row.stage]
        if row.median is not None:
            middle, slow = number(row.median), number(row.slow)
            said.append(
                Text(
                    en=f"{shown} {what.en}, half of them within {middle} hours and nine of ten within {slow}.",
                    zh=f"{what.zh}的占 {shown}，其中半数在 {middle} 小时之内，九成在 {slow} 小时之内。",
                )
            )
        else:
            said.append(Text(en=f"{shown} {what.en}.", zh=f"{what.zh}的占 {shown}。"))
    return said


#: What is said of a share that came to a step.
STEPS: dict[Step, Text] = {
    "answered": Text(en="answered", zh="已回应"),
    "solved": Text(en="solved", zh="已解决"),
    "unsolved": Text(en="closed without a solution", zh="未解决而结案"),
    "closed": Text(en="closed", zh="已结案"),
}


#: Of which of the hours a sentence gives the share.
NAMED_AT: dict[Step, int] = {"answered": 0, "solved": 1, "unsolved": 2, "closed": 2}


def times(found: Times, case: Case) -> list[Text]:
    """By when how many are answered, solved and closed; who is slower, where intervals say so."""
    rows = [r for r in found.rows if r.group is None]
    said = []
    if found.n < found.received:
        left = number(found.n), number(found.received)
        said.append(
            Text(
                en=f"Times are known of {left[0]} of {left[1]} complaints.",
                zh=f"在 {left[1]} 条投诉中，时间已知的有 {left[0]} 条。",
            )
        )
    for step, place in NAMED_AT.items():
        mine = [r for r in rows if r.step == step]
        if not mine:
            continue
        row = mine[min(place, len(mine) - 1)]
        half = next((h for h in found.halves if h.step == step), None)
        en = zh = ""
        if half is not None and half.hours is not None:
            at = number(half.hours, decimals=0)
            en, zh = f", half of all within {at}", f"，全部投诉的半数在 {at} 小时之内"
        shown, hours = (
            estimate(row.estimate, row.ci_lower, row.ci_upper),
            number(row.hours, decimals=0),
        )
        what = STEPS[step]
        said.append(
            Text(
                en=f"Within {hours} hours {shown} are {what.en}{en}.",
                zh=f"{hours} 小时之内{what.zh}的占 {shown}{zh}。",
            )
        )
    if found.open:
        still = number(found.open)
        said.append(
            Text(
                en=f"{still} were still open when the register ends; they count as long as they were watched.",
                zh=f"到登记截止时，仍有 {still} 条投诉未结案，这些投诉按已观察的时长计入。",
            )
        )
    return [*said, *_slower(found, case)]


def _slower(found: Times, case: Case) -> list[Text]:
    """Levels whose shares lie apart at the middle of the hours."""
    if found.grouped is None:
        return []
    levels = next(g for g in case.study.groups if g.id == found.grouped).levels
    said = []
    for step in ("answered", "solved", "closed"):
        mine = [r for r in found.rows if r.group is not None and r.step == step]
        marks = list(dict.fromkeys(r.hours for r in mine))
        if not marks:
            continue
        mine = [r for r in mine if r.hours == marks[len(marks) // 2]]
        if len(mine) < 2:
            continue
        top, low = max(mine, key=lambda r: r.estimate), min(mine, key=lambda r: r.estimate)
        ends = (top.ci_lower, low.ci_upper)
        if ends[0] is None or ends[1] is None or ends[0] <= ends[1]:
            continue
        a, b = (estimate(r.estimate, r.ci_lower, r.ci_upper) for r in (top, low))
        names_ = [escaped(levels[str(r.group)]) for r in (top, low)]
        hours, what = number(top.hours, decimals=0), STEPS[step]
        said.append(
            Text(
                en=f"Within {hours} hours more are {what.en} in {names_[0].en} ({a}) than in {names_[1].en} ({b}).",
                zh=f"{hours} 小时之内{what.zh}的比例，{names_[0].zh}（{a}）高于{names_[1].zh}（{b}）。",
            )
        )
    if not said:
        of = escaped(next(g for g in case.study.groups if g.id == found.grouped).label)
        said.append(
            Text(
                en=f"Which {of.en.lower()} is faster is not shown: the intervals overlap.",
                zh=f"各{of.zh}的区间重叠，未能证明孰快孰慢。",
            )
        )
    return said


def coming_back(found: ComingBack, case: Case) -> list[Text]:
    within = number(found.within)
    whole = next((r for r in found.rows if r.category is None), None)
    said = []
    if whole is not None:
        same = estimate(whole.same, whole.same_ci_lower, whole.same_ci_upper)
        other = estimate(whole.other, whole.other_ci_lower, whole.other_ci_upper)
        said.append(
            Text(
                en=f"Within {within} days {same} of complaints are followed first by another of the same class, and {other} by one of another class, from the same customer.",
                zh=f"在 {within} 天之内，同一客户的下一次投诉属于同类的占 {same}，属于其他类别的占 {other}。",
            )
        )
    classes = [r for r in found.rows if r.category is not None]
    if len(classes) > 1:
        top, low = max(classes, key=lambda r: r.same), min(classes, key=lambda r: r.same)
        names_ = [category(str(r.category), case) for r in (top, low)]
        a, b = (estimate(r.same, r.same_ci_lower, r.same_ci_upper) for r in (top, low))
        if top.same_ci_lower > low.same_ci_upper:
            said.append(
                Text(
                    en=f"It comes back most often of the class “{escape(names_[0].en)}” ({a}), least often of “{escape(names_[1].en)}” ({b}).",
                    zh=f"同类投诉再次出现的比例，以“{escape(names_[0].zh)}”为最高（{a}），以“{escape(names_[1].zh)}”为最低（{b}）。",
                )
            )
        else:
            said.append(
                Text(
                    en="The intervals of the classes overlap: none is shown to come back more often.",
                    zh="各类别的区间重叠，未能证明哪一类更常再次出现。",
                )
            )
    return said


def warning(found: Warned, case: Case) -> list[Text]:
    learnt, watched, mean = number(found.baseline), number(found.watched), number(found.mean)
    factor, false, p = number(found.factor), number(found.false), equals(found.p)
    start = Text(
        en=f"Complaints are watched for a rise to {factor} times what they were: {learnt} weeks with {mean} complaints on average are learnt from, {watched} are watched. Where nothing rises, {false} of such records would give an alarm; the order of the weeks decides, so that a season may be taken for a rise.",
        zh=f"此处监测投诉是否升至原来的 {factor} 倍：以前 {learnt} 周（平均每周 {mean} 条）为基准，监测其后的 {watched} 周。若投诉并未上升，此类记录中仍有 {false} 会误报；判断依据的是各周的先后次序，因此季节变化也可能被当作上升。",
    )
    if found.alarm is None:
        return [start, _no_alarm(found)]
    day, after = found.alarm.isoformat(), number(found.after)
    return [
        start,
        Text(
            en=f"An alarm was given in the week from {day} on (*p* {p}); from then on there were {after} a week.",
            zh=f"在自 {day} 起的一周发出了警报（*p* {p}）；此后平均每周有 {after} 条投诉。",
        ),
    ]


def _no_alarm(found: Warned | ReviewsWarned) -> Text:
    p = equals(found.p)
    return Text(
        en=f"No alarm was given (*p* {p}); that does not show that nothing rose.",
        zh=f"监测期间未发出警报（*p* {p}），但这并不表明没有上升。",
    )


def review_warning(found: ReviewsWarned, case: Case) -> list[Text]:
    learnt, watched, mean = number(found.baseline), number(found.watched), number(found.mean)
    factor, false, p = number(found.factor), number(found.false), equals(found.p)
    start = Text(
        en=f"The share of complaint in the reviews of a week is watched for a rise of its odds to {factor} times what they were: {learnt} weeks with a share of {mean} are learnt from, {watched} are watched. Where nothing rises, {false} of such records would give an alarm; how many reviews a week has plays no part.",
        zh=f"此处监测每周评论中差评的比例，看差评的优势（odds）是否升至原来的 {factor} 倍：以前 {learnt} 周（差评占 {mean}）为基准，监测其后的 {watched} 周。若差评并未上升，此类记录中仍有 {false} 会误报；每周评论的多少不影响判断。",
    )
    if found.alarm is None:
        return [start, _no_alarm(found)]
    day, after = found.alarm.isoformat(), number(found.after)
    return [
        start,
        Text(
            en=f"An alarm was given in the week from {day} on (*p* {p}); from then on the share is {after}.",
            zh=f"在自 {day} 起的一周发出了警报（*p* {p}）；此后差评占 {after}。",
        ),
    ]


def staying(found: Staying, case: Case) -> list[Text]:
    hours = cut("first_response_hours", decimals=0)
    meaning = {
        "soon": Text(en=f"A first response within {hours} hours", zh=f"{hours} 小时内得到首次回应"),
        "solved": Text(en="A solution", zh="投诉得到解决"),
    }
    said = []
    for row in found.effects:
        if row.term not in meaning:
            continue
        of = meaning[row.term]
        shown = estimate(row.estimate, row.ci_lower, row.ci_upper, "points")
        clear = row.ci_lower > 0 or row.ci_upper < 0
        said.append(
            Text(
                en=f"{of.en} goes with a share that stays higher by {shown} percentage points{'' if clear else '; the difference may be none'}.",
                zh=f"{of.zh}的客户，留存比例高出 {shown} 个百分点{'' if clear else '，但也可能没有差别'}。",
            )
        )
    if not said:
        return [
            Text(
                en="Neither the hours nor the outcome are known, or they do not vary.",
                zh="响应时间与结果均不详，或没有差异。",
            )
        ]
    return [
        *said,
        Text(
            en="The class and the other of the two are held constant, whatever else sets these complaints apart is not: this is no proof of an effect.",
            zh="上述比较控制了投诉类别及另一因素，未控制投诉之间的其他差别，因此不能证明因果。",
        ),
    ]


def complaint_clusters(found: ComplaintClusters, case: Case) -> list[Text]:
    if not found.alike:
        return _clustering(found)
    return [
        *_clustering(found),
        Text(
            en="The same class is the most frequent in each: what sets these clusters apart is how soon and how well complaints were dealt with, not what they were about.",
            zh="各聚类中最常见的投诉类别相同，把它们区分开的是响应的快慢与是否解决，而非投诉的内容。",
        ),
    ]
