"""Exports of survey programs, made after the documentation of their formats.

Each of :data:`EXPORTS` gives the name of a file, its bytes, and what must be found in it.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

N = 240
QUALITY = ("The staff is friendly", "The staff is competent", "I am served quickly")
LOYALTY = ("I will buy again", "I will recommend the shop", "I will stay a customer")
AGREE = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
ZH_AGREE = ("非常不同意", "不同意", "一般", "同意", "非常同意")


@dataclass(frozen=True)
class Export:
    """A file and what it holds: items by construct, who is reversed, groups, personal columns, how
    many rows are no respondent's, and the most marks to check.
    """

    name: str
    content: bytes
    blocks: tuple[int, ...]
    scale: tuple[int, int]
    reversed: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    missing: tuple[float, ...] = ()
    left_out: int = 0
    marks: int = 5


def people(points: int = 5, turned: int | None = None, seed: int = 3) -> tuple[Any, Any]:
    """Answers to three items of quality and three of loyalty; one may be turned."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=N)
    loyalty = 0.5 * quality + rng.normal(size=N) * 0.9
    middle = (points + 1) / 2
    q = [
        np.clip(np.round(middle + quality + rng.normal(size=N) * 0.7), 1, points) for _ in range(3)
    ]
    y = [
        np.clip(np.round(middle + loyalty + rng.normal(size=N) * 0.7), 1, points) for _ in range(3)
    ]
    if turned is not None:
        q[turned] = points + 1 - q[turned]
    return np.array(q, dtype=int).T, np.array(y, dtype=int).T


def written(rows: list[list[Any]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def _mail(i: int) -> str:
    return f"person{i}@example.org"


def _stamp(i: int) -> str:
    return f"2024-03-{1 + i % 28:02d} 1{i % 10}:2{i % 6}:0{i % 9}"


def qualtrics() -> Export:
    q, y = people(7, turned=1)
    meta = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)"]
    meta += ["Finished", "ResponseId", "RecipientEmail", "LocationLatitude", "UserLanguage"]
    names = [*meta, "Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Gender", "Q9"]
    asked = [*meta, *(f"How much do you agree? - {w}" for w in QUALITY)]
    asked += [*(f"And in future? - {w}" for w in LOYALTY), "What is your gender?", "Anything else?"]
    rows = [names, asked, [f'{{"ImportId":"QID{i}"}}' for i in range(len(names))]]
    for i in range(N):
        meta_row = [_stamp(i), _stamp(i), "IP Address", f"10.0.{i % 250}.{i % 9}", 100, 100 + i]
        meta_row += ["True", f"R_{i:06d}abcXYZ", _mail(i), f"{40 + i / 100}", "EN"]
        gender = ("Female", "Male")[i % 2]
        rows.append([*meta_row, *q[i], *y[i], gender, f"Comment number {i} of mine"])
    personal = ("IPAddress", "ResponseId", "RecipientEmail", "LocationLatitude", "Q9")
    return Export("qualtrics.csv", written(rows), (3, 3), (1, 7), ("Q1_2",), ("Gender",), personal)


def surveymonkey() -> Export:
    q, y = people()
    first = [
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "End Date",
        "IP Address",
        "Email Address",
    ]
    first += ["How much do you agree?", "", "", "What about the future?", "", "", "Your region"]
    second = ["", "", "", "", "", "", *QUALITY, *LOYALTY, "Response"]
    rows = [first, second]
    for i in range(N):
        row = [
            f"{11800000000 + i * 7}",
            "400123",
            _stamp(i),
            _stamp(i),
            f"10.1.1.{i % 250}",
            _mail(i),
        ]
        row += [AGREE[a - 1] for a in (*q[i], *y[i])]
        rows.append([*row, ("North", "South", "East")[i % 3]])
    personal = ("Respondent ID", "IP Address", "Email Address")
    return Export("monkey.csv", written(rows), (3, 3), (1, 5), (), ("Your region",), personal)


def wjx_text() -> Export:
    q, y = people()
    head = [
        "序号",
        "提交答卷时间",
        "所用时间",
        "来源",
        "来源详情",
        "来自IP",
        "1、您的性别",
        "2、您的姓名",
    ]
    head += [f"3、您对以下说法的看法：—{w}" for w in ("员工友好", "员工专业", "服务迅速")]
    head += [f"4、今后您的打算：—{w}" for w in ("会再次购买", "会推荐给朋友", "会继续光顾")]
    rows = [head]
    for i in range(N):
        row = [
            i + 1,
            _stamp(i).replace("-", "/"),
            f"{60 + i}秒",
            "微信",
            "N/A",
            f"10.2.{i % 200}.1(北京)",
        ]
        row += ["男" if i % 2 else "女", f"王{i}小明"]
        texts = [ZH_AGREE[a - 1] for a in (*q[i], *y[i])]
        if i % 30 == 0:
            texts[2] = "(跳过)"
        rows.append([*row, *texts])
    return Export(
        "问卷.csv",
        written(rows, "gb18030"),
        (3, 3),
        (1, 5),
        (),
        ("1、您的性别",),
        ("来自IP", "2、您的姓名"),
        (-99,),
    )


def wjx_numbers() -> Export:
    q, y = people(7)
    head = ["序号", "提交答卷时间", "所用时间", "来自IP", "1、您的年龄段"]
    head += [f"2、服务评价—{w}" for w in ("友好", "专业", "迅速")]
    head += [f"3、忠诚—{w}" for w in ("再次购买", "推荐", "继续")]
    rows = []
    for i in range(N):
        values = [*map(int, q[i]), *map(int, y[i])]
        if i % 40 == 0:
            values[1] = -3
        rows.append([i + 1, _stamp(i), f"{50 + i}秒", f"10.3.{i % 200}.1", 1 + i % 4, *values])
    made = io.BytesIO()
    pd.DataFrame(rows, columns=head).to_excel(made, index=False)
    return Export(
        "wjx.xlsx", made.getvalue(), (3, 3), (1, 7), (), ("1、您的年龄段",), ("来自IP",), (-3,)
    )


def google_forms() -> Export:
    q, y = people()
    head = ["Timestamp", "Email Address", *(f"How much do you agree? [{w}]" for w in QUALITY)]
    head += [*(f"And in future? [{w}]" for w in LOYALTY), "Which of these do you use?", "Gender"]
    rows = [head]
    uses = ("App", "App;Shop", "Shop;Phone", "App;Shop;Phone", "Phone", "Shop")
    for i in range(N):
        stamp = f"2024/03/{1 + i % 28:02d} 3:0{i % 9}:11 PM GMT+1"
        texts = [AGREE[a - 1] for a in (*q[i], *y[i])]
        rows.append([stamp, _mail(i), *texts, uses[i % 6], ("Female", "Male", "Other")[i % 3]])
    return Export(
        "Form responses 1.csv", written(rows), (3, 3), (1, 5), (), ("Gender",), ("Email Address",)
    )


def limesurvey_codes() -> Export:
    q, y = people()
    head = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "ipaddr"]
    head += [f"QUAL[SQ00{k}]" for k in (1, 2, 3)] + [f"LOYAL[SQ00{k}]" for k in (1, 2, 3)]
    head += ["sex", "interviewtime"]
    rows = [head]
    for i in range(N):
        row = [i + 1, _stamp(i), 4, "en", 100000 + i * 37, f"tok{i:05d}Ab", f"10.4.{i % 200}.7"]
        row += [f"A{a}" for a in (*q[i], *y[i])]
        rows.append([*row, ("F", "M")[i % 2], f"{120 + i}.5"])
    personal = ("token", "ipaddr")
    return Export("lime.csv", written(rows, separator=";"), (3, 3), (1, 5), (), ("sex",), personal)


def redcap() -> Export:
    q, y = people(7)
    head = ["record_id", "redcap_survey_identifier", "survey_timestamp", "email"]
    head += ["sat_1", "sat_2", "sat_3", "loy_1", "loy_2", "loy_3"]
    head += ["uses___1", "uses___2", "uses___3", "sex", "survey_complete"]
    rows = [head]
    for i in range(N):
        row = [f"{i + 1}", "", _stamp(i), _mail(i), *q[i], *y[i]]
        rows.append([*row, i % 2, (i // 2) % 2, (i // 3) % 2, 1 + i % 2, 2])
    return Export("redcap.csv", written(rows), (3, 3), (1, 7), (), ("sex",), ("record_id", "email"))


def _statistics(suffix: str) -> bytes:
    import pyreadstat

    q, y = people(7, turned=2)
    frame = pd.DataFrame(
        np.hstack([q, y]).astype(float), columns=["q1a", "q1b", "q1c", "i1", "i2", "i3"]
    )
    frame.loc[::20, "q1a"] = 9.0
    frame["sex"] = np.where(np.arange(N) % 2, 1.0, 2.0)
    labels = dict(zip(frame.columns, [*QUALITY, *LOYALTY, "Sex"], strict=True))
    scale = {1.0: "not at all", 7.0: "completely", 9.0: "don't know"}
    codes: dict[str, Any] = {"q1a": scale, "q1b": scale, "sex": {1.0: "woman", 2.0: "man"}}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"a{suffix}")
        if suffix == ".sav":
            pyreadstat.write_sav(
                frame,
                path,
                column_labels=labels,
                variable_value_labels=codes,
                missing_ranges={"q1a": [9]},
            )
        else:
            pyreadstat.write_dta(frame, path, column_labels=labels, variable_value_labels=codes)
        with open(path, "rb") as file:
            return file.read()


def spss() -> Export:
    return Export("a.sav", _statistics(".sav"), (3, 3), (1, 7), ("q1c",), ("sex",), (), (9,))


def stata() -> Export:
    return Export("a.dta", _statistics(".dta"), (3, 3), (1, 7), ("q1c",), ("sex",), (), (9,))


def excel_with_titles() -> Export:
    import openpyxl

    q, y = people(5)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Notes"])
    data = book.create_sheet("Data")
    data.append(["Survey of 2024"])
    data.append([])
    data.append(["qual_1", "qual_2", "qual_3", "loy_1", "loy_2", "loy_3", "branch", "spent"])
    for i in range(N):
        values = [int(v) for v in (*q[i], *y[i])]
        if i % 25 == 0:
            values[4] = 99
        data.append([*values, ("Berlin", "Bonn")[i % 2], 10.5 + i])
    out = io.BytesIO()
    book.save(out)
    return Export("a.xlsx", out.getvalue(), (3, 3), (1, 5), (), ("branch",), (), (99,))


def german_excel() -> Export:
    q, y = people(6)
    head = ["zuf_1", "zuf_2", "zuf_3", "bind_1", "bind_2", "bind_3", "Umsatz", "Stadt"]
    rows: list[list[Any]] = [["sep=;"], head]
    for i in range(N):
        rows.append([*q[i], *y[i], f"{10 + i},50", ("Köln", "München")[i % 2]])
    content = written(rows[1:], "cp1252", ";")
    return Export("a.csv", b"sep=;\r\n" + content, (3, 3), (1, 6), (), ("Stadt",))


def labelled_numbers() -> Export:
    q, y = people(5)
    head = ["Trust1", "Trust2", "Trust3", "Intent1", "Intent2", "Intent3", "Region", "PROLIFIC_PID"]
    names = [f"{k} – {w.lower()}" for k, w in enumerate(AGREE, 1)]
    rows = [head]
    for i in range(N):
        texts = [names[a - 1] for a in (*q[i], *y[i])]
        rows.append([*texts, ("New York", "Boston")[i % 2], f"5f{i:08x}ab{i:04x}"])
    content = written(rows, "utf-16", "\t")
    return Export("a.tsv", content, (3, 3), (1, 5), (), ("Region",), ("PROLIFIC_PID",))


def yes_no_and_nps() -> Export:
    q, y = people(7)
    rng = np.random.default_rng(5)
    head = ["svc1", "svc2", "svc3", "loy1", "loy2", "loy3", "nps", "Do you own a car?", "phone"]
    rows = [head]
    for i in range(N):
        row = [
            *q[i],
            *y[i],
            rng.integers(0, 11),
            ("Yes", "No")[i % 2],
            f"+49 170 {1000000 + i * 3}",
        ]
        rows.append(row)
    return Export("a.csv", written(rows), (3, 3), (1, 7), (), ("Do you own a car?",), ("phone",))


def excel_with_codebook() -> Export:
    """Names of parts, and a second sheet that says what the columns are."""
    import openpyxl

    q, y = people(7)
    rng = np.random.default_rng(6)
    book = openpyxl.Workbook()
    data = book.active
    assert data is not None
    data.title = "Data"
    head = ["FOODX", "PRICEX", "STAFFX", "FOODQ", "PRICEQ", "STAFFQ", "BRANCH", "TOP_1", "TOP_2"]
    data.append([*head, "USE_1", "USE_2", "USE_3"])
    for i in range(N):
        top = rng.permutation(5)[:2] + 1
        used = [int(u) for u in rng.integers(1, 3, 3)]
        values = [int(v) for v in (*q[i], *y[i], 1 + i % 2, *top)]
        if i % 25 == 0:
            values[4] = 98
        data.append([*values, *used])
    told = book.create_sheet("Codebook")
    told.append(["Variable", "Label", "Values", "Missing"])
    for name in head[:6]:
        label = ("Expected " if name[-1] == "X" else "Seen ") + name[:-1].lower()
        told.append([name, label, '1="Not good"; 7="Very good"', "98,99"])
    told.append(["BRANCH", "Branch of the shop", "1=Bonn; 2=Berlin", ""])
    out = io.BytesIO()
    book.save(out)
    return Export("a.xlsx", out.getvalue(), (3, 3), (1, 7), (), ("BRANCH",), (), (98,))


def surveymonkey_xlsx() -> Export:
    """Two rows of headings in a workbook, numbers as answers, an open *other* beside a choice."""
    q, y = people(7)
    first = ["Respondent ID", "Collector ID", "Date Created", "IP Address", "Email Address"]
    first += ["How much do you agree?", None, None, "What about the future?", None, None]
    first += ["Where do you buy?", None, "How old are you?"]
    second: list[Any] = [None] * 5
    second += [*QUALITY, *LOYALTY, "Response", "Other (please specify)", "Response"]
    ages = ("18-24", "25-34", "35-44", "45+")
    rows: list[list[Any]] = [second]
    for i in range(N):
        front = [11_800_000_000 + 7 * i, 400123, _stamp(i), f"10.1.1.{i % 250}", _mail(i)]
        other = "at my cousin's" if i % 40 == 0 else None
        shop = ("Shop", "Web", "Phone")[i % 3]
        rows.append([*front, *map(int, (*q[i], *y[i])), shop, other, ages[i % 4]])
    made = io.BytesIO()
    pd.DataFrame(rows, columns=range(len(first))).to_excel(made, index=False, header=first)
    personal = ("Respondent ID", "IP Address", "Email Address")
    groups = ("Where do you buy?", "How old are you?")
    return Export("monkey.xlsx", made.getvalue(), (3, 3), (1, 7), (), groups, personal)


def redcap_labels() -> Export:
    """The labels in the place of names and codes."""
    q, y = people(5, turned=2)
    head = ["Record ID", "Survey Timestamp", "E-mail", *QUALITY, *LOYALTY]
    head += ["Which do you use? (choice=App)", "Which do you use? (choice=Shop)"]
    head += ["Which do you use? (choice=Phone)", "Highest education", "Complete?"]
    rows: list[list[Any]] = [head]
    school = ("Primary school", "High school", "Bachelor", "Master")
    for i in range(N):
        used = [("Checked", "Unchecked")[(i // k) % 2] for k in (1, 2, 3)]
        texts = [AGREE[a - 1] for a in (*q[i], *y[i])]
        done = "Incomplete" if i % 60 == 7 else "Complete"
        rows.append([f"{i + 1}", _stamp(i), _mail(i), *texts, *used, school[i % 4], done])
    personal = ("Record ID", "E-mail")
    return Export(
        "redcap_labels.csv",
        written(rows),
        (3, 3),
        (1, 5),
        (QUALITY[2],),
        ("Highest education",),
        personal,
        (),
        4,
        6,
    )


def big5() -> Export:
    """Traditional Chinese as Excel in Taiwan saves it."""
    words = ("非常不同意", "不同意", "普通", "同意", "非常同意")
    head = [f"1、服務—{w}" for w in ("親切", "專業", "迅速")]
    head += [f"2、忠誠—{w}" for w in ("再次購買", "推薦", "繼續光顧")]
    q, y = people(5)
    rows: list[list[Any]] = [[*head, "性別"]]
    for i in range(N):
        rows.append([*(words[a - 1] for a in (*q[i], *y[i])), ("女", "男")[i % 2]])
    return Export("big5.csv", written(rows, "big5"), (3, 3), (1, 5), (), ("性別",))


def cp949() -> Export:
    """Korean, numbers as answers."""
    q, y = people(7)
    rows: list[list[Any]] = [
        [*(f"서비스{k}" for k in (1, 2, 3)), *(f"충성도{k}" for k in (1, 2, 3)), "성별"]
    ]
    rows += [[*q[i], *y[i], ("여자", "남자")[i % 2]] for i in range(N)]
    return Export("cp949.csv", written(rows, "cp949"), (3, 3), (1, 7), (), ("성별",))


def shift_jis() -> Export:
    """Japanese, numbers as answers, tabs between."""
    q, y = people(5)
    rows: list[list[Any]] = [
        [*(f"サービス{k}" for k in (1, 2, 3)), *(f"継続意向{k}" for k in (1, 2, 3)), "性別"]
    ]
    rows += [[*q[i], *y[i], ("女性", "男性")[i % 2]] for i in range(N)]
    return Export("sjis.tsv", written(rows, "shift_jis", "\t"), (3, 3), (1, 5), (), ("性別",))


def sosci() -> Export:
    """SoSci Survey: codes below 0 for no answer, its own columns around."""
    q, y = people(5)
    head = ["CASE", "SERIAL", "REF", "QUESTNNR", "MODE", "STARTED"]
    head += ["ZU01_01", "ZU01_02", "ZU01_03", "LO01_01", "LO01_02", "LO01_03", "SD01"]
    head += ["TIME001", "TIME_SUM", "LASTDATA", "FINISHED", "MISSING"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        answers = [*map(int, q[i]), *map(int, y[i])]
        if i % 25 == 0:
            answers[1] = -9
        front = [i + 1, "", "", "base", "interview", _stamp(i), *answers, 1 + i % 2]
        rows.append([*front, 40 + i % 30, 90 + i % 60, _stamp(i), 1, 0])
    content = written(rows, "utf-16", "\t")
    return Export("sosci.csv", content, (3, 3), (1, 5), (), ("SD01",), (), (-9,))


def wjx_scores() -> Export:
    """问卷星: a matrix with its rows in brackets, 跳过 and the sum of points."""
    q, y = people(5)
    head = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"]
    head += ["1、您的学历：", "2、您的职业：", "2、您的职业：（其他〔填空〕）"]
    head += [f"3、服务评价（{w}）" for w in ("友好", "专业", "迅速")]
    head += [f"4、您今后（{w}）" for w in ("会再次购买", "会推荐", "会继续")]
    made = []
    for i in range(N):
        front = [i + 1, _stamp(i), f"{60 + i}秒", "手机提交", "直接访问", f"10.2.{i % 200}.1(北京)"]
        job = ("学生", "职员", "其他")[i % 3]
        own = f"自由职业{i}" if job == "其他" else "(跳过)"
        school = ("高中及以下", "大专", "本科", "硕士及以上")[i % 4]
        values = [*map(int, q[i]), *map(int, y[i])]
        made.append([*front, sum(values), school, job, own, *values])
    out = io.BytesIO()
    pd.DataFrame(made, columns=head).to_excel(out, index=False)
    return Export(
        "按序号.xlsx",
        out.getvalue(),
        (3, 3),
        (1, 5),
        (),
        ("1、您的学历：", "2、您的职业："),
        ("来自IP", "2、您的职业：（其他〔填空〕）"),
    )


def forms_app() -> Export:
    """forms.app: questions as headings, a matrix by rows, choices of several in one cell, when and
    from where it was sent. (Its documentation names no columns: they are as its sheets look.)
    """
    q, y = people()
    head = ["#", "Submission Date", "Your name", "E-mail"]
    head += [f"How do you find our service? - {w}" for w in QUALITY]
    head += [f"What about the future? - {w}" for w in LOYALTY]
    head += ["Which of these do you use?", "Your region", "Signature", "IP", "Country"]
    uses = ("App", "Shop", "Phone", "App, Shop", "App, Phone", "Shop, Phone", "App, Shop, Phone")
    rows = [head]
    for i in range(N):
        first = [i + 1, f"{_stamp(i)[:-3]}", f"Person {i}", _mail(i)]
        said = [AGREE[a - 1] for a in (*q[i], *y[i])]
        last = [uses[i % 7], ("North", "South", "East")[i % 3], f"https://file.example/{i}.png"]
        rows.append([*first, *said, *last, f"10.2.{i % 250}.{i % 9}", ("TR", "DE")[i % 2]])
    personal = ("Your name", "E-mail", "Signature", "IP")
    groups = ("Your region", "Country")
    return Export("forms app.csv", written(rows), (3, 3), (1, 5), (), groups, personal)


def typeform() -> Export:
    """Long questions as headings, opinion scales, a token and times in UTC."""
    q, y = people(5)
    head = ["#", *(f"How would you rate this: {w.lower()}?" for w in QUALITY)]
    head += [f"How likely is this: {w.lower()}?" for w in LOYALTY]
    head += ["Where do you live?", "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        token = f"{i * 7919:08x}{i * 104729:08x}"
        place = ("Town", "Country")[i % 2]
        rows.append([f"r{token}", *q[i], *y[i], place, _stamp(i), _stamp(i), f"n{token}"])
    return Export(
        "typeform.csv",
        written(rows),
        (3, 3),
        (1, 5),
        (),
        ("Where do you live?",),
        ("#", "Network ID"),
    )


EXPORTS: dict[str, Callable[[], Export]] = {
    one.__name__: one
    for one in (
        qualtrics,
        surveymonkey,
        wjx_text,
        wjx_numbers,
        google_forms,
        limesurvey_codes,
        redcap,
        spss,
        stata,
        excel_with_titles,
        excel_with_codebook,
        german_excel,
        labelled_numbers,
        yes_no_and_nps,
        surveymonkey_xlsx,
        redcap_labels,
        big5,
        cp949,
        shift_jis,
        sosci,
        wjx_scores,
        typeform,
        forms_app,
    )
}
