"""The appendix' pages of what benchmarks left: coverage, recovery, speed.

They are measured apart from the report (`make bench`, `make recovery`, `benchmarks/monte_carlo.py`)
and kept as JSON in ``benchmarks/results``; these pages only show what is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from loyalty.book.files import measured
from loyalty.cases.study import Study
from loyalty.ground import numbers, paths
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.run import marks
from loyalty.run.analyses import code_behind
from loyalty.shown.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


def kept(name: str) -> Any:
    """The records of one file; none where it was not made."""
    file = measured() / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def _table(records: list[dict[str, Any]], columns: list[Column]) -> str:
    """A table of what was measured, without its caption."""
    keys = {key for record in records for key in record}
    rows = [SimpleNamespace(**{key: record.get(key) for key in keys}) for record in records]
    caption = Text(en="Measured.", zh="测量结果。")
    return Table(rows, columns, caption, plain=True).markdown("en")


def _drawn(name: str, drawing: Callable[[Any], Drawing], values: Any) -> None:
    """Draw a figure into ``_generated``, unless it is there from the same values and code."""
    target, mark = paths.generated() / f"{name}.svg", paths.cache() / "render" / f"{name}.txt"
    code = code_behind("loyalty.shown.charts", __name__)
    packages = ("matplotlib", "seaborn", "numpy", "pandas", "fonttools", "noto-cjk-sans-otc")
    digest = marks.digest(code, values, *map(version, packages))
    step = marks.Step(name, mark, digest, (), (target,), ())
    if step.current():
        return
    from loyalty.shown import charts  # slow to import

    charts.use_style()
    target.parent.mkdir(parents=True, exist_ok=True)
    drawing(values).savefig(target, metadata={"Date": None})
    marks.done(step)


def montecarlo_page() -> str:
    """Coverage of intervals and rejection rates of tests, by simulation."""
    records = kept("monte_carlo.json")
    if not records:
        return "The Monte Carlo study was not run here."
    data = {"normal": "normal", "likert": "Likert"}
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
    note = (
        f"Simulated data, {records[0]['replications']:,} replications a row, answers normal or on "
        "seven-point Likert scales. Bias is relative, of an indirect effect; delta, percentile and "
        "BCa are the shares of 95 % intervals that hold its true value (nominal .950); the last "
        "columns are the shares of true models rejected at the 5 % level. A coverage near .95 has "
        f"a standard error of {error}. Source of both tables: "
        "`benchmarks/results/monte_carlo.json`, which `benchmarks/monte_carlo.py` writes."
    )
    caption = ": Coverage and error rates by simulation. {#tbl-montecarlo}"
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
    lost = (
        f"{failed:,} of {fits:,} fits were inadmissible and are not in the tables."
        if failed
        else f"None of {fits:,} fits was inadmissible."
    )
    every_note = (
        f"Over {records[0]['parameters']} parameters, the free ones and the indirect effect: the "
        "largest relative bias, the mean coverage of each kind of interval, and the least coverage "
        f"that percentile intervals have of any parameter. {lost}"
    )
    every_caption = ": Bias and coverage over all parameters by simulation. {#tbl-montecarlo-all}"
    return "\n\n".join(
        [
            _table(shown, columns),
            caption,
            note,
            _table(shown, every),
            every_caption,
            every_note,
        ]
    )


#: What the intervals of the recovery allow for, and how the page names it.
COVERAGES = {
    "coverage_plain": "respondents independent",
    "coverage_cluster": "firms, normal",
    "coverage_cluster_t": "firms, t",
}


def recovery_page(described: dict[str, Study]) -> str:
    """Declared against estimated paths of the simulated cases, over many redraws."""
    records = [r for r in kept("recovery.json") if r["case"] in described]
    if not records:
        return "The recovery of the simulated cases was not measured here."
    cases = list(dict.fromkeys(r["case"] for r in records))
    least = min(r["replications"] for r in records)
    error = numbers.show((0.95 * 0.05 / least) ** 0.5, "bounded", decimals=3)
    parts = [
        "Every table sets the values that a case declares beside what the structural chapter's "
        "model estimates from rows drawn anew, with other respondents and other firms. Bias is "
        "the mean estimate less the true value; the next column is the bias that is left when "
        "the careless respondents, whom no analyst can know, are taken out of the same rows. The "
        "last columns are the shares of 95 % intervals that hold the true value: taking "
        "respondents as independent, allowing for firms with normal quantiles, and with those of "
        "t with one degree of freedom less than there are firms. A coverage near .95 has a "
        f"standard error of at most {escape(error)}.",
        recovery_figure(records, described),
    ]
    for case in cases:
        own = [r for r in records if r["case"] == case and r["label"].startswith("p_")]
        s = described[case]
        labels = {
            f"p_{h.id}": f"{h.id} · {s.label(h.from_, 'en')} → {s.label(h.to, 'en')}"
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
        firms = "no firms"
        if first["firms"]:
            firms = f"{first['firms']} firms"
            columns += [
                Column("coverage_cluster", "Firms", "bounded", 3),
                Column("coverage_cluster_t", "Firms, t", "bounded", 3),
            ]
        shown = [{**r, "path": labels.get(r["label"], r["label"])} for r in own]
        lost = "all have an admissible solution"
        if first["nonconverged"] or first["inadmissible"]:
            lost = (
                f"left out are {first['nonconverged']:,} without convergence and "
                f"{first['inadmissible']:,} with an inadmissible solution"
            )
        parts += [
            f"{_table(shown, columns)}\n\n: Recovery of {escape(s.title.en)}. "
            f"{{#tbl-recovery-{case}}}",
            f"{first['n']:,} respondents, {firms}, {first['replications']:,} redraws; {lost}.",
        ]
    parts.append(
        "Source: `benchmarks/results/recovery.json`, which `make recovery` writes from the cases' "
        "process files and which holds the indirect effects as well."
    )
    return "\n\n".join(parts)


def recovery_figure(records: list[dict[str, Any]], described: dict[str, Study]) -> str:
    """Coverage by case, drawn into ``_generated``."""
    rows = []
    for kind, name in COVERAGES.items():
        for case in dict.fromkeys(r["case"] for r in records):
            found = [r[kind] for r in records if r["case"] == case and kind in r]
            if found:
                title = described[case].title.en
                mean = sum(found) / len(found)
                rows.append((title, name, mean, min(found), max(found)))
    _drawn("recovery", _coverage, rows)
    alt = (
        "Dot plot: for every simulated case the mean coverage of its paths and effects, with a "
        "line from the least to the greatest, for intervals that take respondents as independent "
        "and for two kinds that allow for firms; a vertical line at the nominal .95."
    )
    caption = (
        "Coverage of 95 % intervals over the paths and effects of each simulated case: mean, and "
        "a line from the least to the greatest (simulated data)."
    )
    return f'![{caption}](_generated/recovery.svg){{#fig-recovery fig-alt="{alt}"}}'


def _coverage(rows: list[tuple[Any, ...]]) -> Drawing:
    import pandas as pd

    from loyalty.shown.charts import dots

    return dots(
        pd.DataFrame(rows, columns=["label", "kind", "estimate", "ci_lower", "ci_upper"]),
        "Share of 95 % intervals that hold the true value",
        group="kind",
        marks={"nominal": 0.95},
    )


def bench_page() -> str:
    """Processor time beside lavaan, as ``make bench`` left it, and how the bootstrap grows."""
    found = kept("bench.json")
    if not found:
        return "The benchmark was not run here."
    columns = [
        Column("task", "Task"),
        Column("semfit", "This study, ms", "number", 1),
        Column("lavaan", "lavaan, ms", "count"),
        Column("ratio", "Ratio", "number", 1),
    ]
    versions = ", ".join(" ".join(pair) for pair in found["versions"].items())
    note = (
        "Processor time, medians of one run, one thread each, the same models and data. Where "
        f"lavaan's time is missing it was stopped after {found['cap']:.0f} seconds, and the ratio "
        f"is at least that. Geometric mean of the ratios: {found['geometric_mean']:.1f}. Single "
        "times depend on the machine and on what else it does; the ratios less so. "
        f"{versions}. Source of the table: `benchmarks/results/bench.json`, which `make bench` "
        "writes."
    )
    caption = ": Speed of `make bench`. {#tbl-bench}"
    parts = [_table(found["jobs"], columns), caption, note, growth_figure(), memory_sentence()]
    return "\n\n".join(part for part in [*parts, run_table()] if part)


def run_table() -> str:
    """Processor time and memory of the run, as ``make bench-run`` left it."""
    records = kept("run.json")
    if not records:
        return ""
    columns = [
        Column("task", "The run"),
        Column("processor", "Processor, s", "number", 1),
        Column("wall", "Wall, s", "number", 1),
        Column("processor_share", "Share", "percent"),
        Column("peak_mib", "Largest process, MiB", "count"),
    ]
    note = (
        "Both commits measured in one hour on one machine. Share: of the whole run of the earlier "
        "commit, or of the pages from nothing. Source: `benchmarks/results/run.json`."
    )
    caption = ": Processor time and memory of `make report`. {#tbl-bench-run}"
    return "\n\n".join([_table(records, columns), caption, note])


def memory_sentence() -> str:
    """Peak memory of the largest bootstraps, as ``make growth`` left it."""
    large = [r for r in kept("growth.json") if "peak_gib" in r]
    if not large:
        return ""
    peaks = " and ".join(f"{r['peak_gib']:.2f} GiB with {r['resamples']:,} draws" for r in large)
    return (
        f"A bootstrap of {large[0]['rows']:,} rows took at most {peaks}: draws are made in "
        "parts, so that memory does not grow with their number."
    )


def growth_figure() -> str:
    """Time a bootstrap draw takes against the size of the task, drawn into ``_generated``."""
    sizes = {"n": "Respondents", "items": "Items", "draws": "Draws", "threads": "Threads"}
    panels = {
        label: [
            (r[key], r["ms_a_draw"]) for r in kept("growth.json") if key in r and "rows" not in r
        ]
        for key, label in sizes.items()
    }
    panels = {label: points for label, points in panels.items() if points}
    if not panels:
        return ""
    _drawn("growth", _growth, panels)
    alt = (
        "Four panels on logarithmic axes: milliseconds a bootstrap draw against the number of "
        "respondents, items, draws and threads."
    )
    caption = "Time a bootstrap draw takes against respondents, items, draws and threads."
    source = "Source: `benchmarks/results/growth.json`, which `make growth` writes."
    return f'![{caption}](_generated/growth.svg){{#fig-growth fig-alt="{alt}"}}\n\n{source}'


def _growth(panels: dict[str, list[tuple[Any, Any]]]) -> Drawing:
    from loyalty.shown.charts import growth

    return growth(panels, "ms a bootstrap draw")
