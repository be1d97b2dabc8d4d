"""Exports as people really hand them over: other settings of the same programs, and other ones."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from exports import AGREE, LOYALTY, QUALITY, Export, N, _mail, _stamp, people, written

#: Seven points of agreement as Qualtrics words them.
SEVEN = ("Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree")
SEVEN += ("Somewhat agree", "Agree", "Strongly agree")


def qualtrics_choice_text() -> Export:
    """Choice text in the place of numbers, orders of display, page timers, an open *other*."""
    q, y = people(7)
    meta = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId"]
    meta += ["DistributionChannel"]
    timer = [f"Q3_{t}" for t in ("First Click", "Last Click", "Page Submit", "Click Count")]
    names = [*meta, *timer, "Q4_1", "Q4_2", "Q4_3", "Q5_1", "Q5_2", "Q5_3", "Q4_DO_1", "Q4_DO_2"]
    names += ["Q4_DO_3", "Q6", "Q6_5_TEXT", "SC0"]
    asked = [*meta, *(f"Timing - {t.split('_')[1]}" for t in timer)]
    asked += [f"Please say how far\nyou agree - {w}" for w in QUALITY]
    asked += [f"And in future - {w}" for w in LOYALTY]
    asked += [f"Please say how far\nyou agree - Display Order - {w}" for w in QUALITY]
    asked += ["Where do you buy? - Selected Choice", "Where do you buy? - Other - Text", "Score"]
    rows: list[list[Any]] = [names, asked, [f'{{"ImportId":"QID{i}"}}' for i in range(len(names))]]
    for i in range(N):
        row = [_stamp(i), _stamp(i), "IP Address", "100", "True", _stamp(i), f"R_{i:07d}abcXYZ"]
        row += ["anonymous", f"{1 + i % 9}.{i % 997:03d}", f"{20 + i % 9}.5", f"{30 + i % 30}.25"]
        row += [str(3 + i % 4), *(SEVEN[a - 1] for a in (*q[i], *y[i]))]
        row += [str(k) for k in np.random.default_rng(i).permutation(3) + 1]
        shop = ("Shop", "Web", "Other")[i % 3]
        row += [shop, f"at the market of {i}" if shop == "Other" else "", str(int(q[i].sum()))]
        rows.append(row)
    personal = ("ResponseId", "Q6_5_TEXT")
    return Export("values.csv", written(rows), (3, 3), (1, 7), (), ("Q6",), personal)


def surveymonkey_condensed() -> Export:
    """Condensed columns: all choices of a question in one cell, one heading, 1 to 5 by weight."""
    q, y = people(5)
    head = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address"]
    head += ["First Name", "Custom Data 1", *(f"Service: {w}" for w in QUALITY)]
    head += [*(f"Future: {w}" for w in LOYALTY), "Which of these do you use? (all that apply)"]
    head += ["What is your age?"]
    rows: list[list[Any]] = [head]
    uses = ("App", "App, Shop", "Shop, Phone", "App, Shop, Phone", "Phone", "Shop")
    for i in range(N):
        front = [f"{114000000000 + 13 * i}", "400555", _stamp(i), _stamp(i), f"10.9.1.{i % 250}"]
        front += [f"Name{i}", f"c-{i:05d}"]
        age = ("18-24", "25-34", "35-44", "45 or older")[i % 4]
        rows.append([*front, *q[i], *y[i], uses[i % 6], age])
    personal = ("Respondent ID", "IP Address", "First Name", "Custom Data 1")
    name = "Condensed.csv"
    return Export(name, written(rows), (3, 3), (1, 5), (), ("What is your age?",), personal)


def wjx_sequence() -> Export:
    """按选项序号: numbers of the options, ``1┋3`` of several, ``-3`` for what was skipped."""
    q, y = people(5)
    head = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"]
    head += ["1、您的性别", "2、您使用过哪些渠道？【多选题】"]
    head += [f"3、对服务的看法({w})" for w in ("员工友好", "员工专业", "服务迅速")]
    head += [f"4、今后的打算({w})" for w in ("再次购买", "推荐给朋友", "继续光顾")]
    head += ["5、您的建议【填空题】"]
    rows = [head]
    for i in range(N):
        front = [i + 1, _stamp(i).replace("-", "/"), f"{70 + i}秒", "微信", "N/A"]
        front += [f"10.2.{i % 200}.1(广东-深圳)", int(q[i].sum() + y[i].sum()), 1 + i % 2]
        answers = [*map(int, q[i]), *map(int, y[i])]
        if i % 40 == 0:
            answers[1] = -3
        rows.append([*front, ("1", "1┋3", "2┋3", "1┋2┋3")[i % 4], *answers, f"希望改进第{i}点"])
    personal = ("来自IP", "5、您的建议【填空题】")
    content = written(rows, "utf-8-sig")
    return Export("按序号.csv", content, (3, 3), (1, 5), (), ("1、您的性别",), personal, (-3,))


def wjx_letters() -> Export:
    """按选项文本 with the letters of the options in front: ``A.非常不同意``."""
    q, y = people(5)
    words = ("非常不同意", "不同意", "一般", "同意", "非常同意")
    head = ["序号", "提交答卷时间", "所用时间", "来自IP", "1.您的年龄段："]
    head += [f"2.{w}" for w in ("员工友好", "员工专业", "服务迅速")]
    head += [f"3.{w}" for w in ("我会再次购买", "我会推荐给朋友", "我会继续光顾")]
    rows: list[list[Any]] = [head]
    ages = ("A.18岁以下", "B.18~25", "C.26~35", "D.36岁以上")
    for i in range(N):
        texts = [f"{'ABCDE'[a - 1]}.{words[a - 1]}" for a in (*q[i], *y[i])]
        rows.append(
            [i + 1, _stamp(i), f"{80 + i}秒", f"10.2.{i % 200}.9(上海)", ages[i % 4], *texts]
        )
    return Export(
        "字母.csv", written(rows), (3, 3), (1, 5), (), ("1.您的年龄段：",), ("来自IP",), marks=6
    )


def google_linear() -> Export:
    """Linear scales, a grid of ticks, a clock in Chinese, a name among the questions."""
    q, y = people(5)
    head = ["时间戳记", "Your name", *(f"How do you rate this? [{w}]" for w in QUALITY)]
    head += [*(f"How likely is this? [{w}]" for w in LOYALTY), "Which days suit you? [Morning]"]
    head += ["Which days suit you? [Evening]", "How old are you?"]
    rows: list[list[Any]] = [head]
    days = ("Monday", "Monday, Tuesday", "Tuesday", "Monday, Friday", "Friday")
    for i in range(N):
        stamp = f"2024/3/{1 + i % 28} {'上午' if i % 2 else '下午'} {1 + i % 11}:0{i % 9}:11"
        row = [stamp, f"Ann Person{i}", *q[i], *y[i], days[i % 5], days[(i + 2) % 5]]
        rows.append([*row, ("Under 18", "18-29", "30-49", "50+")[i % 4]])
    groups = ("How old are you?",)
    return Export("答复.csv", written(rows), (3, 3), (1, 5), (), groups, ("Your name",))


def limesurvey_texts() -> Export:
    """Full questions and full answers, times of groups, one record that was never submitted."""
    q, y = people(5)
    head = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started"]
    head += ["IP address", *(f"How do you find our service? [{w}]" for w in QUALITY)]
    head += [f"What will you do? [{w}]" for w in LOYALTY]
    head += ["Which do you use? [App]", "Which do you use? [Shop]", "Which do you use? [Other]"]
    head += ["Your sex:", "Total time", "Group time: Service", "Question time: S1"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        row = [i + 1, "" if i % 80 == 7 else _stamp(i), 4, "en", f"{100000 + i * 37}", _stamp(i)]
        row += [f"10.4.{i % 200}.7", *(AGREE[a - 1] for a in (*q[i], *y[i]))]
        row += [("Yes", "No")[(i // k) % 2] for k in (1, 2)] + [
            f"the van {i}" if i % 9 == 0 else ""
        ]
        rows.append(
            [*row, ("Female", "Male")[i % 2], f"{200 + i}.5", f"{90 + i}.2", f"{5 + i % 7}.1"]
        )
    personal = ("IP address", "Which do you use? [Other]")
    content = written(rows)
    return Export(
        "results-survey.csv", content, (3, 3), (1, 5), (), ("Your sex:",), personal, (), 3
    )


def redcap_events() -> Export:
    """Names and labels mixed: events, ``[not completed]``, ``-99`` without a label, text fields."""
    q, y = people(5)
    head = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "svc_timestamp"]
    head += ["svc_staff", "svc_skill", "svc_speed", "fut_buy", "fut_tell", "fut_stay"]
    head += ["svc_notes", "age_group", "svc_complete"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        answers = [*map(int, q[i]), *map(int, y[i])]
        if i % 30 == 0:
            answers[2] = -99
        done = 0 if i % 60 == 11 else 2
        row = [f"{i + 1}", "baseline_arm_1", "", _stamp(i) if done else "[not completed]"]
        rows.append([*row, *answers, f"wrote this {i}" if i % 5 else "", 1 + i % 3, done])
    personal = ("record_id", "svc_notes")
    content = written(rows)
    groups = ("age_group",)
    return Export("events.csv", content, (3, 3), (1, 5), (), groups, personal, (-99,), 4, 6)


def sosci_labels() -> Export:
    """A workbook with the questions in a second heading, ``-1`` and ``-9`` for no answer."""
    q, y = people(6)
    head = ["CASE", "QUESTNNR", "MODE", "STARTED", "SV01_01", "SV01_02", "SV01_03"]
    head += ["LY01_01", "LY01_02", "LY01_03", "SD02", "TIME_SUM", "FINISHED", "Q_VIEWER"]
    asked = ["Interview number", "Questionnaire", "Mode", "Time started"]
    asked += [*(f"Service: {w}" for w in QUALITY), *(f"Future: {w}" for w in LOYALTY)]
    asked += ["Gender of the person", "Time overall", "Finished", "Viewer"]
    rows: list[list[Any]] = []
    for i in range(N):
        answers = [*map(int, q[i]), *map(int, y[i])]
        if i % 25 == 0:
            answers[1] = -9
        if i % 31 == 0:
            answers[4] = -1
        rows.append([i + 1, "base", "interview", _stamp(i), *answers, 1 + i % 2, 90 + i % 60, 1, 0])
    made = io.BytesIO()
    pd.DataFrame([asked, *rows], columns=head).to_excel(made, index=False)
    content = made.getvalue()
    return Export("rdata.xlsx", content, (3, 3), (1, 6), (), ("SD02",), (), (-9, -1))


def microsoft_forms() -> Export:
    """Answers in words, several with a semicolon behind each, points and feedback beside."""
    q, y = people(5)
    head = ["ID", "Start time", "Completion time", "Email", "Name", "Total points", "Quiz feedback"]
    head += [*QUALITY, *LOYALTY, "Points - Your branch", "Feedback - Your branch"]
    head += ["Which of these do you use?", "Your branch", "Last modified time"]
    uses = ("App;", "App;Shop;", "Shop;Phone;", "App;Shop;Phone;", "Phone;")
    rows: list[list[Any]] = []
    for i in range(N):
        row = [i + 1, _stamp(i), _stamp(i), _mail(i), f"Person {i}", None, None]
        row += [AGREE[a - 1] for a in (*q[i], *y[i])]
        rows.append([*row, None, None, uses[i % 5], ("Bonn", "Berlin")[i % 2], None])
    made = io.BytesIO()
    pd.DataFrame(rows, columns=head).to_excel(made, index=False, sheet_name="Sheet1")
    groups, personal = ("Your branch",), ("Email", "Name")
    return Export("Forms.xlsx", made.getvalue(), (3, 3), (1, 5), (), groups, personal, marks=6)


def jotform() -> Export:
    """Rows of a matrix behind ``>>``, an address in parts, a signature, a submission's id."""
    q, y = people(5)
    head = ["Submission Date", "First Name", "Last Name", "Street Address", "Signature"]
    head += [f"How do you find us? >> {w}" for w in QUALITY]
    head += [f"What next? >> {w}" for w in LOYALTY]
    head += ["Customer type", "Submission IP", "Submission ID"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        row = [_stamp(i), f"Jo{i}", f"Smith{i}", f"{i} Main Street", f"https://x.example/{i}.png"]
        row += [AGREE[a - 1] for a in (*q[i], *y[i])]
        kind = ("new", "returning")[i % 2]
        rows.append([*row, kind, f"10.7.{i % 200}.3", f"56{i:017d}"])
    personal = ("First Name", "Last Name", "Street Address", "Signature", "Submission IP")
    personal += ("Submission ID",)
    groups = ("Customer type",)
    return Export("jotform.csv", written(rows), (3, 3), (1, 5), (), groups, personal)


def typeform_choices() -> Export:
    """Each choice a column that repeats its own text, hidden fields, a rating of recommendation."""
    q, y = people(7)
    rng = np.random.default_rng(8)
    head = ["#", *(f"*{w}*" for w in QUALITY), *(f"*{w}*" for w in LOYALTY)]
    head += ["App", "Shop", "Phone", "Other", "How likely is it that you recommend us (0-10)?"]
    head += ["utm_source", "score", "Response Type", "Start Date (UTC)", "Stage Date (UTC)"]
    head += ["Submit Date (UTC)", "Network ID", "Tags", "Ending"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        row = [f"r{i * 7919:08x}{i * 104729:08x}", *q[i], *y[i]]
        row += [name if (i // k) % 2 else "" for k, name in ((1, "App"), (2, "Shop"), (3, "Phone"))]
        row += [
            f"own words {i}" if i % 8 == 0 else "",
            int(rng.integers(0, 11)),
            "mail",
            int(q[i].sum()),
        ]
        rows.append(
            [*row, "completed", _stamp(i), "", _stamp(i), f"n{i * 7919:08x}a", "", "Thanks"]
        )
    personal = ("#", "Network ID", "Other")
    return Export("responses.csv", written(rows), (3, 3), (1, 7), (), (), personal, marks=6)


def _statistics(suffix: str) -> bytes:
    """Ranges of user-missing values, or Stata's .a and .b, with labels for them."""
    import pyreadstat

    q, y = people(7)
    names = ["v12_1", "v12_2", "v12_3", "v20_1", "v20_2", "v20_3"]
    frame = pd.DataFrame(np.hstack([q, y]).astype(float), columns=names)
    frame["v1"] = np.where(np.arange(N) % 3, 1.0, 2.0)
    labels = {n: f"{w} (v)" for n, w in zip(names, [*QUALITY, *LOYALTY], strict=True)}
    labels["v1"] = "Kind of customer"
    points: dict[Any, str] = {1.0: "fully disagree", 7.0: "fully agree"}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"a{suffix}")
        if suffix == ".sav":
            frame.loc[::20, "v12_1"], frame.loc[1::30, "v20_2"] = 97.0, 99.0
            frame.loc[2::40, "v1"] = -1.0
            said = points | {97.0: "refused", 98.0: "don't know", 99.0: "not asked"}
            codes = {n: said for n in names} | {"v1": {1.0: "private", 2.0: "firm", -1.0: "none"}}
            ranges: dict[str, Any] = {n: [{"lo": 97, "hi": 99}] for n in names}
            ranges["v1"] = [{"lo": -9, "hi": -1}]
            pyreadstat.write_sav(
                frame,
                path,
                column_labels=labels,
                variable_value_labels=codes,
                missing_ranges=ranges,
                file_label="Survey of 2024",
                note="entered by hand",
            )
        else:
            given = frame.astype(object)
            given.loc[::20, "v12_1"], given.loc[1::30, "v20_2"] = "a", "b"
            codes = {n: points for n in names} | {"v1": {1.0: "private", 2.0: "firm"}}
            pyreadstat.write_dta(
                given,
                path,
                column_labels=labels,
                variable_value_labels=codes,
                missing_user_values={"v12_1": ["a"], "v20_2": ["b"]},
            )
        with open(path, "rb") as file:
            return file.read()


def spss_ranges() -> Export:
    content = _statistics(".sav")
    return Export("range.sav", content, (3, 3), (1, 7), (), ("v1",), (), (97, 99))


def stata_extended() -> Export:
    return Export("extended.dta", _statistics(".dta"), (3, 3), (1, 7), (), ("v1",))


def excel_merged() -> Export:
    """Merged cells above the headings, a hidden note, an empty column, a line of sums below."""
    import openpyxl

    q, y = people(5)
    book = openpyxl.Workbook()
    data = book.active
    assert data is not None
    data.append(["No.", "Service", None, None, None, "Loyalty", None, None, "About you", None])
    data.append(
        ["", "Friendly", "Competent", "Quick", None, "Buy", "Recommend", "Stay", "Sex", "Branch"]
    )
    for cells in ("B1:D1", "F1:H1", "I1:J1"):
        data.merge_cells(cells)
    for i in range(N):
        row = [i + 1, *map(int, q[i]), None, *map(int, y[i])]
        data.append([*row, ("f", "m")[i % 2], ("Bonn", "Berlin", "Ulm")[i % 3]])
    out = io.BytesIO()
    book.save(out)
    return Export("merged.xlsx", out.getvalue(), (3, 3), (1, 5), (), ("Sex", "Branch"))


AWKWARD: dict[str, Callable[[], Export]] = {
    one.__name__: one
    for one in (
        qualtrics_choice_text,
        surveymonkey_condensed,
        wjx_sequence,
        wjx_letters,
        google_linear,
        limesurvey_texts,
        redcap_events,
        sosci_labels,
        microsoft_forms,
        jotform,
        typeform_choices,
        spss_ranges,
        stata_extended,
        excel_merged,
    )
}
