"""Sentences of the brief, of what is known and of what to do: each from the fields of a finding."""

from __future__ import annotations

from loyalty.analyses.argument.beside import DayRow
from loyalty.analyses.argument.models import Actions, Answer, Known, Why
from loyalty.analyses.argument.names import graded, label, measure, study, theme, title
from loyalty.analyses.argument.words import (
    beside_single,
    odds_of,
    plural,
    reservations,
    sized,
    tension_told,
    told_returning,
    told_sides,
    unequal,
)
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.short import within
from loyalty.shown.words import (
    among,
    be,
    escaped,
    estimate,
    interval,
    listed,
    many,
    names,
    number,
    some,
    text,
)

#: Nothing more to say.


# --- the answer ----------------------------------------------------------------------------------
def answer(found: Answer, case: Case) -> list[Text]:
    """The title's question, answered in two sentences."""
    one = found.satisfaction
    if one is None or one.grade == "none" or one.estimate <= 0:
        said = text(
            "No real survey here shows reliably that satisfied customers are more loyal.",
            "此处没有一项真实调查能够可靠地表明，满意的客户更忠诚。",
        )
    elif one.k == 1:
        said = text(
            "In one real survey that may be relied upon, customers who are more satisfied also say that they are more loyal.",
            "在一项可以采信的真实调查中，更满意的客户也自称更忠诚。",
        )
    else:
        k, n = number(one.k), number(one.n)
        also = also_zh = ""
        if beside := [p for p in found.beside if p.grade == "moderate" and p.estimate > 0]:
            what = names([label(p.from_, case) for p in beside])
            go = "goes" if len(beside) == 1 else "go"
            also = f"; beside satisfaction, {what.en.lower()} {go} with loyalty, too, where that was asked"
            also_zh = f"；在问及{what.zh}的调查中，控制满意之后，{what.zh}仍与忠诚相关"
        said = text(
            f"Over the {k} real surveys that may be relied upon for it, {n} people taken together, customers who are more satisfied also say that they are more loyal{also}.",
            f"综合 {k} 项在这一问题上可以采信的真实调查（共 {n} 人）来看，更满意的客户也自称更忠诚{also_zh}。",
        )
    if found.experiments == 0:
        cause = text(
            "What makes them so, these data cannot say: nowhere was anything changed at random to see what follows.",
            "至于是什么使客户更忠诚，这些数据无法回答，因为没有一个案例曾经随机改变某种做法，再观察由此带来的变化。",
        )
    else:
        cause = text(
            f"Something was changed at random in {number(found.experiments)} of the real cases; only there can be said what makes customers loyal.",
            f"真实案例中有 {number(found.experiments)} 个随机改变过某种做法；是什么使客户更忠诚，只有在这些案例中才能判断。",
        )
    return [said, cause]


def headline_satisfaction(found: Answer, case: Case) -> list[Text] | None:
    """What the pooled path is, how sure, what speaks against it, and what it means."""
    one = found.satisfaction
    if one is None or one.grade == "none":
        return None
    size = sized(one)
    if one.k == 1:
        first = text(
            f"**Satisfaction and loyalty go together in the one survey that may be relied upon**: {size}.",
            f"**在唯一可以采信的调查中，满意与忠诚相关**，路径系数为 {size}。",
        )
    else:
        first = text(
            f"**Satisfaction and loyalty go together, and not equally closely everywhere**: {size} over {number(one.k)} surveys."
            if unequal(one)
            else f"**Satisfaction and loyalty go together**: {size} over {number(one.k)} surveys.",
            f"**满意与忠诚相关，但相关的强度因调查而异**，{number(one.k)} 项调查的合并值为 {size}。"
            if unequal(one)
            else f"**满意与忠诚相关**，{number(one.k)} 项调查的合并值为 {size}。",
        )
    said = [
        first,
        text(
            f"Of two customers of whom one is a usual step more satisfied than the other, all else that was asked being alike, that one is on average {number(one.estimate)} of such a step more loyal.",
            f"设想两名客户在问卷所问的其他方面都相同，只有满意度相差一个标准差（即客户之间通常的差距），那么更满意的那一名，忠诚度平均高出 {number(one.estimate)} 个标准差。",
        ),
    ]
    if one.pi_lower is not None and one.pi_lower <= 0:
        said.append(
            text(
                f"So few surveys leave open what the next one would show: anything in {interval(one.pi_lower, one.pi_upper)}.",
                f"可以合并的调查太少，无法预计下一项调查会得到什么结果，{interval(one.pi_lower, one.pi_upper)} 之内的任何数值都有可能。",
            )
        )
    said += reservations(one, found.unfit)
    if any(p.grade == "moderate" and p.estimate > 0 for p in found.beside):
        said += beside_single(one)
    return [*said, graded(one.grade, "exhibit")]


def headline_apart(found: Answer, case: Case) -> list[Text] | None:
    """How far customers tell the constructs apart; gone where all are apart."""
    if not found.failing:
        return None
    fail, unsure, pairs = number(found.not_apart), number(found.open), number(found.pairs)
    failing, judged = number(found.failing), number(found.judged)
    said = [
        text(
            f"**Customers do not tell apart all that the questionnaires ask about**: in {failing} of {judged} surveys the answers do not tell at least two of the things asked about apart.",
            f"**问卷所问的内容，客户并不都能区分**。{judged} 项调查中，有 {failing} 项至少有两个构念无法凭受访者的答案区分开来。",
        ),
        text(
            f"Of {pairs} pairs {fail} {be(found.not_apart)} not distinct by the whole interval, and {unsure} {be(found.open)} open.",
            f"按整个区间判断，{pairs} 对构念中{some(found.not_apart, '对')}不可区分，{many(found.open, '对')}未定。",
        ),
    ]
    if found.tension is not None:
        said += tension_told(found.tension, case)
    said.append(
        text(
            "Which of such things matters more can then not be said, however the question is put.",
            "因此，在这些无法区分的构念中，哪一个更重要无从判断。",
        )
    )
    return [*said, graded(found.apart_grade, "constructs")]


def headline_conduct(found: Answer, case: Case) -> list[Text] | None:
    """Who comes back; gone without such data."""
    if found.conduct is None or not found.conduct.returning:
        return None
    said = told_returning(found.conduct, case)
    return [*said, graded(found.conduct.grade, "returning")]


def headline_voice(found: Answer, case: Case) -> list[Text] | None:
    """What goes with praise and with complaint; gone where nothing is clear."""
    if found.voice is None or (found.voice.praised is None and not found.voice.complained):
        return None
    return [*told_sides(found.voice, bold=True), graded(found.voice.grade, "themes")]


def headline_claims(found: Answer, case: Case) -> list[Text] | None:
    """What the reports' figures carry; gone where every check comes out."""
    one = found.claims
    if one is None or not one.failed:
        return None
    count, with_n, changes = number(one.count), number(one.with_n), number(one.changes)
    failed, checks = number(one.failed), number(one.checks)
    return [
        text(
            f"**Figures that the reports print do not agree with each other**: {failed} of {checks} checks of one against another do not come out.",
            f"**各报告的数字彼此并不完全相符**。{among(one.failed, one.checks, '项', '相互核对', verb='未通过')}。",
        ),
        text(
            f"Of {count} figures {with_n} name a number of respondents; {changes} say that one thing rose or fell with another, and name nothing it was compared with.",
            f"{count} 个数字中，{some(one.with_n, '个')}注明了受访人数；{many(one.changes, '个')}只声称一个指标随另一个指标升降，却没有说明与什么相比。",
        ),
        graded(one.grade, "failures"),
    ]


def known(found: Known, case: Case) -> Text:
    yes = sum(r.known == "yes" for r in found.rows)
    no = sum(r.known == "no" for r in found.rows)
    if no == 0:
        return text(
            "Nothing asked here is left wholly open.", "此处所提的问题，每一个都至少有部分答案。"
        )
    if yes == 0:
        return text("Nothing asked here is settled.", "此处所提的问题，没有一个已有定论。")
    return text(
        "What has the grade “none” is not known from these data, whatever is written about it elsewhere.",
        "等级为“无”的问题，无论其他文献怎样论述，都无法用这些数据回答。",
    )


# --- what is known, what to do -------------------------------------------------------------------
def actions(found: Actions, case: Case) -> Text | None:
    if found.rows:
        return None
    return text(
        "Nothing found here is sure enough for advice to follow from it.",
        "此处没有一项发现确定到可以据以提出建议。",
    )


def advice(found: Actions, case: Case) -> list[Text]:
    """How many surveys recommend something, and what that is worth."""
    if not found.advice:
        return [
            text(
                "No survey recommends anything for its own outcome.",
                "根据现有的任何一项调查，都不能就其结果变量提出建议。",
            ),
            *_silences(found, case),
            *_panels(found, case),
        ]
    n = number(found.advised)
    return [
        text(
            f"{n} real {'survey recommends' if found.advised == 1 else 'surveys recommend'} something for the outcome that stands for loyalty.",
            f"根据 {n} 项真实调查，可以就代表忠诚的结果变量提出建议。",
        ),
        *_silences(found, case),
        _worth(found),
        *_panels(found, case),
        text(
            "In a survey people were asked once: the change is what goes together in the answers, not what would follow. Before anything is built on a line, try it: change the one for customers drawn at random, and compare the means of its questions and of those of the outcome with the others', before and after.",
            "单次调查的受访者只被询问过一次，因此所列的变化只是答案之间的相关，而不是作出改变之后会有的结果。依据某条建议行动之前，应当先作试验，即对随机抽取的一部分客户作出改变，再把他们在该构念与结果变量各题上的均值同其余客户比较，改变前后各比较一次。",
        ),
    ]


def _panels(found: Actions, case: Case) -> list[Text]:
    """What lines from panels are better for, and not; whether anything was tried at random."""
    said = []
    if n := found.panels:
        lines = "line comes" if n == 1 else "lines come"
        said.append(
            text(
                f"{number(n)} {lines} from people who were asked several times and whose conduct was logged: what was said came first there. Beside their own usual, all that stays the same about a person is left out, but not what changes both; beside other people, not even that.",
                f"有 {number(n)} 条建议依据的是同一批人多次作答并有行为日志的数据，回答在先，行为在后。与本人平常相比，可以排除个人一切不变的特征，但排除不了同时影响两者的变化；与其他人相比，则连不变的特征也排除不了。",
            )
        )
    said += [_by_the_day(row, case) for row in found.days]
    if not found.answer.experiments:
        said.append(
            text(
                "No real experiment is among the data: no line says what would follow if something were changed.",
                "数据中没有真实的实验，因此没有一条建议能说明作出改变之后会有什么结果。",
            )
        )
    return said


def _by_the_day(row: DayRow, case: Case) -> Text:
    """What becomes of a line between people, where the past is known by the day."""
    what, n = measure(row.case, row.said, case), number(row.n)
    odds = estimate(row.held, row.held_ci_lower, row.held_ci_upper)
    en, zh = {
        "-": ("fewer stop, there too", "同样较少中断"),
        "open": ("whether fewer stop is open", "是否较少中断，尚无定论"),
        "+": ("more stop", "反而较多中断"),
    }[row.held_verdict]
    return text(
        f"Of {n} of them what they did is known by the day: of those with more {escape(within(what.en))}, with the days before the answer held, {en} (odds ratio {odds}).",
        f"其中 {n} 人的行为逐日可知：控制作答之前逐日的行为后，{escape(what.zh)}较高的人{zh}（优势比 {odds}）。",
    )


def _worth(found: Actions) -> Text:
    """Whether any case can say what a point may cost in money."""
    if not found.joined:
        return text(
            "What a point may cost is said beside another point alone: no real case joins answers to purchases, so that no amount of money a customer follows.",
            "提高一分可以花费多少，只能与另一构念提高一分的花费相比，因为没有一个真实案例把问卷答案与购买记录联结起来，无法得出每名客户的金额。",
        )
    n, cases = number(found.joined), "case joins" if found.joined == 1 else "cases join"
    return text(
        f"{n} real {cases} answers to purchases: what a point may cost in money a customer stands on the pages there.",
        f"有 {n} 个真实案例把问卷答案与购买记录联结起来，提高一分可以在每名客户身上花费多少，见这些案例的页面。",
    )


#: Why a survey recommends nothing; Chinese right after the surveys' names.
SILENCES: dict[Why, Text] = {
    "no_path": text("no path to the outcome is expected there", "未假设任何通向结果变量的路径"),
    "doubted": text("no path to the outcome may be relied upon", "中通向结果变量的路径均不可采信"),
    "open": text(
        "no path to the outcome that may be relied upon is clear of zero",
        "中通向结果变量且可以采信的路径，区间均含零",
    ),
    "undirected": text(
        "which way the answers are scored is not stated for what goes with the outcome",
        "没有说明与结果变量相关的构念如何计分",
    ),
}


def _silences(found: Actions, case: Case) -> list[Text]:
    """Which surveys recommend nothing, and why; of which constructs advice is withheld."""
    said = []
    if found.silent:
        parts = []
        for why, because in SILENCES.items():
            if own := [title(r.case, case) for r in found.silences if r.why == why]:
                quoted = listed([text(t.en, f"“{t.zh}”") for t in map(escaped, own)])
                parts.append(text(f"{quoted.en} ({because.en})", f"{quoted.zh}{because.zh}"))
        silent = number(found.silent)
        said.append(
            text(
                f"{silent} more {be(found.silent)} silent: {'; '.join(p.en for p in parts)}.",
                f"另有 {silent} 项调查不足以提出建议：{'；'.join(p.zh for p in parts)}。",
            )
        )
    if any(row.alike for row in found.advice):
        said.append(
            text(
                "Where answers do not tell one construct apart from another it says so: such lines are one, to be tried together, and no order of importance; what is not told apart from the outcome may be the outcome itself.",
                "哪些构念无法凭答案与其他构念区分，表中均已注明；这样的几行应视为一项，一并试验，不分轻重先后。与结果变量无法区分的构念，可能就是结果变量本身。",
            )
        )
    for row in found.undirected:
        label, where = study(row.case, case).named(row.construct_id).label, title(row.case, case)
        said.append(
            text(
                f"What to do about {escape(within(label.en))} ({escape(where.en)}) is not said: which way the answers are scored is not stated with the data.",
                f"对“{escape(where.zh)}”中的“{escape(label.zh)}”不作建议，因为数据没有说明它如何计分。",
            )
        )
    return said


def action(found: Actions, row_id: str, case: Case) -> Text:
    """What to do, by the code of an action, with what it rests on."""
    said = found.answer
    if row_id == "questionnaire":
        weak, scales = number(found.weak), number(found.scales)
        return text(
            f"Mend the questionnaire before the next wave: {weak} of {scales} scales do not surely explain half of their items' variance.",
            f"下一轮调查之前先修订问卷，因为 {scales} 个量表中有 {weak} 个未必能解释题项方差的一半。",
        )
    if row_id == "undivided":
        fail = number(said.not_apart)
        return text(
            f"Do not divide one effect among things that customers do not tell apart ({fail} pairs): track them together; do not rank them.",
            f"不要把同一效应拆分给客户分不清的构念（{fail} 对）；这些构念可以一并跟踪，但不要排名次。",
        )
    if row_id == "satisfaction":
        one = said.satisfaction
        assert one is not None
        return text(
            f"Ask about satisfaction and follow it: it goes with loyalty ({sized(one)}). That raising it would raise loyalty has to be tried, not assumed.",
            f"询问并跟踪客户的满意度，因为满意与忠诚相关（{sized(one)}）。提高满意度能否提高忠诚，须经试验，不可想当然。",
        )
    if row_id == "liked":
        one = next(p for p in said.beside if p.estimate > 0)
        what = label(one.from_, case)
        return text(
            f"Ask what stands behind {escape(what.en.lower())}, which goes with loyalty beside satisfaction ({sized(one)}): which service makes for it, these surveys do not ask.",
            f"追问{escape(what.zh)}从何而来，因为控制满意之后，{escape(what.zh)}仍与忠诚相关（{sized(one)}）；哪种服务能带来{escape(what.zh)}，这些调查没有问及。",
        )
    if row_id == "second_purchase":
        assert said.conduct is not None
        r = next(r for r in said.conduct.returning if r.most == "stay_away")
        late, where = estimate(r.late, r.late_ci_lower, r.late_ci_upper), title(r.case, case)
        en, zh = ("", "")
        if r.late_comers:
            en, zh = (", and not only in the first weeks", "，而且不限于最初几周")
        return text(
            f"Look after the second purchase{en}, where most do not make one: {late} of new customers buy again within {number(r.late_weeks)} weeks ({escape(where.en)}). Whether anything brings back the others was not tried.",
            f"如果多数新客户没有再次购买，应设法促成第二次购买{zh}：“{escape(where.zh)}”的新客户中，{number(r.late_weeks)} 周内再次购买的占 {late}。有没有办法使其余客户回来，没有试验过。",
        )
    assert said.voice is not None
    what = names([theme(r.theme) for r in said.voice.complained])
    these = "这些主题" if len(said.voice.complained) > 1 else "这一主题"
    return text(
        f"Read first what is written about {what.en.lower()}: they go with complaint. That mending them would turn complaint into praise is not shown.",
        f"先读有关{what.zh}的评论，因为{these}多见于差评。作出改进能否使差评变为好评，没有得到证明。",
    )


def question(found: Known, name: str, case: Case) -> Text:
    """What is known of a question, in a sentence with its numbers."""
    said = found.answer
    state = next(r.known for r in found.rows if r.question == name)
    if state == "no" and name not in ("groups", "otherwise"):
        return {
            "first": text(
                "Not known: nowhere was anything changed at random.",
                "未知，没有一个案例随机改变过任何做法。",
            ),
            "others": text(
                "Not known from these data; how the people were chosen stands in @tbl-all-argument-sampling, as far as it is stated.",
                "无法用这些数据回答；受访者的选取方式，凡资料有说明的，见[@tbl-all-argument-sampling]。",
            ),
        }.get(name, text("Not known from these data.", "无法用这些数据回答。"))
    if name == "together":
        one = said.satisfaction
        assert one is not None
        return text(
            f"They do: {sized(one)} ({number(one.k)} survey{plural(one.k)}, {number(one.n)} people).",
            f"相关，路径系数为 {sized(one)}（{number(one.k)} 项调查，{number(one.n)} 人）。",
        )
    if name == "first":
        n = number(said.experiments)
        return text(
            f"Asked by {n} experiment{plural(said.experiments)}.", f"有 {n} 个实验涉及这一问题。"
        )
    if name == "beside":
        parts = [
            text(
                f"{escape(label(p.from_, case).en)} {sized(p)} ({number(p.k)} survey{plural(p.k)})",
                f"{escape(label(p.from_, case).zh)} {sized(p)}（{number(p.k)} 项调查）",
            )
            for p in said.beside
        ]
        return text("; ".join(p.en for p in parts) + ".", "；".join(p.zh for p in parts) + "。")
    if name == "apart":
        fail, pairs, unsure = number(said.not_apart), number(said.pairs), number(said.open)
        return text(
            f"Not everywhere: {fail} of {pairs} pairs are not distinct, {unsure} are open.",
            f"并非总能区分，{pairs} 对构念中{some(said.not_apart, '对')}不可区分，{many(said.open, '对')}未定。",
        )
    if name == "groups":
        if not found.compared:
            return text("No groups can be compared.", "没有可以比较的分组。")
        different, of = number(found.different), number(found.paths)
        return text(
            f"{different} of {of} paths differ, in {number(found.compared)} surveys whose groups can be compared.",
            f"在分组可以比较的 {number(found.compared)} 项调查中，{among(found.different, found.paths, '条', '路径', verb='显示出组间差异')}。",
        )
    if name == "otherwise":
        stable, focal = number(found.stable), number(found.focal)
        return text(
            f"One path of each survey was also estimated otherwise: {stable} of {focal} are supported under every acceptable choice of method.",
            f"每项调查取一条路径，换用其他方法再作估计；{among(found.stable, found.focal, '条', '路径', verb='在所有可接受的设定下得到支持')}。",
        )
    if name == "conduct":
        assert said.conduct is not None
        shops = [
            text(
                f"{escape(title(r.case, case).en)}: {estimate(r.late, r.late_ci_lower, r.late_ci_upper)} buy again within {number(r.late_weeks)} weeks",
                f"“{escape(title(r.case, case).zh)}”的客户中，{number(r.late_weeks)} 周内再次购买的占 {estimate(r.late, r.late_ci_lower, r.late_ci_upper)}",
            )
            for r in said.conduct.returning
        ]
        return text("; ".join(t.en for t in shops) + ".", "；".join(t.zh for t in shops) + "。")
    if name == "voice":
        assert said.voice is not None
        top = said.voice.praised
        if top is None:
            return text(
                f"{number(said.voice.share)} of the lines mention service.",
                f"有 {number(said.voice.share)} 的文本提及服务。",
            )
        name_ = theme(top.theme)
        return text(
            f"{escape(name_.en)} goes with praise: odds {odds_of(top)} times as high.",
            f"{escape(name_.zh)}多见于好评，优势比为 {odds_of(top)}。",
        )
    assert said.claims is not None
    failed, checks = number(said.claims.failed), number(said.claims.checks)
    return text(
        f"{failed} of {checks} checks of their figures fail.",
        f"对报告数字作了核对，{among(said.claims.failed, said.claims.checks, '项', '核对', verb='未通过')}。",
    )
