"""The result of a fit: a frozen value whose parts are computed when they are first read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from . import modification
from .errors import ModelError
from .estimate import Estimate
from .fit_measures import fit_baseline, fit_measures, group_measures
from .fit_tests import fit_tests
from .frames import pd
from .intervals import inference
from .judgement import admissibility, convergence, identification
from .messages import Message, listed, message
from .model import Array, degrees_of_freedom
from .residual_summary import residual_summary
from .residuals import group_residuals, residual_table
from .saturated import too_large
from .scores import factor_scores, predict_outcomes, reliability, score_reliability
from .standard_errors import (
    covariance_of_estimates,
    missing_information,
    robust,
    standard_errors,
)
from .standardized import Standardizer, effect_pairs, effect_values, jacobian
from .summary import Summary, summary
from .wald import wald_test

if TYPE_CHECKING:
    from .bootstrap import Bootstrap


class FitMeasures(dict[str, float]):
    """Fit measures by lavaan's names (``rmsea_ci_lower`` for ``rmsea.ci.lower``)."""

    def __missing__(self, key: str) -> float:
        dotted = key.replace(".", "_")
        if dotted != key and dotted in self:
            return self[dotted]
        raise KeyError(f"{key!r} is no fit measure of this fit")


@dataclass(frozen=True, repr=False)
class Result:
    """A fitted model: what `semfit.fit` returns.

    ``parameters`` is lavaan's parameter table, ``fit`` its fit measures, ``warnings`` what the
    program has to say about the solution. Everything else is a property or a method named by what
    it gives, and computed when it is first read. Groups are numbered 1, 2, … in the order in which
    they appear in the data (``group_labels``).

    Attributes
    ----------
    estimate
        The solution itself: compiled model, sample, minimum. ``estimate.sample`` may be given to
        another `semfit.fit` as its data.
    draws
        The `Bootstrap` that errors and limits come from, or None.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
    >>> r.converged, r.admissible, r.df
    (True, True, 8)
    >>> print(r)
    SEM by ML: converged, N = 301, 13 parameters
    chi-square 24.361 (df 8, p 0.0020), CFI 0.975, TLI 0.953, RMSEA 0.082 [0.046, 0.121], SRMR 0.047
    """

    estimate: Estimate = field(repr=False)
    draws: Bootstrap | None = field(default=None, repr=False)

    # -- judgement -----------------------------------------------------------------------------
    @property
    def converged(self) -> bool:
        """Whether the gradient vanishes at the solution in the metric of the information."""
        return bool(self.estimate.minimum.converged)

    @cached_property
    def problems(self) -> tuple[Message, ...]:
        """Reasons why the solution is inadmissible (empty when it is admissible).

        Convergence by the decrement of the fit function, identification by the eigenvalues of the
        information matrix in the units of the variables, negative variances, and covariance
        matrices of factors, residuals or variables that are not positive semidefinite.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("f =~ x3 + x4 + x5", data)
        >>> r.problems
        ('negative residual variance x4 (-0.6843): a Heywood case',)
        """
        found = convergence(self.estimate)
        if not found:
            estimate = self.estimate
            custom = estimate.extra.get("identification")
            information = estimate.reduce(
                custom
                if custom is not None
                else estimate.observed_information
                if estimate.fiml
                else estimate.expected_information
            )
            found += identification(estimate, information)
            found += admissibility(estimate)
        return tuple(found)

    @property
    def admissible(self) -> bool:
        """Converged, identified, no negative variance, no indefinite covariance matrix."""
        return not self.problems

    @cached_property
    def warnings(self) -> list[Message]:
        """Everything a reader should know about the data and the solution.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> data.loc[:2, "x1"] = None
        >>> semfit.fit("f =~ x1 + x2 + x3", data).warnings
        ['left out: 3 of 301 rows, with missing values']
        """
        more = list(self.draws.warnings) if self.draws is not None else []
        sample, p = self.estimate.sample, self.estimate.model.blocks[0].observed
        if sample.missing in ("fiml", "ml") and too_large(p):
            more.append(message("no_robust_fit", variables=p))
        if self.converged and self.estimate.model.syntax.defined:
            values = np.real(self.estimate.model.defined_values(self.estimate.x))
            for (name, _, text), value in zip(
                self.estimate.model.syntax.defined, values, strict=True
            ):
                if not np.isfinite(value):
                    more.append(message("undefined", name=name, expression=text))
        return [*sample.warnings, *self.problems, *self._of_the_model(), *more]

    def _of_the_model(self) -> list[Message]:
        """What is said of labels and of scaling factors that are not positive."""
        found = []
        model = self.estimate.model
        free = {r.label for r in model.rows if r.free and r.group > 1}
        single = [f.modifier.label[0] for f in model.syntax.formulas if len(f.modifier.label) == 1]
        labels = [label for label in dict.fromkeys(single) if label in free]
        if labels:
            found.append(message("single_label", labels=listed([str(label) for label in labels])))
        if not self.converged or not robust(self.estimate.options):
            return found
        own = self.fit.get("chisq_scaling_factor", np.nan)
        base = self.fit.get("baseline_chisq_scaling_factor", np.nan)
        if own <= 0:
            found.append(message("negative_scaling", factor=own))
        if base <= 0:
            found.append(message("negative_scaling_baseline", factor=base))
        return found

    @cached_property
    def cluster_df(self) -> int | None:
        """Degrees of freedom of t for intervals and p-values: clusters less one (Cameron, Gelbach &
        Miller 2008), in each group where they are nested in groups; None without clusters."""
        codes = [g.clusters for g in self.estimate.sample.groups if g.clusters is not None]
        if not codes:
            return None
        inside = [len(np.unique(c)) for c in codes]
        total = len(np.unique(np.concatenate(codes)))
        return total - (len(inside) if sum(inside) == total else 1)

    # -- estimates -----------------------------------------------------------------------------
    @property
    def group_labels(self) -> tuple[Any, ...]:
        """Values of the group variable, in the order of the group numbers 1, 2, …

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> semfit.fit("f =~ x1 + x2 + x3", data, group="school").group_labels
        ('Pasteur', 'Grant-White')
        """
        return self.estimate.sample.labels

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        statistics = self.estimate.extra.get("statistics")
        if statistics is not None:
            parameters = self.estimate.model.expand.shape[1]
            return int(sum(len(s.moments) for s in statistics) - parameters)
        return degrees_of_freedom(self.estimate.model)

    @cached_property
    def _covariance(self) -> Array:
        if not self.converged:
            return np.full((self.estimate.model.parameters,) * 2, np.nan)
        matrix, regular = covariance_of_estimates(self.estimate)
        return matrix if regular else np.full_like(matrix, np.nan)

    @cached_property
    def parameter_names(self) -> list[str]:
        """Names of the free parameters, the label or ``lhs op rhs`` (``.g2`` for group 2).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.parameter_names[:3]
        ['visual=~x2', 'visual=~x3', 'textual=~x5']
        """
        rows = [self.estimate.model.rows[k] for k in self.estimate.model.free]
        names: list[str] = []
        used: set[str] = set()
        for r in rows:
            name = r.label or r.name + (f".g{r.group}" if r.group > 1 else "")
            if name in used:
                name = r.name + (f".g{r.group}" if r.group > 1 else "")
            used.add(name)
            names.append(name)
        return names

    @property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters, (q, q), named by `parameter_names`.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.vcov.iloc[:2, :2].round(4)
                    visual=~x2  visual=~x3
        visual=~x2      0.0111      0.0059
        visual=~x3      0.0059      0.0139
        """
        return pd.DataFrame(
            self._covariance, index=self.parameter_names, columns=self.parameter_names
        )

    @cached_property
    def _standardizer(self) -> Standardizer:
        return Standardizer(self.estimate.model)

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """The parameter table with lavaan's rows and columns.

        Columns: lhs, op, rhs, group, label, est, se, z, pvalue, ci_lower, ci_upper (95 %, normal),
        std_lv and std_all (standardized by the factors; by the variables, too). A fixed parameter
        has an error of 0; ``:=`` rows have group 0 and errors by the delta method.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.parameters.loc[:2, ["lhs", "op", "rhs", "est", "se", "std_all"]].round(3)
              lhs  op rhs    est     se  std_all
        0  visual  =~  x1  1.000  0.000    0.778
        1  visual  =~  x2  0.559  0.105    0.431
        2  visual  =~  x3  0.708  0.118    0.568
        """
        if self.draws is not None:
            return self.draws.parameters()
        model, x = self.estimate.model, self.estimate.x
        count = len(model.rows)
        est = np.array([np.nan if r.value is None else r.value for r in model.rows])
        se = np.zeros(count)
        est[model.free] = x
        se[model.free] = standard_errors(self._covariance)
        std_lv, std_all = np.full(count, np.nan), np.full(count, np.nan)
        number = self._standardizer.number
        moments = self.estimate.moments
        std_lv[number] = self._standardizer(x, "lv", moments)
        std_all[number] = self._standardizer(x, "all", moments)
        if model.variables.exogenous_observed:
            self._exogenous_rows(est, std_lv, std_all)
        if model.variables.ordered:
            self._ordinal_rows(est)
        texts = [(r.lhs, r.op, r.rhs, r.label) for r in model.rows]
        groups = [r.group for r in model.rows]
        defined = model.syntax.defined
        if defined:
            d_est = np.real(model.defined_values(x))
            d_se = np.where(np.isfinite(d_est), standard_errors(self._defined_covariance), np.nan)
            est, se = np.concatenate([est, d_est]), np.concatenate([se, d_se])
            std_lv = np.concatenate([std_lv, self._standardizer.defined(x, "lv", moments)])
            std_all = np.concatenate([std_all, self._standardizer.defined(x, "all", moments)])
            texts += [(name, ":=", text, name) for name, _, text in defined]
            groups += [0] * len(defined)
        # one conversion of all texts at once
        joined = pd.array([t for column in zip(*texts, strict=True) for t in column], dtype="str")
        lhs, op, rhs, label = (joined[k : k + len(est)] for k in range(0, len(joined), len(est)))
        columns: dict[str, Any] = {"lhs": lhs, "op": op, "rhs": rhs, "group": np.array(groups)}
        columns |= {"label": label, "est": est, "se": se}
        columns |= inference(est, se, df=self.cluster_df)
        columns |= {"std_lv": std_lv, "std_all": std_all}
        return pd.DataFrame(columns, copy=False)

    def _exogenous_rows(self, est: Array, std_lv: Array, std_all: Array) -> None:
        model = self.estimate.model
        place = {name: k for k, name in enumerate(model.blocks[0].names)}
        for k, r in enumerate(model.rows):
            if not r.exogenous:
                continue
            mean, cov = self.estimate.sample_moments[r.group - 1]
            i = place[r.lhs]
            if r.op == "~1":
                est[k] = std_lv[k] = mean[i]
                std_all[k] = mean[i] / np.sqrt(cov[i, i])
            else:
                j = place[r.rhs]
                est[k] = std_lv[k] = cov[i, j]
                std_all[k] = cov[i, j] / np.sqrt(cov[i, i] * cov[j, j])

    def _ordinal_rows(self, est: Array) -> None:
        """Residual variances of ordinal variables follow from the other parameters."""
        model = self.estimate.model
        names = model.blocks[0].names
        ordinal = {names[k]: int(k) for k in model.blocks[0].ordinal}
        for k, r in enumerate(model.rows):
            if r.lhs in ordinal and r.op == "~~" and r.lhs == r.rhs:
                i = ordinal[r.lhs]
                est[k] = self.estimate.moments[r.group - 1].symmetric[i, i]

    @cached_property
    def _defined_covariance(self) -> Array:
        model = self.estimate.model
        with np.errstate(all="ignore"):
            j = jacobian(model.defined_values, self.estimate.x)
        return self._delta(j)

    def _delta(self, j: Array) -> Array:
        with np.errstate(all="ignore"):
            out: Array = j @ self._covariance @ j.T
        return out

    def standardized(self, kind: str = "all", level: float = 0.95) -> pd.DataFrame:
        r"""The standardized solution with delta-method standard errors and limits.

        A loading is :math:`\lambda\sqrt{\psi}/\sqrt{\sigma}`, a residual covariance a correlation
        of residuals; Jacobians are complex-step derivatives. lavaan's ``standardizedSolution``.

        Parameters
        ----------
        kind
            ``"all"`` standardizes factors and observed variables, ``"lv"`` factors alone.
        level
            Confidence of the limits.

        Returns
        -------
        DataFrame
            lhs, op, rhs, group, label, est_std, se, z, pvalue, ci_lower, ci_upper.

        Raises
        ------
        ModelError
            For another ``kind``.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.standardized().loc[:1, ["lhs", "op", "rhs", "est_std", "se", "ci_lower"]].round(3)
              lhs  op rhs  est_std     se  ci_lower
        0  visual  =~  x1    0.778  0.062     0.657
        1  visual  =~  x2    0.431  0.061     0.312
        """
        if kind not in ("all", "lv"):
            raise ModelError("unknown_standardized", kind=kind)
        if self.draws is not None:
            return self.draws.standardized("percentile", level, kind)
        model, x = self.estimate.model, self.estimate.x
        s, count = self._standardizer, len(model.rows)
        with np.errstate(all="ignore"):
            j = np.concatenate(
                [jacobian(lambda z: s(z, kind), x), jacobian(lambda z: s.defined(z, kind), x)]
            )
            variance = np.einsum("ij,jk,ik->i", j, self._covariance, j)
            root = np.sqrt(np.where(variance < 1e-18, np.abs(variance) * 0, variance))
        defined = model.syntax.defined
        place = np.concatenate([s.number, np.arange(count, count + len(defined))])
        se = np.zeros(count + len(defined))
        se[place] = np.where(root < 1e-9, 0.0, root)
        est = np.zeros(count + len(defined))
        other = np.zeros(count + len(defined))
        if model.variables.exogenous_observed:  # given, without errors
            self._exogenous_rows(other.copy(), *((other, est) if kind == "all" else (est, other)))
        est[place] = np.concatenate([s(x, kind), s.defined(x, kind)])
        return pd.DataFrame(
            {
                "lhs": [r.lhs for r in model.rows] + [n for n, _, _ in defined],
                "op": [r.op for r in model.rows] + [":="] * len(defined),
                "rhs": [r.rhs for r in model.rows] + [t for _, _, t in defined],
                "group": [r.group for r in model.rows] + [0] * len(defined),
                "label": [r.label for r in model.rows] + [n for n, _, _ in defined],
                "est_std": est,
                "se": se,
                **inference(est, se, level, self.cluster_df),
            }
        )

    # -- fit -----------------------------------------------------------------------------------
    @cached_property
    def _baseline(self) -> Estimate:
        return fit_baseline(self.estimate)

    @cached_property
    def fit(self) -> FitMeasures:
        """Measures of fit by lavaan's names; NaN where the model did not converge.

        Formulas and sources stand on the page "Measures of fit".

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> print(f"{r.fit['cfi']:.3f} {r.fit['rmsea']:.3f} {r.fit['srmr']:.3f}")
        0.975 0.082 0.047
        """
        estimate = self.estimate
        if not self.converged:
            return FitMeasures(
                npar=estimate.model.expand.shape[1],
                df=self.df,
                chisq=np.nan,
                pvalue=np.nan,
                cfi=np.nan,
                tli=np.nan,
                rmsea=np.nan,
                rmsea_ci_lower=np.nan,
                rmsea_ci_upper=np.nan,
                srmr=np.nan,
                aic=np.nan,
                bic=np.nan,
                logl=np.nan,
                ntotal=estimate.n,
            )
        if "fit_measures" in estimate.extra:
            found = estimate.extra["fit_measures"](estimate)
        else:
            found = fit_measures(estimate, self._baseline)
        return FitMeasures(
            {k: v.item() if isinstance(v, np.generic) else v for k, v in found.items()}
        )

    def tests(self, tests: str | Sequence[str] | None = None) -> pd.DataFrame:
        r"""Several tests of this fit at once: the formulas and sources are in `semfit.fit_tests`.

        Parameters
        ----------
        tests
            Some of ``standard``, ``satorra_bentler``, ``mean_var_adjusted``, ``scaled_shifted``,
            ``yuan_bentler_mplus``, ``browne_residual_nt`` and ``browne_residual_adf`` (lavaan's
            names, dots or underscores); None for all that the fit can have. Scaled tests need
            rows, Browne's of the rows (ADF) more of them than there are moments; with missing
            values or clusters there is Yuan and Bentler's alone.

        Returns
        -------
        DataFrame
            test, chisq, df, pvalue, scaling_factor, shift.

        Raises
        ------
        ModelError
            Without convergence, for an unknown test and one that the fit cannot have.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data)
        >>> r.tests(["standard", "satorra.bentler", "browne.residual.adf"]).round(3)
                          test   chisq   df  pvalue  scaling_factor  shift
        0             standard  47.413  8.0     0.0             NaN    NaN
        1      satorra_bentler  46.971  8.0     0.0           1.009    NaN
        2  browne_residual_adf  41.958  8.0     0.0             NaN    NaN
        """
        return fit_tests(self.estimate, self.df, tests)

    @cached_property
    def group_fit(self) -> pd.DataFrame:
        """Each group's part of the fit: group, label, n, npar, chisq, logl, aic, bic.

        Chi-squares and log-likelihoods sum to the model's; ``npar`` counts the parameters that
        touch the group, equal ones in every group. Least squares have no logl, aic and bic.
        """
        columns = ["n", "npar", "chisq", "logl", "aic", "bic"]
        rows = group_measures(self.estimate)
        frame = pd.DataFrame(rows).reindex(columns=columns)
        frame.insert(0, "group", np.arange(1, len(rows) + 1))
        frame.insert(1, "label", list(self.group_labels))
        return frame if self.converged else frame.assign(**dict.fromkeys(columns[2:], np.nan))

    @cached_property
    def r2(self) -> pd.DataFrame:
        r"""Explained variance of every dependent variable, as variable, group, r2.

        :math:`1 - \psi_{ii}/\sigma_{ii}`, missing with a negative residual variance.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.r2.head(2).round(3)
          variable  group     r2
        0       x1      1  0.605
        1       x2      1  0.186
        """
        rows = self.estimate.model.rows
        dependent = {r.rhs for r in rows if r.op == "=~"} | {r.lhs for r in rows if r.op == "~"}
        records = []
        for g, (block, m) in enumerate(
            zip(self.estimate.model.blocks, self.estimate.moments, strict=True)
        ):
            for k in [n for n, name in enumerate(block.names) if name in dependent]:
                total, rest = m.covariance[k, k], m.symmetric[k, k]
                value = 1 - rest / total if rest >= 0 and total > 0 else np.nan
                records.append((block.names[k], g + 1, value))
        return pd.DataFrame.from_records(records, columns=["variable", "group", "r2"])

    @property
    def implied(self) -> list[dict[str, Any]]:
        r"""Implied moments per group, ``cov``, ``mean`` (observed), ``lv_cov``, ``lv_mean``.

        :math:`\Sigma = F(I-B)^{-1}S(I-B)^{-T}F'`, :math:`\mu = F(I-B)^{-1}m` with directed paths
        :math:`B`, symmetric ones :math:`S` and the selection of observed variables :math:`F`
        (McArdle & McDonald 1984). Of ordinal variables ``cov`` is that of their latent responses
        times their scales. With fixed predictors these moments are joint with the predictors'
        sample moments, and ``res_cov``, ``res_mean`` and ``slopes`` are those of the dependent
        variables given them.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.implied[0]["lv_cov"].round(3)
                 visual  textual
        visual    0.822    0.414
        textual   0.414    0.981
        """
        d, x = self.estimate.discrepancy, self.estimate.x
        out = []
        for g, (block, m) in enumerate(
            zip(self.estimate.model.blocks, self.estimate.moments, strict=True)
        ):
            p = block.observed
            ordinal = "statistics" in self.estimate.extra
            delta = d.scales(block, x) if ordinal else np.ones(p)
            o, f = list(block.names[:p]), list(block.names[p:])
            out.append(
                {
                    "cov": pd.DataFrame(m.sigma * np.outer(delta, delta), index=o, columns=o),
                    "mean": pd.Series(m.mu, index=o),
                    "lv_cov": pd.DataFrame(m.covariance[p:, p:], index=f, columns=f),
                    "lv_mean": pd.Series(m.mean[p:], index=f),
                }
            )
            e = block.exogenous
            if ordinal and len(e):
                given, y = group_residuals(self.estimate, g), block.dependent
                names = [o[k] for k in y]
                left = given.sigma[np.ix_(y, y)]
                slopes = delta[y, None] * m.effects[np.ix_(y, e)]
                out[-1] |= {
                    "res_cov": pd.DataFrame(left, index=names, columns=names),
                    "res_mean": pd.Series(given.mu[y], index=names),
                    "slopes": pd.DataFrame(slopes, index=names, columns=[o[k] for k in e]),
                }
        return out

    @property
    def residuals(self) -> list[dict[str, Any]]:
        """Residual covariances and means per group (sample less model), and slopes where predictors
        are conditioned on; see `standardized_residuals`.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.residuals[0]["cov"].loc["x1", ["x2", "x3"]].round(4).tolist()
        [-0.0521, -0.002]
        """
        return list(residual_table(self.estimate, "raw"))

    def standardized_residuals(self, kind: str = "standardized") -> list[dict[str, Any]]:
        r"""Residuals over their standard errors, per group: ``cov``, ``mean`` (``slopes``).

        A residual over the root of its variance :math:`\Xi = (I-P)\Gamma(I-P)'/N`, with
        :math:`P = \Delta(\Delta'W\Delta)^{-1}\Delta'W` (``"standardized"``); over that of its
        sample moment alone, :math:`\Gamma/N` (``"normalized"``) (Jöreskog & Sörbom 1981;
        Maydeu-Olivares 2017).

        Parameters
        ----------
        kind
            ``"standardized"``, ``"normalized"``, ``"cor"`` (of correlations, lavaan's type
            ``cor.bollen``) or ``"raw"``.

        Raises
        ------
        ModelError
            For another ``kind``, without convergence, and for GLS and ULS.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.standardized_residuals("cor")[0]["cov"].loc["x3", ["x4", "x5"]].round(3).tolist()
        [-0.065, -0.146]
        >>> r.standardized_residuals()[0]["cov"].loc["x3", ["x4", "x5"]].round(2).tolist()
        [-1.87, -4.19]
        """
        if kind not in ("raw", "standardized", "normalized", "cor"):
            raise ModelError("unknown_residuals", kind=kind)
        scaled = kind in ("standardized", "normalized")
        if scaled and not self.converged:
            raise ModelError(
                "standardized_not_converged"
                if kind == "standardized"
                else "normalized_not_converged"
            )
        if scaled and getattr(self.estimate.discrepancy, "kind", "ML") in ("GLS", "ULS"):
            raise ModelError("residuals_least_squares", kind=kind)
        return list(residual_table(self.estimate, kind))

    def residual_summary(self, level: float = 0.90, close: float = 0.05) -> pd.DataFrame:
        r"""SRMR, CRMR and RMR with their errors, exact fit, and the unbiased ones with intervals.

        With residuals :math:`e` of :math:`p^*` moments and :math:`\Xi` their covariance matrix,
        :math:`T = e'e`, :math:`t_k = \mathrm{tr}\,\Xi^k`: the value is :math:`\sqrt{T/p^*}`, its
        error under exact fit :math:`\sqrt{t_2/(2p^*t_1)}`; the unbiased value is
        :math:`k^{-1}\sqrt{\max(T - t_1, 0)/p^*}` with
        :math:`k = 1 - (t_2 + 2e'\Xi e)/(4T^2)` (Maydeu-Olivares 2017; of ordinal models
        Maydeu-Olivares, Shi & Rosseel 2018). lavaan's ``lavResiduals``.

        Parameters
        ----------
        level
            Confidence of the interval of the unbiased value.
        close
            The value that close fit is tested against.

        Returns
        -------
        DataFrame
            A row for each measure (``srmr``, ``crmr``, ``rmr``), group (0: all together) and part
            (``cov``, ``mean``, ``thresholds``, ``slopes``, ``total``): value, se, exactfit_z,
            exactfit_pvalue, unbiased, unbiased_se, ci_lower, ci_upper, closefit_z,
            closefit_pvalue. Errors are NaN where a model reproduces any such moments.

        Raises
        ------
        ModelError
            Without convergence, for GLS and ULS, and for more variables than the covariance matrix
            of their moments can be formed of.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data)
        >>> r.residual_summary().loc[0, ["value", "se", "unbiased", "ci_lower", "ci_upper"]]
        value       0.079229
        se          0.007921
        unbiased    0.075202
        ci_lower    0.052351
        ci_upper    0.098053
        Name: 0, dtype: float64
        """
        return residual_summary(self.estimate, level, close)

    def modindices(
        self,
        minimum: float = 0.0,
        *,
        power: bool = False,
        delta: float = 0.1,
        alpha: float = 0.05,
        high_power: float = 0.75,
    ) -> pd.DataFrame:
        r"""Modification indices of at least ``minimum``, largest first; none without convergence.

        With the score :math:`s` and what the information leaves of the parameter, :math:`v`:
        ``mi`` :math:`= Ns^2/v`, the drop in chi-square expected from freeing it, ``epc``
        :math:`= s/v`, the change expected in it (Sörbom 1989). With ``power`` the decision of
        Saris, Satorra and van der Veld (2009): the power of the test against a misspecification of
        ``delta``, whose noncentrality is :math:`mi\,(\delta/epc)^2`. lavaan's ``modindices``.

        Parameters
        ----------
        minimum
            Smallest index that is shown.
        power
            Add the columns of the decision.
        delta
            A misspecification worth finding, in the units of the parameters.
        alpha, high_power
            Level of the test, and the power above which it is called high.

        Returns
        -------
        DataFrame
            lhs, op, rhs, group, mi, epc, sepc_lv, sepc_all, pvalue; with ``power`` ncp, power and
            decision: ``misspecified`` (significant, power low), ``not misspecified`` (not
            significant, power high), ``inconclusive`` (not significant, power low), and where both
            are high by ``epc``: ``epc: misspecified`` above ``delta``, ``epc: not misspecified``.

        Raises
        ------
        ModelError
            For a ``delta`` that is not positive, and levels outside (0, 1).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data)
        >>> table = r.modindices(3.84, power=True)
        >>> table[["lhs", "op", "rhs", "mi", "epc", "power", "decision"]].head(3).round(3)
              lhs  op rhs      mi    epc  power      decision
        0  visual  =~  x9  35.521  0.659  0.148  misspecified
        1      x7  ~~  x8  35.521  0.624  0.159  misspecified
        2  visual  =~  x7  19.041 -0.503  0.140  misspecified
        """
        frame = modification.modification_indices(self.estimate)
        frame = frame[frame["mi"] >= minimum].reset_index(drop=True)
        return modification.decisions(frame, delta, alpha, high_power) if power else frame

    def release_tests(self, joint: bool = False) -> pd.DataFrame:
        """Score tests for releasing each equality constraint, the largest first.

        `score_test` tests any set of them, with robust versions and all expected changes.

        Parameters
        ----------
        joint
            One test for all equalities of a label, in all groups at once.

        Returns
        -------
        DataFrame
            lhs, op, rhs of what is released, chisq, df, pvalue.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> equal = "loadings, intercepts"
        >>> r = semfit.fit("f =~ x1 + x2 + x3", data, group="school", group_equal=equal)
        >>> r.release_tests().loc[:1, ["lhs", "op", "rhs", "chisq"]].round(2)
          lhs  op rhs  chisq
        0  x3  ~1      20.08
        1  x2  ~1      12.88
        """
        return modification.release_tests(self.estimate, joint)

    def score_test(
        self,
        add: str | None = None,
        release: str | Sequence[str] | None = None,
        *,
        cumulative: bool = False,
    ) -> modification.ScoreTest:
        r"""Score (Lagrange multiplier) tests of parameters added, or of equalities released.

        With the score :math:`s` along what is freed and what the information leaves of it,
        :math:`V = I_{\phi\phi} - I_{\phi\theta}I_{\theta\theta}^{-1}I_{\theta\phi}`, the test is
        :math:`Ns'V^{-1}s` and the expected change :math:`V^{-1}s` (Rao 1948; Sörbom 1989); robust
        versions as in Satorra (2000). lavaan's ``lavTestScore``. `modindices` tests every
        candidate, `release_tests` every equality alone.

        Parameters
        ----------
        add
            Formulas of parameters that the model fixes (``"x1 ~~ x2; f =~ x9"``), in every group.
        release
            Equalities: labels, parameters (``"f =~ x2"``, in all groups) or constraints
            (``"a == b"``), one or several; None, without ``add``, for all.
        cumulative
            Test the largest, the two largest, … together, too.

        Returns
        -------
        ScoreTest
            Tables ``test``, ``univariate``, ``changes`` and ``cumulative``; NaN where what is freed
            is not identified.

        Raises
        ------
        ModelError
            Where the model did not converge, there is nothing to release, or a parameter cannot be
            added.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + a*x3; speed =~ x7 + x8 + x9", data)
        >>> tests = r.score_test(add="x7 ~~ x8; visual =~ x9")
        >>> tests.univariate.round(3)
              lhs  op rhs  group   chisq  df  pvalue    epc
        0      x7  ~~  x8      1  36.428   1     0.0  0.643
        1  visual  =~  x9      1  36.428   1     0.0  0.652
        >>> r.score_test(release="a").test.round(3)
               test  chisq  df  pvalue  scaling_factor
        0  standard  4.857   1   0.028             NaN
        """
        return modification.score_test(self.estimate, add, release, cumulative)

    def wald_test(self, restrictions: str) -> pd.DataFrame:
        r"""Wald tests of restrictions of labels and ``:=`` parameters, linear or not.

        With :math:`h` the differences of both sides, :math:`H` their Jacobian and :math:`V` the
        covariance matrix of the estimates, :math:`h'(HVH')^{-1}h` (Wald 1943). lavaan's
        ``lavTestWald``.

        Parameters
        ----------
        restrictions
            Lines with ``==``, parted by newlines or semicolons: ``"a == b; c*d == 0.5"``. One that
            follows from those before it is left out.

        Returns
        -------
        DataFrame
            test, chisq, df, pvalue, scaling_factor: ``standard``; and where standard errors are
            robust, with :math:`V` of normal theory in that row, ``scaled`` and ``adjusted``
            (Satorra 2000) and ``robust``, whose :math:`V` is that of the standard errors.

        Raises
        ------
        ModelError
            Where the text is no restriction, names no label of the model, or cannot be tested.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3", data, estimator="MLR")
        >>> r.wald_test("a == b").round(3)
               test  chisq   df  pvalue  scaling_factor
        0  standard  2.893  1.0   0.089             NaN
        1    scaled  3.076  1.0   0.079            0.94
        2  adjusted  3.076  1.0   0.079            0.94
        3    robust  3.076  1.0   0.079             NaN
        """
        return wald_test(self.estimate, self._covariance, restrictions)

    def missing_information(self, information: str = "expected") -> pd.DataFrame:
        r"""The fraction of missing information of every free and every defined parameter.

        :math:`1 - v_c/v`: the sampling variance of complete data with the saturated moments over
        that of the data as they are, both of normal theory at the estimates (Savalei & Rhemtulla
        2012). lavaan's ``parameterEstimates(fmi = TRUE)``.

        Parameters
        ----------
        information
            ``"expected"``; or ``"observed"``, which lavaan takes by default: where the model does
            not fit, that of complete data is another one, and fractions may be negative.

        Returns
        -------
        DataFrame
            lhs, op, rhs, group, label, est, se, se_complete, fmi.

        Raises
        ------
        ModelError
            Unless the fit has ``missing="fiml"`` and converged.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> data.loc[::3, "x1"] = None
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data, missing="fiml")
        >>> r.missing_information().loc[:1, ["lhs", "op", "rhs", "se", "fmi"]].round(3)
              lhs  op rhs     se    fmi
        0  visual  =~  x2  0.116  0.165
        1  visual  =~  x3  0.137  0.227
        """
        return missing_information(self.estimate, information)

    # -- what follows --------------------------------------------------------------------------
    def effects(self, indicators: bool = False, level: float = 0.95) -> pd.DataFrame:
        """Direct, indirect and total effects of every variable on every other, in long form.

        Total effects are :math:`(I-B)^{-1} - I`, indirect ones what they have beyond :math:`B`
        (Bollen 1987); errors are by the delta method.

        Parameters
        ----------
        indicators
            With paths to the items of factors.
        level
            Confidence of the limits.

        Returns
        -------
        DataFrame
            from, to, group, effect, est, se, z, pvalue, ci_lower, ci_upper, std_all.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("political_democracy")
        >>> model = "i =~ x1+x2+x3; d =~ y1+y2+y3+y4; e =~ y5+y6+y7+y8; d ~ i; e ~ i + d"
        >>> table = semfit.fit(model, data).effects()
        >>> table[table["effect"] == "total"][["from", "to", "est", "se", "std_all"]].round(2)
          from to   est    se  std_all
        2    i  d  1.47  0.39     0.45
        5    i  e  1.73  0.37     0.55
        8    d  e  0.86  0.11     0.91
        """
        if self.draws is not None:
            return self.draws.effects("percentile", level, indicators)
        model, x = self.estimate.model, self.estimate.x
        pairs = effect_pairs(model, indicators)
        values = effect_values(model, pairs, x)
        kinds = ("direct", "indirect", "total")
        est = values[:3].ravel()
        with np.errstate(all="ignore"):
            j = jacobian(
                lambda z: effect_values(model, pairs, z)[..., :3, :].reshape(len(z), -1), x
            )
            variance = np.einsum("ij,jk,ik->i", j, self._covariance, j)
            se = np.sqrt(variance)
        names = model.blocks[0].names
        n = len(pairs)
        frame = pd.DataFrame(
            {
                "from": [names[k] for k in pairs[:, 1]] * 3,
                "to": [names[k] for k in pairs[:, 2]] * 3,
                "group": np.tile(pairs[:, 0] + 1, 3),
                "effect": [kind for kind in kinds for _ in range(n)],
                "est": est,
                "se": se,
                **inference(est, se, level, self.cluster_df),
                "std_all": values[3:].ravel(),
            }
        )
        order = np.arange(3 * n).reshape(3, n).T.ravel()
        frame = frame.iloc[order]
        empty = (frame["est"] == 0) & ~(frame["se"] > 0) & (frame["effect"] != "total")
        return frame[~empty].reset_index(drop=True)

    def factor_scores(
        self, method: str = "regression", data: Any = None, *, se: bool = False
    ) -> pd.DataFrame:
        r"""Scores of the latent variables for the rows of the fit, or for new ones.

        Regression (Thurstone 1935): :math:`\alpha + V_{\eta y}\Sigma^{-1}(y - \mu)`; Bartlett
        (1937): :math:`(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}(y - \nu)`; of ordinal
        items the modes of the posterior, or of the likelihood. lavaan's ``lavPredict``.

        Parameters
        ----------
        method
            ``"regression"`` or ``"bartlett"``.
        data
            New rows: a data frame with the observed variables and the group. A row uses the
            variables that it has.
        se
            Add the standard error of each score, :math:`\mathrm{sd}(\hat\eta - \eta)` (of ordinal
            models from the curvature at the mode), as columns named ``…_se``.

        Returns
        -------
        DataFrame
            (rows, factors), in the units of the factors; with groups a first column ``group``.

        Raises
        ------
        ModelError
            For a fit to covariances without new rows, and for rows that lack a variable, or have
            groups or categories that the fit had not.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data)
        >>> r.factor_scores(data=data.head(2), se=True).round(3)
           visual  speed  visual_se  speed_se
        0  -0.701  0.053      0.442     0.328
        1   0.111  0.635      0.442     0.328
        """
        return factor_scores(self.estimate, method, data, se)

    def score_reliability(self, method: str = "regression") -> pd.DataFrame:
        r"""How well factor scores determine the factors, for rows without missing values.

        ``determinacy`` is the correlation of score and factor,
        :math:`a'C/\sqrt{a'\Sigma a\,\mathrm{var}(\eta)}` with the weights :math:`a`,
        ``reliability`` its square (Guttman 1955; Grice 2001), ``se`` the standard deviation of
        their difference. lavaan's ``fs.reliability``.

        Returns
        -------
        DataFrame
            factor, group, determinacy, reliability, se.

        Raises
        ------
        ModelError
            For ordinal models, and another method than ``"regression"`` or ``"bartlett"``.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", data)
        >>> r.score_reliability().round(3)
           factor  group  determinacy  reliability     se
        0  visual      1        0.823        0.677  0.442
        1   speed      1        0.849        0.722  0.328
        """
        return score_reliability(self.estimate, method)

    def predict_outcomes(
        self,
        outcomes: str | Sequence[str],
        predictors: str | Sequence[str] | None = None,
        data: Any = None,
        *,
        ridge: float = 0.0,
    ) -> pd.DataFrame:
        r"""Predicted values of observed outcomes for the rows of the fit, or for new ones.

        The conditional mean under the model,
        :math:`\hat y = \mu_y + \Sigma_{yx}(\Sigma_{xx} + \lambda I)^{-1}(x - \mu_x)` (de Rooij et
        al. 2022). lavaan's ``lavPredictY``.

        Parameters
        ----------
        outcomes, predictors
            Observed variables of the model; predictors are all that are no outcomes unless named.
        data
            New rows: a data frame with the predictors and the group. A row uses the predictors
            that it has.
        ridge
            :math:`\lambda`, which shrinks the weights, in the units of the predictors' variances.

        Returns
        -------
        DataFrame
            (rows, outcomes), in the units of the outcomes.

        Raises
        ------
        ModelError
            For ordinal models, unknown variables, and rows that lack a predictor's column.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("political_democracy")
        >>> model = "dem60 =~ y1 + y2 + y3 + y4; dem65 =~ y5 + y6 + y7 + y8; dem65 ~ dem60"
        >>> r = semfit.fit(model, data.head(60))
        >>> r.predict_outcomes(["y5", "y6"], ["y1", "y2", "y3", "y4"], data.tail(2)).round(2)
              y5    y6
        73  8.26  6.55
        74  3.11 -0.23
        """
        return predict_outcomes(self.estimate, outcomes, predictors, data, ridge)

    def reliability(self, total: bool = False) -> pd.DataFrame:
        r"""Omega and average variance extracted of every factor.

        ``omega`` is :math:`(\sum\lambda)^2\phi` over the implied variance of the items' sum
        (Raykov 2001), ``omega_observed`` has the observed variance below (McDonald 1999), ``ave``
        is the mean squared standardized loading (Fornell & Larcker 1981), ``ave_unstandardized``
        is
        :math:`\phi\sum\lambda^2/(\phi\sum\lambda^2+\sum\theta)`. The other columns, for ordinal
        items (``omega_answers``, ``scale``), second-order factors (``omega_second``,
        ``omega_partial``) and items left unturned (``unturned``), are explained in
        `semfit.scores.reliability`. With ``total`` a last row is of the sum of all items.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> r.reliability()[["factor", "items", "omega", "ave"]].round(3)
            factor  items  omega    ave
        0   visual      3  0.626  0.371
        1  textual      3  0.885  0.720
        """
        return reliability(self.estimate, total)

    def bootstrap(self, draws: int = 1000, seed: int = 1, **options: Any) -> Bootstrap:
        """Refit the model to resampled rows (whole clusters where there are any), within groups.

        Draws depend on ``seed`` alone. Those without a solution are not used, nor those with an
        inadmissible one unless ``inadmissible="keep"``; both are counted in ``warnings``.

        Parameters
        ----------
        draws, seed
            Their number, and where they start.
        options
            ``threads`` (1), ``inadmissible`` (``"exclude"`` or ``"keep"``).

        Raises
        ------
        ModelError
            Without raw data, without convergence, for numbers that are none.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> print(r.bootstrap(100, seed=1))
        bootstrap: 100 draws (seed 1), 99 used, 0 not converged, 1 inadmissible
        """
        from .bootstrap import bootstrap

        return bootstrap(self.estimate, draws, seed, **options)

    # -- reading -------------------------------------------------------------------------------
    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file: parameters, fit, warnings (None for NaN).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
        >>> sorted(r.to_dict())
        ['fit', 'parameters', 'warnings']
        """
        return {
            "parameters": [
                {k: _plain(v) for k, v in record.items()}
                for record in self.parameters.to_dict("records")
            ],
            "fit": {k: _plain(v) for k, v in self.fit.items()},
            "warnings": list(self.warnings),
        }

    def summary(self, level: float = 0.95) -> Summary:
        r"""The fit in one print: tests and indices, parameters with intervals of this ``level`` and
        standardized values, explained variances, and what defined parameters come to.

        Fixed predictors, intercepts fixed to zero and scales fixed to one are left out.

        Returns
        -------
        Summary
            A text.

        Raises
        ------
        ModelError
            For a level outside (0, 1).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + x2 + x3; x9 ~ visual", data)
        >>> text = r.summary()
        >>> print(*text.splitlines()[20:25], sep="\n")
        Loadings              est     se       z       p  95 % from     to  std lv  std all
          visual =~
            x1              1.000                                            0.802    0.688
            x2              0.669  0.114   5.851  <0.001      0.445  0.894   0.537    0.457
            x3              0.921  0.133   6.950  <0.001      0.661  1.181   0.739    0.654

        Regressions           est     se       z       p  95 % from     to  std lv  std all
          x9 ~
        """
        return summary(self, level)

    def __str__(self) -> str:
        f = self.fit
        state = "converged" if self.converged else "NOT CONVERGED"
        lines = [
            f"SEM by {self.estimate.options.estimator}: {state}, N = {self.estimate.n},"
            f" {f['npar']:.0f} parameters",
            f"chi-square {f['chisq']:.3f} (df {f['df']:.0f}, p {f['pvalue']:.4f}),"
            f" CFI {f['cfi']:.3f}, TLI {f['tli']:.3f}, RMSEA {f['rmsea']:.3f}"
            f" [{f['rmsea_ci_lower']:.3f}, {f['rmsea_ci_upper']:.3f}], SRMR {f['srmr']:.3f}",
        ]
        if self.cluster_df is not None:
            lines.append(message("cluster_intervals", df=self.cluster_df))
        lines += [f"warning: {w}" for w in self.warnings]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "<br>".join(escape(line) for line in str(self).splitlines())
        return f"<p>{head}</p>" + self.parameters.round(4).to_html(index=False)


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, (int, np.integer)):
        return int(value)
    return value


def as_tuple(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """A sequence of names from None, a text with commas or a sequence."""
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, Iterable):
        raise ModelError("names_expected", value=repr(value))
    return tuple(str(v) for v in value)
