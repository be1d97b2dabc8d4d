"""The journey: what is planted at the touchpoints is found; what is missing is said."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from loyalty import simulate
from loyalty.analyses.drivers import figures, tables, words
from loyalty.analyses.drivers import findings as drivers
from loyalty.analyses.drivers import journey as way
from loyalty.analyses.drivers.models import Channels, Journey
from loyalty.analyses.drivers.page import PAGE
from loyalty.book.brief import page
from loyalty.book.brief.material import Material
from loyalty.book.depth import depth
from loyalty.cases import check, study, survey
from loyalty.cases import tables as loading
from loyalty.ground import findings, paths
from loyalty.ground.findings import Refused, cited
from loyalty.ground.text import Text
from loyalty.run import show
from loyalty.shown import words as shared
from tests.conftest import REPOSITORY, loyalty


def told(sentences: Any) -> Text:
    whole = shared.join(sentences)
    return Text(en=shared.plain(whole.en), zh=shared.plain(whole.zh))


@pytest.fixture(scope="module")
def retail() -> tuple[drivers.Answers, loading.Loaded]:
    described = study.load("retail-simulated")
    resource = next(r for r in described.resources if r.kind == "touchpoints")
    return drivers.answers(survey.load(described)), loading.load(described, resource)


@pytest.fixture(scope="module")
def planted() -> pd.Series:
    truth = simulate.true_parameters(paths.data() / "retail-simulated" / "process.yml")
    mine = truth[truth["name"].str.startswith("visits: ")]
    return mine.set_index(mine["name"].str.removeprefix("visits: "))["value"]


def test_what_is_planted_is_found(
    retail: tuple[drivers.Answers, loading.Loaded], planted: pd.Series
) -> None:
    data, visits = retail
    refits = drivers.refits(data, 60, 1)
    shares = drivers.shared(data, refits)
    found = way.journey(data.study, visits, data, shares)
    assert isinstance(found, Journey) and (found.to, found.side) == ("satisfaction", "direct")
    rows = {r.touchpoint: r for r in found.rows if r.level is None}
    assert list(rows) == ["first_contact", "staff_service", "checkout", "complaint_handling"]
    for name, row in rows.items():
        assert row.share == next(s.estimate for s in shares.rows if s.from_ == name)
        # four standard errors of the seed's one draw
        for field in ("waiting", "lost"):
            value, lower, upper = (
                getattr(row, f"{field}{e}") for e in ("", "_ci_lower", "_ci_upper")
            )
            assert abs(value - planted[f"{field}_{name}"]) < 2 * (upper - lower), (field, name)
    channels = way.channels(visits, found)
    assert isinstance(channels, Channels)
    assert channels.ci_lower < planted["channel_share"] < channels.ci_upper
    assert channels.share == pytest.approx(planted["channel_share"], abs=0.03)
    assert {r.level for r in found.rows} == {None, "grocery", "fashion", "online"}


def test_plain_means_and_shares(retail: tuple[drivers.Answers, loading.Loaded]) -> None:
    """With one row a customer they are those of the rows."""
    data, visits = retail
    found = way.journey(data.study, visits, data)
    assert isinstance(found, Journey) and found.to is None and not found.several
    row = next(r for r in found.rows if (r.touchpoint, r.level) == ("checkout", "online"))
    part = visits.rows[
        (visits.rows["touchpoint"] == "checkout") & (visits.rows["group"] == "online")
    ]
    n, mean, sd = len(part), part["rating"].mean(), part["rating"].std()
    assert (row.n, row.median) == (n, part["waiting"].median())
    assert row.score == pytest.approx(mean)
    assert row.score_ci_upper - mean == pytest.approx(1.9698 * sd / np.sqrt(n), rel=2e-3)
    assert row.lost == pytest.approx(1 - part["went_on"].mean())
    assert row.share is None


def described(project: Any, frame: pd.DataFrame, **more: Any) -> tuple[drivers.Answers, Any]:
    frame.to_csv(project.folder / "visits.csv", index=False)
    sha256 = hashlib.sha256((project.folder / "visits.csv").read_bytes()).hexdigest()
    rows = {"file": {"path": "visits.csv", "sha256": sha256}}
    levels = {"enter": {"en": "Enter", "zh": "进店"}, "pay": {"en": "Pay", "zh": "付款"}}
    levels["leave"] = {"en": "Leave", "zh": "离店"}
    project.study["resources"] = [
        {"id": "visits", "kind": "touchpoints", "label": "v", "rows": rows, "levels": levels} | more
    ]
    project.describe()
    case = study.load("small")
    return drivers.answers(survey.load(case)), loading.load(case, case.resources[0])


def made_up(n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "customer": [f"c{i // 3}" for i in range(n)],
            "touchpoint": np.where(np.arange(n) % 2 == 0, "enter", "pay"),
            "channel": np.where(rng.random(n) < 0.5, "shop", "app"),
            "waiting": rng.gamma(2, 3, n).round(1),
            "rating": rng.integers(1, 8, n),
            "went_on": (rng.random(n) < 0.8).astype(int),
        }
    )


def test_bad_rows_are_counted_and_a_touchpoint_without_rows_is_said(project: Any) -> None:
    frame = made_up()
    frame.loc[0, "waiting"] = -1
    frame.loc[1, "touchpoint"] = "elsewhere"
    frame.loc[2, "customer"] = None
    data, visits = described(project, frame)
    assert {out.reason.code: out.n for out in visits.excluded} == {
        "not_an_amount": 1,
        "not_a_level": 1,
        "empty": 1,
    }
    found = cited(way.journey(data.study, visits, data), "small/drivers/journey")
    assert found.silent == ("leave",) and found.several and found.grouped is None
    case = show.context("small")
    said = told(words.journey(found, case))
    assert "Not shown, since there are no rows or too few: Leave" in said.en
    assert "3 cannot be used" in said.en and "离店" in said.zh
    assert "open" in said.en  # 58 ratings at random put no touchpoint apart
    assert figures.journey(found, case).draw("zh").axes
    assert figures.journey_by_level(found, case) is None
    table = tables.journey(found, case).markdown("en")
    assert "Enter" in table and "Leave" not in table and "Share of what" not in table
    channels = cited(way.channels(visits, found), "small/drivers/channels")
    said = told(words.channels(channels, case))
    assert "That channels differ is not shown" in said.en.replace(
        "holds zero: that", "holds zero: That"
    )
    assert "未能证明" in said.zh


def test_where_to_look_first_only_where_intervals_lie_apart(
    retail: tuple[drivers.Answers, loading.Loaded],
) -> None:
    data, visits = retail
    found = way.journey(data.study, visits, data)
    assert isinstance(found, Journey)
    (place,) = drivers._places(found)  # checkout and complaint lose as many, by their intervals
    lowest = min((r for r in found.rows if r.level is None), key=lambda r: r.score)
    assert (place.of, place.touchpoint) == ("score", lowest.touchpoint)
    assert place.estimate == lowest.score
    other = {"score_ci_upper": 100.0, "lost": 0.92, "lost_ci_lower": 0.9, "lost_ci_upper": 0.95}
    rows = tuple(r.model_copy(update=other) if r is lowest else r for r in found.rows)
    (place,) = drivers._places(found.model_copy(update={"rows": rows}))
    assert (place.of, place.touchpoint, place.ci_lower) == ("lost", lowest.touchpoint, 0.9)


def test_nothing_of_it_where_there_is_no_such_table(
    retail: tuple[drivers.Answers, loading.Loaded],
) -> None:
    assert way.journey(retail[0].study, None) is None
    assert way.channels(None, None) is None


def test_too_few_rows_are_refused(project: Any) -> None:
    data, visits = described(project, made_up(9))
    found = way.journey(data.study, visits, data)
    assert isinstance(found, Refused) and found.refused.code == "no_touchpoint"


def test_touchpoints_without_an_order_are_a_mistake(project: Any) -> None:
    with pytest.raises(Exception, match="two touchpoints or more are expected"):
        described(project, made_up(), levels={})
    found = check.described("small")
    assert isinstance(found, list) and any("touchpoints" in str(f.said) for f in found)


def alone(project: Any, frame: pd.DataFrame) -> None:
    """A project's case that is a table of touchpoints and nothing else."""
    described(project, frame)
    for key in ("rows", "scale", "constructs", "hypotheses", "variables", "indirect"):
        project.study.pop(key, None)
    project.study["groups"] = [
        {
            "id": "site",
            "label": {"en": "Site", "zh": "院区"},
            "levels": {
                "a": {"en": "Old site", "zh": "老院"},
                "b": {"en": "New site", "zh": "新院"},
            },
        }
    ]
    project.describe()


def test_without_a_survey_the_map_is_drawn_of_the_table(project: Any) -> None:
    """Its findings are those of the table; importance is absent, and said to be."""
    frame = made_up(240)
    frame.loc[frame["touchpoint"] == "pay", "rating"] = 2
    frame.loc[frame.index % 4 == 0, "rating"] = 1  # at the entrance, in half of the visits
    frame["group"] = np.where(np.arange(240) % 120 < 60, "a", "b")
    alone(project, frame)
    assert study.load("small").analyses == ["drivers"]
    shutil.copy(REPOSITORY / "notebooks" / "13-drivers.ipynb", project.root / "notebooks")
    done = loyalty(project.root, "execute", "small", "drivers")
    assert done.returncode == 0, done.stdout + done.stderr
    found = findings.read("small", "drivers", drivers.Drivers).findings
    assert {n for n in PAGE if getattr(found, n) is not None} == {"journey", "channels"}
    assert found.journey.grouped == "site" and found.journey.scored == "rating"
    assert all(r.share is None for r in found.journey.rows)
    rows = {(r.touchpoint, r.level): r for r in found.journey.rows}
    assert set(rows) == {(t, k) for t in ("enter", "pay") for k in (None, "a", "b")}
    for (touchpoint, level), row in rows.items():
        mine = frame[frame["touchpoint"] == touchpoint]
        mine = mine if level is None else mine[mine["group"] == level]
        assert row.n == len(mine) and row.waiting == pytest.approx(mine["waiting"].mean())
        assert row.score == pytest.approx(mine["rating"].mean())
        assert row.lost == pytest.approx(1 - mine["went_on"].mean())
    case = show.context("small")
    said = told(words.journey(found.journey, case))
    assert "How much each touchpoint counts is not known" in said.en
    assert "各触点有多重要不得而知" in said.zh
    for language in ("en", "zh"):
        assert len(figures.journey(found.journey, case).draw(language).axes) == 3
        assert figures.journey_by_level(found.journey, case).draw(language).axes
        assert "Share of what" not in tables.journey(found.journey, case).markdown(language)
    data = Material(case.study, {("small", "drivers"): SimpleNamespace(findings=found)})
    (headline,) = page.headlines(data)
    assert headline.chapter == "drivers" and "Rated lowest" in headline.said[0].en
    parts = depth(data, "zh", lambda _: executed(project))
    assert parts is not None and "新院" in "".join(parts) and "何者重要" not in "".join(parts)


def executed(project: Any) -> Path:
    """A notebook that a page's figures can be put into."""
    file: Path = project.folder / "page.ipynb"
    if not file.is_file():
        nbformat.write(nbformat.v4.new_notebook(), file)
    return file
