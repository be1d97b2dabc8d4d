"""Sentences of the robustness checks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.prose.words import names, value


def curve(rows: pd.DataFrame, agree: int, failed: pd.DataFrame) -> list[Text]:
    """`rows`: ``choice, value, low, high, problem`` a specification that could be estimated;
    `failed`: ``choice, problem`` one that could not."""
    low, high = rows["value"].min(), rows["value"].max()
    said = [
        Text(
            en=f"Over {len(rows)} specifications the path runs from {value(low, 'number')} to {value(high, 'number')}; {'all' if agree == len(rows) else agree or 'none'} of them {'supports' if agree in (0, 1) else 'support'} the hypothesis.",
            zh=f"在 {len(rows)} 种设定下，该路径介于 {value(low, 'number')} 与 {value(high, 'number')} 之间；其中 {agree} 种支持假设。",
        )
    ]
    least = rows.iloc[int(np.nanargmin(rows["value"]))]
    most = rows.iloc[int(np.nanargmax(rows["value"]))]
    widest = rows.iloc[int(np.nanargmax(rows["high"] - rows["low"]))]
    if least["choice"] != most["choice"]:
        said.append(
            Text(
                en=f"Lowest is the choice “{escape(least['choice'])}”, highest “{escape(most['choice'])}”; the widest interval comes with “{escape(widest['choice'])}”.",
                zh=f"最低者为“{escape(least['choice'])}”，最高者为“{escape(most['choice'])}”；区间最宽者为“{escape(widest['choice'])}”。",
            )
        )
    suspect = int((rows["problem"] != "").sum())
    if suspect:
        sound = rows.loc[rows["problem"] == "", "value"]
        en = f"{suspect} of them {'rests' if suspect == 1 else 'rest'} on a solution that is not to be taken at face value"
        zh = f"其中 {suspect} 种的解不可直接采信"
        if len(sound):
            ends = value(sound.min(), "number"), value(sound.max(), "number")
            en += f"; without {'it' if suspect == 1 else 'them'} the path runs from {ends[0]} to {ends[1]}"
            zh += f"；除去后，该路径介于 {ends[0]} 与 {ends[1]} 之间"
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    if len(failed):
        listed_names = names([str(choice) for choice in failed["choice"]])
        said.append(
            Text(
                en=f"Not to be had: {listed_names.en}, since {_why(failed)}.",
                zh=f"无法估计：{listed_names.zh}。",
            )
        )
    return said


def _why(failed: pd.DataFrame) -> str:
    """The reasons without their details."""
    reasons = [str(problem).split(" (")[0].split(":")[0] for problem in failed["problem"]]
    return escape("; ".join(dict.fromkeys(reasons)))


def missing_data(rows: pd.DataFrame, own: float) -> Text:
    """`rows`: ``value`` of the specifications that treat missing answers otherwise."""
    gap = (rows["value"] - own).abs().max()
    return Text(
        en=f"Other treatments of missing answers move the path by at most {value(gap, 'number')}, also where those who did not answer are assumed to stand half a standard deviation higher or lower than like respondents.",
        zh=f"改变缺失答案的处理方式，路径至多变动 {value(gap, 'number')}，即使假定未作答者比相似受访者高或低半个标准差。",
    )


def power_by_path(rows: pd.DataFrame, target: float) -> Text:
    """`rows`: ``id, detectable`` (and ``cl_detectable``) a path; `target`: a small path."""
    small = value(target, "bounded")
    wild = rows[rows["detectable"] > 1]
    if len(wild) == len(rows):
        return Text(
            en="The intervals are so wide that no standardized path of a plausible size could have been found with a power of 80 %.",
            zh="区间过宽，任何合理大小的标准化路径都无法以 80% 的功效被发现。",
        )
    sane = rows[rows["detectable"] <= 1]
    worst = sane.iloc[int(np.nanargmax(sane["detectable"]))]
    tiny = int((rows["detectable"] <= target).sum())
    where = f"in {len(sane)} of {len(rows)} places" if len(sane) < len(rows) else "everywhere"
    which = f"{tiny} of them" if tiny else "none"
    if tiny and tiny == len(rows):
        which = "every one"
    en = f"With a power of 80 % a path of {value(worst['detectable'], 'bounded')} or more could have been found {where}; {which} would have shown one as small as {small}."
    zh = f"以 80% 的功效，{len(rows)} 条路径中有 {len(sane)} 条可发现不小于 {value(worst['detectable'], 'bounded')} 的效应；其中 {int((rows['detectable'] <= target).sum())} 条可发现小至 {small} 的效应。"
    if len(wild):
        listed = names([str(i) for i in wild["id"]])
        en += f" Of {listed.en} no path of a plausible size could have been found."
        zh += f"{listed.zh} 则任何合理大小的路径都无法被发现。"
    if "cl_detectable" in rows:
        top = value(rows["cl_detectable"].max(), "bounded")
        en += f" With firms as the independent units it takes up to {top}."
        zh += f"若以企业为独立单位，则最多须达到 {top}。"
    return Text(en=en, zh=zh)
