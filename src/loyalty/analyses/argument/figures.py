"""Figures of the argument."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.argument.beside import Voice
from loyalty.analyses.argument.models import Constructs, Exhibit
from loyalty.analyses.argument.names import path, theme, title, why_not
from loyalty.ground.terms import term
from loyalty.ground.text import Language
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import among, many, number, some, text


def exhibit(found: Exhibit, case: Case) -> Figure:
    """All paths to loyalty, a block a survey; in the place of a doubtful one stands why."""

    def draw(language: Language) -> Drawing:
        rows = []
        for name in dict.fromkeys(r.case for r in found.rows):
            rows.append(charts.Row(title(name, case).in_(language)))
            for r in found.rows:
                if r.case != name:
                    continue
                sign = "" if r.sign == "+" else " (−)"
                instead = why_not(r, first=True)
                rows.append(
                    charts.Row(
                        path(r, case).in_(language) + sign,
                        *((r.estimate, r.ci_lower, r.ci_upper) if r.relied else (None,) * 3),
                        printed=r.printed,
                        instead=instead.in_(language) if instead else None,
                    )
                )
        return charts.forest(
            rows,
            term("Standardized path").in_(language),
            term("here, with 95 % interval").in_(language),
            term("published").in_(language),
        )

    relied, count, clear = number(found.relied), number(found.count), number(found.clear)
    surveys = number(found.surveys)
    return Figure(
        draw,
        text(
            f"{clear} of the {relied} paths to loyalty that may be relied upon are clear of zero; {count} were hypothesized, in {surveys} real surveys. Standardized paths with 95 % intervals, published values beside; where a path may not be relied upon, the reason stands in its place. (−): expected to be negative.",
            f"指向忠诚的标准化路径及 95% 区间，旁边列出已发表的数值：{surveys} 项真实调查共假设 {count} 条路径，可以采信的 {among(found.clear, found.relied, '条', '路径', '区间', '不含零', '含零')}。路径不可采信时，在相应位置写明原因。（−）表示预期为负。",
        ),
        text(
            f"Forest plot of the paths to loyalty in {surveys} real surveys: {clear} of {relied} that may be relied upon are clear of zero.",
            f"{surveys} 项真实调查中指向忠诚各路径的森林图，可以采信的 {among(found.clear, found.relied, '条', '路径', '区间', '不含零', '含零')}。",
        ),
        simulated=False,
    )


def pairs(found: Constructs, case: Case) -> Figure:
    """Pairs of constructs a survey: distinct, open, not distinct."""
    judged = [r for r in found.rows if r.pairs]

    def draw(language: Language) -> Drawing:
        kinds = ("Distinct", "Open", "Not distinct")
        rows = pd.DataFrame(
            [[r.met, r.open, r.not_met] for r in judged],
            columns=[term(k).in_(language) for k in kinds],
        )
        labels = [title(r.case, case).in_(language) for r in judged]
        return charts.stacked(rows, labels, term("Pairs of constructs").in_(language))

    total, fail, unsure = number(found.pairs), number(found.not_met), number(found.open)
    return Figure(
        draw,
        text(
            f"Of {total} pairs of constructs {fail} are not distinct and {unsure} are open, by the interval of the heterotrait–monotrait ratio.",
            f"各项调查中构念能否区分：按 HTMT 区间判断，{total} 对构念中{some(found.not_met, '对')}不可区分，{many(found.open, '对')}未定。",
        ),
        text(
            f"Stacked bars, one a survey: of {total} pairs {fail} are not distinct, {unsure} open.",
            f"堆叠条形图，每项调查一条；{total} 对构念中{some(found.not_met, '对')}不可区分，{many(found.open, '对')}未定。",
        ),
        simulated=False,
    )


def themes(found: Voice, case: Case) -> Figure | None:
    """Odds ratios of the themes on a logarithmic axis."""
    if not found.rows:
        return None

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [theme(r.theme).in_(language) for r in found.rows],
                "estimate": [float(r.odds_ratio) for r in found.rows],
                "ci_lower": [float(r.ci_lower) for r in found.rows],
                "ci_upper": [float(r.ci_upper) for r in found.rows],
            }
        )
        label = term("Odds in praise over odds in complaint").in_(language)
        return charts.odds(rows, label)

    praised = found.summary.praised
    complained = number(found.summary.complained_count)
    first = text(
        f"{theme(praised.theme).en} goes with praise" if praised else "No theme goes with praise",
        f"{theme(praised.theme).zh}多见于好评" if praised else "没有一个主题多见于好评",
    )
    blamed_zh = f"{many(found.summary.complained_count, '个')}主题多见于差评"
    return Figure(
        draw,
        text(
            f"{first.en}; {complained} themes go with complaint. Odds that praise mentions a theme over the odds that complaint does, with intervals that hold for all themes together; logarithmic axis.",
            f"好评对差评提及各主题的优势比：{first.zh}，{blamed_zh}。区间对全部主题同时成立，横轴为对数刻度。",
        ),
        text(
            f"Forest plot of odds ratios by theme: {first.en.lower()}; {complained} go with complaint.",
            f"各主题优势比的森林图，{first.zh}，{blamed_zh}。",
        ),
        simulated=False,
    )
