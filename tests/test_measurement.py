"""The measurement model, its rivals and its simulated misspecification, against R and by hand."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit

from loyalty.analyses.measurement import estimates as measurement
from loyalty.cases.study import Study
from loyalty.ground.findings import Refused
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.stats import validity

GOLDEN = Path(__file__).parent / "stats" / "golden"
HS = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
MOBI = {
    "Image": [f"IMAG{i}" for i in range(1, 6)],
    "Expect": [f"CUEX{i}" for i in range(1, 4)],
    "Quality": [f"PERQ{i}" for i in range(1, 8)],
    "Value": ["PERV1", "PERV2"],
    "Satis": [f"CUSA{i}" for i in range(1, 4)],
    "Loyal": [f"CUSL{i}" for i in range(1, 4)],
}


def study(scales: dict[str, list[str]], outcomes: tuple[str, ...] = ()) -> Study:
    return Study.model_validate(
        {
            "title": "A case",
            "summary": "Made for the tests.",
            "provenance": {
                "kind": "real",
                "source": "R",
                "licence": "GPL",
                "sampling": "none",
            },
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": 1, "max": 10},
            "constructs": [
                {
                    "id": c,
                    "label": {"en": c, "zh": f"构念{c}"},
                    "role": "outcome" if c in outcomes else "antecedent",
                    "items": [{"id": i, "en": i} for i in items],
                }
                for c, items in scales.items()
            ],
        }
    )


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return json.loads((GOLDEN / "validity.json").read_text())


def data(name: str) -> pd.DataFrame:
    frame = pd.read_csv(GOLDEN / "data" / f"{name}.csv")
    return frame[[c for c in frame if c != "school"]].select_dtypes("number")


def planned(scales: dict[str, list[str]], items: pd.DataFrame, missing: str) -> semfit.Result:
    result = measurement.fit_planned(
        study(scales).main, items, {"estimator": "MLR", "missing": missing}
    )
    assert isinstance(result, semfit.Result)
    return result


@pytest.mark.parametrize(("name", "scales"), [("hs", HS), ("mobi", MOBI)])
def test_coefficients_match_lavaan(gold: Any, name: str, scales: dict[str, list[str]]) -> None:
    """lavaan's standardizedSolution of the same := definitions, robust standard errors."""
    table = planned(scales, data(name), "listwise").standardized()
    rows = measurement.coefficients(table, study(scales).main).set_index("id")
    want = pd.DataFrame(gold["coefficients"][name]).set_index("lhs")
    mine = table[table["op"] == ":="].set_index("lhs")
    assert len(mine) == len(want) == 2 * len(scales) + len(scales) * (len(scales) - 1)
    for key in mine.index:
        theirs = want.loc[key.replace("_", "")]
        assert mine.loc[key, "est_std"] == pytest.approx(theirs["est.std"], abs=1e-4), key
        assert mine.loc[key, "se"] == pytest.approx(theirs["se"], rel=2e-3), key
    for c in scales:
        assert rows.loc[c, "cr"] == pytest.approx(want.loc[f"CR{c}", "est.std"], abs=1e-4)
        low, high = validity.proportion_limits(*want.loc[f"AVE{c}", ["est.std", "se"]])
        assert rows.loc[c, "ave_ci_lower"] == pytest.approx(low, abs=1e-3)
        assert rows.loc[c, "ave_ci_upper"] == pytest.approx(high, abs=1e-3)


def test_shared_variance_is_fornell_and_larckers() -> None:
    """The differences are those of the matrix with the roots of AVE on its diagonal."""
    table = planned(MOBI, data("mobi"), "listwise").standardized()
    rows = measurement.shared_variance(table, study(MOBI).main)
    loadings = {
        c: table[(table["op"] == "=~") & (table["lhs"] == c)]["est_std"].tolist() for c in MOBI
    }
    phi = pd.DataFrame(np.eye(6), index=list(MOBI), columns=list(MOBI))
    for r in rows.itertuples():
        phi.loc[r.a, r.b] = phi.loc[r.b, r.a] = r.correlation
    classic = validity.fornell_larcker(loadings, phi)
    failed = {frozenset((r.a, r.b)) for r in rows.itertuples() if r.gap < 0}
    assert failed == {frozenset(pair) for pair in classic.violations}
    for r in rows.itertuples():
        both = {c: classic.ave[c] - r.correlation**2 for c in (r.a, r.b)}
        assert r.of == min(both, key=both.get) and r.gap == pytest.approx(both[r.of])
        sure = "met" if r.gap_ci_lower > 0 else "open" if r.gap_ci_upper > 0 else "not met"
        assert r.verdict == sure or (r.verdict == "not met" and r.gap_ci_lower < 0)
    assert set(rows["verdict"]) == {"not met", "open"}


# --- competing models ------------------------------------------------------------------------


def pairs(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["construct_a", "construct_b", "htmt", "ci_lower"])


CLOSE = pairs(("Satis", "Loyal", 0.95, 0.9), ("Image", "Value", 0.5, 0.4))


def test_correlations_with_a_construct_of_one_item_are_lavaans(gold: dict[str, Any]) -> None:
    case = study({"Value": MOBI["Value"], "Complaint": ["CUSCO"], "Loyal": MOBI["Loyal"]})
    items = [i.id for c in case.main for i in c.items]
    result, rows = measurement.latent_correlations(case, data("mobi")[items], "listwise")
    assert result.admissible and int(result.fit["ntotal"]) == 250
    wanted = pd.DataFrame(gold["single_items"])
    pd.testing.assert_frame_equal(rows, wanted, rtol=1e-4, check_column_type=False)


@pytest.mark.parametrize(
    ("key", "name", "scales", "missing", "rival"),
    [
        ("hs_one", "hs", HS, "listwise", "one-factor"),
        ("hs_miss_one", "hs_miss", HS, "fiml", "one-factor"),
        ("mobi_merged", "mobi", MOBI, "listwise", "merged"),
    ],
)
def test_differences_match_lavaan(
    gold: Any, key: str, name: str, scales: dict[str, list[str]], missing: str, rival: str
) -> None:
    """lavTestLRT(method = "satorra.bentler.2001") and fitMeasures of the same two models."""
    case, items = study(scales), data(name)
    close = CLOSE if name == "mobi" else pairs(("visual", "textual", 0.4, 0.3))
    models = measurement.rivals(case, case.main, close)
    table, solutions = measurement.compare(
        planned(scales, items, missing), [m for m in models if m.id == rival], items, missing
    )
    want = gold["compared"][key]
    assert table["id"].tolist() == ["planned", rival] == list(solutions)
    for row, theirs in zip(
        table.to_dict("records"), (want["full"], want["restricted"]), strict=True
    ):
        assert row["chisq"] == pytest.approx(theirs["chisq.scaled"], rel=2e-4)
        for measure in ("df", "aic", "bic", "srmr"):
            assert row[measure] == pytest.approx(theirs[measure], rel=2e-4), measure
        assert row["cfi"] == pytest.approx(theirs["cfi.robust"], abs=2e-3)
    last = table.iloc[-1]
    assert last["chisq_difference"] == pytest.approx(want["chisq"], rel=1e-3)
    assert last["df_difference"] == want["df"]
    assert last["p_difference"] == pytest.approx(want["p"], rel=2e-2)
    difference = want["restricted"]["bic"] - want["full"]["bic"]
    assert last["bic_difference"] == pytest.approx(difference, abs=1e-2)
    assert np.isnan(table.iloc[0]["chisq_difference"]) and table.iloc[0]["bic_difference"] == 0


def test_bifactor_matches_lavaan(gold: Any) -> None:
    """Two items share one covariance: their specific loadings are equal. Not nested: no test."""
    scales = {c: MOBI[c] for c in ("Image", "Quality", "Value")}
    case, items = study(scales), data("mobi")
    models = measurement.rivals(case, case.main, pairs(("Image", "Value", 0.6, 0.5)))
    table, solutions = measurement.compare(
        planned(scales, items, "listwise"),
        [m for m in models if m.id == "bifactor"],
        items,
        "listwise",
    )
    row, want = table.iloc[-1], gold["bifactor"]["fit"]
    assert row["converged"] and gold["bifactor"]["converged"]
    assert row["df"] == want["df"]
    assert row["chisq"] == pytest.approx(want["chisq.scaled"], rel=1e-3)
    assert row["bic"] == pytest.approx(want["bic"], abs=0.01)
    assert np.isnan(row["p_difference"]) and not np.isnan(row["bic_difference"])
    share = measurement.general_share(solutions["bifactor"])
    assert share == pytest.approx(gold["bifactor"]["ecv"], abs=1e-3)


def test_second_order_factor_of_three_fits_as_their_correlations() -> None:
    """Of three outcomes alone it is just identified; each construct beside them costs 2 less 1."""
    case = study(HS, outcomes=tuple(HS))
    models = measurement.rivals(case, case.main, pairs(("visual", "speed", 0.4, 0.3)))
    (second,) = [m for m in models if m.id == "second-order"]
    items = data("hs")
    table, _ = measurement.compare(planned(HS, items, "listwise"), [second], items, "listwise")
    assert table["df"].tolist() == [24, 24]
    assert table["bic_difference"].tolist() == pytest.approx([0, 0], abs=1e-5)


def test_which_rivals_there_are() -> None:
    case = study(MOBI, outcomes=("Loyal",))
    ratios = pairs(
        ("Image", "Expect", 0.9, 0.80),
        ("Expect", "Quality", 0.88, 0.87),
        ("Satis", "Loyal", 0.95, 0.86),
    )
    models = measurement.rivals(case, case.main, ratios)
    by = {m.id: m for m in models}
    assert list(by) == ["merged", "merged-sure", "merged-all", "one-factor", "bifactor"]
    assert by["merged"].merged == (("Expect", "Quality"),)
    assert by["merged-sure"].merged == (("Expect", "Quality"), ("Satis", "Loyal"))
    assert by["merged-sure"].model.count("merged_") == 2
    # Chained: Image goes with Expect, Expect with Quality.
    assert "IMAG5 + CUEX1" in by["merged-all"].model and "CUEX3 + PERQ1" in by["merged-all"].model
    assert "Value =~ S_Value*PERV1 + S_Value*PERV2" in by["bifactor"].model
    assert not by["bifactor"].nested and by["merged"].nested
    # All alike: merging them is the one-factor model, which is there once.
    two = study({c: MOBI[c] for c in ("Satis", "Loyal")})
    models = measurement.rivals(two, two.main, pairs(("Satis", "Loyal", 0.95, 0.9)))
    assert [m.id for m in models] == ["one-factor", "bifactor"]
    # Without ratios none is merged; with one construct nothing is compared.
    models = measurement.rivals(case, case.main, pairs())
    assert [m.id for m in models] == ["one-factor", "bifactor"]
    alone = study({"Image": MOBI["Image"]})
    assert measurement.rivals(alone, alone.main, pairs()) == []


def test_a_model_without_solution_is_said_to_be_one() -> None:
    items = data("mobi")
    flat = items.assign(CUSA1=3)
    refused = measurement.fit_planned(study(MOBI).main, flat, {"estimator": "MLR"})
    assert isinstance(refused, Refused) and "CUSA1" in refused.refused.text().en
    case = study(MOBI)
    models = measurement.rivals(case, case.main, CLOSE)
    table, solutions = measurement.compare(refused, models, flat, "listwise")
    assert solutions == {} and not table["converged"].any()
    assert all("CUSA1" in why.text().en for (why,) in table["problems"])
    assert table["bic"].isna().all()
    # The planned model alone has none: its rivals are shown, without differences.
    why = Reason(code="one_construct")
    table, solutions = measurement.compare(Refused(refused=why), models[:1], items, "listwise")
    assert list(solutions) == ["merged"] and np.isnan(table.loc[1, "bic_difference"])
    assert table.loc[0, "problems"] == (why,) and np.isfinite(table.loc[1, "bic"])
    assert isinstance(measurement.fit_planned([], items[[]], {}), Refused)


# --- dynamic cut-offs ------------------------------------------------------------------------


def test_simulated_fit_matches_r(gold: Any) -> None:
    """Quantiles of 1,000 samples that R drew row by row and lavaan fitted: within chance."""
    table = planned(HS, data("hs"), "listwise").standardized()
    got = measurement.simulate_fit(table, 301, 4000, seed=5)
    assert [m.item for m in got.omitted] == [m["item"] for m in gold["dynamic"]["omitted"]]
    assert got.lost <= 4
    for level, draws in enumerate(got.draws):
        want = np.array(gold["dynamic"][f"level{level}"]["quantiles"])
        mine = draws[["cfi", "rmsea", "srmr"]].quantile([0.05, 0.1, 0.5, 0.9, 0.95]).to_numpy()
        # Standard error of a 5 % quantile of 1,000 draws, about twice sd / sqrt(1,000), and more.
        margin = 8 * draws[["cfi", "rmsea", "srmr"]].std().to_numpy() / np.sqrt(1000)
        assert (np.abs(mine - want) < margin).all(), level
    # The populations differ by far more than that, so the agreement is none of chance.
    medians = [d["cfi"].median() for d in got.draws]
    assert medians[0] > medians[1] + 0.02 > medians[2] + 0.04


def test_a_replication_is_a_fit() -> None:
    """What the refits side by side give is what a fit of the same covariances gives."""
    table = planned(HS, data("hs"), "listwise").standardized()
    got = measurement.simulate_fit(table, 301, 3, seed=9)
    again = measurement.simulate_fit(table, 301, 3, seed=9)
    other = measurement.simulate_fit(table, 301, 3, seed=10)
    assert all(a.equals(b) for a, b in zip(got.draws, again.draws, strict=True))
    assert not got.draws[0].equals(other.draws[0])
    loadings: dict[str, dict[str, float]] = {}
    for row in table[table["op"] == "=~"].to_dict("records"):
        loadings.setdefault(row["lhs"], {})[row["rhs"]] = row["est_std"]
    rng = np.random.default_rng([9, 0])
    p, n = 9, 301
    # The same Wishart draws, by Bartlett's decomposition, written out.
    lower = rng.standard_normal((3, p * (p - 1) // 2))
    chi = np.sqrt(rng.chisquare(n - 1 - np.arange(p), size=(3, p)))
    phi = pd.DataFrame(np.eye(3), index=list(HS), columns=list(HS))
    for row in table[table["op"] == "~~"].to_dict("records"):
        if row["lhs"] in HS and row["rhs"] in HS:
            phi.loc[row["lhs"], row["rhs"]] = phi.loc[row["rhs"], row["lhs"]] = row["est_std"]
    sigma = validity.populations(loadings, phi, [])[0]
    for k in range(3):
        a = np.diag(chi[k])
        a[np.tril_indices(p, -1)] = lower[k]
        half = np.linalg.cholesky(sigma) @ a
        cov = pd.DataFrame(half @ half.T / (n - 1), index=sigma.index, columns=sigma.columns)
        model = "\n".join(f"{c} =~ {' + '.join(i)}" for c, i in HS.items())
        fit = semfit.fit(model, sample_cov=cov, sample_nobs=n, estimator="ML").fit
        for index in ("cfi", "rmsea", "srmr"):
            assert got.draws[0].loc[k, index] == pytest.approx(fit[index], abs=2e-5), index


def test_no_population_to_simulate() -> None:
    table = planned(MOBI, data("mobi"), "listwise").standardized()
    with pytest.raises(CannotCompute, match="not positive definite"):
        measurement.simulate_fit(table, 250, 5, seed=1)
    small = planned(HS, data("hs"), "listwise").standardized()
    with pytest.raises(CannotCompute, match="9 rows are too few"):
        measurement.simulate_fit(small, 9, 5, seed=1)
    one = planned({"visual": ["x1", "x2", "x3", "x4"]}, data("hs"), "listwise").standardized()
    with pytest.raises(CannotCompute, match="need 2 constructs"):
        measurement.simulate_fit(one, 301, 5, seed=1)


def test_simulation_is_fast() -> None:
    """Ten constructs, 40 items, ten levels of 500 samples: below 2 s of one core."""
    scales = {f"c{k}": [f"i{k}{j}" for j in range(4)] for k in range(10)}
    records = [("=~", c, i, 0.7 + 0.01 * j) for c, own in scales.items() for j, i in enumerate(own)]
    names = list(scales)
    records += [("~~", a, b, 0.4) for k, a in enumerate(names) for b in names[:k]]
    table = pd.DataFrame(records, columns=["op", "lhs", "rhs", "est_std"])
    start = time.process_time()
    got = measurement.simulate_fit(table, 3000, 500, seed=1)
    assert time.process_time() - start < 10
    assert len(got.draws) == 10 and got.lost == 0


# --- local misfit ----------------------------------------------------------------------------


def test_residuals_match_lavaan(gold: Any) -> None:
    got = measurement.residual_pairs(planned(HS, data("hs"), "listwise"), study(HS).main)
    assert len(got) == 36 and (got["residual"].abs().diff().dropna() <= 1e-15).all()
    want = np.array(gold["cor_bollen"])
    at = {i: k for k, i in enumerate(f"x{j}" for j in range(1, 10))}
    for r in got.itertuples():
        assert r.residual == pytest.approx(want[at[r.item_a], at[r.item_b]], abs=1e-5)
        assert (r.construct_a == r.construct_b) == (at[r.item_a] // 3 == at[r.item_b] // 3)


@pytest.mark.parametrize(
    ("key", "name", "scales", "missing"),
    [
        ("modindices_mobi", "mobi", MOBI, "listwise"),
        ("modindices_missing", "hs_miss", HS, "fiml"),
    ],
)
def test_modification_indices_match_lavaan(
    gold: Any, key: str, name: str, scales: dict[str, list[str]], missing: str
) -> None:
    """By the expected information, with the robust estimator and with missing answers too."""
    got = measurement.respecifications(planned(scales, data(name), missing))
    mine = got.set_index(["lhs", "op", "rhs"])
    for want in gold[key]:
        row = mine.loc[(want["lhs"], want["op"], want["rhs"])]
        assert row["mi"] == pytest.approx(want["mi"], rel=2e-2, abs=5e-3)
        assert row["epc"] == pytest.approx(want["epc"], rel=2e-2, abs=1e-3)
        assert row["sepc"] == pytest.approx(want["sepc.all"], rel=2e-2, abs=1e-3)
    assert set(got["verdict"]) <= {"misspecified", "not misspecified", "open"}
    matters = np.where(got["op"] == "=~", 0.40, 0.10)
    surely = (got["p"] < 0.05) & (got["sepc"].abs() >= matters)
    assert surely.any() and (got.loc[surely, "verdict"] == "misspecified").all()


def test_a_modification_index_foretells_the_drop_in_chi_square() -> None:
    items = data("hs_miss")
    model = measurement.planned_model(study(HS).main)
    before = semfit.fit(model, items, missing="fiml", std_lv=True)
    for row in measurement.respecifications(before).head(3).itertuples():
        name = f"{row.lhs} {row.op} {row.rhs}"
        after = semfit.fit(f"{model}\n{name}", items, missing="fiml", std_lv=True)
        drop = before.fit["chisq"] - after.fit["chisq"]
        assert row.mi == pytest.approx(drop, rel=0.2) and drop > 15, name


def test_freeing_a_parameter_is_fitting_it() -> None:
    items = data("hs")
    before = planned(HS, items, "listwise")
    constructs = study(HS).main
    trial = measurement.try_freeing(before, constructs, ("x7", "~~", "x8"), items, "listwise")
    text = "\n".join(f"{c} =~ {' + '.join(i)}" for c, i in HS.items())
    after = semfit.fit(f"{text}\nx7 ~~ x8", items, estimator="MLR")
    assert trial.cfi == pytest.approx(after.fit["cfi_robust"], abs=1e-6)
    a, b = (r.standardized().set_index(["lhs", "op", "rhs"])["est_std"] for r in (before, after))
    links = [("visual", "~~", "textual"), ("visual", "~~", "speed"), ("textual", "~~", "speed")]
    assert trial.correlation == pytest.approx(max(abs(a[k] - b[k]) for k in links), abs=1e-5)
    loadings = [k for k in a.index if k[1] == "=~"]
    assert trial.loading == pytest.approx(max(abs(a[k] - b[k]) for k in loadings), abs=1e-5)
    assert trial.admissible
    refused = measurement.try_freeing(before, constructs, ("x7", "~~", "zz"), items, "listwise")
    assert "zz" in refused.refused.text().en
