"""What `loyalty new` makes of sliders, of scales that go against each other, and of a matrix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward_exports
import exports
import numpy as np
import pandas as pd
import pytest

from loyalty import newcase
from loyalty.cases import check, study, survey
from loyalty.cases.sources import Format
from loyalty.newcase import answers, kinds
from loyalty.newcase.source import Column

HEAD = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]


def described(folder: Path, frame: pd.DataFrame, name: str = "mine") -> tuple[study.Study, str]:
    frame.to_csv(folder / "a.csv", index=False)
    path = newcase.new(name, folder / "a.csv").path
    return study.load(name), path.read_text(encoding="utf-8")


def agreement(points: int = 5) -> np.ndarray:
    return np.hstack(exports.people(points))


@pytest.mark.parametrize(
    ("answer", "scale"),
    [
        (lambda v: 20 * v, (0, 100, 20)),  # nobody chose 0
        (lambda v: 25 * (v - 1), (0, 100, 25)),
        (lambda v: np.where(v > 3, 100, 50 * (v > 1)), (0, 100, 50)),
        (lambda v: np.clip(20 * v + _noise(5), 0, 100) // 5 * 5, (0, 100, 5)),
        (lambda v: np.clip(20 * v + _noise(20), 0, 100).round(), (0, 100, 1)),
        (lambda v: np.clip(20 * v + _noise(20), 0, 100).round(1), (0, 100, 0)),
        (lambda v: np.clip(v + _noise(1).round() / 2, 1, 5), (1, 5, 0.5)),
        (lambda v: v, (1, 5, 1)),
    ],
)
def test_sliders_have_their_steps(
    project: Any, tmp_path: Path, answer: Any, scale: tuple[float, ...]
) -> None:
    found, text = described(tmp_path, pd.DataFrame(answer(agreement()), columns=HEAD))
    assert [len(c.items) for c in found.constructs] == [3, 3]
    own = {(s.min, s.max, s.step) for s in map(found.item_scale, found.items)}
    assert own == {scale}
    assert ("step:" in text) is (scale[2] != 1)
    assert check.rows(found).sound and not sum(map(len, survey.load(found).outside.values()))


def _noise(size: float) -> np.ndarray:
    return np.random.default_rng(5).normal(scale=size, size=agreement().shape)


def test_ages_percentages_and_prices_are_no_sliders() -> None:
    rng = np.random.default_rng(1)

    def read(*columns: Any) -> Any:
        of = [Column(k, f"x{k}", pd.Series(c)) for k, c in enumerate(columns)]
        return answers.points(of, Format(), ",")

    assert read(rng.integers(18, 91, 200)) is None
    assert read(rng.integers(18, 81, 200), rng.integers(18, 81, 200)) is None
    assert read(rng.integers(0, 101, 200)) is None  # a percentage that stands alone
    assert read(rng.integers(0, 40, 200) * 5.0 + 100) is None
    assert read(rng.normal(50, 10, 200).round(2)) is None


def test_a_path_against_its_scales_is_marked_and_stays_as_it_was(
    project: Any, tmp_path: Path
) -> None:
    rows = agreement()
    with_it = pd.DataFrame(rows, columns=[*HEAD[:3], "switch_1", "switch_2", "switch_3"])
    against = with_it.assign(**{f"switch_{k}": 6 - with_it[f"switch_{k}"] for k in (1, 2, 3)})
    _, text = described(tmp_path, with_it)
    assert "go against each other" not in text
    found, text = described(tmp_path, against, "turned")
    (path,) = found.hypotheses
    assert path.sign == "+"
    (line,) = [row for row in text.splitlines() if "id: H1" in row]
    r = float(line.partition("(r = ")[2].partition(")")[0])
    means = against[HEAD[:3]].mean(axis=1), against.iloc[:, 3:].mean(axis=1)
    assert "# check:" in line and r == pytest.approx(means[0].corr(means[1]), abs=0.005)
    shuffled = against.assign(**against.iloc[::-1, 3:].reset_index(drop=True))
    assert "go against each other" not in described(tmp_path, shuffled, "nothing")[1]


@pytest.mark.parametrize("half", ["whole", "lower", "upper", "covariances", "no heads"])
def test_a_matrix_is_sent_to_its_own_key(
    project: Any, tmp_path: Path, refusal: Any, half: str
) -> None:
    r = pd.DataFrame(agreement(), columns=HEAD).corr()
    if half == "covariances":
        r = pd.DataFrame(agreement(), columns=HEAD).cov()
    if half in ("lower", "upper"):
        keep = np.tril if half == "lower" else np.triu
        r = r.where(keep(np.ones(r.shape)).astype(bool))
    r.round(4).to_csv(tmp_path / "r.csv", index=half != "no heads")
    said = refusal(newcase.new, "mine", tmp_path / "r.csv")
    assert "matrix:" in said and "docs/own-case.md" in said
    assert not (project.root / "data" / "mine").exists()


def test_a_table_as_wide_as_it_is_long_is_no_matrix(project: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(1, 6, (30, 30)), columns=[f"q_{k}" for k in range(30)])
    assert len(described(tmp_path, frame)[0].items) == 30


@pytest.mark.parametrize("n", [12, 150])
@pytest.mark.parametrize("of", ["p{:03d}", "Anna{:d}", "{:d}", "R_{:05x}Qz", "王{:d}"])
def test_who_somebody_is_stands_nowhere(project: Any, tmp_path: Path, n: int, of: str) -> None:
    """Codes of respondents are no answers on a scale, however few respondents there are."""
    frame = pd.DataFrame(agreement()[:n], columns=HEAD)
    names = [of.format(k + 1) for k in range(n)]
    frame.insert(0, "id", names)
    _, text = described(tmp_path, frame)
    assert '"id"' in text and not any(f'"{name}"' in text for name in names if not name.isdigit())
    if not names[0].isdigit():
        assert '- "id"  # an identifier' in text


def test_a_column_of_codes_given_once_each_is_not_read_as_letters_and_numbers() -> None:
    column = Column(0, "x", pd.Series([f"A{k}" for k in range(1, 12)]))
    assert answers.points([column], Format(), ",") is None
    column = Column(0, "x", pd.Series([f"A{1 + k % 5}" for k in range(12)]))
    assert answers.points([column], Format(), ",") is not None
    assert kinds.personal(column, answers.counted(column)) is None


def test_what_stands_over_several_headings_names_them(project: Any, tmp_path: Path) -> None:
    export = awkward_exports.excel_merged()
    (tmp_path / export.name).write_bytes(export.content)
    newcase.new("mine", tmp_path / export.name)
    found = study.load("mine")
    assert [c.label.en for c in found.constructs] == ["Service", "Loyalty"]
    assert [c.role for c in found.constructs] == ["antecedent", "outcome"]
    assert [g.label.en for g in found.groups] == ["Sex", "Branch"]


def test_bold_questions_lose_their_stars(project: Any, tmp_path: Path) -> None:
    export = awkward_exports.typeform_choices()
    (tmp_path / export.name).write_bytes(export.content)
    newcase.new("mine", tmp_path / export.name)
    found = study.load("mine")
    assert [i.wording.en for i in found.items] == [*exports.QUALITY, *exports.LOYALTY]
    assert not any("*" in c.label.en for c in found.constructs)


def test_codes_declared_as_a_range_are_no_answers(project: Any, tmp_path: Path) -> None:
    """8 and 9 of a .sav, declared together: the scale ends at 5, and a turned item is turned on
    it; one whose name ends in R belongs to its block; schools are no numbers, weights are weights.
    """
    import pyreadstat

    rng = np.random.default_rng(8)
    values = agreement()[:, :3].astype(float)
    values[:, 2] = 6 - values[:, 2]
    values[rng.random(values.shape) < 0.03] = 8
    values[rng.random(values.shape) < 0.03] = 9
    frame = pd.DataFrame(values, columns=["TCH1", "TCH2", "TCH3R"])
    frame["SCHOOLID"] = 5000.0 + np.arange(len(frame)) % 20
    frame["WGTSTUD"] = 38.2 + rng.random(len(frame))
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={"SCHOOLID": "School ID", "WGTSTUD": "Final student weight"},
        variable_value_labels={c: {8: "Not applicable", 9: "Omitted"} for c in frame.columns[:3]},
        missing_ranges={c: [{"lo": 8, "hi": 9}] for c in frame.columns[:3]},
    )
    path = newcase.new("mine", tmp_path / "a.sav").path
    found, text = study.load("mine"), path.read_text(encoding="utf-8")
    (construct,) = found.constructs
    assert [i.reversed for i in construct.items] == [False, False, True]
    assert (found.scale.min, found.scale.max, found.scale.missing) == (1, 5, [8, 9])
    assert found.weights == "WGTSTUD"
    assert [(v.id, v.kind) for v in found.variables] == [("SCHOOLID", "id")]
    assert "cluster: SCHOOLID" in text


def test_a_decimal_comma_is_no_choice_and_a_remark_no_group(project: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame(agreement()[:60], columns=HEAD)
    waited = np.random.default_rng(3).gamma(2, 4, len(frame))
    frame["Wartezeit"] = [f"{x:.1f}".replace(".", ",") for x in waited]
    frame["Genutzt"] = ["1,2", "1", "2,3", "3", "1,3", "2"] * 10
    frame["Anmerkung"] = ["", "sehr nett", "lange gewartet"] * 20
    frame.to_csv(tmp_path / "a.csv", sep=";", index=False)
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text(encoding="utf-8")
    assert [v.id for v in study.load("mine").variables] == ["Wartezeit"]
    assert "sehr nett" not in text and not study.load("mine").groups
    several = text.split("# Questions with several choices")[1]
    assert "Genutzt" in several and "Wartezeit" not in several


@pytest.mark.parametrize("apart", [True, False])
def test_matrices_asked_in_the_same_words_are_told_apart_by_their_number(
    project: Any, tmp_path: Path, apart: bool
) -> None:
    """As Qualtrics writes them: Q1_1 … Q1_3 and Q2_1 … Q2_3 below one sentence."""
    codes = [
        f"Q{1 + (k > 2) * apart}_{1 + k % 3 + (0 if apart else 3 * (k > 2))}" for k in range(6)
    ]
    names = ["one", "two", "red", "odd", "big", "new"]
    asked = [f"Please say how far you agree. - It is {name}" for name in names]
    rows = [[f'{{"ImportId":"{c}"}}' for c in codes], *agreement(7).tolist()]
    found, text = described(tmp_path, pd.DataFrame([asked, *rows], columns=codes))
    assert [[i.id for i in c.items] for c in found.constructs] == (
        [codes[:3], codes[3:]] if apart else [codes]
    )
    assert found.items[0].wording.en == "It is one"
    assert text.rstrip() == text.rstrip().rstrip(":")
