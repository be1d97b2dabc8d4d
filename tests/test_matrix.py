"""A published matrix in the place of rows: Wheaton and others' stability of alienation, by lavaan.

The expected numbers are of lavaan 0.6-14 and psych on R, of the covariances below::

    S <- getCov(lower, names = items)
    f <- sem(model, sample.cov = S, sample.nobs = 932)
    fitMeasures(f); standardizedSolution(f); lavInspect(f, "r2"); psych::alpha(S[1:2, 1:2])
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from number_facts import whole_keys

from loyalty import cli
from loyalty.analyses.matrix import findings as analysis
from loyalty.analyses.matrix import tables, words
from loyalty.analyses.published import findings as published
from loyalty.cases import check, matrix, study
from loyalty.estimates import moments
from loyalty.estimates.solution import Observed
from loyalty.export import jars
from loyalty.ground import findings
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reading import NotValid
from loyalty.ground.reasons import CannotCompute
from loyalty.shown.context import Case

ITEMS = ("anomia67", "powerless67", "anomia71", "powerless71", "education", "sei")
LOWER = (
    "11.834",
    "6.947,9.364",
    "6.819,5.091,12.532",
    "4.783,5.028,7.495,9.986",
    "-3.839,-3.889,-3.841,-3.625,9.610",
    "-21.899,-18.831,-21.748,-18.775,35.522,450.288",
)
TRIANGLE = "\n".join(
    ["," + ",".join(ITEMS), *(f"{i},{line}" for i, line in zip(ITEMS, LOWER, strict=True))]
)
MEANS = dict(zip(ITEMS, (13.61, 14.76, 14.13, 14.90, 10.90, 37.49), strict=True))


def whole() -> np.ndarray:
    values = np.zeros((6, 6))
    values[np.tril_indices(6)] = [float(x) for line in LOWER for x in line.split(",")]
    return values + np.tril(values, -1).T


def square(values: np.ndarray) -> str:
    lines = [
        ",".join([i, *(repr(float(x)) for x in row)]) for i, row in zip(ITEMS, values, strict=True)
    ]
    return "\n".join(["," + ",".join(ITEMS), *lines])


def description() -> dict[str, Any]:
    def construct(name: str, zh: str, role: str, *items: str) -> dict[str, Any]:
        wording = [{"id": i, "en": i} for i in items]
        return {"id": name, "label": {"en": name, "zh": zh}, "role": role, "items": wording}

    return {
        "title": {"en": "Alienation", "zh": "疏离感"},
        "summary": "932 people in 1967 and 1971.",
        "provenance": {"kind": "real", "source": "x", "licence": "x", "sampling": "not stated"},
        "matrix": {"path": "m.csv", "kind": "covariance", "n": 932},
        "constructs": [
            construct("status", "地位", "antecedent", "education", "sei"),
            construct("before", "此前", "mediator", "anomia67", "powerless67"),
            construct("after", "此后", "outcome", "anomia71", "powerless71"),
        ],
        "hypotheses": [
            {"id": "H1", "from": "status", "to": "before", "sign": "-"},
            {"id": "H2", "from": "status", "to": "after", "sign": "-"},
            {"id": "H3", "from": "before", "to": "after", "sign": "+"},
        ],
        "effects": [{"id": "E1", "label": "Carried", "through": ["status", "before", "after"]}],
        "focus": "H2",
    }


Put = Callable[..., study.Study]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Write the case with what is changed in it, and read its description."""
    root = tmp_path / "own"
    folder = root / "data" / "wheaton"
    folder.mkdir(parents=True)
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    monkeypatch.chdir(root)

    def written(
        content: str | bytes = TRIANGLE, path: str = "m.csv", **changed: Any
    ) -> study.Study:
        described = {**description(), **{k: v for k, v in changed.items() if k != "matrix"}}
        described["matrix"] |= {"path": path, **changed.get("matrix", {})}
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False)
        (folder / "study.yml").write_text(text, encoding="utf-8")
        return study.load("wheaton")

    return written


def computed(of: study.Study) -> analysis.Data:
    return analysis.data(of, matrix.load(of))


def structured(of: study.Study) -> analysis.Structured:
    found = analysis.structured(computed(of))
    assert isinstance(found, analysis.Structured)
    return found


# --- what lavaan has -----------------------------------------------------------------------------
def test_the_structural_model_is_lavaans(put: Put) -> None:
    found = structured(put())
    fit = found.fit
    assert (fit.n, fit.df, fit.parameters, fit.estimator) == (932, 6, 15, "ML")
    assert fit.chisq == pytest.approx(71.54649935, abs=1e-5)
    assert fit.p == pytest.approx(1.968425423e-13, rel=1e-4)
    expected = (
        0.9690631911,
        0.9226579777,
        0.1082657702,
        0.08660174474,
        0.1314374614,
        0.02123736027,
    )
    names = ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")
    assert [getattr(fit, name) for name in names] == pytest.approx(expected, abs=1e-6)
    assert (fit.aic, fit.bic) == pytest.approx((30523.35945, 30595.91945), abs=1e-4)
    rows = {row.id: (row.estimate, row.ci_lower, row.ci_upper) for row in found.rows}
    assert rows["H1"] == pytest.approx((-0.56676792, -0.63438361, -0.499152239), abs=1e-5)
    assert rows["H2"] == pytest.approx((-0.15132822, -0.24045582, -0.062200618), abs=1e-5)
    assert rows["H3"] == pytest.approx((0.66310033, 0.58544836, 0.740752292), abs=1e-5)
    assert {row.verdict for row in found.rows} == {"supported"}
    (carried,) = found.indirect
    values = (carried.estimate, carried.ci_lower, carried.ci_upper)
    assert values == pytest.approx((-0.37582399, -0.44070483, -0.310943161), abs=1e-5)
    r2 = {share.variable: share.r2 for share in found.explained}
    assert r2 == pytest.approx({"before": 0.321225879, "after": 0.576347827}, abs=1e-6)


def test_the_scales_are_those_of_psych_and_of_the_loadings(put: Put) -> None:
    data = computed(put())
    measured = analysis.measured(data)
    assert isinstance(measured, analysis.Measured)
    loadings = {row.item: row.estimate for row in measured.rows}
    expected = (0.81282184, 0.81190542, 0.83944605, 0.79812858, 0.83284855, 0.64837242)
    assert loadings == pytest.approx(dict(zip(ITEMS, expected, strict=True)), abs=1e-5)
    found = analysis.scales(data, measured)
    assert isinstance(found, analysis.Scales)
    rows = {row.construct: row for row in found.rows}
    alphas = {name: row.alpha for name, row in rows.items()}
    assert alphas == pytest.approx(
        {"status": 0.267614918, "before": 0.791861393, "after": 0.79929615}, abs=1e-8
    )
    assert (rows["status"].cr, rows["status"].ave) == pytest.approx(
        (0.71234455, 0.55701175), abs=1e-5
    )
    assert (rows["after"].cr, rows["after"].ave) == pytest.approx(
        (0.80289624, 0.67083949), abs=1e-5
    )
    assert (found.counted, found.alpha_met, found.cr_met, found.ave_met) == (3, 2, 3, 3)


def test_ratios_and_shares_by_hand(put: Put) -> None:
    data = computed(put())
    measured = analysis.measured(data)
    assert isinstance(measured, analysis.Measured)
    apart = analysis.apart(data, measured)
    assert isinstance(apart, analysis.Apart)
    sd = np.sqrt(np.diag(whole()))
    r = np.abs(whole() / np.outer(sd, sd))
    pair = next(row for row in apart.rows if (row.a, row.b) == ("before", "after"))
    between = r[:2, 2:4]
    assert pair.htmt == pytest.approx(between.mean() / np.sqrt(r[0, 1] * r[2, 3]))
    assert pair.htmt2 == pytest.approx(np.exp(np.log(between).mean()) / np.sqrt(r[0, 1] * r[2, 3]))
    assert pair.correlation == pytest.approx(0.748868359, abs=1e-6)
    found = analysis.drivers(data, measured)
    assert isinstance(found, analysis.Drivers)
    parts = {row.predictor: row.share for row in found.rows}  # of an own computation in R
    assert parts == pytest.approx({"status": 0.2545628, "before": 0.7454372}, abs=1e-6)
    # of two predictors Johnson's weights are the LMG shares
    assert {row.predictor: row.johnson for row in found.rows} == pytest.approx(parts, abs=1e-9)


def test_the_pls_model_is_that_of_an_own_computation_in_r(put: Put) -> None:
    """Mode A, path weighting: the algorithm in twenty lines of R, iterated to 1e-13."""
    found = analysis.composites(computed(put()))
    assert isinstance(found, analysis.Composites)
    weights = {row.item: row.weight for row in found.outer}
    loadings = {row.item: row.loading for row in found.outer}
    expected = (0.5449889685, 0.5526697915, 0.5612442442, 0.5330398604, 0.6394660123, 0.4974966993)
    assert weights == pytest.approx(dict(zip(ITEMS, expected, strict=True)), abs=1e-8)
    expected = (0.9097148150, 0.9123267982, 0.9183734350, 0.9090655907, 0.9081122317, 0.8428057775)
    assert loadings == pytest.approx(dict(zip(ITEMS, expected, strict=True)), abs=1e-8)
    paths = {row.id: (row.estimate, row.total) for row in found.paths}
    assert paths["H1"] == pytest.approx((-0.4314174273, -0.4314174273), abs=1e-8)
    assert paths["H2"] == pytest.approx((-0.1828630854, -0.4068327134), abs=1e-8)
    assert paths["H3"][0] == pytest.approx(0.5191483093, abs=1e-8)
    rows = {row.construct: row for row in found.quality}
    after, status = rows["after"], rows["status"]
    values = [after.alpha, after.rho_a, after.rho_c, after.ave, after.r2]
    assert values == pytest.approx(
        [0.8023850983, 0.8038800893, 0.9100231948, 0.8349050072, 0.3848654295], abs=1e-8
    )
    assert status.alpha == pytest.approx(0.701295314, abs=1e-8) and status.r2 is None
    pairs = {(p.a, p.b): (p.correlation, p.distinct) for p in found.pairs}
    assert pairs["before", "after"] == (pytest.approx(0.5980386311, abs=1e-8), True)
    assert (found.n, found.as_expected, found.compared, found.alike) == (932, 3, 3, 0)


def test_pls_as_the_description_says_and_formative_constructs(put: Put) -> None:
    consistent = analysis.composites(computed(put(pls={"consistent": True})))
    assert isinstance(consistent, analysis.Composites) and consistent.consistent
    after = next(row for row in consistent.pairs if (row.a, row.b) == ("before", "after"))
    # over the square roots of both rho A of the model above
    expected = 0.5980386311 / np.sqrt(0.7952419906 * 0.8038800893)
    assert after.correlation == pytest.approx(expected, abs=1e-8)
    made = description()["constructs"]
    made[0]["mode"] = "formative"
    of = put(constructs=made, effects=[], focus=None)
    found = analysis.composites(computed(of))
    assert isinstance(found, analysis.Composites) and found.mode_b == ("status",)
    status = next(row for row in found.quality if row.construct == "status")
    assert status.ave is None and found.compared == 1
    # mode B: the weights are the regression of the others' proxy on the items
    r = whole() / np.sqrt(np.outer(np.diag(whole()), np.diag(whole())))
    at = [4, 5]
    w = np.zeros((6, 3))
    for row in found.outer:
        w[ITEMS.index(row.item), ["status", "before", "after"].index(row.construct)] = row.weight
    inner = r @ w[:, 1:] @ (w[:, :1].T @ r @ w[:, 1:]).T
    weights = np.linalg.solve(r[np.ix_(at, at)], inner[at, 0])
    weights /= np.sqrt(weights @ r[np.ix_(at, at)] @ weights)
    assert weights == pytest.approx(w[at, 0], abs=1e-7)


def test_fornell_and_larckers_criterion_of_the_matrix(put: Put) -> None:
    data = computed(put())
    measured = analysis.measured(data)
    assert isinstance(measured, analysis.Measured)
    found = analysis.apart(data, measured)
    assert isinstance(found, analysis.Apart)
    # √AVE: before .8124, after .8190, status .7463; correlations of lavaan .7489, .5272, .5668
    assert {row.distinct for row in found.rows} == {True}
    assert (found.compared, found.alike) == (3, 0)
    close = whole()
    close[:2, 2:4] *= 1.2
    close[2:4, :2] *= 1.2
    data = computed(put(square(close)))
    measured = analysis.measured(data)
    assert isinstance(measured, analysis.Measured) and measured.fit.admissible
    found = analysis.apart(data, measured)
    assert isinstance(found, analysis.Apart) and found.alike == 1
    said = words.apart(cited(found, "wheaton/matrix/apart"), Case("wheaton", put()))
    assert "of 3 pairs" in re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", said[-1].en)


def test_the_factors_are_those_of_psych(put: Put) -> None:
    """psych 2.x: KMO(R), cortest.bartlett(R, 932), fa(R, 2, 932, fm = "minres"), vss(R)$map."""
    found = analysis.factors(computed(put()), 200, 1)
    assert isinstance(found, analysis.Factors)
    assert found.kmo == pytest.approx(0.7509053318, abs=1e-8)
    assert (found.item, found.item_kmo) == ("anomia71", pytest.approx(0.7404961473, abs=1e-8))
    assert (found.chisq, found.df) == (pytest.approx(2124.946016, abs=1e-5), 15)
    assert (found.planned, found.map, found.kaiser) == (3, 1, 2)
    assert (found.parallel, found.used, found.draws) == (3, 3, 200)  # fa.parallel's
    assert (
        found.heywood
        and "improper"
        in words.factors(cited(found, "wheaton/matrix/factors"), Case("wheaton", put()))[-1].en
    )  # three factors of six items: no degree of freedom is left
    found = analysis.factors(computed(put(matrix={"n": 60})), 200, 1)
    assert isinstance(found, analysis.Factors)
    assert (found.parallel, found.used, found.closest) == (1, 1, None)
    loadings = {row.item: row.loadings["F1"] for row in found.rows}
    expected = (0.7283336, 0.7367677, 0.7364091, 0.7117620, -0.5715372, -0.4709422)
    assert loadings == pytest.approx(dict(zip(ITEMS, expected, strict=True)), abs=1e-5)
    assert found.explained == pytest.approx(0.4451068945, abs=1e-6)
    two = [
        {**construct, "items": construct["items"][:1]} for construct in description()["constructs"]
    ]
    of = put(constructs=two[:2], hypotheses=description()["hypotheses"][:1], effects=[], focus=None)
    assert isinstance(analysis.factors(computed(of), 50, 1), Refused)


def test_the_same_however_it_is_written(put: Put) -> None:
    expected = matrix.load(put()).covariances
    given: list[tuple[str, str, dict[str, Any]]] = [
        (square(whole()), "m.csv", {}),
        ("\ufeff" + TRIANGLE.replace(",", ";").replace("-", "−"), "m.csv", {}),
        (TRIANGLE.replace(",", "\t").replace("\n", "\r\n"), "m.csv", {}),
        ("\n".join(f"{i}: [{x}]" for i, x in zip(ITEMS, LOWER, strict=True)), "m.yml", {}),
        (square(whole() * 931 / 932), "m.csv", {"divisor": "n"}),
    ]
    sd = np.sqrt(np.diag(whole()))
    sds = {i: float(s) for i, s in zip(ITEMS, sd, strict=True)}
    of = square(whole() / np.outer(sd, sd))
    given.append((of, "m.csv", {"kind": "correlation", "sds": sds}))
    for content, path, changed in given:
        found = matrix.load(put(content, path, matrix=changed))
        np.testing.assert_allclose(found.covariances, expected, rtol=1e-12)
        assert list(found.covariances) == [i.id for i in put().items] and found.means is None


def test_reversed_items_are_turned(put: Put) -> None:
    turned = description()["constructs"]
    turned[0]["items"][0] |= {"reversed": True, "scale": {"min": 0, "max": 20, "step": 0}}
    turned[0]["items"][1] |= {"reversed": True, "scale": {"min": 0, "max": 100, "step": 0}}
    found = matrix.load(put(constructs=turned, matrix={"means": MEANS}))
    assert found.covariances.loc["education", "sei"] == pytest.approx(35.522)
    assert found.covariances.loc["education", "anomia67"] == pytest.approx(3.839)
    assert found.means is not None
    assert found.means[["education", "sei", "anomia67"]].tolist() == pytest.approx(
        [9.1, 62.51, 13.61]
    )
    rows = {row.id: row.estimate for row in structured(put(constructs=turned)).rows}
    assert rows["H2"] == pytest.approx(0.15132822, abs=1e-5)


def test_means_take_their_part_in_the_model(put: Put) -> None:
    fit = structured(put(matrix={"means": MEANS})).fit
    assert (fit.chisq, fit.parameters) == (pytest.approx(71.5464993, abs=1e-5), 21)
    assert (fit.aic, fit.bic) == pytest.approx((30535.3595, 30636.9434), abs=1e-3)


# --- what does not hold --------------------------------------------------------------------------
SQUARE = square(whole())
WRONG = {
    "empty": ("", "empty"),
    "no csv": (b"\xff\xfe\x00", "not UTF-8"),
    "heads alone": (TRIANGLE.splitlines()[0], "6 heads are expected"),
    "order": ("\n".join([TRIANGLE.splitlines()[0], *TRIANGLE.splitlines()[:0:-1]]), "same order"),
    "head twice": (TRIANGLE.replace("sei", "education"), "each once"),
    "an item lacks": (TRIANGLE.replace("sei", "other"), "column sei: no such head"),
    "text": (TRIANGLE.replace("5.091", "=1+1"), "row 4, column powerless67: '=1+1' is no number"),
    "comma": (TRIANGLE.replace("5.091", '"5,091"'), "row 4, column powerless67: '5,091'"),
    "nan": (TRIANGLE.replace("5.091", "nan"), "row 4, column powerless67: 'nan'"),
    "huge": (TRIANGLE.replace("5.091", "1" + "0" * 400), "row 4, column powerless67"),
    "short": (TRIANGLE.replace(",35.522,450.288", ""), "row 7, column education: no number"),
    "long": (TRIANGLE + ",7", "row 7, column sei: more cells"),
    "half": (TRIANGLE.replace("9.364", "9.364,1"), "neither a lower triangle nor a square"),
    "symmetric": (SQUARE.replace("5.091", "5.19", 1), "row 4, column powerless67: not symmetric"),
    "variance": (TRIANGLE.replace("9.364", "-9.364"), "column powerless67: a variance of -9.364"),
    "beyond one": (TRIANGLE.replace("6.947", "16.947"), "it would correlate by 1.610"),
    "definite": (TRIANGLE.replace("6.947", "-10.4"), "not positive definite"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_hold_is_said_where(put: Put, name: str, refusal: Any) -> None:
    content, says = WRONG[name]
    of = put(content)
    found = check.rows(of)
    assert not found.sound
    lines = [fault.line for fault in found.faults]
    assert any(says in line and line.startswith("wheaton/m.csv: ") for line in lines), lines
    assert "wheaton/m.csv: " in refusal(matrix.load, of)


def test_so_is_what_the_description_says_of_it(put: Put, refusal: Any) -> None:
    assert "n is 6, with 6 items" in refusal(matrix.load, put(matrix={"n": 6}))
    one = {"kind": "correlation", "sds": dict.fromkeys(ITEMS, 1.0)}
    assert "column education: 9.61 in the diagonal of correlations" in refusal(
        matrix.load, put(matrix=one)
    )
    deep = "anomia67: [[1]]\n" + "".join(f"{i}: [1]\n" for i in ITEMS[1:])
    assert "'[1]' is no number" in refusal(matrix.load, put(deep, "m.yml"))
    assert "expected lines like" in refusal(matrix.load, put("- 1", "m.yml"))
    many = "\n".join(["," + ",".join(f"x{k}" for k in range(600)), *(f"x{k}," for k in range(600))])
    assert "more than 500 items" in refusal(matrix.load, put(many))
    outside = put()
    outside.matrix.__dict__["path"] = "../../x.csv"  # type: ignore[union-attr]
    assert matrix.looked_at(outside)[0] is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"matrix": {"kind": "correlation", "means": MEANS}}, "means: sds are expected beside"),
        ({"matrix": {"sds": {"sei": 1.0}}}, "has them in its diagonal"),
        ({"matrix": {"means": {"sei": 1.0}}}, "matrix.means.education: expected beside"),
        ({"matrix": {"means": {**MEANS, "x": 1.0}}}, "matrix.means.x: not an item's column"),
        ({"matrix": {"n": 1}}, "matrix.n"),
        ({"path": "m.xlsx"}, "expected csv or yml"),
        ({"rows": {"file": {"path": "a.csv", "sha256": "0" * 64}}}, "rows: a case with a matrix"),
        ({"marker": "sei"}, "marker: a case with a matrix has no rows"),
        ({"groups": [{"id": "g", "label": "G", "levels": {"1": "A", "2": "B"}}]}, "groups: a case"),
        ({"constructs": []}, "matrix: given, but no construct"),
    ],
)
def test_what_needs_rows_does_not_go_with_it(put: Put, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(NotValid) as caught:
        put(**changed)
    assert says in str(caught.value)


# --- what is printed of it -----------------------------------------------------------------------
def printed(**model: Any) -> list[dict[str, Any]]:
    """As an article would print the fit and standardized estimates of lavaan 0.6-14."""
    figures = [
        {"statistic": "chisq", "value": "71.55"},
        {"statistic": "rmsea", "value": "0.108"},
        {"statistic": "path", "of": ["before", "after"], "value": "0.6631"},
        {"statistic": "loading", "of": ["status", "sei"], "value": "0.6484"},
    ]
    given = {"of": "structural", "estimator": "ML", "figures": figures, **model}
    entry = {"id": "theirs", "label": "Theirs", "source": "wheaton1977", "place": "Table 1"}
    return [{**entry, "model": given}]


def test_printed_models_are_computed_anew_from_it(put: Put) -> None:
    of = put(published=printed())
    assert of.analyses == ["matrix", "published"]
    found: Any = published.fitted_models(of, lambda: matrix.load(of))
    assert [f.statistic for f in found.figures if not f.same] == []
    path = found.figures[2]
    assert path.ci_lower < path.estimate < path.ci_upper
    assert published.ways(of, lambda: None) is None  # type: ignore[arg-type,return-value]
    with pytest.raises(NotValid) as caught:
        put(published=printed(missing="fiml"))
    assert "a matrix has no rows" in str(caught.value)


def beside(**entry: Any) -> list[dict[str, Any]]:
    return [{"id": "theirs", "label": "Theirs", "source": "wheaton1977", "place": "1", **entry}]


def test_printed_pls_models_are_computed_anew_from_it(put: Put) -> None:
    """As an article would print the PLS model of an own computation in R."""
    paths = [
        {"from": "status", "to": "before", "value": -0.431},
        {"from": "status", "to": "after", "value": -0.183},
        {"from": "before", "to": "after", "value": 0.519},
    ]
    pls = {
        "paths": paths,
        "r2": {"after": 0.385},
        "loadings": {"sei": 0.843},
        "alpha": {"after": 0.802},
        "rho_c": {"after": 0.91},
        "ave": {"before": 0.83},
    }
    of = put(published=beside(pls=pls))
    found: Any = published.path_models(of, lambda: matrix.load(of), draws=50, seed=1)
    assert [f.kind for f in found.figures] == [
        *("path", "path", "path"),
        *("r2", "loading", "alpha", "rho_c", "ave"),
    ]
    assert all(f.same and f.ci_lower is None for f in found.figures)
    assert found.figures[2].ml == pytest.approx(0.66310033, abs=1e-5)  # lavaan's
    assert found.figures[2].ml_ci_lower == pytest.approx(0.58544836, abs=1e-5)
    assert found.sound and found.clear == 0


def test_printed_statistics_are_computed_anew_from_it(put: Put) -> None:
    """alpha, HTMT, correlations and regressions of mean scores, and of factors: R's values."""
    r = np.abs(whole() / np.sqrt(np.outer(np.diag(whole()), np.diag(whole()))))
    ratio = r[:2, 2:4].mean() / np.sqrt(r[0, 1] * r[2, 3])
    figures = [
        {"statistic": "alpha", "of": ["status"], "value": "0.2676"},
        {"statistic": "htmt", "of": ["before", "after"], "value": f"{ratio:.4f}"},
        {"statistic": "correlation", "of": ["before", "after"], "value": "0.5987"},
        {
            **{"statistic": "coefficient", "of": ["after", "status", "before"]},
            **{"by": "before", "value": "0.5654"},
        },
        {"statistic": "kmo", "value": "0.7509"},
        {"statistic": "eigenvalue", "at": 2, "value": "1.0168"},
    ]
    of = put(published=beside(statistics={"figures": figures}))
    found: Any = published.statistics(of, lambda: matrix.load(of))
    assert [f.statistic for f in found.figures if not f.same] == []
    means = [{"statistic": "intercept", "of": ["after", "before"], "value": "5.83"}]
    of = put(published=beside(statistics={"figures": means}), matrix={"means": MEANS})
    found = published.statistics(of, lambda: matrix.load(of))
    slope = whole()[:2, 2:4].sum() / whole()[:2, :2].sum()
    expected = (14.13 + 14.90) / 2 - slope * (13.61 + 14.76) / 2
    assert found.figures[0].estimate == pytest.approx(expected)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"statistics": {"figures": [{"statistic": "pi", "value": "0.1"}]}}, "pi: does not follow"),
        (
            {
                "statistics": {
                    "figures": [
                        {"statistic": "intercept", "of": ["after", "before"], "value": "1.0"}
                    ]
                }
            },
            "intercept: does not follow",
        ),
        (
            {"statistics": {"log": True, "figures": [{"statistic": "kmo", "value": "0.7"}]}},
            "log: does not follow",
        ),
        ({"pls": {"paths": [{"from": "status", "to": "after"}], "missing": "mean"}}, "no rows"),
        ({"pls": {"paths": [{"from": "status", "to": "after"}], "as_given": True}}, "no rows"),
    ],
)
def test_printed_figures_that_need_rows_are_refused(
    put: Put, entry: dict[str, Any], says: str
) -> None:
    with pytest.raises(NotValid) as caught:
        put(published=beside(**entry))
    assert says in str(caught.value)


@pytest.mark.parametrize("estimator", ["MLR", "MLM", "WLSMV"])
def test_printed_models_that_need_rows_are_refused(put: Put, estimator: str) -> None:
    with pytest.raises(NotValid) as caught:
        put(published=printed(estimator=estimator))
    assert "of a matrix, models by ML, GLS, ULS can be computed anew" in str(caught.value)


def test_what_can_be_taken_away_of_it(put: Put) -> None:
    of = put()
    data = computed(of)
    holder = SimpleNamespace(
        findings=analysis.Matrix(
            observed=analysis.observed(data),
            measured=analysis.measured(data),
            structured=analysis.structured(data),
        )
    )
    found: Any = {("wheaton", "matrix"): holder}
    files = jars.taken(of, found).files()
    assert {"structural-parameters.csv", "measurement.tex", "structural.lav"} <= set(files)
    line = files["covariances.csv"].splitlines()[2].split(",")
    assert line[0] == "sei" and float(line[5]) == 450.288 and line[2] == ""  # no mean is given
    paragraphs = json.loads(files["paragraphs.json"])
    assert "maximum likelihood (ML)" in paragraphs["structural"]["en"]
    assert "→ after" in paragraphs["structural"]["en"]
    with_means = put(matrix={"means": MEANS})
    observed: Any = analysis.observed(computed(with_means))
    assert observed.means[:2] == (10.90, 37.49)


# --- correlations alone -------------------------------------------------------------------------
def correlations() -> np.ndarray:
    sd = np.sqrt(np.diag(whole()))
    return np.asarray(whole() / np.outer(sd, sd))


def unscaled(put: Put, **changed: Any) -> study.Study:
    return put(square(correlations()), matrix={"kind": "correlation"}, **changed)


def test_without_standard_deviations_all_that_is_standardized_is_as_with_them(put: Put) -> None:
    """The golden values of the covariances (lavaan) hold, errors included; nothing else is said."""
    with_them = computed(put())
    alone = computed(unscaled(put))
    full, bare = analysis.structured(with_them), analysis.structured(alone)
    assert isinstance(full, analysis.Structured) and isinstance(bare, analysis.Structured)
    for one, other in zip(full.rows, bare.rows, strict=True):
        for name in ("estimate", "ci_lower", "ci_upper", "p"):
            assert getattr(other, name) == pytest.approx(getattr(one, name), abs=2e-5), name
    assert bare.fit.chisq == pytest.approx(full.fit.chisq, abs=1e-4)
    assert (bare.fit.aic, bare.fit.bic, bare.fit.unit) == (None, None, "variance")
    assert bare.fit.rmsea == pytest.approx(full.fit.rmsea, abs=1e-6)
    for row in bare.fit.rows:
        assert (row.estimate, row.se, row.ci_lower) == (row.std, row.std_se, row.std_ci_lower)
    ours, theirs = analysis.composites(alone), analysis.composites(with_them)
    assert not isinstance(ours, Refused) and not isinstance(theirs, Refused)
    for led, other_led in zip(ours.paths, theirs.paths, strict=True):
        assert led.estimate == pytest.approx(other_led.estimate, abs=1e-6)
    described = analysis.described(alone)
    assert isinstance(described, analysis.Described)
    assert described.unscaled and described.moments == 15
    assert {row.sd for row in described.rows} == {None}
    seen = analysis.observed(alone)
    assert isinstance(seen, Observed) and (seen.sds, seen.covariances, seen.means) == ((), (), ())
    scales = analysis.scales(alone, analysis.solved(analysis.measured(alone)))
    assert isinstance(scales, analysis.Scales) and scales.rows[0].alpha == pytest.approx(
        2 * correlations()[4, 5] / (1 + correlations()[4, 5])
    )
    case = Case("wheaton", unscaled(put))
    said = words.given(cited(described, "wheaton/matrix/given"), case)
    assert "unstandardized estimates, means" in said[-1].en and "均为标准化结果" in said[-1].zh
    table = tables.scales(cited(scales, "wheaton/matrix/scales"), case)
    assert table.note is not None and "standardized items" in table.note.en
    found: Any = {
        ("wheaton", "matrix"): SimpleNamespace(
            findings=analysis.Matrix(observed=seen, structured=bare)
        )
    }
    files = jars.taken(case.study, found).files()
    assert "covariances.csv" not in files and "sd" not in files["correlations.csv"].split("\n")[0]


def test_errors_of_correlations_are_those_of_a_correlation_structure(put: Put) -> None:
    """Normal theory of correlations (Olkin & Siotani 1976) in the place of covariances'.

    ``(D' W D)^-1 / n``, with D the derivatives of the model's correlations by its standardized
    parameters, and W the inverse of the correlations' asymptotic covariance at the model's values.
    """
    of = unscaled(put, hypotheses=[], effects=[], focus=None)
    found = analysis.measured(computed(of))
    assert isinstance(found, analysis.Measured)
    free = [r for r in found.fit.rows if r.op == "=~" or (r.op == "~~" and r.lhs != r.rhs)]
    latent = [c.id for c in of.constructs]
    items = [i.id for c in of.constructs for i in c.items]
    pairs = [(i, j) for i in range(6) for j in range(i)]

    def model(values: Any) -> np.ndarray:
        load, phi = np.zeros((6, 3)), np.eye(3)
        for row, value in zip(free, values, strict=True):
            if row.op == "=~":
                load[items.index(row.rhs), latent.index(row.lhs)] = value
            else:
                a, b = latent.index(row.lhs), latent.index(row.rhs)
                phi[a, b] = phi[b, a] = value
        return np.asarray(load @ phi @ load.T)

    at = np.array([row.std for row in free], dtype=float)
    step = 1e-6
    derivatives = np.array(
        [
            (model(at + step * one) - model(at - step * one))[tuple(zip(*pairs, strict=True))]
            / (2 * step)
            for one in np.eye(len(at))
        ]
    ).T
    r = model(at)
    np.fill_diagonal(r, 1.0)
    gamma = np.empty((15, 15))
    for a, (i, j) in enumerate(pairs):
        for b, (k, m) in enumerate(pairs):
            gamma[a, b] = (
                r[i, j] * r[k, m] * (r[i, k] ** 2 + r[i, m] ** 2 + r[j, k] ** 2 + r[j, m] ** 2) / 2
                + r[i, k] * r[j, m]
                + r[i, m] * r[j, k]
                - r[i, j] * (r[i, k] * r[i, m] + r[j, k] * r[j, m])
                - r[k, m] * (r[i, k] * r[j, k] + r[i, m] * r[j, m])
            )
    variance = np.linalg.inv(derivatives.T @ np.linalg.solve(gamma, derivatives)) / 932
    errors = np.array([row.se for row in free], dtype=float)
    np.testing.assert_allclose(errors, np.sqrt(np.diag(variance)), rtol=1e-4)


def test_a_model_with_units_is_refused_without_standard_deviations(put: Put) -> None:
    of = put(square(correlations()), matrix={"kind": "correlation"})
    given = matrix.load(of)
    equal = "a =~ x*anomia67 + x*powerless67\nb =~ x*anomia71 + x*powerless71"
    with pytest.raises(CannotCompute, match="units"):
        moments.fit(moments.of_matrix(of, given), equal, unscaled=True)
    with pytest.raises(NotValid, match=r"pls\.standardized: correlations"):
        put(square(correlations()), matrix={"kind": "correlation"}, pls={"standardized": False})


# --- formative constructs alone ------------------------------------------------------------------
def test_a_matrix_of_formative_constructs_alone(put: Put) -> None:
    """PLS and what is printed of it; the rest says why not."""
    constructs = [c | {"mode": "formative"} for c in description()["constructs"]]
    pairs = (("status", "before"), ("status", "after"), ("before", "after"))
    paths: list[dict[str, Any]] = [{"from": a, "to": b, "value": 0.1} for a, b in pairs]
    of = put(constructs=constructs, effects=[], focus=None, published=beside(pls={"paths": paths}))
    data = computed(of)
    found = analysis.composites(data)
    assert not isinstance(found, Refused) and len(found.mode_b) == 3
    for refused in (
        analysis.observed(data),
        analysis.measured(data),
        analysis.scales(data, None),
        analysis.apart(data, None),
        analysis.structured(data),
        analysis.factors(data, 5, 1),
    ):
        assert isinstance(refused, Refused)
    path_models = published.path_models(of, lambda: matrix.load(of), draws=9, seed=1)
    assert isinstance(path_models, published.PathModels)
    for figure, path in zip(path_models.figures, found.paths, strict=True):
        assert figure.estimate == pytest.approx(path.estimate) and figure.ml is None


# --- its report ----------------------------------------------------------------------------------
def test_it_goes_through_its_own_analysis_alone(put: Put) -> None:
    assert put().analyses == ["matrix"]
    single = description()["constructs"]
    single = [{**construct, "items": construct["items"][:1]} for construct in single]
    of = put(constructs=single)  # of one item each, on no scale
    assert of.analyses == ["matrix"]
    data = computed(of)
    found = analysis.apart(data, analysis.solved(analysis.measured(data)))
    assert isinstance(found, analysis.Apart) and found.pairs == 0
    sd = np.sqrt(np.diag(whole()))
    pair = next(row for row in found.rows if (row.a, row.b) == ("before", "after"))
    assert pair.correlation == pytest.approx(whole()[0, 2] / (sd[0] * sd[2]), abs=1e-6)
    case, model = Case("wheaton", of), cited(structured(of), "wheaton/matrix/structured")
    assert model.fit.df == 0
    (said,) = words.structured(model, case)
    assert "its fit says nothing" in said.en and "拟合不说明任何问题" in said.zh
    scales = cited(analysis.scales(data, None), "wheaton/matrix/scales")
    assert isinstance(scales, analysis.Scales)
    assert words.scales(scales, case).en.startswith("No construct has two items")
    fitting = words.structured(cited(structured(put()), "wheaton/matrix/structured"), case)
    assert "Exact fit is rejected" in fitting[-1].en


def test_one_construct_has_scales_and_no_structure(put: Put) -> None:
    alone = description()["constructs"][:1]
    data = computed(put(constructs=alone, hypotheses=[], effects=[], focus=None))
    assert isinstance(analysis.structured(data), Refused)
    assert isinstance(analysis.drivers(data, analysis.measured(data)), Refused)
    found = analysis.scales(data, analysis.solved(analysis.measured(data)))  # two items, no model
    assert isinstance(found, analysis.Scales) and found.rows[0].cr is None
    assert found.rows[0].alpha == pytest.approx(0.267614918, abs=1e-8)


def test_what_can_be_is_done_without_an_acceptable_solution(put: Put) -> None:
    """Of matrices of noise of very different units: nothing raises, and alpha and HTMT stand."""
    refused = faulty = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        noise = np.cov(rng.normal(size=(8 + seed, 6)).T) * 10.0 ** (seed - 6)
        data = computed(put(square(noise)))
        measured = analysis.measured(data)
        refused += isinstance(measured, Refused)
        faulty += isinstance(measured, analysis.Measured) and bool(measured.fit.problems)
        known = analysis.solved(measured)
        scales, apart = analysis.scales(data, known), analysis.apart(data, known)
        assert isinstance(scales, analysis.Scales) and isinstance(apart, analysis.Apart)
        assert apart.pairs == 3 and all(row.alpha is not None for row in scales.rows)
        for found in (analysis.structured(data), analysis.drivers(data, measured)):
            assert isinstance(found, analysis.Structured | analysis.Drivers | Refused)
    assert refused and faulty


def test_a_path_whose_interval_holds_zero_is_open(put: Put) -> None:
    of = put(matrix={"n": 40})
    found = cited(structured(of), "wheaton/matrix/structured")
    said = words.path(found, Case("wheaton", of), "H2")
    assert said is not None and "leaves open" in said.en and "尚无定论" in said.zh
    assert words.path(found, Case("wheaton", of), "H9") is None


@pytest.mark.slow
def test_its_report_end_to_end(put: Put, capsys: Any) -> None:
    of = put()
    assert cli.main(["check", "wheaton", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"][0]["table"] == "matrix"
    assert cli.main(["report", "wheaton", "--language", "en,zh", "--to", "html"]) == 0
    kept = findings.read("wheaton", "matrix", analysis.Matrix).findings
    assert all(getattr(kept, name) is not None for name in analysis.Matrix.model_fields)
    assert not any(isinstance(getattr(kept, n), Refused) for n in analysis.Matrix.model_fields)
    book = of.folder.parents[1] / "reports" / "_book" / "cases" / "wheaton"
    for language, brief, why in (
        ("en", "after goes with status by", "careless answering, missing answers"),
        ("zh", "地位到此后的路径为", "敷衍作答、缺失答案"),
    ):
        page = whole_keys((book / language / "matrix.html").read_text(encoding="utf-8"))
        plain = re.sub(r"<[^>]+>", "", page)
        assert why not in plain and "71.5" in plain
        last = (book / language / "not-done.html").read_text(encoding="utf-8")
        assert last.count("<tr") == 1 + len(analysis.NEED_ROWS) and why in last
        asked = (book / language / "reporting.html").read_text(encoding="utf-8")
        assert 'href="matrix.html#f-apart"' in asked and 'href="not-done.html"' in asked
        assert 'data-key="structured.rows[1].estimate"' in page
        first = (book / language / "index.html").read_text(encoding="utf-8")
        assert brief in re.sub(r"<[^>]+>", "", first)
        agree = {
            "en": "do not agree: within the cut-off are CFI",
            "zh": "各项指标并不一致：达到标准的有 CFI",
        }
        assert agree[language] in re.sub(r"<[^>]+>", "", first)
    assert cli.main(["export", "wheaton"]) == 2
    assert cli.main(["record", "wheaton"]) == 2
    assert "passed on as it is" in capsys.readouterr().err
