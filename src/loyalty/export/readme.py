"""What a package says of itself: its README in both languages, and what each file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loyalty.cases.study import Study
from loyalty.export.rcheck import TOLERANCE, Check, Without
from loyalty.ground.disclosure import least
from loyalty.ground.text import LANGUAGES, Language, Text
from loyalty.stats.synthetic import Twin

#: What the files are, in the order in which they are listed; folders end in a stroke.
SAID = {
    "README.md": Text(
        en="What is in this package, and how to check it", zh="本数据包的内容与检验方法"
    ),
    "check.R": Text(
        en="The main models in lavaan, each number beside the expected one",
        zh="以 lavaan 拟合主要模型，并把每个数值与预期数值对照",
    ),
    "expected.csv": Text(
        en="The numbers that check.R expects, and those of the report",
        zh="check.R 所预期的数值，以及报告中的数值",
    ),
    "data/answers.csv": Text(
        en="The answers as they were given, a row a respondent; a blank cell is no answer",
        zh="受访者的原始作答，一行一人；空单元格表示未作答",
    ),
    "data/synthetic.csv": Text(
        en="Synthetic answers: the rows of nobody; a blank cell is no answer",
        zh="合成作答，不对应任何真实受访者；空单元格表示未作答",
    ),
    "data/synthetic.json": Text(
        en="How near the synthetic rows come to the real ones, in numbers",
        zh="合成数据与真实数据接近程度的检验数值",
    ),
    "codebook.csv": Text(
        en="Every column: wording, construct, scale", zh="各列的题项内容、构念与量表"
    ),
    "codebook.json": Text(en="The same for programs", zh="同上，供程序读取"),
    "datapackage.json": Text(
        en="The columns of the answers (Frictionless)", zh="作答数据各列的说明（Frictionless）"
    ),
    "description.json": Text(
        en="Constructs, items, hypotheses and groups as the study describes them",
        zh="研究所描述的构念、题项、假设与分组",
    ),
    "tables/": Text(
        en="Tables of results: all in tables.xlsx, those that fit a page in tables.docx, each "
        "as csv",
        zh="结果表：tables.xlsx 含全部结果表，tables.docx 只含一页容得下的表，每张表另有 csv",
    ),
    "models/": Text(
        en="The models in lavaan's syntax (.lav), their equations (.tex), and what check.R reads",
        zh="lavaan 语法的模型（.lav）、其方程（.tex）以及 check.R 读取的文件",
    ),
    "findings/": Text(
        en="All findings of an analysis that may be passed on, at eight digits",
        zh="各项分析中可对外提供的全部结果（八位有效数字）",
    ),
    "notebooks/": Text(
        en="Executed notebooks, with what may be passed on; they are read, not run again",
        zh="已执行的笔记本，仅含可对外提供的内容；供阅读，不供重新运行",
    ),
    "environment/": Text(
        en="Versions of what computed, seeds and parameters", zh="计算所用软件的版本、种子与参数"
    ),
    "ro-crate-metadata.json": Text(
        en="What each file is, for archives and programs (RO-Crate 1.1)",
        zh="各文件的元数据，供数据仓库与程序读取（RO-Crate 1.1）",
    ),
}


def readme(
    study: Study,
    kind: str,
    why: Text,
    twin: Twin | None,
    checks: Sequence[Check],
    without: Without,
    entries: Mapping[str, bytes],
) -> str:
    """The README: English, then Chinese. Where rows are missing it says so first."""
    named = {"README.md", "ro-crate-metadata.json", *entries}
    parts = []
    for language in LANGUAGES:
        lines = [f"# {study.title.in_(language)}"]
        if kind == "none":
            lines.append(_absent(why, bool(checks)).in_(language))
        if study.summary != study.title:
            lines.append(study.summary.in_(language))
        if kind != "none":
            lines.append(f"{_bold(DATA, language)}{why.in_(language)}")
        if twin is not None:
            lines.append(_likeness(twin).in_(language))
        lines.append(_check(checks, without).in_(language))
        lines.append(_licence(study).in_(language))
        lines.append(_left_out().in_(language))
        lines += [f"## {FILES.in_(language)}", _listed(named, language)]
        parts.append("\n\n".join(lines))
    return "\n\n---\n\n".join(parts)


DATA = Text(en="Data", zh="数据")
FILES = Text(en="Files", zh="文件")


def _bold(text: Text, language: Language) -> str:
    return f"**{text.zh}**：" if language == "zh" else f"**{text.en}**: "


def _absent(why: Text, checked: bool) -> Text:
    en, zh = (
        (
            "check.R fits the models to what may be given in their place.",
            "check.R 改以可以提供的汇总量拟合模型。",
        )
        if checked
        else ("There is no check.R either.", "因此也没有 check.R。")
    )
    return Text(
        en=f"> **This package holds no rows, and no script that runs on rows.** {why.en} {en}",
        zh=f"> **本数据包不含数据行，也没有基于数据行的脚本。**{why.zh}{zh}",
    )


def _likeness(of: Twin) -> Text:
    """How near the synthetic rows come, in words of the numbers of `data/synthetic.json`."""
    equal = (
        Text(
            en="No row equals one that a single person gave.",
            zh="没有任何一行与某一个人独有的作答相同。",
        )
        if of.single == 0
        else Text(
            en="The items are so few that most people's rows are another one's, too: "
            f"{of.single} of the synthetic rows equal one that a single person gave.",
            zh=f"题项很少，多数人的作答本就与他人相同，因此有 {of.single} 行合成数据与某一个人独有的作答相同。",
        )
    )
    return Text(
        en=f"Largest deviation from the real rows: {of.mean:.3f} (a mean, in SDs), {of.sd:.3f} (an "
        f"SD, relative), {of.correlation:.3f} (a correlation); each was to be 0.02 at most. Median "
        f"distance to the nearest real row, in SDs: {of.nearest:.2f}; of real rows held out "
        f"{of.held_out:.2f}. {equal.en} More: `data/synthetic.json`. χ² and standard errors are the "
        "synthetic rows' own: deviations that small can move them.",
        zh=f"与真实数据的最大偏差：均值 {of.mean:.3f}（以标准差计）、标准差 {of.sd:.3f}（相对）、"
        f"相关系数 {of.correlation:.3f}；上限均为 0.02。到最近真实数据行的距离中位数（以标准差计）为 "
        f"{of.nearest:.2f}，留出的真实数据行为 {of.held_out:.2f}。{equal.zh}"
        "详见 `data/synthetic.json`。χ² 与标准误以合成数据为准：上述微小偏差即可使其变化。",
    )


_OF = {
    "rows": Text(en="the rows (`data/`)", zh="数据行（`data/`）"),
    "moments": Text(
        en="n, means and covariances of the real answers ({file}), by maximum likelihood without "
        "robust errors",
        zh="真实作答的样本量、均值与协方差（{file}），采用不含稳健标准误的极大似然估计",
    ),
    "implied": Text(
        en="the covariances that the reported solution implies ({file}): that shows that its "
        "printed numbers fit together, not that the answers lead to them",
        zh="报告中的解所隐含的协方差（{file}）：这只能说明所报告的数值彼此一致，不能说明由数据会得出这些数值",
    ),
}


def _check(checks: Sequence[Check], without: Without) -> Text:
    """How to run the script, to what it fits the models, and which are left out."""
    if not checks:
        en, zh = _reasons(without)
        return Text(
            en="**Check**: none; no model has a sound solution that another program could be held "
            f"against ({en or 'no model'}).",
            zh=f"**检验**：没有检验，因为没有可供其他程序对照的合格的解（{zh or '没有模型'}）。",
        )
    files: dict[str, list[str]] = {}
    for one in checks:
        files.setdefault(one.of, []).append(f"`{one.file}`")
    to = [(of, ", ".join(dict.fromkeys(named))) for of, named in files.items()]
    en = ", and to ".join(_OF[of].en.format(file=file) for of, file in to)
    zh = "，并拟合于".join(_OF[of].zh.format(file=file) for of, file in to)
    left_en, left_zh = _reasons(without)
    return Text(
        en='**Check**: `Rscript check.R` (R, and in it once `install.packages("lavaan")`) fits '
        f"the main models with lavaan to {en}. It sets each number beside the expected one (an "
        "independent program's, of the same input) and, as `reported`, beside that of the report, "
        "which is of the real rows; it ends with an error where one is off by more than "
        f"{TOLERANCE:g}." + (f" Not checked: {left_en}." if left_en else ""),
        zh='**检验**：运行 `Rscript check.R`（需安装 R，并先执行一次 `install.packages("lavaan")`），'
        f"用 lavaan 将主要模型拟合于{zh}。脚本将每个数值与预期值（另一程序对相同输入的结果）对照，"
        "并以 `reported` 列出报告中基于真实数据的数值；"
        f"任一数值与预期值相差超过 {TOLERANCE:g} 时，脚本报错退出。"
        + (f"未予检验的是{left_zh}。" if left_zh else ""),
    )


def _reasons(without: Without) -> tuple[str, str]:
    ones = sorted(without.items())
    en = "; ".join(f"`{model}`: {reason.en}" for model, reason in ones)
    return en, "；".join(f"`{model}`：{reason.zh}" for model, reason in ones)


def _licence(study: Study) -> Text:
    of = study.provenance
    en = f"**Source and licence**: {of.source.en}. {_or(of.licence, 'The licence is not stated')}."
    zh = f"**来源与许可**：{of.source.zh}。{_or(of.licence, '许可未说明')}。"
    return Text(en=en, zh=zh)


def _or(licence: str, otherwise: str) -> str:
    return otherwise if licence == "not stated" else licence


def _left_out() -> Text:
    n = least()
    return Text(
        en="No personal column, no id and no open answer is part of this package; cells of fewer "
        f"than {n} people are left out, or drawn anew in synthetic rows.",
        zh=f"本数据包不含个人信息列、编号与开放题作答；少于 {n} 人的单元格已略去，"
        "在合成数据中则重新抽取。",
    )


def _listed(named: set[str], language: Language) -> str:
    lines = []
    for path, text in SAID.items():
        if any(name == path or (path.endswith("/") and name.startswith(path)) for name in named):
            said = text.in_(language)
            lines.append(f"- `{path}`：{said}" if language == "zh" else f"- `{path}`: {said}")
    return "\n".join(lines)
