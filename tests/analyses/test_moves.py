"""Who moves between the kinds of loyalty: by hand, as it is planted, and as it is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.conduct import findings as conduct
from loyalty.analyses.conduct import tables, words
from loyalty.analyses.conduct.moves import Moves, moves
from loyalty.cases import study
from loyalty.cases import tables as loading
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.stats import CannotCompute


def panel(n: int = 800, keeps: float = 1.0, seed: int = 2) -> pd.DataFrame:
    """Three waves; with `keeps` those who say more go on doing what they did, or begin to."""
    rng = np.random.default_rng(seed)
    said = rng.standard_normal(n)
    done = rng.standard_normal(n) + 0.3 * said
    parts = []
    for wave in (1, 2, 3):
        later = done + (wave - 1) * keeps * 0.4 * said + 0.4 * rng.standard_normal(n)
        parts.append(
            pd.DataFrame(
                {
                    "customer": np.arange(n),
                    "wave": wave,
                    "said": said + 0.3 * rng.standard_normal(n),
                    "done": later,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_kinds_and_moves_are_counted_by_hand() -> None:
    rows = panel()
    rows.loc[(rows["wave"] == 3) & (rows["customer"] < 150), "said"] = np.nan
    found = moves(rows, ["said"], "done")
    one, last = (rows[rows["wave"] == w].reset_index(drop=True) for w in (1, 3))
    cut = {c: float(np.median(one[c])) for c in ("said", "done")}
    names = {(1, 1): "true", (1, 0): "latent", (0, 1): "spurious", (0, 0): "none"}

    def kind(row: Any) -> str:
        return names[int(row["said"] > cut["said"]), int(row["done"] > cut["done"])]

    pairs = [(kind(a), kind(b)) for k, (_, a) in enumerate(one.iterrows()) if k >= 150
             for b in [last.loc[k]]]  # fmt: skip
    for row in found.rows:
        ends = [b for a, b in pairs if a == row.kind]
        assert row.n == len(ends) and row.stay == pytest.approx(ends.count(row.kind) / row.n)
        p, n, z = row.stay, row.n, 1.959963984540054
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        assert (row.stay_ci_lower, row.stay_ci_upper) == pytest.approx(
            (middle - half, middle + half)
        )
        if row.true is not None:
            shares = [row.true, row.latent, row.spurious, row.none]
            assert shares == pytest.approx([ends.count(k) / n for k in names.values()])
    assert sum(r.n for r in found.rows) == 650 and found.hidden == 0
    # whoever was seen later counts here, answered or not
    for row in found.attached:
        start = (one["done"] > cut["done"]) == row.much
        high = one["said"] > cut["said"]
        much = last["done"] > cut["done"]
        assert (row.attached, row.others) == (int((start & high).sum()), int((start & ~high).sum()))
        assert row.share == pytest.approx(much[start & high].mean())
        assert row.difference == pytest.approx(row.share - much[start & ~high].mean())
        assert row.difference_ci_lower < row.difference < row.difference_ci_upper


def test_what_attachment_does_is_found_and_nothing_where_it_does_nothing() -> None:
    assert [r.verdict for r in moves(panel(), ["said"], "done").attached] == ["+", "+"]
    rng = np.random.default_rng(5)
    alone = panel(keeps=0.0).assign(said=rng.standard_normal(2400))
    assert [r.verdict for r in moves(alone, ["said"], "done").attached] == ["open", "open"]


def test_few_people_are_not_shown() -> None:
    found = moves(panel(200), ["said"], "done")
    for row in found.rows:
        stay = round(row.stay * row.n)
        assert min(stay, row.n - stay) >= 10
        for share in (row.true, row.latent, row.spurious, row.none):
            assert share is None or round(share * row.n) >= 10
    assert found.hidden > 0
    with pytest.raises(CannotCompute, match="both waves"):
        moves(panel(24), ["said"], "done")
    with pytest.raises(CannotCompute, match="two waves"):
        moves(panel()[lambda d: d["wave"] == 1], ["said"], "done")


@pytest.fixture(scope="module")
def followed() -> tuple[Case, Moves]:
    case = study.load("strategy-simulated")
    waves = conduct.waves([loading.load(case, r) for r in case.resources if r.id == "followed"])
    found = conduct.moves(waves)
    assert isinstance(found, Moves)
    return Case("strategy-simulated", case), found


def test_customers_followed_move_as_is_planted(followed: tuple[Case, Moves]) -> None:
    """Attachment is planted to raise spending: the attached who spent little come to spend more."""
    _, found = followed
    assert (found.first, found.last, found.done) == (1, 8, "spending")
    by = {(r.said, r.much): r.verdict for r in found.attached}
    assert by["attachment", False] == "+"
    assert conduct.moves(None) is None


def test_it_is_said_by_its_interval(followed: tuple[Case, Moves]) -> None:
    case, found = followed

    def said(**flipped: Any) -> str:
        rows = tuple(r.model_copy(update=flipped) for r in found.attached[:1])
        changed = found.model_copy(update={"attached": rows, "hidden": flipped.get("hidden", 0)})
        texts = words.moves(cited(changed, "strategy-simulated/conduct/moves"), case)
        assert all(t.en and t.zh for t in texts)
        return " ".join(t.en for t in texts)

    assert ": more often, by the interval" in said(verdict="+")
    assert ": less often, by the interval" in said(verdict="-")
    text = said(verdict="open")
    assert "is open for" in text and "by the interval" not in text
    assert "who did much at first" in said(much=True, verdict="+")
    assert "who did little at first" in said(much=False, verdict="+")
    shown = cited(found, "strategy-simulated/conduct/moves")
    table = tables.moves(shown, case).markdown("en")
    assert "says more\\, does much" in table and "Stay" in table
    assert tables.attached(shown, case) is not None
    none = cited(found.model_copy(update={"attached": ()}), "x/conduct/moves")
    assert tables.attached(none, case) is None
    assert not isinstance(found, Refused)


def test_one_kind_is_one(followed: tuple[Case, Moves]) -> None:
    case, found = followed

    def told(hidden: int) -> str:
        changed = cited(found.model_copy(update={"hidden": hidden}), "x/conduct/moves")
        return " ".join(t.en for t in words.moves(changed, case))

    assert " kind has too few" in told(1) and " kinds have too few" in told(2)
    assert "too few people" not in told(0)
