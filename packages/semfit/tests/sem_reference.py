"""The models of the golden values and the comparison of a fit with what lavaan printed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

GOLDEN = Path(__file__).parent / "golden"
#: What lavaan 0.6 calls gfi and agfi is gfi_lisrel and agfi_lisrel since 0.7.
LISREL = {"gfi": "gfi_lisrel", "agfi": "agfi_lisrel"}

HS = """visual =~ x1+x2+x3
textual =~ x4+x5+x6
speed =~ x7+x8+x9"""
PD = """ind60 =~ x1+x2+x3
dem60 =~ y1+y2+y3+y4
dem65 =~ y5+y6+y7+y8
dem60 ~ ind60
dem65 ~ ind60+dem60
y1~~y5
y2~~y4+y6
y3~~y7
y4~~y8
y6~~y8"""
PD_EQUAL = PD.replace("y1+y2+y3+y4", "y1+A*y2+B*y3+C*y4").replace(
    "y5+y6+y7+y8", "y5+A*y6+B*y7+C*y8"
)
PD_MEDIATION = (
    PD.replace("dem60 ~ ind60", "dem60 ~ a*ind60").replace(
        "dem65 ~ ind60+dem60", "dem65 ~ c*ind60+b*dem60"
    )
    + "\nind := a*b\ntot := c+a*b"
)
MOBI_CFA = """Image =~ IMAG1+IMAG2+IMAG3+IMAG4+IMAG5
Expect =~ CUEX1+CUEX2+CUEX3
Quality =~ PERQ1+PERQ2+PERQ3+PERQ4+PERQ5+PERQ6+PERQ7
Value =~ PERV1+PERV2
Satis =~ CUSA1+CUSA2+CUSA3
Loyal =~ CUSL1+CUSL2+CUSL3"""
MOBI = (
    MOBI_CFA
    + """
Expect ~ Image
Quality ~ Expect
Value ~ Expect+Quality
Satis ~ Image+Quality+Value
Loyal ~ Image+Satis"""
)
TWO = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
FIXED_X = "x2 ~ x1 + x4\nx3 ~ x2 + x1\nx5 ~ x3"
MIMIC = TWO + "\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr"
SECOND = HS + "\ng =~ visual+textual+speed"
CONSTRAINT = """visual =~ x1+a*x2+b*x3
textual =~ x4+c*x5+d*x6
speed =~ x7+x8+x9
a == 2*b - 0.5
c + d == 2"""
STRUCTURE = (
    HS
    + """
textual ~ p*visual
speed ~ q*textual + visual
ind := p*q
expo := exp(p)/sqrt(q^2+1)"""
)
SINGLE = "visual =~ x1+x2+x3\nf =~ x4\nx5 ~ f + visual\nx6 ~ visual"

ITEMS = [f"x{k}" for k in range(1, 10)]
ORDINAL_STRUCTURE = HS + "\ntextual ~ a*visual\nspeed ~ b*textual + visual\nind := a*b"

SCHOOL: dict[str, Any] = {"group": "school"}

# name of the golden: (model, data, options)
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "hs_ml": (HS, "hs", {}),
    "hs_ml_stdlv": (HS, "hs", {"std_lv": True}),
    "hs_ml_means": (HS, "hs", {"meanstructure": True}),
    "hs_wishart": (HS, "hs", {"likelihood": "wishart"}),
    "hs_mlm": (HS, "hs", {"estimator": "MLM"}),
    "hs_mlr": (HS, "hs", {"estimator": "MLR"}),
    "hs_fiml": (HS, "hs_miss", {"missing": "fiml"}),
    "hs_fiml_mlr": (HS, "hs_miss", {"missing": "fiml", "estimator": "MLR"}),
    "hs_listwise": (HS, "hs_miss", {}),
    "hs_uls": (HS, "hs", {"estimator": "ULS"}),
    "hs_gls": (HS, "hs", {"estimator": "GLS"}),
    "hs_mg_config": (HS, "hs", SCHOOL),
    "hs_mg_metric": (HS, "hs", {**SCHOOL, "group_equal": ["loadings"]}),
    "hs_mg_scalar": (HS, "hs", {**SCHOOL, "group_equal": ["loadings", "intercepts"]}),
    "hs_mg_scalar_partial": (
        HS,
        "hs",
        {**SCHOOL, "group_equal": ["loadings", "intercepts"], "group_partial": ["x3~1", "x7 ~ 1"]},
    ),
    "hs_mg_strict": (HS, "hs", {**SCHOOL, "group_equal": "loadings,intercepts,residuals"}),
    "pd_ml": (PD, "pd", {}),
    "pd_ml_means": (PD, "pd", {"meanstructure": True}),
    "pd_mlr": (PD, "pd", {"estimator": "MLR"}),
    "pd_mlm": (PD, "pd", {"estimator": "MLM"}),
    "pd_eq": (PD_EQUAL, "pd", {}),
    "pd_med_delta": (PD_MEDIATION, "pd", {}),
    "mobi_cfa": (MOBI_CFA, "mobi", {"std_lv": True}),
    "mobi_cfa_mlr": (MOBI_CFA, "mobi", {"std_lv": True, "estimator": "MLR"}),
    "mobi2_ml": (MOBI, "mobi", {}),
    "mobi2_mlr": (MOBI, "mobi", {"estimator": "MLR"}),
    "r_fixedx": (FIXED_X, "hs", {}),
    "r_fixedx_means": (FIXED_X, "hs", {"meanstructure": True}),
    "r_fixedx_mlr": (FIXED_X, "hs", {"estimator": "MLR"}),
    "r_fixedx_mlm": (FIXED_X, "hs", {"estimator": "MLM"}),
    "r_fixedx_fiml": (FIXED_X, "hs_miss", {"missing": "fiml", "fixed_x": False}),
    "r_fixedx_fiml_x": (FIXED_X, "hs_miss", {"missing": "fiml"}),
    "r_mimic_fiml": (MIMIC, "hs_miss", {"missing": "fiml"}),
    "r_mimic_fiml_mlr": (MIMIC, "hs_miss", {"missing": "fiml", "estimator": "MLR"}),
    "r_mg_fiml_mlr": (
        HS,
        "hs_miss",
        {
            **SCHOOL,
            "group_equal": ["loadings", "intercepts"],
            "missing": "fiml",
            "estimator": "MLR",
        },
    ),
    "r_mimic": (MIMIC, "hs", {}),
    "r_mimic_mlr": (MIMIC, "hs", {"estimator": "MLR"}),
    "r_second": (SECOND, "hs", {}),
    "r_second_mlr": (SECOND, "hs", {"estimator": "MLR"}),
    "r_constraint": (CONSTRAINT, "hs", {}),
    "r_struct_mg": (
        STRUCTURE,
        "hs",
        {**SCHOOL, "group_equal": ["loadings", "intercepts", "regressions"]},
    ),
    "r_mg_mlr": (
        TWO,
        "hs",
        {**SCHOOL, "group_equal": ["loadings", "intercepts"], "estimator": "MLR"},
    ),
    "r_mg_mlm": (TWO, "hs", {**SCHOOL, "group_equal": ["loadings"], "estimator": "MLM"}),
    "r_mg_fiml": (TWO, "hs_miss", {**SCHOOL, "group_equal": ["loadings"], "missing": "fiml"}),
    "r_mg_stdlv": (TWO, "hs", {**SCHOOL, "group_equal": ["loadings"], "std_lv": True}),
    "r_single": (SINGLE, "hs", {}),
}

# ULS by default: lavaan weights groups by n and by n - 1, and counts fixed moments in its GFI
UNWEIGHTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "r_uls_mg": (TWO, "hs", {**SCHOOL, "group_equal": "loadings", "estimator": "ULS"}),
    "r_uls_fixedx": (FIXED_X, "hs", {"estimator": "ULS", "fixed_x": True}),
}

# robust standard errors of least squares: parameter tables only
LEAST_SQUARES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "r_uls_robust": (HS, "hs", {"estimator": "ULS", "se": "robust"}),
    "r_uls_robust_mg": (
        TWO,
        "hs",
        {**SCHOOL, "group_equal": "loadings", "estimator": "ULS", "se": "robust"},
    ),
    "r_uls_robust_config": (TWO, "hs", {**SCHOOL, "estimator": "ULS", "se": "robust"}),
    "r_uls_robust_fixedx": (FIXED_X, "hs", {"estimator": "ULS", "se": "robust"}),
    "r_gls_robust": (HS, "hs", {"estimator": "GLS", "se": "robust"}),
}

TIGHT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "r_mobi2_tight": (MOBI, "mobi", {}),
    "r_mobi2_mlr_tight": (MOBI, "mobi", {"estimator": "MLR"}),
    "r_pd_eq_tight": (PD_EQUAL, "pd", {}),
}

THREE = {**SCHOOL, "ordered": ITEMS[:6]}
ORDINAL_CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "hs_wlsmv": (HS, "hs_ord", {"ordered": ITEMS}),
    "hs_dwls": (HS, "hs_ord", {"ordered": True, "estimator": "DWLS"}),
    "r_ord_wlsm": (HS, "hs_ord", {"ordered": ITEMS, "estimator": "WLSM"}),
    "r_ord_stdlv": (HS, "hs_ord", {"ordered": "all", "std_lv": True}),
    "r_ord_struct": (ORDINAL_STRUCTURE, "hs_ord", {"ordered": ITEMS}),
    "r_ord_mg_config": (TWO, "hs_ord3", THREE),
    "r_ord_mg_thresholds": (TWO, "hs_ord3", {**THREE, "group_equal": "thresholds"}),
    "r_ord_mg_metric": (TWO, "hs_ord3", {**THREE, "group_equal": "thresholds,loadings"}),
    "r_ord_mg_scalar": (TWO, "hs_ord3", {**THREE, "group_equal": "thresholds,loadings,intercepts"}),
    "r_ord_mixed": (HS, "hs_mixed", {"ordered": "x3,x5,x6,x7,x8"}),
    "r_ord_mixed_variances": (
        HS + "\nx1 ~~ v*x1\nx9 ~~ v*x9",
        "hs_mixed",
        {"ordered": "x3,x5,x6,x7,x8"},
    ),
    "r_ord_predictors": (
        TWO + "\nvisual ~ ageyr + agemo\ntextual ~ visual + ageyr",
        "hs_ord3",
        {"ordered": ITEMS[:6], "fixed_x": False},
    ),
    "r_ord_binary": (HS, "hs_binary", {"ordered": ITEMS}),
}

# given fixed predictors (golden/make_ordinal_predictors.R)
CX_ITEMS = ["u1", "u2", "u3", "u4", "v1", "v2", "v3"]
CX = "f1 =~ u1+u2+u3+u4\nf2 =~ v1+v2+v3"
CX_MIMIC = CX + "\nf1 ~ a*female + age\nf2 ~ b*f1 + female\nind := a*b"
CX_MG = CX + "\nf1 ~ female + age\nf2 ~ f1 + female"
CX_MIXED = CX_MG + "\nspend ~ f2 + age + f1\nf1 ~~ f1"
CX_TWO = "med ~ female + age\nincome ~ age + female\nspend ~ income + age\nmed ~~ income + spend"
CX_GROUPS: dict[str, Any] = {"group": "group", "ordered": CX_ITEMS}
SCALAR = "loadings,thresholds,intercepts"
CONDITIONAL_CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "r_cx_mimic": (CX_MIMIC, "condx", {"ordered": CX_ITEMS}),
    "r_cx_mimic_dwls": (CX_MIMIC, "condx", {"ordered": CX_ITEMS, "estimator": "DWLS"}),
    "r_cx_mimic_wlsm": (CX_MIMIC, "condx", {"ordered": CX_ITEMS, "estimator": "WLSM"}),
    "r_cx_mimic_ulsmv": (CX_MIMIC, "condx", {"ordered": CX_ITEMS, "estimator": "ULSMV"}),
    "r_cx_miss": (CX_MIMIC, "condx_miss", {"ordered": CX_ITEMS}),
    "r_cx_dif": (CX_MG + "\nu2 ~ female", "condx", {"ordered": CX_ITEMS, "std_lv": True}),
    "r_cx_mg_config": (CX_MG, "condx", CX_GROUPS),
    "r_cx_mg_scalar": (CX_MG, "condx", {**CX_GROUPS, "group_equal": SCALAR}),
    "r_cx_mg_regressions": (
        CX_MG,
        "condx",
        {**CX_GROUPS, "group_equal": SCALAR + ",regressions"},
    ),
    "r_cx_mixed": (CX_MIXED, "condx", {"ordered": CX_ITEMS}),
    "r_cx_mixed_mg": (CX_MIXED, "condx", {**CX_GROUPS, "group_equal": "loadings,thresholds"}),
    "r_cx_path": (
        "med ~ female + age\nincome ~ age\nbuy ~ income + female\nmed ~~ income",
        "condx",
        {"ordered": "med,buy"},
    ),
    "r_cx_latent": (
        "m =~ 1*med\nbuy ~ m + female\nm ~ a*female + age\nincome ~ m\nm ~~ 1*m",
        "condx",
        {"ordered": "med,buy"},
    ),
    "r_cx_two": (CX_TWO, "condx", {"ordered": "med"}),
    "r_cx_two_mg": (
        CX_TWO,
        "condx",
        {"group": "group", "ordered": "med", "group_equal": "regressions"},
    ),
    "r_cx_order": (
        "med ~ female + age\nbuy ~ female\nincome ~ 0*female\nmed ~~ buy + income\nbuy ~~ income",
        "condx",
        {"ordered": "med,buy"},
    ),
}


@cache
def data(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / f"{name}.csv")


def golden_parameters(name: str) -> pd.DataFrame:
    frame = pd.read_csv(
        GOLDEN / "lavaan" / f"{name}_par.csv", keep_default_na=False, na_values=["NA"]
    )
    if "group" not in frame:
        frame["group"] = [0 if op == ":=" else 1 for op in frame["op"]]
    return frame[frame["op"] != "=="]


def golden_fit(name: str) -> dict[str, float]:
    text = json.loads((GOLDEN / "lavaan" / f"{name}_fit.json").read_text())["fit"]
    renamed = {} if "gfi_lisrel" in text else LISREL
    return {
        renamed.get(k, k.replace(".", "_")): (np.nan if v in ("NA", None) else float(v))
        for k, v in text.items()
    }


@cache
def mended_fit(name: str) -> dict[str, float]:
    """What lavaan's formulas give with the right moments or options (golden/make_fiml.R)."""
    text = json.loads((GOLDEN / "lavaan" / "r_fiml_mended.json").read_text())
    return {LISREL.get(k, k.replace(".", "_")): v for k, v in text.get(name, {}).items()}


def table_of(parameters: pd.DataFrame) -> dict[tuple[str, str, str, int], Any]:
    found = {}
    for row in parameters.to_dict("records"):
        rhs = "" if row["op"] == ":=" else row["rhs"]
        found[row["lhs"], row["op"], rhs, row["group"]] = row
        if row["op"] == "~~":
            found[rhs, "~~", row["lhs"], row["group"]] = row
    return found


def compare_parameters(
    parameters: pd.DataFrame, name: str, estimate: float = 5e-5, error: float = 5e-5
) -> None:
    """Estimates and standardized columns (absolute) and standard errors (relative)."""
    mine = table_of(parameters)
    for row in golden_parameters(name).to_dict("records"):
        rhs = "" if row["op"] == ":=" else row["rhs"]
        key = (row["lhs"], row["op"], rhs, int(row["group"]))
        assert key in mine, f"{name}: {key} is missing"
        got = mine[key]
        size = max(1.0, abs(row["est"]))
        assert abs(got["est"] - row["est"]) < estimate * size, (name, key, got["est"], row["est"])
        if row["se"] > 0:
            assert abs(got["se"] / row["se"] - 1) < error, (name, key, got["se"], row["se"])
        else:
            assert got["se"] == 0, (name, key, got["se"])
        for ours, theirs in (("std_lv", "std.lv"), ("std_all", "std.all")):
            want = row[theirs]
            if np.isfinite(want):
                close = abs(got[ours] - want) < estimate * max(1.0, abs(want))
                assert close, (name, key, ours, got[ours], want)


def compare_fit(
    fit: dict[str, float],
    name: str,
    tolerance: float = 3e-5,
    mended: dict[str, float] | None = None,
    skip: tuple[str, ...] = (),
) -> None:
    """Every fit measure that lavaan printed, or what takes its place in ``mended``."""
    for key, want in (golden_fit(name) | (mended or {})).items():
        if key in skip:
            continue
        assert key in fit, f"{name}: {key} is missing"
        got = fit[key]
        if np.isnan(want):
            assert np.isnan(got), (name, key, got)
        else:
            assert abs(got - want) <= tolerance * max(1.0, abs(want)), (name, key, got, want)
