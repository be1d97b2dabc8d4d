"""A replication package: a folder, and the same as a zip archive, of one case.

What leaves the machine has passed :func:`loyalty.ground.disclosure.recordable`; rows go where their
licence allows it, else rows of nobody (:mod:`loyalty.stats.synthetic`) in their place. Personal
columns, ids and what people wrote are never part of it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases import datapackage, study
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates import moments
from loyalty.estimates.moments import Moments
from loyalty.estimates.solution import Observed, Solution
from loyalty.export import crate, documents, jars, rcheck
from loyalty.export.rcheck import Check, Source, Without
from loyalty.export.readme import SAID, readme
from loyalty.export.sheets import Sheet, as_csv, as_json, as_workbook, sheet, zipped
from loyalty.ground import findings, paths, results
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.findings import Found
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.said import Said
from loyalty.ground.text import Text
from loyalty.run import recorded, show
from loyalty.run.analyses import findings_of, notebook_file
from loyalty.stats.synthetic import Twin, twin

#: What people wrote is quoted there.
QUOTED = ("voice",)
#: What of a description goes out: neither where rows are, nor the columns that identify people.
DESCRIBED = {
    "title", "summary", "provenance", "scale", "constructs", "hypotheses", "groups", "effects",
    "focus",
}  # fmt: skip
SEED = 20261121


@dataclass(frozen=True)
class Data:
    """The rows of a package: given, synthetic, or none, and `why`."""

    kind: str
    rows: pd.DataFrame | None
    why: Text
    twin: Twin | None = None

    @property
    def path(self) -> str:
        return "data/answers.csv" if self.kind == "real" else "data/synthetic.csv"


def export(case: str, folder: Path | None = None) -> tuple[Path, Data]:
    """Write ``<case>/`` and ``<case>.zip`` below `folder` (``reports/exports``): whole, or not.

    Raises
    ------
    UserError
        When the case has no survey, or has not run.
    """
    described = study.load(case)
    if not described.surveyed:
        raise UserError(
            "{case}: no survey; a replication package is made of a survey's models", case=case
        )
    found = _found(described)
    survey, why = _survey(described)
    data = _data(described, survey, why)
    entries = _entries(described, found, survey, data)
    target = (folder or paths.root() / "reports" / "exports") / case
    _write(entries, target)
    return target, data


# --- what goes in --------------------------------------------------------------------------------
def _found(described: Study) -> dict[tuple[str, str], Found[Any]]:
    found = {}
    for analysis in described.analyses:
        if analysis not in QUOTED:
            found[described.case, analysis] = findings.read(
                described.case, analysis, findings_of(analysis)
            )
    return found


def _survey(described: Study) -> tuple[Survey | None, Said | None]:
    try:
        return recorded.rows(described).answers, None
    except RowsAbsent as error:
        return None, error.said


def may_be_given(described: Study) -> bool:
    """Whether the rows may be passed on: nobody forbids it, and their licence is known."""
    of = described.provenance
    return of.redistribute and of.licence != "not stated"


def _data(described: Study, survey: Survey | None, why: Said | None) -> Data:
    if survey is None:
        assert why is not None
        said = Text(
            en=f"They are not on the machine that made it ({why}), and without them it cannot be "
            "shown that synthetic ones lie far enough from them.",
            zh=f"生成本数据包的机器上没有原始数据（{why.in_('zh')}），因而无法证明合成数据与其足够远。",
        )
        return Data("none", None, said)
    items = [i.id for i in described.items]
    if may_be_given(described):
        columns = [*items, *(g.id for g in described.groups)]
        said = Text(
            en="The answers as they were given, and the groups.", zh="受访者的原始作答及分组。"
        )
        rows = survey.rows[columns]
        if survey.weights is not None:
            rows = rows.assign(**{rcheck.weight(described): survey.weights})
            said = Text(
                en="The answers as they were given, the groups and the weights.",
                zh="受访者的原始作答、分组及权重。",
            )
        return Data("real", rows, said)
    try:
        made = twin(
            survey.rows[items], {i.id: _answers(described, i) for i in described.items}, SEED
        )
    except CannotCompute as error:
        reason = error.reason.text()
        said = Text(
            en=f"The rows may not be passed on, and no synthetic ones can stand for them: "
            f"{reason.en}.",
            zh=f"原始数据不得转交，也无法生成可以替代的合成数据：{reason.zh}。",
        )
        return Data("none", None, said)
    said = Text(
        en="Synthetic rows: nobody gave these answers. Means, standard deviations, correlations "
        "and how many answers are missing are those of the real rows, which may not be passed on. "
        "Groups, weights and clusters are not part of them: what rests on these cannot be checked "
        "here.",
        zh="这些是合成数据，没有任何人作出这些作答。题项的均值、标准差、相关与缺失数均与不得转交的原始数据一致。"
        "其中不含分组、权重与整群信息，依赖于这些信息的结果无法在此检验。",
    )
    return Data("synthetic", made.rows, said, made)


def _answers(described: Study, item: Any) -> np.ndarray:
    """All answers that an item's scale has; of a slider a hundred and one."""
    scale = described.item_scale(item)
    step = scale.step or (scale.max - scale.min) / 100
    n = round((scale.max - scale.min) / step) + 1
    return np.linspace(scale.min, scale.max, n)


def _entries(
    described: Study,
    found: Mapping[tuple[str, str], Found[Any]],
    survey: Survey | None,
    data: Data,
) -> dict[str, bytes]:
    """Path → content of every file."""
    safe = _recordable(described, found, survey)
    open_ = data.kind == "real"
    kept = None if open_ else _kept(described, survey)
    taken = jars.taken(described, found if open_ else safe, kept)
    tables = list(taken.sheets)
    observed = None
    if not open_ and kept is None and survey is not None:
        observed = recorded.printable(survey, found)
    if observed is not None:
        tables.append(jars.printed(observed))
    files: dict[str, str | bytes] = {}
    codebook = _codebook(described)
    files["codebook.csv"], files["codebook.json"] = as_csv(codebook), as_json(codebook)
    package = datapackage.datapackage(described, {})
    files["description.json"] = _json(_description(described))
    if open_:
        files["datapackage.json"] = _json(_columns_given(described, package, data))
    for table in tables:
        files[f"tables/{table.name}.csv"] = as_csv(table)
    files["tables/tables.xlsx"] = as_workbook([codebook, *tables])
    files["tables/tables.docx"] = documents.word(tables, described.title.en)
    for name, text in taken.texts.items():
        place = "models" if name.endswith((".lav", ".tex")) else "tables"
        files[f"{place}/{name}"] = text
    for (case, analysis), result in safe.items():
        stem = notebook_file(analysis).stem
        files[f"findings/{analysis}.json"] = result.model_dump_json(indent=1)
        files[f"notebooks/{stem}.ipynb"] = _notebook(case, analysis, result)
    files |= _environment(found)
    if data.rows is not None:
        files[data.path] = data.rows.to_csv(index=False, lineterminator="\n", float_format="%.15g")
    if data.twin is not None:
        files["data/synthetic.json"] = _json(_quality(data.twin))
    sources = _sources(described, survey, data, kept, observed)
    reported = jars.solutions(described.case, found if open_ else safe)
    checks, without = rcheck.fitted(described, sources, reported)
    files |= _checked(described, checks, without, reported)
    entries = {k: v if isinstance(v, bytes) else _text(v) for k, v in files.items()}
    said = readme(described, data.kind, data.why, data.twin, checks, without, entries)
    entries["README.md"] = _text(said)
    entries[crate.METADATA] = _text(_json(_metadata(described, found, data, entries)))
    return entries


def _text(text: str) -> bytes:
    return (text.rstrip("\n") + "\n").encode()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _recordable(
    described: Study, found: Mapping[tuple[str, str], Found[Any]], survey: Survey | None
) -> dict[tuple[str, str], Found[Any]]:
    """The findings as the gate lets them pass, with their addresses."""
    known = recorded.known(survey)
    return {
        key: one if one.provenance.recorded is not None else recorded.gated(one, known, described)
        for key, one in found.items()
    }


def _kept(described: Study, survey: Survey | None) -> Moments | None:
    """Means and covariances that may be given without the rows."""
    found = recorded.read_moments(described) if survey is None else moments.recorded(survey)
    return found if isinstance(found, Moments) else None


def _codebook(described: Study) -> Sheet:
    rows = []
    for construct in described.constructs:
        for item in construct.items:
            scale = described.item_scale(item)
            rows.append(
                {
                    "column": item.id,
                    "kind": "item",
                    "construct": construct.id,
                    "construct_en": construct.label.en,
                    "construct_zh": construct.label.zh,
                    "role": construct.role,
                    "wording_en": item.wording.en,
                    "wording_zh": item.wording.zh,
                    "reversed": item.reversed,
                    "minimum": scale.min,
                    "maximum": scale.max,
                    "step": scale.step,
                    "levels": None,
                }
            )
    for group in described.groups if may_be_given(described) else []:
        blank = dict.fromkeys(rows[0])
        levels = "; ".join(f"{k} = {v.en}" for k, v in group.levels.items())
        named = {"construct_en": group.label.en, "construct_zh": group.label.zh}
        rows.append({**blank, "column": group.id, "kind": "group", **named, "levels": levels})
    if described.weights is not None and may_be_given(described):
        blank = dict.fromkeys(rows[0])
        column = {"column": rcheck.weight(described), "kind": "weight", "minimum": 0}
        named = {"construct_en": "Sampling weight", "construct_zh": "抽样权重"}
        rows.append({**blank, **column, **named})
    return sheet("codebook", Text(en="Codebook", zh="编码手册"), rows)


def _description(described: Study) -> dict[str, Any]:
    content = described.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    given = {"weights"} if may_be_given(described) else set()
    for group in content.get("groups", []):
        group.pop("missing", None)  # what rows hold that is no level
    return {k: v for k, v in content.items() if k in DESCRIBED | given}


def _columns_given(described: Study, package: dict[str, Any], data: Data) -> dict[str, Any]:
    """The data package of the answers alone, with the columns that are there."""
    assert data.rows is not None
    (answers,) = (r for r in package["resources"] if r["name"] == "answers")
    ids = [v.id for v in (*described.items, *described.variables, *described.groups)]
    ids += [] if described.weights is None else [rcheck.weight(described)]
    fields = dict(zip(ids, answers["schema"]["fields"], strict=True))
    named = [{**fields[column], "name": column} for column in data.rows.columns]
    schema = {"fields": named, "missingValues": [""]}
    return {**package, "resources": [{**answers, "path": data.path, "schema": schema}]}


def _notebook(case: str, analysis: str, result: Found[Any]) -> str:
    import nbformat

    notebook = show.filled(case, analysis, "en", result)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
    notebook.metadata.pop("papermill", None)
    text: str = nbformat.writes(notebook)
    return text


def _environment(found: Mapping[tuple[str, str], Found[Any]]) -> dict[str, str | bytes]:
    """What computed: the lock file, and versions as the results say them."""
    ran = next(iter(found.values())).provenance
    versions = {
        "python": ran.python,
        "git_commit": ran.git_commit,
        "git_changed": ran.git_changed,
        "packages": ran.packages,
        "parameters": {
            analysis: {k: v for k, v in one.provenance.parameters.items() if k != "case"}
            for (_, analysis), one in found.items()
        },
    }
    made: dict[str, str | bytes] = {"environment/versions.json": _json(versions)}
    for name in ("uv.lock", "pyproject.toml"):
        if (paths.root() / name).is_file():
            made[f"environment/{name}"] = (paths.root() / name).read_bytes()
    return made


def _sources(
    described: Study,
    survey: Survey | None,
    data: Data,
    kept: Moments | None,
    observed: Observed | None,
) -> list[Source]:
    """What of the package the models are fitted to: rows; and, where these are not the real ones,
    what may be given of the real ones' means and covariances."""
    made = []
    if data.rows is not None:
        real = data.kind == "real" and survey is not None
        rows = survey.scored if real and survey else _scored(described, data.rows)
        weights = survey.weights if real and survey else None
        made.append(Source("rows", data.path, rows, weights))
    if kept is not None:
        made.append(Source("moments", "tables/covariances.csv", kept))
    elif observed is not None:
        made.append(Source("moments", "tables/correlations.csv", rcheck.printed(observed)))
    return made


def _checked(
    described: Study,
    checks: Sequence[Check],
    without: Without,
    reported: Mapping[str, Solution],
) -> dict[str, str | bytes]:
    """The script that fits the models, and the numbers it must find."""
    made: dict[str, str | bytes] = {}
    if checks:
        made["check.R"] = rcheck.script(described, checks)
        made["expected.csv"] = as_csv(rcheck.expected(checks, reported))
    for one in checks:
        made[f"models/{one.model}.lav"] = one.solution.model
        if one.of == "implied":
            title = Text(en="Implied covariances", zh="隐含协方差")
            implied = rcheck.implied(reported[one.model])
            made[one.file] = as_csv(rcheck.matrix(implied, title, f"{one.model}-implied"))
    if without:
        made["models/not-checked.json"] = _json(
            {name: reason.model_dump() for name, reason in without.items()}
        )
    return made


def _scored(described: Study, rows: pd.DataFrame) -> pd.DataFrame:
    turned = rows.copy()
    for item in described.items:
        if item.reversed:
            scale = described.item_scale(item)
            turned[item.id] = scale.min + scale.max - turned[item.id]
    return turned


def _quality(of: Twin) -> dict[str, Any]:
    return {
        "rows": len(of.rows),
        "largest_deviation": {
            "mean_in_sd": of.mean,
            "sd_relative": of.sd,
            "correlation": of.correlation,
        },
        "median_distance_to_nearest_real_row": of.nearest,
        "median_distance_of_held_out_real_rows": of.held_out,
        "share_equal_to_a_real_row": of.copies,
        "share_of_held_out_rows_equal_to_another": of.held_out_copies,
        "rows_equal_to_one_that_a_single_person_gave": of.single,
    }


# --- what it says of itself ----------------------------------------------------------------------
def _metadata(
    described: Study,
    found: Mapping[tuple[str, str], Found[Any]],
    data: Data,
    entries: Mapping[str, bytes],
) -> dict[str, Any]:
    ran = next(iter(found.values())).provenance
    said = {path: text.en for path, text in SAID.items()}
    return crate.metadata(
        entries,
        said,
        name=described.title.en,
        description=f"Replication package. {described.summary.en}",
        licence=described.provenance.licence,
        date=results.date_of(ran.git_commit),
        software={"python": ran.python, **ran.packages},
    )


# --- writing -------------------------------------------------------------------------------------
def _write(entries: Mapping[str, bytes], target: Path) -> None:
    """The folder and its archive in one move each, once every file is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    packed = fresh.with_suffix(".zip")
    try:
        for path, content in entries.items():
            file = paths.inside(fresh, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        archive = io.BytesIO()
        zipped(archive, {f"{target.name}/{path}": entries[path] for path in entries})
        packed.write_bytes(archive.getvalue())
        os.chmod(fresh, 0o755)
        _replace(fresh, target)
        os.replace(packed, target.with_name(f"{target.name}.zip"))
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        packed.unlink(missing_ok=True)


def _replace(new: Path, target: Path) -> None:
    from loyalty.render.embedded import swap

    swap(new, target)
