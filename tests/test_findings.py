"""Findings: typed, frozen, read back equal; their numbers know their address."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pytest
import semfit
from pydantic import ValidationError

from loyalty.book.variables import variables
from loyalty.ground import findings, results
from loyalty.ground.addresses import look_up
from loyalty.ground.errors import UserError
from loyalty.ground.findings import (
    Bounded,
    CitedFloat,
    CitedInt,
    Count,
    Finding,
    Findings,
    Found,
    P,
    Percent,
    Real,
    Record,
    Refused,
    Shown,
    cited,
    other_version,
    refusable,
    resting,
)
from loyalty.ground.reasons import CannotCompute


class Row(Record):
    item: str
    estimate: Bounded
    ci_lower: Bounded | None = None
    ci_upper: Bounded | None = None


class Week(Record):
    week: int
    n: Count


class Scale(Finding):
    n: Count
    alpha: Bounded | None
    mean: Annotated[float, Shown("number", 1)]
    share: Percent
    p: P
    sound: bool
    verdict: Literal["met", "open"] = "met"
    rows: tuple[Row, ...] = ()
    weeks: tuple[Week, ...] = ()
    by_group: dict[str, Real | None] = {}
    below: Row | None = None
    rmsea_ci_lower: Real | None = None
    rmsea_ci_upper: Real | None = None


class Toy(Findings):
    scale: Scale | Refused | None = None
    other: Scale | Refused | None = None


def scale(**changes: Any) -> Scale:
    values: dict[str, Any] = {
        "n": np.int64(60),
        "alpha": np.float64(0.1) + 0.2,
        "mean": 3.25,
        "share": 0.62,
        "p": 0.0342,
        "sound": np.bool_(True),
        "rows": [
            {"item": "q1", "estimate": 0.5, "ci_lower": 0.25, "ci_upper": 0.75},
            {"item": "q2", "estimate": 0.4, "ci_lower": math.nan},
        ],
        "weeks": [{"week": 13, "n": 5}, {"week": 26, "n": 6}],
        "by_group": {"1": 2.0, "2": math.nan},
        "below": {"item": "l1", "estimate": -0.5},
        "rmsea_ci_lower": 0.01,
        "rmsea_ci_upper": 0.05,
    }
    return Scale(**{**values, **changes})


def found(**changes: Any) -> Found[Toy]:
    origin = results.Provenance(
        notebook="01-toy",
        parameters={"case": "small", "seed": 7},
        data=[results.DataOrigin(resource="answers", source="made up", sha256="0" * 64, rows=60)],
        code_sha256="1" * 64,
        git_commit=None,
        git_changed=None,
        python="3.11.2",
        packages={"numpy": "2"},
    )
    values: dict[str, Any] = {
        "case": "small",
        "analysis": "toy",
        "simulated": False,
        "findings": Toy(scale=scale()),
        "provenance": origin,
    }
    return Found[Toy](**{**values, **changes})


# --- records -------------------------------------------------------------------------------------
def test_numpy_becomes_python_and_what_is_not_finite_none() -> None:
    made = scale(alpha=np.inf)
    assert type(made.n) is int and type(made.sound) is bool
    assert made.alpha is None and made.rows[1].ci_lower is None and made.by_group["2"] is None


@pytest.mark.parametrize("value", [math.nan, np.float64("inf"), pd.NA, None])
def test_what_is_missing_stands_only_where_it_may(value: Any) -> None:
    with pytest.raises(ValidationError, match="share"):
        scale(share=value)


def test_a_finding_is_frozen_and_takes_nothing_else() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        scale().n = 3
    with pytest.raises(ValidationError, match="colour"):
        scale(colour="red")
    with pytest.raises(ValidationError, match="verdict"):
        scale(verdict="perhaps")


def test_a_record_of_each_row_of_a_frame() -> None:
    rows = pd.DataFrame({"item": ["q1", "q2"], "b": [0.5, 0.4], "ci_lower": [0.2, math.nan]})
    assert Row.each(rows.assign(other="x"), estimate="b") == (
        Row(item="q1", estimate=0.5, ci_lower=0.2),
        Row(item="q2", estimate=0.4),
    )
    with pytest.raises(ValidationError, match="estimate"):
        Row.each(rows)


def test_what_a_number_is_stands_in_the_schema() -> None:
    schema = Found[Toy].model_json_schema()["$defs"]["Scale"]["properties"]
    kinds = {name: schema[name].get("x-kind") for name in ("n", "mean", "share", "p", "sound")}
    assert kinds == {
        "n": "count",
        "mean": "number",
        "share": "percent",
        "p": "p",
        "sound": None,
    }
    assert schema["alpha"]["anyOf"][0]["x-kind"] == "bounded"


# --- citing --------------------------------------------------------------------------------------
def known(value: Any) -> tuple[str, str]:
    assert isinstance(value, CitedFloat | CitedInt)
    return value.address, value.shown.kind


def test_numbers_know_their_address_and_what_they_are() -> None:
    at = cited(scale(), "small/toy/scale")
    assert at == scale() and type(at) is Scale
    assert known(at.n) == ("small/toy/scale.n", "count")
    assert known(at.alpha) == ("small/toy/scale.alpha", "bounded")
    assert known(at.share) == ("small/toy/scale.share", "percent")
    assert known(at.p) == ("small/toy/scale.p", "p")
    assert known(at.rows[0].ci_upper) == ("small/toy/scale.rows[0].ci_upper", "bounded")
    assert known(at.weeks[1].n) == ("small/toy/scale.weeks[1].n", "count")
    assert known(at.by_group["1"]) == ("small/toy/scale.by_group.1", "number")
    assert at.below is not None
    assert known(at.below.estimate) == ("small/toy/scale.below.estimate", "bounded")
    assert isinstance(at.mean, CitedFloat) and at.mean.shown == Shown("number", 1)
    # What is no number stays what it is.
    assert at.sound is True and at.verdict == "met" and at.by_group["2"] is None
    assert type(scale().n) is int, "the copy alone is cited"


def test_a_number_without_a_kind_and_a_refusal() -> None:
    assert known(cited(3, "x")) == ("x", "count")
    assert known(cited((0.5,), "x")[0]) == ("x[0]", "number")
    refused = Refused(refused=CannotCompute("no_circumstances").reason)
    assert cited(refused, "x") == refused


# --- refusing ------------------------------------------------------------------------------------
@refusable
def computed(n: int, before: Scale | None = None) -> Scale:
    if n == 0:
        raise CannotCompute("no_circumstances")
    if n == 1:
        raise semfit.ModelError("no_starting_point")
    if n == 2:
        raise ValueError("a wrong call")
    return scale(n=n)


def test_a_refusal_is_a_value() -> None:
    assert computed(5) == scale(n=5)
    refused = computed(0)
    assert isinstance(refused, Refused)
    assert (refused.refused.code, refused.refused.of) == ("no_circumstances", "reasons")
    with pytest.raises(ValueError, match="a wrong call"):
        computed(2)


def test_what_the_estimator_refuses_is_a_value_too() -> None:
    refused = computed(1)
    assert isinstance(refused, Refused)
    assert (refused.refused.code, refused.refused.of) == ("no_starting_point", "estimator")
    assert "starting point" in refused.refused.text().en


def test_a_refusal_is_handed_on() -> None:
    refused = computed(0)
    assert computed(5, refused) is refused
    assert computed(5, before=refused) is refused
    rests = resting(lambda data: scale())
    assert rests(refused) is None and rests(None) is None
    assert rests(1) == scale()


# --- result files --------------------------------------------------------------------------------
def test_findings_are_read_back_equal(project: Any) -> None:
    file = findings.write(found())
    assert [p.name for p in file.parent.iterdir()] == ["toy.json"]
    again = findings.read("small", "toy", Toy)
    assert again == found()
    assert isinstance(again.findings.scale, Scale)
    assert known(again.findings.scale.n) == ("small/toy/scale.n", "count")
    text = file.read_text("utf-8")
    # Full precision, and strict JSON: no NaN, which other languages cannot read.
    content = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the file"))
    assert content["findings"]["scale"]["alpha"] == 0.30000000000000004


def test_a_refusal_is_read_back(project: Any) -> None:
    refused = Refused(refused=CannotCompute("no_circumstances").reason)
    findings.write(found(findings=Toy(scale=refused)))
    assert findings.read("small", "toy", Toy).findings == Toy(scale=refused)


def spoilt(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads(file.read_text("utf-8"))
    change(content)
    file.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.update(schema_version=1), "schema version 1, expected 2"),
        (lambda c: c.pop("schema_version"), "schema version None, expected 2"),
        (lambda c: c.update(colour="red"), "colour: there is no such key"),
        (lambda c: c["findings"].update(more=1), "findings.more: there is no such key"),
        (
            lambda c: c["findings"]["scale"].update(n="many"),
            "findings.scale.Scale.n: a whole number",
        ),
        (
            lambda c: c["findings"]["scale"].pop("share"),
            "findings.scale.Scale.share: it is expected",
        ),
    ],
)
def test_a_file_that_is_no_result(
    project: Any, refusal: Callable[..., str], change: Any, said: str
) -> None:
    spoilt(findings.write(found()), change)
    message = refusal(findings.read, "small", "toy", Toy)
    assert message.startswith(f"results small/toy.json: {said}")


def test_half_a_file_and_none(project: Any, refusal: Callable[..., str]) -> None:
    file = findings.write(found())
    file.write_bytes(file.read_bytes()[:100])
    assert refusal(findings.read, "small", "toy", Toy).startswith("results small/toy.json: ")
    file.unlink()
    said = refusal(findings.read, "small", "toy", Toy)
    assert said == "results small/toy.json: not there; loyalty run small makes it"


def test_the_version_of_an_older_file(project: Any, tmp_path: Path) -> None:
    file = findings.write(found())
    assert other_version(file) is None
    spoilt(file, lambda c: c.update(schema_version=1))
    assert other_version(file) == 1
    file.write_text("{}")
    assert other_version(file) == "unknown"
    file.write_text("[1]")
    assert other_version(file) is None
    assert other_version(tmp_path / "none.json") is None


# --- provenance ----------------------------------------------------------------------------------
def test_values_as_json_carries_them() -> None:
    given = {
        1: np.float64(0.5),
        "b": [np.int64(3), np.bool_(True), math.nan, np.inf, pd.NA, pd.NaT, None],
        "c": np.array([1.0, np.nan]),
        "d": (1, "x"),
    }
    assert results.plain(given) == {
        "1": 0.5,
        "b": [3, True, None, None, None, None, None],
        "c": [1.0, None],
        "d": [1, "x"],
    }


@pytest.fixture
def git() -> Any:
    """`results._git` asks once a process: anew in this test and after it."""
    results._git.cache_clear()
    yield
    results._git.cache_clear()


def test_the_same_inputs_give_the_same_provenance(project: Any, git: Any) -> None:
    code = project.root / "notebooks" / "01-toy.ipynb"
    code.write_text("{}")
    data = [results.DataOrigin(resource="answers", source="s", sha256="0" * 64, rows=60)]
    first = results.provenance("01-toy", {"case": "small"}, data, [code])
    assert results.provenance("01-toy", {"case": "small"}, data, [code]) == first
    assert set(results.Provenance.model_fields) == {
        "notebook",
        "parameters",
        "data",
        "notebook_sha256",
        "code_sha256",
        "git_commit",
        "git_changed",
        "python",
        "packages",
        "behind",
        "recorded",
    }  # no clock, no host
    assert first.packages["numpy"] == np.__version__
    assert (first.git_commit, first.git_changed) == (None, None)
    code.write_text("{ }")
    again = results.provenance("01-toy", {"case": "small"}, data, [code])
    assert again.code_sha256 != first.code_sha256


def test_the_commit_and_what_was_changed_since(
    project: Any, git: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(*arguments: str) -> str:
        named = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        done = subprocess.run(
            ["git", *named, *arguments],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def told() -> tuple[str | None, bool | None]:
        results._git.cache_clear()
        return results._git()

    say("init", "-q")
    say("add", ".")
    say("commit", "-q", "-m", "first")
    assert told() == (say("rev-parse", "HEAD"), False)
    another = project.root / "data" / "another"
    another.mkdir()
    (another / "study.yml").write_text("title: a stranger's\n")
    assert told()[1] is False, "somebody's own case beside the study's is no change of it"
    (project.folder / "rows.csv").write_text("")
    assert told()[1] is True
    within = project.root / "copy"
    shutil.copytree(project.folder, within / "data" / "small")
    shutil.copytree(project.root / "notebooks", within / "notebooks")
    shutil.copy(project.root / "_quarto.yml", within)
    monkeypatch.setenv("LOYALTY_ROOT", str(within))
    assert told() == (None, None), "another's repository around it says nothing"
    (project.root / "_quarto.yml").unlink()
    monkeypatch.setenv("LOYALTY_ROOT", str(project.root))
    assert told() == (None, None), "nor does that of one's own project"


# --- addresses -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("scale.n", 60),
        ("scale.rows.q2.estimate", 0.4),
        ("scale.rows.0.estimate", 0.5),
        ("scale.rows.q1.interval", (0.25, 0.75)),
        ("scale.rmsea_interval", (0.01, 0.05)),
        ("scale.weeks.week-26.n", 6),
        ("scale.weeks.0.n", 5),
        ("scale.by_group.1", 2.0),
        ("scale.below.estimate", -0.5),
        ("scale.sound", True),
    ],
)
def test_what_stands_at_an_address(address: str, value: Any) -> None:
    assert look_up(Toy(scale=scale()), address) == value


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("scales.n", "the findings has no scales; it has scale, other"),
        ("scale.m", "scale has no m; it has messages, n, alpha"),
        ("scale.rows.q3.estimate", "scale.rows has no q3; it has q1, q2"),
        ("scale.weeks.week-39.n", "scale.weeks has no week-39; it has week-13, week-26"),
        ("scale.rows.2", "scale.rows has no 2; it has q1, q2"),
        ("scale.by_group.3", "scale.by_group has no 3; it has 1, 2"),
        ("scale.weeks.week-13.interval", "scale.weeks.week-13 has no interval; it has week, n"),
        ("scale.n.more", "scale.n is 60 and has no more"),
        ("other.n", "other was refused: "),
    ],
)
def test_an_address_that_leads_nowhere(address: str, said: str) -> None:
    refused = Refused(refused=CannotCompute("no_circumstances").reason)
    with pytest.raises(LookupError) as caught:
        look_up(Toy(scale=scale(), other=refused), address)
    assert caught.value.args[0].startswith(said)


def test_a_name_of_two_rows() -> None:
    twice = scale(rows=[{"item": "q1", "estimate": 0.5}, {"item": "q1", "estimate": 0.4}])
    with pytest.raises(LookupError, match="more than one q1"):
        look_up(Toy(scale=twice), "scale.rows.q1.estimate")
    assert look_up(Toy(scale=twice), "scale.rows.1.estimate") == 0.4


# --- what authored text cites --------------------------------------------------------------------
@pytest.fixture
def written(project: Any) -> Callable[[str], Any]:
    """``written(text)``: the variables of a chapter that says this."""
    (project.root / "notebooks" / "01-toy.ipynb").write_text("{}")
    findings.write(found())

    def read(text: str) -> Any:
        file = project.root / "index.qmd"
        file.write_text(text, encoding="utf-8")
        one = findings.read("small", "toy", Toy)
        return variables({("small", "toy"): one}, [file])

    return read


def reference(shown: str, field: str) -> str:
    return f'[{shown}]{{.num key="small/toy/{field}"}}'


def test_a_number_alone_is_no_name(written: Callable[[str], Any]) -> None:
    with pytest.raises(UserError, match=r"index.qmd:1: .*rows.0.estimate: Quarto finds no name"):
        written("{{< var small.toy.scale.rows.0.estimate >}}")


def test_only_what_is_cited_is_written(written: Callable[[str], Any]) -> None:
    text = """
        {{< var small.toy.scale.share >}} of {{<var small.toy.scale.n>}}, and
        {{< var small.toy.scale.rows.q1.interval >}}; {{< var small.toy.scale.sound >}},
        {{< var small.toy.scale.verdict >}}, {{< var small.toy.scale.rows.q2.ci_lower >}}
        """
    ends = (
        reference("\\.25", "scale.rows[0].ci_lower"),
        reference("\\.75", "scale.rows[0].ci_upper"),
    )
    assert written(text) == {
        "small": {
            "toy": {
                "scale": {
                    "share": reference("62\\.0\u00a0\\%", "scale.share"),
                    "n": reference("60", "scale.n"),
                    "rows": {
                        "q1": {"interval": f"\\[{ends[0]},\u00a0{ends[1]}\\]"},
                        "q2": {"ci_lower": "–"},
                    },
                    "sound": "sound",
                    "verdict": "met",
                }
            }
        }
    }


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("small.toy.scale.share_of", "scale has no share_of; it has "),
        ("small.toy.scale", "this is Scale, not a number"),
        ("small.toy", "there is no result small/toy"),
        ("large.toy.scale.n", "there is no result large/toy"),
    ],
)
def test_a_citation_that_leads_nowhere(
    written: Callable[[str], Any], refusal: Callable[..., str], address: str, said: str
) -> None:
    message = refusal(written, f"First.\n\n{{{{< var {address} >}}}}")
    assert message.startswith(f"numbers that lead nowhere: index.qmd:3: {address}: {said}")
