"""The replication package: what is in it, what never is, and that it checks itself in R."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from loyalty import cli
from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.structural import findings as structural
from loyalty.book import report, result_files
from loyalty.cases import study, survey
from loyalty.cases.study import Study
from loyalty.estimates import moments
from loyalty.estimates.solution import Solution
from loyalty.export import crate, package, rcheck
from loyalty.ground import findings, paths
from loyalty.ground.errors import RowsAbsent
from loyalty.ground.findings import Found, Refused
from loyalty.ground.results import DataOrigin, Provenance
from loyalty.run import show
from loyalty.run.analyses import PLACE
from tests.conftest import REPOSITORY, Project, answers

R = shutil.which("Rscript")
LAVAAN = (
    R is not None
    and not subprocess.run(
        [R, "-e", "stopifnot(requireNamespace('lavaan', quietly = TRUE))"], capture_output=True
    ).returncode
)
#: In columns that are personal, ids or declared as nothing: in no file of a package.
SECRETS = ("anna.secret@example.org", "ID-4711-0815", "my neighbour is the mayor")


def ran(case: str) -> None:
    """What the notebooks of the two models leave."""
    loaded = survey.load(study.load(case))
    scales = measurement.scales(loaded)
    planned = measurement.planned(scales)
    data = structural.answers(loaded)
    model = structural.model(data)
    found_paths = structural.paths(data, model)
    made: dict[str, Any] = {
        "measurement": measurement.Measurement(
            fit=measurement.fit(planned),
            solution=measurement.solution(scales, planned),
            observed=measurement.observed(loaded),
        ),
        "structural": structural.Structural(
            paths=found_paths,
            solution=structural.solution(data, model, structural.firms(data), found_paths),
        ),
    }
    origin = DataOrigin(
        resource="answers", source="numpy", sha256=loaded.checksum, rows=len(loaded.rows)
    )
    for number, (analysis, whole) in enumerate(made.items(), 4):
        stem = f"{number:02d}-{analysis}"
        provenance = Provenance(
            notebook=stem,
            parameters={"case": case, "seed": 1},
            data=[origin],
            code_sha256="0" * 64,
            git_commit=None,
            git_changed=None,
            python="3",
            packages={"numpy": "2"},
        )
        findings.write(
            Found[type(whole)](  # type: ignore[misc]
                case=case,
                analysis=analysis,
                simulated=False,
                findings=whole,
                provenance=provenance,
            )
        )
        place = new_output("display_data", data={PLACE: {"finding": "solution"}})
        cells = [new_markdown_cell(f"# {analysis}"), new_code_cell("nb", outputs=[place])]
        for k, cell in enumerate(cells):
            cell["id"] = f"c{k}"
        paths.write(paths.computed(case, stem), writes(new_notebook(cells=cells)))


@pytest.fixture
def case(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An open survey of 400 people with an id, a personal column and a remark."""
    monkeypatch.setattr(Study, "analyses", ["measurement", "structural"])
    monkeypatch.setattr(package.results, "date_of", lambda commit: "2026-11-27")
    shutil.copytree(REPOSITORY / "notebooks", project.root / "notebooks", dirs_exist_ok=True)
    mail, who, remark = SECRETS
    rows = answers(400).assign(mail=mail, who=[f"{who}-{i}" for i in range(400)], remark=remark)
    rows["q1"] = 6 - rows["q1"]
    project.study["constructs"][0]["items"][0]["reverse"] = True
    project.study["personal"] = ["mail"]
    project.study["variables"].append({"id": "who", "label": "Who", "kind": "id"})
    project.study["provenance"]["kind"] = "real"
    _reversed(project)
    project.rows(rows)
    ran("small")
    return project


def _reversed(project: Project) -> None:
    """The first item is worded in reverse, by whatever key a description says so."""
    item = project.study["constructs"][0]["items"][0]
    item.pop("reverse", None)
    item["reversed"] = True


def closed(case: Project) -> None:
    """The same where no row may be passed on."""
    (case.folder / "rows").mkdir()
    shutil.move(case.folder / "rows.csv", case.folder / "rows" / "rows.csv")
    case.study["rows"]["file"]["path"] = "rows/rows.csv"
    case.study["provenance"]["redistribute"] = False
    case.describe()


def everything(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def expected_of(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "expected.csv", keep_default_na=False)


def readable(content: bytes, name: str) -> str:
    """All text of a file, that of packed documents too."""
    if name.endswith((".xlsx", ".docx", ".zip")):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(readable(packed.read(n), n) for n in packed.namelist())
    return content.decode("utf-8", errors="replace")


# --- what is in it -------------------------------------------------------------------------------
def test_an_open_survey_goes_with_its_rows(case: Project) -> None:
    folder, data = package.export("small")
    assert (data.kind, folder) == ("real", case.root / "reports" / "exports" / "small")
    files = everything(folder)
    rows = pd.read_csv(io.BytesIO(files["data/answers.csv"]))
    assert list(rows.columns) == ["q1", "q2", "q3", "l1", "l2", "l3", "plan"]
    assert rows["q1"].tolist() == survey.load(study.load("small")).rows["q1"].tolist()
    assert set(files) >= {
        "README.md",
        "check.R",
        "codebook.csv",
        "codebook.json",
        "datapackage.json",
        "description.json",
        "expected.csv",
        "findings/measurement.json",
        "models/structural.lav",
        "notebooks/04-measurement.ipynb",
        "ro-crate-metadata.json",
        "tables/measurement-parameters.csv",
        "tables/tables.docx",
        "tables/tables.xlsx",
    }
    assert "CFI" in files["notebooks/04-measurement.ipynb"].decode()


def test_pages_of_closed_rows_show_what_the_gate_lets_pass_and_no_more(case: Project) -> None:
    """The same rule for pages, the files beside them, packages and what is recorded."""
    fit = findings.read("small", "measurement", measurement.Measurement).findings.fit
    assert not isinstance(fit, Refused) and fit is not None
    for close in (False, True):
        if close:
            closed(case)
        book = report.results(["small"])
        of = book["small", "measurement"]
        assert isinstance(of.findings.observed, Refused) is close
        assert of.findings.fit is not None and of.provenance.recorded is None
        notebook = writes(show.filled("small", "measurement", "en"))
        assert "CFI" in notebook
        result_files.write("small", book)
        beside = (result_files.result_folder("small") / "measurement.json").read_text("utf-8")
        whole = (paths.results() / "small" / "measurement.json").read_text("utf-8")
        assert ("covariances" in beside) is not close and "covariances" in whole
        folder, _ = package.export("small")
        given = (folder / "findings" / "measurement.json").read_text("utf-8")
        assert ("covariances" in given) is False
    assert isinstance(book["small", "structural"].findings.solution, Solution)


def test_covariances_of_closed_rows_go_only_where_they_may_be_recorded(case: Project) -> None:
    closed(case)
    folder, _ = package.export("small")
    cov = pd.read_csv(folder / "tables" / "covariances.csv").set_index("item")
    real = survey.load(study.load("small")).scored
    assert cov.loc["q3", "q2"] == pytest.approx(real[["q2", "q3"]].cov().iloc[1, 0], rel=1e-7)


def test_a_closed_survey_goes_with_rows_of_nobody(
    case: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(case)
    monkeypatch.setattr(moments, "TIMES", 20)  # too few people for covariances at full precision
    folder, data = package.export("small")
    files = everything(folder)
    assert data.kind == "synthetic" and "data/answers.csv" not in files
    assert "datapackage.json" not in files and "tables/covariances.csv" not in files
    rows = pd.read_csv(io.BytesIO(files["data/synthetic.csv"]))
    real = survey.load(study.load("small")).rows[list(rows.columns)]
    assert (rows.corr() - real.corr()).abs().to_numpy().max() <= 0.02
    said = json.loads(files["data/synthetic.json"])
    assert (
        said["median_distance_to_nearest_real_row"] >= said["median_distance_of_held_out_real_rows"]
    )
    r = pd.read_csv(io.BytesIO(files["tables/correlations.csv"])).set_index("item")
    assert r.loc["q2", "q1"] == round(r.loc["q2", "q1"], 2)
    findings_ = json.loads(files["findings/measurement.json"])["findings"]
    assert "covariances" not in json.dumps(findings_), "not past the gate"


def test_no_synthetic_rows_where_they_cannot_be_had(case: Project) -> None:
    closed(case)
    (case.folder / "rows" / "rows.csv").unlink()
    folder = case.folder / "rows"
    rows = answers(60).assign(mail="x", who=range(60), remark="y")
    rows["q1"] = 6 - rows["q1"]
    rows.to_csv(folder / "rows.csv", index=False)
    case.study["rows"]["file"]["sha256"] = hashlib.sha256(
        (folder / "rows.csv").read_bytes()
    ).hexdigest()
    case.describe()
    ran("small")
    made, data = package.export("small")
    assert data.kind == "none" and "a synthetic twin needs 100" in data.why.en
    files = everything(made)
    assert not any(name.startswith("data/") for name in files)
    said = files["README.md"].decode()
    for part, first in zip(said.split("\n---\n"), ("holds no rows", "不含数据行"), strict=True):
        assert first in part.split("\n\n")[1], "first thing under the title"
    assert "needs 100" in said and "`tables/correlations.csv`" in said
    assert set(expected_of(made)["fitted_to"]) == {"moments"}
    r = pd.read_csv(made / "tables" / "correlations.csv")
    assert (r["mean"] == r["mean"].round(2)).all() and (r["sd"] == r["sd"].round(2)).all()
    if LAVAAN:
        code, told = checked(made)
        assert code == 0 and " numbers, 0 off" in told, told


def test_no_secret_is_in_any_file_of_an_open_or_a_closed_package(case: Project) -> None:
    case.study["groups"][0]["missing"] = [SECRETS[2]]  # what stands there for no level
    case.describe()
    for close in (False, True):
        if close:
            closed(case)
        folder, _ = package.export("small")
        files = everything(folder)
        files["all.zip"] = folder.with_name("small.zip").read_bytes()
        for name, content in files.items():
            text = readable(content, name)
            for secret in (*SECRETS, str(case.root), "rows.csv"):
                assert secret not in text, f"{secret} in {name}"


def test_a_formula_in_a_wording_stays_a_text(case: Project) -> None:
    case.study["constructs"][0]["items"][1]["en"] = "=HYPERLINK(1)"
    case.describe()
    folder, _ = package.export("small")
    rows = list(csv.reader(io.StringIO((folder / "codebook.csv").read_text("utf-8"))))
    assert any("'=HYPERLINK(1)" in row for row in rows)


@pytest.mark.skipif(not LAVAAN, reason="no R with lavaan on this machine")
def test_without_rows_the_models_are_checked_from_recorded_moments(
    case: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = moments.moments(survey.load(study.load("small")))

    def absent(described: Study) -> Any:
        raise RowsAbsent("the rows are elsewhere")

    monkeypatch.setattr(package.recorded, "rows", absent)
    monkeypatch.setattr(package.recorded, "read_moments", lambda described: kept)
    folder, data = package.export("small")
    assert data.kind == "none" and "the rows are elsewhere" in data.why.en
    assert not (folder / "data").exists() and (folder / "tables" / "covariances.csv").is_file()
    assert set(expected_of(folder)["fitted_to"]) == {"moments"}
    code, said = checked(folder)
    assert code == 0 and " numbers, 0 off" in said, said


@pytest.mark.skipif(not LAVAAN, reason="no R with lavaan on this machine")
def test_with_nothing_but_findings_the_reported_solution_is_checked_against_itself(
    case: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """lavaan finds the reported estimates again in the covariances that they imply."""

    def absent(described: Study) -> Any:
        raise RowsAbsent("the rows are elsewhere")

    monkeypatch.setattr(package.recorded, "rows", absent)
    monkeypatch.setattr(package.recorded, "read_moments", lambda described: None)
    folder, _ = package.export("small")
    rows = expected_of(folder)
    assert set(rows["fitted_to"]) == {"implied"} and set(rows["model"]) == {
        "measurement",
        "structural",
    }
    est = rows[rows["what"].isin(["est", "std"])].astype({"value": float, "reported": float})
    assert est["value"].to_numpy() == pytest.approx(est["reported"].to_numpy(), abs=1e-4)
    assert rows.loc[rows["what"] == "chisq", "value"].astype(float).max() < 1e-4
    assert "fit together" in (folder / "README.md").read_text("utf-8")
    code, said = checked(folder)
    assert code == 0 and " numbers, 0 off" in said, said


# --- bytes and failures --------------------------------------------------------------------------
def test_the_same_inputs_give_the_same_bytes(case: Project, tmp_path: Path) -> None:
    first, _ = package.export("small", tmp_path / "a")
    second, _ = package.export("small", tmp_path / "b")
    assert everything(first) == everything(second)
    packed = [f.with_name("small.zip").read_bytes() for f in (first, second)]
    assert packed[0] == packed[1]
    with zipfile.ZipFile(io.BytesIO(packed[0])) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        inside = {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}
    assert inside == everything(first)


def test_a_failure_leaves_the_old_package(case: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = package.export("small")
    before = everything(folder.parent)

    def full(self: Path, content: bytes) -> int:
        if self.name == "README.md":
            raise OSError(28, "No space left on device", str(self))
        return written(self, content)

    written = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", full)
    assert cli.main(["export", "small"]) == 2
    monkeypatch.undo()
    assert everything(folder.parent) == before


def test_what_did_not_run_is_refused(project: Project, refusal: Callable[..., str]) -> None:
    assert "not there; loyalty run small makes it" in refusal(package.export, "small")


def test_a_case_without_a_survey_is_refused(repository: Path, refusal: Callable[..., str]) -> None:
    assert refusal(package.export, "cdnow").startswith("cdnow: no survey")


# --- RO-Crate ------------------------------------------------------------------------------------
def test_the_metadata_hold_to_ro_crate_without_the_network(case: Project) -> None:
    """What https://w3id.org/ro/crate/1.1 requires: the descriptor, the root, flat entities that
    are all referred to, every file once, no property that the context does not define."""
    folder, _ = package.export("small")
    files = everything(folder)
    whole = json.loads(files[crate.METADATA])
    graph = {entity["@id"]: entity for entity in whole["@graph"]}
    assert len(graph) == len(whole["@graph"]), "each entity stands once"
    descriptor = graph[crate.METADATA]
    assert descriptor["@type"] == "CreativeWork" and descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph["./"]
    for required in ("name", "description", "datePublished", "license"):
        assert root[required], required
    assert root["@type"] == "Dataset" and root["license"]["@id"] in graph
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == set(files) - {crate.METADATA}
    for path in parts:
        assert graph[path]["@type"] == "File"
        assert int(graph[path]["contentSize"]) == len(files[path])
        assert graph[path]["sha256"] == hashlib.sha256(files[path]).hexdigest()
    terms = whole["@context"]
    assert all(iri.startswith(("http://schema.org/", "http://purl.org/")) for iri in terms.values())
    for entity in graph.values():
        assert entity["@type"] in terms
        for key, value in entity.items():
            assert key.startswith("@") or key in terms, key
            for one in value if isinstance(value, list) else [value]:
                assert not isinstance(one, dict) or set(one) == {"@id"}, "flat"
                if isinstance(one, dict) and not one["@id"].startswith("https://"):
                    assert one["@id"] in graph


# --- in R ----------------------------------------------------------------------------------------
def checked(folder: Path) -> tuple[int, str]:
    assert R is not None
    done = subprocess.run(
        [R, "--vanilla", str(folder / "check.R")], capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(not LAVAAN, reason="no R with lavaan on this machine")
@pytest.mark.parametrize("close", [False, True], ids=["open", "closed"])
def test_lavaan_finds_the_expected_numbers(case: Project, close: bool) -> None:
    if close:
        closed(case)
    folder, _ = package.export("small")
    code, said = checked(folder)
    assert code == 0, said
    expected = pd.read_csv(folder / "expected.csv")
    assert set(expected["model"]) == {"measurement", "structural"}
    assert set(expected["fitted_to"]) == ({"rows", "moments"} if close else {"rows"})
    near = expected[(expected["what"] == "std") & (expected["kind"] != "covariance")]
    if close:  # the twin's standardized loadings and paths are about the report's, not the same
        assert (near["value"] - near["reported"]).abs().max() < 0.03
    else:
        assert near["value"].to_numpy() == pytest.approx(near["reported"].to_numpy(), abs=1e-6)
    assert f"{len(expected)} numbers, 0 off" in said and said.count("pass ") == len(expected)


@pytest.mark.skipif(not LAVAAN, reason="no R with lavaan on this machine")
def test_a_number_that_is_off_fails(case: Project) -> None:
    folder, _ = package.export("small")
    expected = expected_of(folder)
    expected.loc[7, "value"] = float(expected.loc[7, "value"]) + 0.01
    expected.to_csv(folder / "expected.csv", index=False)
    code, said = checked(folder)
    assert code == 1 and said.count("FAIL ") == 1 and ", 1 off" in said


def test_missing_answers_are_fitted_by_full_information_and_inadmissible_models_left_out(
    case: Project,
) -> None:
    described = study.load("small")
    rows = survey.load(described).scored
    holes = rows.copy()
    holes.loc[holes.index[:30], "q2"] = np.nan
    found, without = rcheck.fitted(described, [rcheck.Source("rows", "x.csv", holes)], {})
    assert not without and {one.solution.missing for one in found} == {"fiml"}
    assert 'missing = "fiml"' in rcheck.script(described, found)
    same = rows.assign(q2=rows["q1"])
    found, without = rcheck.fitted(described, [rcheck.Source("rows", "x.csv", same)], {})
    assert without and not found


@pytest.mark.skipif(not LAVAAN, reason="no R with lavaan on this machine")
def test_weights_go_with_the_rows_and_lavaan_takes_them(case: Project) -> None:
    rows = pd.read_csv(case.folder / "rows.csv")
    rows["w g't"] = 0.4 + (np.arange(len(rows)) * 7 % 11) * 0.13
    rows.loc[:2, "w g't"], rows.loc[3:4, "w g't"] = 0.0, np.nan
    case.study["weights"] = "w g't"
    case.rows(rows)
    ran("small")
    folder, _ = package.export("small")
    given = pd.read_csv(folder / "data" / "answers.csv")
    pd.testing.assert_series_equal(given["w g't"], rows["w g't"])
    assert "w g't" in set(pd.read_csv(folder / "codebook.csv")["column"])
    fields = json.loads((folder / "datapackage.json").read_text())["resources"][0]["schema"]
    kinds = {f["name"]: (f["type"], f["title"]) for f in fields["fields"]}
    assert kinds["w g't"] == ("number", "Sampling weight")
    (group,) = case.study["groups"]  # a column is not taken for the variable before it
    assert kinds[group["id"]][0] == "string"
    assert 'sampling.weights = "w g\'t"' in (folder / "check.R").read_text()
    code, said = checked(folder)
    assert code == 0, said
    assert " 0 off" in said
