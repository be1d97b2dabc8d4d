"""`fit`: from a model text and data to a result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .data import Sample, read_frame, read_moments
from .errors import ModelError
from .estimate import Options, solve, unbiased
from .frames import pd
from .model import Model, compile_model, degrees_of_freedom
from .result import Result, as_tuple
from .syntax import Syntax, parse
from .table import Variables, parameter_table, variables_of
from .threads import single_threaded

CONTINUOUS = ("ML", "MLM", "MLR", "GLS", "ULS")
ORDINAL = ("DWLS", "WLSMV", "WLSM", "ULSMV")


@single_threaded()
def fit(
    model: str,
    data: Any = None,
    *,
    estimator: str | None = None,
    missing: str = "listwise",
    group: str | None = None,
    group_equal: Sequence[str] | str = (),
    group_partial: Sequence[str] | str = (),
    meanstructure: bool | None = None,
    std_lv: bool = False,
    ordered: Sequence[str] | str | bool = (),
    bootstrap: int = 0,
    seed: int = 1,
    cluster: str | None = None,
    weights: str | pd.Series[Any] | None = None,
    sample_cov: Any = None,
    sample_nobs: Any = None,
    sample_mean: Any = None,
    fixed_x: bool | None = None,
    orthogonal: bool = False,
    likelihood: str = "normal",
    se: str = "default",
    information: str = "default",
) -> Result:
    """Fit a structural equation model.

    Parameters
    ----------
    model
        A model in lavaan's syntax (`semfit.syntax`).
    data
        A data frame with one row per case; or, for another model of the same variables and
        groups, the ``estimate.sample`` of an earlier result, whose moments are then not computed
        anew.
    sample_cov, sample_nobs, sample_mean
        Instead of ``data``: covariances (divided by N - 1, a frame with names; a mapping or list of
        them for groups), numbers of rows and, for means, means.
    estimator
        ``"ML"``, ``"MLM"``, ``"MLR"``, ``"GLS"``, ``"ULS"``; with ordinal items ``"WLSMV"`` (the
        default then), ``"WLSM"``, ``"DWLS"``, ``"ULSMV"``.
    missing
        ``"listwise"`` or ``"fiml"``.
    group, group_equal, group_partial
        Group variable; what is equal across groups (``"loadings"``, ``"intercepts"``,
        ``"residuals"``, ``"regressions"``, ``"means"``, ``"lv_variances"``,
        ``"lv_covariances"``, ``"thresholds"``, ``"residual_covariances"``); and which parameters
        are released from that (``"x3 ~ 1"``). With equal intercepts the intercepts of first-order
        factors are free in later groups and means of second-order factors zero.
    meanstructure
        Model means and intercepts; None for where they are needed (groups, FIML, intercepts).
    std_lv
        Fix factor variances to one instead of first loadings.
    orthogonal
        Factors do not covary.
    ordered
        Ordinal variables, or True for all that are dependent; predictors are numbers.
    bootstrap, seed
        With ``bootstrap`` draws > 0 the standard errors and percentile limits of ``parameters``
        come from that many refits.
    cluster
        A variable that says which rows belong together: cluster-robust standard errors.
    weights
        Sampling weights, a variable or a series with the data's index: the likelihood of a row
        counts so many times (scaled to a mean of 1), and standard errors and tests are those of a
        sandwich of the weighted scores, as in lavaan (pseudo maximum likelihood, Skinner 1989).
        For ML and MLR in one group; resampled rows bring their weights along. Rows of weight 0, or
        without one, are left out.
    fixed_x
        Take the moments of observed predictors as given rather than as parameters: the default,
        but for GLS and ULS, as in lavaan. Models of ordinal variables condition on them.
    likelihood
        ``"normal"``, or ``"wishart"``: of the covariances, which divides by N - 1.
    se
        ``"default"``, ``"expected"``, ``"observed"`` or ``"robust"``. For GLS and ULS the last is
        Browne's (1984) sandwich of the rows; ULS has by default that of normal theory. The default
        of ordinal models is the robust one, for DWLS too. ``"expected"`` and ``"observed"`` are
        the plain inverse of the information: for DWLS and ULS naive errors, much too small.
    information
        What stands outside in the sandwich of least squares: ``"observed"``, the Hessian of the
        discrepancy (the default of ordinal models), or ``"expected"``, which leaves the residuals
        out of it (the default of GLS and ULS, and of lavaan before 0.7 for all).

    Raises
    ------
    ModelError
        One line that names the cause, where the model cannot be fitted to the data.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data, estimator="MLR")
    >>> print(f"{r.fit['chisq_scaled']:.2f} {r.fit['cfi_robust']:.3f}")
    53.93 0.876
    """
    syntax = parse(model)
    for name, value in {
        "meanstructure": meanstructure,
        "std_lv": std_lv,
        "fixed_x": fixed_x,
        "orthogonal": orthogonal,
    }.items():
        if not (value is None or isinstance(value, (bool, np.bool_))):
            raise ModelError("not_true_or_false", option=name, value=repr(value))
    if sample_cov is None and not (sample_nobs is None and sample_mean is None):
        raise ModelError("moments_without_covariances")
    if not (estimator is None or isinstance(estimator, str)):
        raise ModelError("estimator_not_name", value=repr(estimator))
    given = estimator.upper() if estimator else None
    if fixed_x is None:
        fixed_x = given not in ("GLS", "ULS")
    every = isinstance(ordered, bool)
    ordinal_names = () if every else as_tuple(ordered)  # type: ignore[arg-type]
    variables = variables_of(syntax, ordinal_names, fixed_x)
    if (every and ordered is True) or ordinal_names == ("all",):
        exogenous = set(variables.exogenous_observed)
        ordinal_names = tuple(v for v in variables.observed if v not in exogenous)
        variables = variables_of(syntax, ordinal_names, fixed_x)
    for name in ordinal_names:
        if name not in variables.observed:
            raise ModelError("ordered_not_observed", name=name)
    ordinal = bool(variables.ordered)
    estimator = given or ("WLSMV" if ordinal else "ML")
    if estimator not in (*CONTINUOUS, *ORDINAL):
        known = ", ".join((*CONTINUOUS, *ORDINAL))
        raise ModelError("unknown_estimator", estimator=estimator, known=known)
    if ordinal and estimator in CONTINUOUS:
        raise ModelError("ordinal_estimator", estimator=estimator)
    if likelihood not in ("normal", "wishart"):
        raise ModelError("unknown_likelihood", value=repr(likelihood))
    if se not in ("default", "expected", "observed", "robust"):
        raise ModelError("unknown_se", value=repr(se))
    if information not in ("default", "expected", "observed"):
        raise ModelError("unknown_bread", value=repr(information))
    if information != "default" and estimator not in ("GLS", "ULS", *ORDINAL):
        raise ModelError("information_estimator", estimator=estimator)
    missing = {"ml": "fiml", "direct": "fiml"}.get(missing, missing)
    if missing == "fiml" and estimator not in ("ML", "MLR"):
        raise ModelError("fiml_estimator", estimator=estimator)
    if missing == "fiml" and likelihood == "wishart":
        raise ModelError("fiml_wishart")
    if cluster is not None and estimator not in ("ML", "MLR"):
        raise ModelError("cluster_estimator", estimator=estimator)
    if not (weights is None or isinstance(weights, (str, pd.Series))):
        raise ModelError("weights_kind", type=type(weights).__name__)
    if weights is not None and estimator not in ("ML", "MLR"):
        raise ModelError("weights_estimator", estimator=estimator)
    if weights is not None and se in ("expected", "observed"):
        raise ModelError("weights_se", se=se)
    if weights is not None and (group is not None or likelihood == "wishart"):
        raise ModelError("weights_alone")
    if cluster is not None and se in ("expected", "observed"):
        raise ModelError("cluster_se", se=se)
    options = Options(
        estimator,
        missing,
        likelihood,
        cluster,
        weights if weights is None or isinstance(weights, str) else str(weights.name or "weights"),
        group,
        as_tuple(group_equal),
        as_tuple(group_partial),
        std_lv,
        ordinal_names,
        se,
        information,
    )
    if group is not None and sample_cov is not None:
        raise ModelError("covariances_by_variable")
    sample = read_sample(
        syntax, variables, data, options, sample_cov, sample_nobs, sample_mean, weights
    )
    if ordinal or estimator in ORDINAL:
        from .categorical import fit_ordinal

        result = fit_ordinal(syntax, variables, sample, options)
    else:
        means = wants_means(syntax, sample, options, meanstructure)
        compiled = compile_for(syntax, variables, sample, options, means, bool(orthogonal))
        estimate = solve(compiled, sample, options)
        try:
            estimate.moments  # noqa: B018 - computed once and kept
        except np.linalg.LinAlgError:
            raise ModelError("loop") from None
        result = Result(estimate)
    if bootstrap:
        return result.bootstrap(bootstrap, seed).result
    return result


def read_sample(
    syntax: Syntax,
    variables: Variables,
    data: Any,
    options: Options,
    sample_cov: Any = None,
    sample_nobs: Any = None,
    sample_mean: Any = None,
    weights: str | pd.Series[Any] | None = None,
) -> Sample:
    """The data of a fit, checked."""
    if sample_cov is None:
        if data is None:
            raise ModelError("nothing_given")
        if isinstance(data, Sample):
            weighted = data.groups[0].weights is not None
            if (
                data.names != variables.observed
                or (len(data.groups) > 1) != bool(options.group)
                or weighted != (options.weights is not None)
            ):
                raise ModelError("another_sample")
            return data
        return read_frame(
            data,
            variables.observed,
            variables.latent,
            group=options.group,
            cluster=options.cluster,
            missing=options.missing,
            exogenous=variables.exogenous_observed,
            weights=weights,
        )
    if data is not None:
        raise ModelError("both_given")
    if sample_nobs is None:
        raise ModelError("no_nobs")
    if options.estimator in ("MLM", "MLR") or options.missing == "fiml" or options.cluster:
        raise ModelError("needs_raw_data", estimator=options.estimator)
    return read_moments(sample_cov, sample_nobs, sample_mean, variables.observed, variables.latent)


def wants_means(
    syntax: Syntax, sample: Sample, options: Options, meanstructure: bool | None
) -> bool:
    """Whether means are modelled: asked for or given, needed, groups, clusters, or FIML."""
    written = any(f.op == "~1" for f in syntax.formulas)
    needed = (
        options.missing == "fiml"
        or written
        or bool({"intercepts", "means"} & set(options.group_equal))
    )
    if meanstructure is False and needed:
        raise ModelError("means_needed")
    if needed and not sample.means:
        raise ModelError("intercepts_without_means")
    if meanstructure is None:
        given = any(group.raw is None for group in sample.groups)  # with sample_cov
        several = len(sample.groups) > 1 or options.cluster is not None
        return needed or (sample.means and (given or several))
    if meanstructure and not sample.means:
        raise ModelError("no_means")
    return meanstructure


def compile_for(
    syntax: Syntax,
    variables: Variables,
    sample: Sample,
    options: Options,
    means: bool,
    orthogonal: bool = False,
) -> Model:
    """The compiled model for this sample, refused where it has more parameters than moments."""
    rows = parameter_table(
        syntax,
        variables,
        groups=len(sample.groups),
        meanstructure=means,
        std_lv=options.std_lv,
        group_equal=options.group_equal,
        group_partial=options.group_partial,
        orthogonal=orthogonal,
    )
    model = compile_model(rows, syntax, variables, len(sample.groups), means)
    for block, group in zip(model.blocks, sample.groups, strict=True):
        e = block.exogenous
        if len(e):
            cov = group.cov
            if group.patterns and group.raw is not None:
                # complete for these variables, whatever else is missing
                cov = np.zeros_like(group.cov)
                x = group.raw[:, e] - group.mean[e]
                own = x if group.weights is None else x * group.weights[:, None]
                cov[np.ix_(e, e)] = own.T @ x / group.n
            if unbiased(options):
                cov = cov * (group.n / (group.n - 1))
            block.symmetric[e[:, None], e[None, :]] = cov[e[:, None], e[None, :]]
            block.mean[e] = group.mean[e] if means else 0.0
    # evaluating once finds labels that := mentions but the model lacks
    model.defined_values(model.offset + 1.0)
    df = degrees_of_freedom(model)
    if df < 0:
        raise ModelError("negative_df", df=df)
    if not model.parameters:
        raise ModelError("no_free_parameter")
    return model
