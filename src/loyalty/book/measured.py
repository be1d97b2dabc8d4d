"""The appendix' pages of what benchmarks left: coverage, recovery, speed.

They are measured apart from the report (`make bench`, `make recovery`, `benchmarks/monte_carlo.py`)
and kept as JSON in ``benchmarks/results``; these pages only show what is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from loyalty.book.files import measured
from loyalty.cases.study import Study
from loyalty.ground import numbers, paths
from loyalty.ground.catalogue import catalogue
from loyalty.ground.markdown import escape
from loyalty.ground.text import Language, Text
from loyalty.run import marks
from loyalty.run.analyses import code_behind
from loyalty.shown.table import Column, Table
from loyalty.shown.words import captioned, join, listed, names, spaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


def kept(name: str) -> Any:
    """The records of one file; none where it was not made."""
    file = measured() / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def _table(records: list[dict[str, Any]], columns: list[Column], language: Language) -> str:
    """A table of what was measured, without its caption."""
    keys = {key for record in records for key in record}
    rows = [SimpleNamespace(**{key: record.get(key) for key in keys}) for record in records]
    caption = Text(en="Measured.", zh="测量结果。")
    return Table(rows, columns, caption, plain=True).markdown(language)


def _drawn(target: Path, drawing: Callable[[Any], Drawing], values: Any) -> None:
    """Draw a figure, unless it is there from the same values and code."""
    name = "-".join(target.parts[-4:]).removesuffix(".svg")
    mark = paths.cache() / "render" / f"{name}.txt"
    code = code_behind("loyalty.shown.charts", __name__)
    packages = ("matplotlib", "seaborn", "numpy", "pandas", "fonttools", "noto-cjk-sans-otc")
    digest = marks.digest(code, values, *map(version, packages))
    step = marks.Step(name, mark, digest, (), (target,), ())
    if step.current():
        return
    from loyalty.shown import charts  # slow to import

    charts.use_style()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(charts.vector.svg(drawing(values)), encoding="utf-8")
    marks.done(step)


def montecarlo_page(language: Language) -> str:
    """Coverage of intervals and rejection rates of tests, by simulation."""
    records = kept("monte_carlo.json")
    if not records:
        return _said(
            "The Monte Carlo study was not run here.", "此处没有运行蒙特卡罗研究。", language
        )
    data = {
        "normal": _said("normal", "正态", language),
        "likert": _said("Likert", "李克特", language),
    }
    shown = [{**r, "data": data.get(r["data"], r["data"])} for r in records]
    columns = [
        Column("data", "Answers"),
        Column("n", "N", "count"),
        Column("relative_bias", "Bias", "percent"),
        Column("coverage_delta", "Delta", "bounded", 3),
        Column("coverage_percentile", "Percentile", "bounded", 3),
        Column("coverage_bca", "BCa", "bounded", 3),
        Column("type1_chisq", "χ²", "bounded", 3),
        Column("type1_chisq_scaled_mlm", "χ², MLM", "bounded", 3),
        Column("type1_chisq_scaled_mlr", "χ², MLR", "bounded", 3),
    ]
    error = escape(
        numbers.show(max(r["monte_carlo_se_of_95"] for r in records), "bounded", decimals=3)
    )
    n = f"{records[0]['replications']:,}"
    note = _said(
        f"Simulated data, {n} replications a row, answers normal or on "
        "seven-point Likert scales. Bias is relative, of an indirect effect; delta, percentile and "
        "BCa are the shares of 95 % intervals that hold its true value (nominal .950); the last "
        "columns are the shares of true models rejected at the 5 % level. A coverage near .95 has "
        f"a standard error of {error}. Source of both tables: "
        "`benchmarks/results/monte_carlo.json`, which `benchmarks/monte_carlo.py` writes.",
        f"数据为模拟数据，每行重复 {n} 次，作答或为正态变量，或采用七点李克特量表。“偏差”为一个间接效应的"
        "相对偏差；“delta 法”“百分位”与“BCa”三栏为 95% 区间包含真值的比例，名义值为 0.950；末三栏为正确模型在 "
        f"5% 水平上被拒绝的比例。覆盖率接近 0.95 时，标准误为 {error}。本表与下表均取自 "
        "`benchmarks/results/monte_carlo.json`，该文件由 `benchmarks/monte_carlo.py` 生成。",
        language,
    )
    held = [r["coverage_percentile"] for r in records]
    least, most = (escape(numbers.show(f(held), "bounded", decimals=3)) for f in (min, max))
    caption = _captioned(
        f"Percentile intervals hold the value in {least} to {most}: coverage and error rates by simulation.",
        f"模拟所得的覆盖率与错误率：百分位区间的覆盖率为 {least} 至 {most}。",
        "montecarlo",
        language,
    )
    every = [
        *columns[:2],
        Column("largest_relative_bias", "Largest bias", "percent"),
        Column("mean_coverage_delta", "Delta", "bounded", 3),
        Column("mean_coverage_delta_mlr", "Delta, MLR", "bounded", 3),
        Column("mean_coverage_percentile", "Percentile", "bounded", 3),
        Column("mean_coverage_bca", "BCa", "bounded", 3),
        Column("least_coverage_percentile", "Least, percentile", "bounded", 3),
    ]
    failed = sum(r["failed"] for r in records)
    fits = sum(r["replications"] for r in records) + failed
    lost = _said(
        f"{failed:,} of {fits:,} fits were inadmissible and are not in the tables."
        if failed
        else f"None of {fits:,} fits was inadmissible.",
        f"{fits:,} 次拟合中，有 {failed:,} 次的解不可接受，没有计入表内。"
        if failed
        else f"{fits:,} 次拟合的解均可接受。",
        language,
    )
    count = records[0]["parameters"]
    every_note = _said(
        f"Over {count} parameters, the free ones and the indirect effect: the "
        "largest relative bias, the mean coverage of each kind of interval, and the least coverage "
        f"that percentile intervals have of any parameter. {lost}",
        f"表中汇总 {count} 个参数（自由参数与间接效应）的结果，列出最大相对偏差、各类区间的平均覆盖率，"
        f"以及百分位区间对各参数的最低覆盖率。{lost}",
        language,
    )
    lowest = min(r["least_coverage_percentile"] for r in records)
    lowest = escape(numbers.show(lowest, "bounded", decimals=3))
    every_caption = _captioned(
        f"No parameter is held in less than {lowest} by percentile intervals: bias and coverage over all parameters by simulation.",
        f"模拟所得的全部参数的偏差与覆盖率：百分位区间对各参数的覆盖率均不低于 {lowest}。",
        "montecarlo-all",
        language,
    )
    return "\n\n".join(
        [
            _table(shown, columns, language),
            caption,
            note,
            _table(shown, every, language),
            every_caption,
            every_note,
        ]
    )


def _said(en: str, zh: str, language: Language) -> str:
    return Text(en=en, zh=zh).in_(language)


def _captioned(en: str, zh: str, label: str, language: Language) -> str:
    return f": {captioned(Text(en=en, zh=zh), language)} {{#tbl-{label}}}"


#: What the intervals of the recovery allow for, and how the page names it.
COVERAGES = {
    "coverage_plain": Text(en="respondents independent", zh="假定受访者相互独立"),
    "coverage_cluster": Text(en="firms, normal", zh="考虑企业，正态分布"),
    "coverage_cluster_t": Text(en="firms, t", zh="考虑企业，t 分布"),
}


def recovery_page(described: dict[str, Study], language: Language, folder: Path) -> str:
    """Declared against estimated paths of the simulated cases, over many redraws."""
    records = [r for r in kept("recovery.json") if r["case"] in described]
    if not records:
        return _said(
            "The recovery of the simulated cases was not measured here.",
            "此处没有测量模拟案例的真值能否还原。",
            language,
        )
    cases = list(dict.fromkeys(r["case"] for r in records))
    least = min(r["replications"] for r in records)
    error = escape(numbers.show((0.95 * 0.05 / least) ** 0.5, "bounded", decimals=3))
    parts = [
        _said(
            "Every table sets the values that a case declares beside what the structural "
            "model estimates from rows drawn anew, with other respondents and other firms. Bias is "
            "the mean estimate less the true value; the next column is the bias that is left when "
            "the careless respondents, whom no analyst can know, are taken out of the same rows. "
            "The last columns are the shares of 95 % intervals that hold the true value: taking "
            "respondents as independent, allowing for firms with normal quantiles, and with those "
            "of t with one degree of freedom fewer than there are firms. A coverage near .95 has a "
            f"standard error of at most {error}.",
            "以下各表把案例的设定值与结构模型的估计值并列，估计所用的数据是重新抽取的，受访者与企业都已换过一批。"
            "“偏差”为平均估计值减去真值；“偏差（认真作答者）”为从同样的数据中剔除敷衍作答者之后剩余的偏差。"
            "在实际分析中，分析者无从知道哪些人敷衍作答。末尾各栏为 95% 区间包含真值的比例，“独立”假定受访者相互独立，"
            "“企业”考虑企业并采用正态分布的分位数，“企业，t”考虑企业并采用 t 分布的分位数，"
            f"自由度为企业数减一。覆盖率接近 0.95 时，标准误至多为 {error}。",
            language,
        ),
        recovery_figure(records, described, language, folder),
    ]
    for case in cases:
        own = [r for r in records if r["case"] == case and r["label"].startswith("p_")]
        s = described[case]
        labels = {
            f"p_{h.id}": f"{h.id} · {s.label(h.from_, language)} → {s.label(h.to, language)}"
            for h in s.paths
        }
        columns = [
            Column("path", "Path"),
            Column("truth", "True", "number", 3),
            Column("bias", "Bias", "number", 3),
            Column("bias_attentive", "Bias, attentive", "number", 3),
            Column("coverage_plain", "Indep.", "bounded", 3),
        ]
        first = own[0]
        firms = _said("no firms", "每次抽取", language)
        if first["firms"]:
            firms = _said(
                f"{first['firms']} firms", f"每次从 {first['firms']} 家企业中抽取", language
            )
            columns += [
                Column("coverage_cluster", "Firms", "bounded", 3),
                Column("coverage_cluster_t", "Firms, t", "bounded", 3),
            ]
        shown = [{**r, "path": labels.get(r["label"], r["label"])} for r in own]
        lost = _said("all have an admissible solution", "每次都得到可接受的解", language)
        if first["nonconverged"] or first["inadmissible"]:
            lost = _said(
                f"left out are {first['nonconverged']:,} without convergence and "
                f"{first['inadmissible']:,} with an inadmissible solution",
                f"剔除没有收敛的 {first['nonconverged']:,} 次与解不可接受的 {first['inadmissible']:,} 次",
                language,
            )
        caption = _captioned(
            f"{_recovered(own).en}: recovery of {escape(s.title.en)}.",
            f"“{escape(s.title.zh)}”的真值能否还原：{_recovered(own).zh}。",
            f"recovery-{case}",
            language,
        )
        parts += [
            f"{_table(shown, columns, language)}\n\n{caption}",
            _said(
                f"{first['n']:,} respondents, {firms}, {first['replications']:,} redraws; {lost}.",
                f"{firms} {first['n']:,} 名受访者，共重新抽取 {first['replications']:,} 次，{lost}。",
                language,
            ),
            *(t.in_(language) for t in short_of_nominal(own)),
        ]
    parts.append(
        _said(
            "Source: `benchmarks/results/recovery.json`, which `make recovery` writes from the "
            "cases' process files and which holds the indirect effects as well.",
            "以上各表取自 `benchmarks/results/recovery.json`，该文件由 `make recovery` 根据各案例的过程文件生成，"
            "也含有间接效应的结果。",
            language,
        )
    )
    return "\n\n".join(parts)


#: So large a part of its spread is a bias that it and not the error explains what is missed.
BIASED = 0.5
#: Errors that are smaller than this part of the spread make intervals too short.
SHORT = 0.95


def _held(r: Mapping[str, Any]) -> float:
    """The coverage of the interval that a verdict rests on."""
    return float(r["coverage_cluster_t"] if r["firms"] else r["coverage_plain"])


def _least(r: Mapping[str, Any]) -> float:
    """The coverage that chance over the redraws would leave at least (95 %)."""
    return 0.95 - 1.96 * float((0.95 * 0.05 / int(r["replications"])) ** 0.5)


def _missed(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [r for r in records if _held(r) < _least(r)]


def _recovered(records: Sequence[Mapping[str, Any]]) -> Text:
    """Whether the intervals hold the paths of a case as often as they promise."""
    low = [r["label"].removeprefix("p_") for r in _missed(records)]
    if not low:
        return Text(
            en="Every path is held as often as is promised",
            zh="各路径的区间覆盖率均与名义水平相符",
        )
    which = names([Text(en=name, zh=name) for name in low])
    return Text(
        en=f"{which.en} {'is' if len(low) == 1 else 'are'} held more seldom than is promised",
        zh=spaced(which.zh, "的区间覆盖率低于名义水平"),
    )


def short_of_nominal(records: Sequence[Mapping[str, Any]]) -> list[Text]:
    """Of which paths the intervals hold the true value more seldom than chance over the redraws
    allows, and why, by bias, spread and error; nothing where all do.

    Each record: ``label``, ``replications``, ``bias``, ``bias_attentive``, ``sd``, ``se_plain``
    and ``coverage_plain``, and with firms ``se_cluster`` and ``coverage_cluster_t``.
    """

    low = _missed(records)
    if not low:
        return []

    def called(rows: Sequence[Mapping[str, Any]], value: Callable[[Any], str]) -> Text:
        said = [f"{r['label'].removeprefix('p_')} \\({value(r)}\\)" for r in rows]
        zh = [f"{r['label'].removeprefix('p_')}（{value(r)}）" for r in rows]
        return listed([Text(en=e, zh=z) for e, z in zip(said, zh, strict=True)])

    def whose(rows: Sequence[Mapping[str, Any]], what: str) -> str:
        paths_ = [r["label"].removeprefix("p_") for r in rows]
        return spaced(names([Text(en=p, zh=p) for p in paths_]).zh, what)

    def share(value: float) -> str:
        return escape(numbers.show(value, "bounded", decimals=3))

    def ratio(value: float, decimals: int = 1) -> str:
        return escape(numbers.show(value, "number", decimals=decimals))

    which = called(low, lambda r: share(_held(r)))
    said = [
        Text(
            en=f"The interval misses more often than it should for {which.en}: chance over the redraws would leave at least {share(_least(low[0]))}.",
            zh=f"{which.zh}的区间覆盖率过低：如果偏离名义水平只是由于重复抽取的随机误差，覆盖率至少应为 {share(_least(low[0]))}。",
        )
    ]
    biased = [r for r in low if abs(r["bias"]) >= BIASED * r["sd"]]
    short = [
        r
        for r in low
        if r not in biased and r["se_cluster" if r["firms"] else "se_plain"] < SHORT * r["sd"]
    ]
    rest = [r for r in low if r not in biased and r not in short]
    each = {True: "分别", False: ""}

    def sized_zh(rows: Sequence[Mapping[str, Any]], value: Callable[[Any], str]) -> str:
        return listed([Text(en=said, zh=said) for said in map(value, rows)]).zh

    if biased:

        def off(r: Mapping[str, Any]) -> str:
            return ratio(abs(r["bias"]) / r["sd"])

        def without(r: Mapping[str, Any]) -> str:
            return ratio(abs(r["bias_attentive"]) / r["sd"])

        own, apart = whose(biased, "的估计值"), each[len(biased) > 1]
        said.append(
            Text(
                en=f"The estimates are off the true value on average, by so many of their standard deviations: {called(biased, off).en}; an interval allows for chance alone. Without the careless respondents it would be {called(biased, without).en}.",
                zh=f"{own}{apart}平均偏离真值 {sized_zh(biased, off)} 个标准差，而区间只考虑随机误差；剔除敷衍作答者之后，{apart}偏离 {sized_zh(biased, without)} 个标准差。",
            )
        )
    if short:

        def part(r: Mapping[str, Any]) -> str:
            return ratio(r["se_cluster" if r["firms"] else "se_plain"] / r["sd"], 2)

        said.append(
            Text(
                en=f"The standard errors are smaller than the spread over the redraws, as its parts: {called(short, part).en}.",
                zh=f"{whose(short, '的标准误')}小于估计值在各次抽取之间的标准差，{each[len(short) > 1]}为后者的 {sized_zh(short, part)} 倍。",
            )
        )
    if rest:
        which = called(rest, lambda r: share(_held(r)))
        said.append(
            Text(
                en=f"Neither bias nor error says why for {which.en}.",
                zh=f"{which.zh}的覆盖率过低，既不能用偏差解释，也不能用标准误偏小解释。",
            )
        )
    return [join(said)]


def recovery_figure(
    records: list[dict[str, Any]], described: dict[str, Study], language: Language, folder: Path
) -> str:
    """Coverage by case, drawn into the edition's ``_generated``."""
    rows = []
    for kind, name in COVERAGES.items():
        for case in dict.fromkeys(r["case"] for r in records):
            found = [r[kind] for r in records if r["case"] == case and kind in r]
            if found:
                title = described[case].title.in_(language)
                mean = sum(found) / len(found)
                rows.append((title, name.in_(language), mean, min(found), max(found)))
    axis = _said(
        "Share of 95 % intervals that hold the true value", "95% 区间包含真值的比例", language
    )
    nominal = _said("nominal", "名义值", language)
    _drawn(folder / "recovery.svg", lambda v: _coverage(*v), (rows, axis, nominal))
    alt = _said(
        "Dot plot: for every simulated case the mean coverage of its paths and effects, with a "
        "line from the least to the greatest, for intervals that take respondents as independent "
        "and for two kinds that allow for firms; a vertical line at the nominal .95.",
        "点图，显示各模拟案例中路径与效应的平均覆盖率，线段由最低覆盖率到最高覆盖率，分别对应假定受访者相互独立的区间"
        "与两种考虑企业的区间；竖线为名义值 0.95。",
        language,
    )
    caption = Text(
        en="Coverage of 95 % intervals over the paths and effects of each simulated case: mean, and "
        "a line from the least to the greatest (simulated data).",
        zh="各模拟案例中路径与效应的 95% 区间覆盖率，点为均值，线段由最低覆盖率到最高覆盖率（模拟数据）。",
    )
    shown = captioned(caption, language)
    return f'![{shown}](_generated/recovery.svg){{#fig-recovery fig-alt="{alt}"}}'


def _coverage(rows: list[tuple[Any, ...]], axis: str, nominal: str) -> Drawing:
    import pandas as pd

    from loyalty.shown.charts import dots

    return dots(
        pd.DataFrame(rows, columns=["label", "kind", "estimate", "ci_lower", "ci_upper"]),
        axis,
        group="kind",
        marks={nominal: 0.95},
    )


def bench_page(language: Language, folder: Path) -> str:
    """Processor time beside lavaan, as ``make bench`` left it, and how the bootstrap grows."""
    found = kept("bench.json")
    if not found:
        return _said("The benchmark was not run here.", "此处没有运行基准测试。", language)
    columns = [
        Column(lambda r: _task(r.task, language), "Task"),
        Column("semfit", "This study, ms", "number", 1),
        Column("lavaan", "lavaan, ms", "count"),
        Column("ratio", "Ratio", "number", 1),
    ]
    used = [" ".join(pair) for pair in found["versions"].items()]
    versions, versions_zh = ", ".join(used), "、".join(used)
    cap, mean = f"{found['cap']:.0f}", f"{found['geometric_mean']:.1f}"
    note = _said(
        "Processor time, medians of repeated runs, one thread each, the same models and data. Where "
        f"lavaan's time is missing it was stopped after {cap} seconds, and the ratio "
        f"is at least that. Geometric mean of the ratios: {mean}. Single "
        "times depend on the machine and on what else it does; the ratios less so. "
        f"{versions}. Source of the table: `benchmarks/results/bench.json`, which `make bench` "
        "writes.",
        "表中为处理器时间，取多次重复运行的中位数，均为单线程，模型与数据相同。lavaan 一栏缺失时，表示程序在 "
        f"{cap} 秒后被终止，比值至少为所列数值。比值的几何平均数为 {mean}。各项用时取决于机器及其负载，"
        f"比值受到的影响较小。所用软件为 {versions_zh}。本表取自 `benchmarks/results/bench.json`，"
        "该文件由 `make bench` 生成。",
        language,
    )
    caption = _captioned(
        f"The same tasks take lavaan at least {mean} times as long, by the geometric mean: speed of the estimator.",
        f"估计程序的速度：完成同样的任务，lavaan 的用时按几何平均至少为本研究的 {mean} 倍。",
        "bench",
        language,
    )
    parts = [
        _table(found["jobs"], columns, language),
        caption,
        note,
        growth_figure(language, folder),
        memory_sentence(language),
        run_table(language),
    ]
    return "\n\n".join(part for part in parts if part)


def _task(name: str, language: Language) -> str:
    """A row's name, in Chinese part by part."""
    if language == "en":
        return name
    own = r"\w*\d\w*|\w+-\w+"

    def said(part: str) -> str:
        known = catalogue("measured").get(re.sub(own, "{}", part), {}).get("zh")
        return known.format(*re.findall(own, part)) if known else part

    return "，".join(said(part) for part in name.split(", "))


def run_table(language: Language) -> str:
    """Processor time and memory of the run, as ``make bench-run`` left it."""
    records = kept("run.json")
    if not records:
        return ""
    columns = [
        Column(lambda r: _task(r.task, language), "The run"),
        Column("processor", "Processor, s", "number", 1),
        Column("wall", "Wall, s", "number", 1),
        Column("processor_share", "Share", "percent"),
        Column("peak_mib", "Largest process, MiB", "count"),
    ]
    note = _said(
        "Both commits measured in one hour on one machine. Share: of the whole run of the earlier "
        "commit, or of the pages from nothing. Source: `benchmarks/results/run.json`.",
        "代码的两个提交版本在同一小时内、同一台机器上测速。“比例”一栏，全程运行是与较早的提交相比，修改一句话后重新生成页面是与从头生成相比。"
        "本表取自 `benchmarks/results/run.json`。",
        language,
    )
    caption = _captioned(
        "Processor time and memory of `make report`.",
        "运行 `make report` 所用的处理器时间与内存。",
        "bench-run",
        language,
    )
    return "\n\n".join([_table(records, columns, language), caption, note])


def memory_sentence(language: Language) -> str:
    """Peak memory of the largest bootstraps, as ``make growth`` left it."""
    large = [r for r in kept("growth.json") if "peak_gib" in r]
    if not large:
        return ""
    rows = f"{large[0]['rows']:,}"
    peaks = [(f"{r['peak_gib']:.2f} GiB", f"{r['resamples']:,}") for r in large]
    en = " and ".join(f"{peak} with {draws} draws" for peak, draws in peaks)
    zh = "，".join(f"抽样 {draws} 次时内存最多占用 {peak}" for peak, draws in peaks)
    return _said(
        f"A bootstrap of {rows} rows took at most {en}: draws are made in "
        "parts, so that memory does not grow with their number.",
        f"对 {rows} 行数据作自助抽样，{zh}；抽样分批进行，内存不随抽样次数增长。",
        language,
    )


def growth_figure(language: Language, folder: Path) -> str:
    """Time a bootstrap draw takes against the size of the task, drawn into ``_generated``."""
    sizes = {
        "n": Text(en="Respondents", zh="受访者数"),
        "items": Text(en="Items", zh="题项数"),
        "draws": Text(en="Draws", zh="抽样次数"),
        "threads": Text(en="Threads", zh="线程数"),
    }
    panels = {
        label.in_(language): [
            (r[key], r["ms_a_draw"]) for r in kept("growth.json") if key in r and "rows" not in r
        ]
        for key, label in sizes.items()
    }
    panels = {label: points for label, points in panels.items() if points}
    if not panels:
        return ""
    axis = _said("ms a bootstrap draw", "每次自助抽样的毫秒数", language)
    _drawn(folder / "growth.svg", lambda v: _growth(*v), (panels, axis))
    alt = _said(
        "Four panels on logarithmic axes: milliseconds a bootstrap draw against the number of "
        "respondents, items, draws and threads.",
        "采用对数坐标的四幅图，显示每次自助抽样的毫秒数与受访者数、题项数、抽样次数及线程数的关系。",
        language,
    )
    caption = grown(panels, language)
    source = _said(
        "Source: `benchmarks/results/growth.json`, which `make growth` writes.",
        "本图取自 `benchmarks/results/growth.json`，该文件由 `make growth` 生成。",
        language,
    )
    return f'![{caption}](_generated/growth.svg){{#fig-growth fig-alt="{alt}"}}\n\n{source}'


def grown(panels: Mapping[str, Sequence[tuple[float, float]]], language: Language) -> str:
    """What a draw takes at the last size of each panel, as a multiple of that at the first."""
    parts = []
    for label, points in panels.items():
        (least, first), (most, last) = min(points), max(points)
        size, share = f"{least:,} → {most:,}", f"{last / first:.2g}"
        parts.append(
            f"{share} × ({label.lower()}, {size})"
            if language == "en"
            else f"{label}由 {least:,} 增至 {most:,} 时为 {share} 倍"
        )
    caption = Text(
        en=f"Time a bootstrap draw takes, from the least to the most: {'; '.join(parts)}.",
        zh=f"每次自助抽样所需的时间，在规模最大时相当于最小时的倍数：{'；'.join(parts)}。",
    )
    return captioned(caption, language)


def _growth(panels: dict[str, list[tuple[Any, Any]]], axis: str) -> Drawing:
    from loyalty.shown.charts import growth

    return growth(panels, axis)
