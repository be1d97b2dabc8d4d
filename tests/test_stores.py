"""Transactions in a folder of parquet files or a DuckDB file, which are only read."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from loyalty.cases import check, stores, study, tables
from loyalty.ground.errors import UserError


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    days = rng.integers(0, 300, 900)
    return pd.DataFrame(
        {
            "client": [f"k{i}" for i in rng.integers(0, 150, 900)],
            "date": pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D"),
            "total": rng.gamma(4, 5, 900).round(2),
        }
    )


def spoilt() -> pd.DataFrame:
    frame = rows()
    frame.loc[[0, 1], "total"] = [-4.0, np.nan]
    frame.loc[2, "client"] = "  "
    frame.loc[3, "client"] = " k3 "
    frame.loc[4, "date"] = pd.NaT
    return frame


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_quarto.yml").write_text("project:\n  type: book\n")
    monkeypatch.setenv("LOYALTY_ROOT", str(tmp_path))
    return tmp_path


def described(root: Path, name: str, source: dict[str, str], **resource: object) -> study.Study:
    folder = root / "data" / name
    sha256 = stores.sha256(folder / source["path"]) or "0" * 64
    told = {
        "title": "Stored",
        "summary": "Made for the tests.",
        "provenance": {"kind": "simulated", "source": "numpy", "licence": "MIT", "sampling": "-"},
        "resources": [
            {
                "id": "bought",
                "kind": "transactions",
                "label": "Purchases",
                "columns": {"customer": "client", "amount": "total"},
                "rows": {"file": {"sha256": sha256, **source}},
                **resource,
            }
        ],
    }
    (folder / "study.yml").write_text(json.dumps(told))
    return study.load(name)


def parquet(root: Path, frame: pd.DataFrame) -> study.Study:
    folder = root / "data" / "folder" / "rows" / "2023"
    folder.mkdir(parents=True)
    frame.iloc[:400].to_parquet(folder / "a.parquet")
    frame.iloc[400:].to_parquet(folder.parent / "b.parquet")
    return described(root, "folder", {"path": "rows"})


def database(root: Path, frame: pd.DataFrame) -> study.Study:
    folder = root / "data" / "database"
    folder.mkdir(parents=True)
    with duckdb.connect(folder / "rows.duckdb") as db:
        db.register("given", frame)
        db.execute("CREATE TABLE bought AS SELECT * FROM given")
        db.execute(f"CREATE VIEW sly AS SELECT * FROM read_csv('{root}/_quarto.yml')")
    return described(root, "database", {"path": "rows.duckdb", "table": "bought"})


def csv(root: Path, frame: pd.DataFrame) -> study.Study:
    folder = root / "data" / "plain"
    folder.mkdir(parents=True)
    frame.to_csv(folder / "rows.csv", index=False)
    return described(root, "plain", {"path": "rows.csv"})


def loaded(of: study.Study) -> tables.Loaded:
    return tables.load(of, of.resources[0])


def test_every_road_reads_the_same(root: Path) -> None:
    plain = loaded(csv(root, spoilt()))
    for make in (parquet, database):
        stored = loaded(make(root, spoilt()))
        assert (stored.read, stored.used) == (900, 897)
        assert [(left.reason, left.n) for left in stored.excluded] == [
            (left.reason, left.n) for left in plain.excluded
        ]
        frame = plain.rows.sort_values(["customer", "date", "amount"], ignore_index=True)
        got = stored.rows.sort_values(["customer", "date", "amount"], ignore_index=True)
        pd.testing.assert_frame_equal(got, frame, check_dtype=False)
        one, other = plain.reduced(0.5, 0.9), stored.reduced(0.5, 0.9)
        for name in ("early", "whole", "early_values", "whole_values", "daily", "again", "held"):
            pd.testing.assert_frame_equal(
                getattr(one, name), getattr(other, name), check_exact=True, check_dtype=False
            )


def test_texts_are_parsed_as_declared(root: Path) -> None:
    frame = rows()
    frame["date"] = frame["date"].dt.strftime("%d.%m.%Y")
    frame["total"] = frame["total"].astype(str)
    frame.loc[0, "date"] = "31.02.2023"
    folder = root / "data" / "texts" / "rows"
    folder.mkdir(parents=True)
    frame.to_parquet(folder / "a.parquet")
    of = described(root, "texts", {"path": "rows"})
    form = {"format": {"dates": "%d.%m.%Y"}}
    of = described(
        root, "texts", {"path": "rows"}, rows={"file": dict(of.resources[0].rows.file)} | form
    )
    got = loaded(of)
    assert got.used == 899 and got.excluded[0].reason.code == "not_a_date"
    assert got.rows["date"].min() >= pd.Timestamp("2023-01-01")


def test_a_store_is_only_read(root: Path) -> None:
    of = database(root, rows())
    before = (root / "data" / "database" / "rows.duckdb").read_bytes()
    loaded(of).reduced(0.5, 0.9)
    assert (root / "data" / "database" / "rows.duckdb").read_bytes() == before
    assert [p.name for p in (root / "data" / "database").iterdir()] == ["rows.duckdb", "study.yml"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"path": "rows.duckdb", "table": "sly"}, "expected a table of it (bought)"),
        ({"path": "rows.duckdb"}, "rows.file.table is None"),
        ({"path": "gone.duckdb", "table": "bought"}, "No such file"),
        ({"path": "study.yml", "table": "bought"}, "SHA-256"),
    ],
)
def test_what_is_no_store_is_one_line(root: Path, change: dict[str, str], expected: str) -> None:
    database(root, rows())
    of = described(root, "database", change)
    with pytest.raises(UserError) as error:
        loaded(of)
    assert expected in str(error.value) and "\n" not in str(error.value)
    assert str(root) not in str(error.value)


def test_damaged_and_empty_folders_are_one_line(root: Path) -> None:
    parquet(root, rows())
    (root / "data" / "folder" / "rows" / "b.parquet").write_bytes(b"PAR1 no PAR1")
    with pytest.raises(UserError, match=r"folder/rows: not readable"):
        loaded(described(root, "folder", {"path": "rows"}))
    (root / "data" / "bare" / "rows").mkdir(parents=True)
    with pytest.raises(UserError, match=r"no \.parquet file"):
        loaded(described(root, "bare", {"path": "rows"}))
    outside = root / "data" / "folder" / "rows" / "2023" / "a.parquet"
    (root / "data" / "bare" / "rows" / "x.parquet").symlink_to(outside)
    with pytest.raises(UserError, match="a link that leaves"):
        described(root, "bare", {"path": "rows"})


def test_columns_that_are_not_there(root: Path) -> None:
    of = parquet(root, rows())
    of = described(root, "folder", {"path": "rows"}, columns={"customer": "cleint"})
    with pytest.raises(UserError, match="did you mean 'client'"):
        loaded(of)


def test_check_lists_what_is_left_out(root: Path) -> None:
    found = check.rows(parquet(root, spoilt()))
    assert found.sound
    assert [(f.column, f.n, f.weight) for f in found.faults] == [
        ("client", 1, "loss"),
        ("date", 1, "loss"),
        ("total", 1, "loss"),
    ]
    assert found.read[0].used == 897
