"""Everything that semfit says: one catalogue of sentences by code, and what carries them.

A message is a string with the code and the parameters that it was made of, so that a program can
tell messages apart, and say them in another language, without reading their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

#: What a well-formed call may meet in data, in a model, or in the solution; templates of
#: `str.format`. A parameter may be a message itself: a group, a parameter, a list of names.
MESSAGES = {
    # parts of sentences
    "in_group": " in group {group!r}",
    "group_number": " (group {group})",
    "listed": "{first}, {rest}",
    "parameter": "{lhs} {op} {rhs}{where}",
    "intercept": "{lhs} ~1{where}",
    "steepest": "; steepest in {parameter}",
    # the solution
    "no_starting_point": "the model did not converge: no admissible starting point was found",
    "not_converged": "the model did not converge after {iterations} iterations (decrement of the"
    " fit function {decrement:.1e}{steepest})",
    "not_converged_without_step": "the model did not converge after {iterations} iterations"
    " (decrement of the fit function inf{steepest})",
    "nothing_informs": "the model is not identified: nothing informs {parameter}",
    "not_identified": "the model is not identified: the information matrix is singular, mostly in"
    " {parameters}",
    "nearly_singular": "empirical under-identification: the information matrix is nearly singular"
    " (smallest eigenvalue {eigenvalue:.1e}), mostly in {parameters}",
    "negative_residual_variance": "negative residual variance {name} ({variance:.4g}){where}: a"
    " Heywood case",
    "negative_latent_variance": "negative variance of the latent variable {name}"
    " ({variance:.4g}){where}: a Heywood case",
    "latent_covariances": "the covariance matrix of the latent variables is not positive"
    " definite{where} (mostly {names})",
    "residual_covariances": "the covariance matrix of the residuals of the observed variables is"
    " not positive definite{where} (mostly {names})",
    "implied_covariances": "the implied covariance matrix is not positive definite",
    "single_label": "one label for all groups makes parameters equal across groups: {labels}; write"
    " c(a1, a2, …)*x for a label in each group",
    "cluster_intervals": "intervals and p-values by t with {df} degrees of freedom, of the"
    " clusters",
    "negative_scaling": "the scaling factor of the chi-square is {factor:.4g}, not positive (few"
    " rows or clusters): there is no scaled test and no measure of fit from it",
    "negative_scaling_baseline": "the scaling factor of the baseline model is {factor:.4g}, not"
    " positive (few rows or clusters): there are no scaled and robust CFI and TLI",
    "negative_difference": "the scaled difference of Satorra and Bentler (2001) has a factor of"
    " {factor:.4g}, negative or near zero: that of 2010 is given",
    "no_robust_fit": "robust fit measures are not computed: {variables} variables have too many"
    " moments",
    "undefined": "{name} := {expression} has no finite value at the solution",
    "standardized_not_converged": "no standardized residuals: the model did not converge",
    "normalized_not_converged": "no normalized residuals: the model did not converge",
    "residuals_too_large": "residuals over standard errors: {variables} variables are too many"
    " with FIML",
    # the bootstrap
    "draws_not_converged": "bootstrap: {count} of {draws} draws did not converge and are not used",
    "draws_left_out": "bootstrap: {count} of {draws} draws have an inadmissible solution and are"
    " not used",
    "draws_kept": "bootstrap: {count} of {draws} draws have an inadmissible solution and are used",
    "too_few_draws": "bootstrap: fewer than two usable draws, no intervals",
    "draws_on_one_side": "bootstrap: all draws lie on one side of the estimate for {count} of"
    " {parameters} parameters, which have no bias-corrected (bc, BCa) intervals",
    "draws_undefined": "bootstrap: {name} has no finite value in {count} of {draws} draws, so no"
    " standard error and no interval",
    "bootstrap_not_converged": "the bootstrap needs a converged fit to start from",
    "bca_ordinal": "BCa intervals are not available for ordinal estimators",
    # data
    "rows_without_values": "left out: {dropped} of {rows} rows, without any value",
    "rows_with_missing": "left out: {dropped} of {rows} rows, with missing values",
    "rows_without_weight": "left out: {dropped} of {rows} rows, without a weight above 0",
    "rows_without_exogenous": "left out: {dropped} of {rows} rows, without a value of an"
    " exogenous variable",
    "unordered_categories": "variable {name!r} has {categories} categories without an order",
    "dates": "variable {name!r} holds dates, durations or complex numbers",
    "not_numeric": "variable {name!r} is not numeric",
    "infinite_values": "variable {name!r} has infinite values",
    "not_in_data": "variable {name!r} is not in the data",
    "column_repeated": "the data have {count} columns named {name!r}",
    "latent_in_data": "{name!r} is a latent variable in the model and a column of the data",
    "group_not_in_data": "group variable {name!r} is not in the data",
    "cluster_not_in_data": "cluster variable {name!r} is not in the data",
    "several_columns": "the data have several columns named {name!r}",
    "group_in_model": "the group variable {name!r} is also in the model",
    "no_rows": "the data have no rows",
    "no_rows_left": "no rows left: every row misses a value",
    "no_rows_left_in_group": "no rows left in group {group!r}: every row misses a value",
    "single_group": "the group variable {name!r} has a single value, {value!r}",
    "too_many_groups": "the group variable {name!r} has {groups} values",
    "few_rows": "only {rows} row(s) of data{where}",
    "few_values": "variable {name!r} has {values} value(s){where}",
    "large_values": "values larger than {limit:.0e}{where}",
    "zero_variance": "variable {name!r} has zero variance{where}",
    "never_together": "{pairs} pair(s) of variables are never observed together{where} (first"
    " {first!r} and {second!r}): their covariance comes from the model alone, though the degrees of"
    " freedom count it as observed, and there are no robust fit measures",
    "fewer_rows_than_variables": "{rows} rows are too few for {variables} variables{where}: the"
    " sample covariance matrix is singular",
    "singular": "the sample covariance matrix is singular{where}: perfectly collinear are {names}",
    "not_positive_definite": "the sample covariance matrix is not positive definite{where}:"
    " perfectly collinear are {names}",
    "saturated_singular": "the saturated model of the data with missing values has a singular"
    " covariance matrix: too few rows for the variables, or collinear variables",
    "patterns_too_large": "{patterns:,} patterns of missing values in {variables} variables are"
    " too many for FIML{where}: that would take more than 4 GiB",
    "patterns_too_much_work": "{patterns:,} patterns of missing values in {variables} variables"
    " are too much work for FIML{where}: patterns x variables^3 is {work:.1e}, at most"
    " {limit:.0e}",
    "patterns_slow": "FIML of {patterns:,} patterns of missing values in {variables}"
    " variables{where} takes minutes, not seconds",
    "few_clusters": "cluster-robust standard errors need at least two clusters",
    "covariances_not_finite": "sample_cov has missing or infinite values{where}",
    "covariances_not_symmetric": "sample_cov is not symmetric{where}",
    "no_positive_variance": "variable {name!r} has no positive variance{where}",
    "means_not_finite": "sample_mean has missing or infinite values{where}",
    # ordinal data
    "single_category": "ordered variable {name!r} has a single category{where}",
    "many_categories": "ordered variable {name!r} has {categories} categories{where}",
    "categories_missing_in_group": "ordered variable {name!r} misses a category in group"
    " {group!r}: it has {count} of {categories}",
    "categories_missing": "ordered variable {name!r} has {count} of {categories} categories{where}",
    "two_values": "variable {name!r} has two values{where}: beside ordinal variables it can only"
    " be one of them (ordered=)",
    "many_thresholds": "{variables} variables with {moments:,} thresholds and correlations are too"
    " many for {estimator}, which needs the covariance matrix of these (at most {limit:,}); use"
    " MLR",
    "no_such_threshold": "{parameter}: {name!r} has {thresholds} threshold(s)",
    "ordinal_covariances": "the ordinal statistics have no finite covariance matrix{where}",
    "polychoric_one": "the polychoric correlation of {first!r} and {second!r} is {value}{where}: a"
    " corner of their table is empty, and the estimates have no covariance matrix; leave one of"
    " them out or merge categories",
    "separated": "the probit regression of {name!r} on the predictors has no finite"
    " solution{where}: they separate its categories",
    "slopes_without_errors": "the slopes of {name!r} on the predictors have no standard"
    " errors{where}: a predictor varies in too few rows",
    # the model
    "loop": "the paths of the model form a loop without end: I - B is singular",
    "negative_df": "the model has more parameters than the data have moments ({df} degrees of"
    " freedom)",
    "no_free_parameter": "the model has no free parameter",
    "ordered_predictor": "ordered variable {name!r} only predicts: give it as numbers, not in"
    " ordered=",
    "ordinal_predictor": "ordinal variable {name!r} predicts another: that is not supported",
    "ordinal_residual_variance": "{name} ~~ {name}: residual variances of ordinal variables are"
    " not free",
    "ordinal_residual_variances": "residual variances of ordinal variables are not free",
    "ordinal_clusters": "cluster-robust standard errors are not available for ordinal variables",
    "single_ordinal_item": "{factor!r} has the one ordinal item {item!r}: its variance is not"
    " identified; fix it ({factor} =~ 1*{item}; {factor} ~~ 1*{factor}), or take {item!r} as"
    " continuous",
    "scores_predictors": "factor scores of ordinal models in which dependent or random variables"
    " predict are not available",
    "scores_correlated": "factor scores of ordinal variables need uncorrelated residuals",
    "scores_negative_variance": "factor scores: the residual variance of {name!r} is not positive",
    "tests_not_converged": "tests of a solution need one that converged",
    "tests_without_errors": "tests of labels need standard errors, which this solution has not",
    # structural after measurement
    "sam_inadmissible": "the measurement of {name!r} alone: {problem}",
    "sam_residuals": "the residual covariances of the items of {name!r} are not positive definite",
    "sam_covariances": "the covariances of the factors, corrected for measurement error, are not"
    " positive definite",
    "sam_not_converged": "the structural part did not converge",
    # interactions
    "no_values": "no values in {first!r} or {second!r}",
    "pair_never_together": "{first!r} and {second!r} are never observed together",
    "no_product_paths": "no free paths of {outcome!r} on the focal and product factor",
    "focal_of_factors": "focal {name!r} is measured by factors, not by items",
    "moderator_of_factors": "moderator {name!r} is measured by factors, not by items",
    "no_path": "the model has no path {outcome} ~ {factor}",
    "product_name_taken": "the name {name!r} of the product factor is taken",
    "product_column_taken": "the data already have a column {name!r}",
}

#: What a malformed call alone can meet: a text that is no model, an argument that is unknown,
#: of the wrong type, left out or against another one, a file that cannot be read.
USAGE = {
    # the model's text
    "syntax": "model syntax, line {line}: {problem}",
    "unreadable": "cannot read {found!r}",
    "end_of_line": "end of line",
    "quoted": "{text!r}",
    "expected": "expected {expected!r}, found {found}",
    "expected_value": "expected a number or a label, found {found}",
    "expected_operand": "expected a label, a number or '(', found {found}",
    "expected_name": "expected a variable name, found {found!r}",
    "unexpected": "unexpected {found!r}",
    "formative": "formative (composite) factors '<~' are not supported: give the composite as a"
    " column of the data, or let its items predict",
    "scaling_factors": "scaling factors '~*~' are not supported: those of ordinal variables are"
    " one, and free in later groups where thresholds are equal; leave the line out",
    "response_intercepts": "intercepts of latent responses '|~' are not supported: write y ~ 1",
    "bound": "'{name}(…)' sets a bound, and bounds are not supported: leave it out (a negative"
    " variance is reported as inadmissible) or fix the parameter, as in 0*x",
    "exploratory": "'efa(…)' begins a block of exploratory factors, which is not supported: write"
    " the loadings that are not zero as f =~ x1 + x2 + …",
    "prior": "'prior(…)' is of Bayesian models, which are not supported: leave it out",
    "random_slope": "'rv(…)' names a random slope, and multilevel models are not supported; for"
    " clustered rows use cluster=",
    "block": "'{name}:' begins a block of a model with several levels, groups or classes, which is"
    " not supported: write one model, with group= for groups (c(a, b)*x for each) or cluster= for"
    " clustered rows",
    "phantom": "'{name} =~ 0', a factor without items, is not supported: write {name} =~ 0*x with"
    " an item x of the model",
    "unknown_modifier": "'{name}(…)' is no modifier; known are c(…) with one value or label a"
    " group, start(…), equal(…) and label(…)",
    "inequality": "inequality constraints are not supported",
    "percent": "the operator '%' is not supported",
    "question_mark": "write start(value)*x instead of the '?' modifier",
    "colon": "blocks and products written with ':' are not supported (for latent products use"
    " semfit.interaction)",
    "product": "products written with ':' are not supported (use semfit.interaction)",
    "no_operator": "a formula needs one of the operators =~  ~  ~~  |  :=  ==",
    "equals_sign": "'=' is not an operator; write =~, ~, := or ==",
    "one_on_the_right": "'1' cannot stand on the right of {operator!r}",
    "both_sides": "{name!r} cannot be on both sides of {operator!r}",
    "threshold_name": "thresholds are named t1, t2, …; found {found!r}",
    "latent_threshold": "{name} | t1: {name!r} is latent; thresholds are those of ordinal observed"
    " variables",
    "zero_intercept": "write '~ 0*1' to fix an intercept to zero",
    "modifier_alone": "a modifier must be followed by '*' and a variable",
    "mixed_modifiers": "c(…) mixes numbers and labels",
    "start_not_number": "start({value}) needs a number",
    "many_values": "more than 1,000 values in c(…)",
    "large_number": "{number} is larger than {limit:.0e}",
    "defined_twice": "{name!r} is defined twice",
    "deep_brackets": "brackets nested deeper than {limit}",
    "deep_powers": "powers nested deeper than {limit}",
    "many_terms": "an expression with more than 400 terms",
    "many_factors": "an expression with more than 400 factors",
    "no_label": "{name!r} is not a parameter label of the model",
    "model_not_text": "the model must be a text, not {type}",
    "model_too_long": "the model text has {characters:,} characters; at most {limit:,} are read",
    "no_formula": "the model text has no formula",
    "not_linear": "the constraint {constraint} is not linear; only linear ones are supported",
    "constraint_of_nothing": "the constraint {constraint} involves no free parameter",
    "contradiction": "the equality constraints contradict each other",
    "equal_to_nothing": "equal({name!r}): {name!r} is no parameter of the model",
    "modifiers": "{parameter}: {count} modifiers ({kind}) for {groups} group(s)",
    # arguments of `fit`
    "not_true_or_false": "{option} must be True or False, not {value}",
    "estimator_not_name": "estimator must be a name, not {value}",
    "names_expected": "expected names, a sequence of them or a text with commas, not {value}",
    "unknown_estimator": "estimator {estimator!r} is unknown; known are {known}",
    "unknown_likelihood": "likelihood {value} is unknown; use 'normal' or 'wishart'",
    "unknown_se": "se={value} is unknown; use default, expected, observed or robust",
    "unknown_bread": "information={value} is unknown; use default, expected or observed",
    "information_estimator": "information= goes with least squares (GLS, ULS and ordinal models),"
    " not with {estimator}; use se=",
    "sam_block": "structural after measurement: {name!r} belongs to more than the one factor that"
    " it measures",
    "sam_no_path": "structural after measurement needs a factor and a path",
    "sam_constraints": "structural after measurement takes no constraints between parameters",
    "sam_factor_alone": "structural after measurement: the factor {name!r} is in no path",
    "unknown_missing": "missing={value} is unknown; use 'listwise' or 'fiml'",
    "unknown_equality": "group_equal: unknown {name!r}; known are {known}",
    "equal_without_group": "group_equal needs a group variable",
    "partial_unknown": "group_partial: {name!r} is no parameter of the model",
    "ordered_not_observed": "ordered variable {name!r} is not an observed variable of the model",
    "ordinal_estimator": "ordered variables need WLSMV, WLSM, DWLS or ULSMV, not {estimator}",
    "nothing_ordered": "{estimator} is for ordinal variables; name them in ordered=",
    "ordinal_missing": "ordinal variables need missing='listwise'",
    "ordinal_covariances_given": "ordinal variables need raw data, not covariances",
    "fiml_estimator": "missing='fiml' goes with ML or MLR, not {estimator}",
    "fiml_wishart": "likelihood='wishart' goes with complete data, not with missing='fiml'",
    "cluster_estimator": "cluster goes with ML or MLR, not {estimator}",
    "cluster_se": "cluster gives robust standard errors, not se={se!r}",
    "weights_not_in_data": "weights: the data have no single column {name!r}",
    "weights_kind": "weights are a column's name or a series, not {type}",
    "weights_index": "weights: the index of {name!r} is not that of the data, and not unique",
    "negative_weight": "weights: {name!r} has a negative value",
    "weights_estimator": "weights go with ML or MLR, not {estimator}",
    "weights_se": "weights give robust standard errors, not se={se!r}",
    "weights_alone": "weights go with one group and the normal likelihood",
    "covariances_by_variable": "groups of covariances come as a mapping in sample_cov, not by a"
    " variable",
    "nothing_given": "give data, or sample_cov and sample_nobs",
    "both_given": "give data or sample_cov, not both",
    "another_sample": "the sample given as data is not one of this model",
    "not_a_frame": "data must be a pandas DataFrame, not {type}",
    "moments_without_covariances": "sample_nobs and sample_mean go with sample_cov",
    "no_nobs": "sample_cov needs sample_nobs",
    "needs_raw_data": "{estimator} with these options needs raw data",
    "robust_needs_raw_data": "robust standard errors and tests need raw data, not covariances",
    "means_needed": "meanstructure=False contradicts intercepts, their equality, or FIML",
    "intercepts_without_means": "the model has intercepts: give sample_mean with sample_cov",
    "no_means": "meanstructure=True needs sample_mean with sample_cov",
    # sample_cov and what goes with it
    "covariances_empty": "sample_cov is empty",
    "covariances_groups": "sample_cov, sample_nobs and sample_mean differ in the number of groups",
    "lacks_group": "{argument} lacks the group {group!r} of sample_cov",
    "not_by_group": "{argument} must have one value for each group of sample_cov",
    "nobs_not_number": "sample_nobs must be the number of rows{where}",
    "nobs_impossible": "sample_nobs={value} is not a number of rows{where}",
    "not_in_covariances": "variable {name!r} is not in sample_cov{where}",
    "latent_in_covariances": "{name!r} is latent in the model and a variable of sample_cov",
    "covariances_names": "rows and columns of sample_cov have different names{where}",
    "covariances_not_numeric": "sample_cov is not numeric{where}",
    "covariances_not_square": "sample_cov is not square{where}",
    "covariances_not_frame": "sample_cov must be a DataFrame with variable names as columns",
    "mean_missing": "sample_mean lacks a variable of the model{where}",
    "mean_length": "sample_mean must have one value per variable{where}",
    "mean_not_numeric": "sample_mean is not numeric{where}",
    # arguments of what follows a fit
    "bootstrap_draws": "the number of bootstrap draws must be 2 or more, not {value}",
    "bootstrap_seed": "the seed must be a non-negative whole number, not {value}",
    "bootstrap_rule": "inadmissible={value} is unknown; use 'exclude' or 'keep'",
    "bootstrap_covariances": "the bootstrap needs raw data, not covariances",
    "unknown_interval": "unknown kind of interval {kind!r}; known are {known}",
    "bca_covariances": "BCa intervals need raw data",
    "unknown_standardized": "standardized: unknown kind {kind!r}; use 'all' or 'lv'",
    "unknown_residuals": "unknown kind of residuals {kind!r}",
    "summary_least_squares": "the summary of residuals does not go with GLS and ULS",
    "residuals_least_squares": "{kind} residuals do not go with GLS and ULS; use 'cor' or 'raw'",
    "nothing_missing": "the fraction of missing information needs missing='fiml'",
    "unknown_information": "information={value} is unknown; use expected or observed",
    "power_option": "modindices: {option}={value} is out of range",
    "unknown_confidence": "level={value}: a confidence level lies between 0 and 1",
    "wald_no_test": "wald_test: {restriction} does not depend on the free parameters, or has no"
    " finite value or slope at the solution",
    "wald_held": "wald_test: the restrictions hold in the model already",
    "no_equalities": "the model has no equality constraint to release",
    "score_reliability_ordinal": "scores of ordinal models are not linear: no reliability of this"
    " kind",
    "predict_ordinal": "outcomes of ordinal models cannot be predicted in this way",
    "unknown_group": "{name!r} has the value {value!r}, which is no group of the fit",
    "unknown_category": "{name!r} has the value {value}, which is no category of the fit",
    "unknown_test": "unknown test {name!r}; known are {known}",
    "test_not_available": "this fit has no test {name!r}; it has {known}",
    "wald_restrictions": "wald_test: give restrictions of labels with ==, as in a == b; c*d == 0.5",
    "add_or_release": "score_test: give parameters to add or equalities to release, not both",
    "add_formulas": "score_test: add parameters (f =~ x, y ~ x, x ~~ y, x ~ 1), not := and ==",
    "not_in_model": "{name!r} is no variable of the model",
    "cannot_add": "score_test: {parameter} cannot be added to this model",
    "already_free": "score_test: {parameter} is free in the model already",
    "no_such_equality": "score_test: {name!r} is no equality of the model; name a label, a"
    " parameter (f=~x2) or the text of a constraint (a == b)",
    "unknown_scores": "factor scores: unknown method {method!r}; use regression or bartlett",
    "predicts_itself": "predict_outcomes: {name!r} is an outcome and a predictor",
    "nothing_to_predict": "predict_outcomes: name at least one outcome and one predictor",
    "bad_ridge": "predict_outcomes: ridge must be a number of 0 or more, not {value}",
    "scores_covariances": "factor scores need raw data, not covariances",
    "unknown_rule": "invariance: unknown rule {name!r}; known are {known}",
    "unknown_level": "invariance: unknown level {name!r}; known are {known}",
    "no_level": "invariance: no level given",
    "invariance_equalities": "invariance sets group_equal itself; use levels or group_partial",
    "difference_options": "models with another {option} have no difference test: {first} and"
    " {second}",
    "difference_variables": "models of other variables have no difference test: only one has"
    " {names}",
    "difference_rows": "models of other rows have no difference test: {first} and {second} rows",
    "not_latent": "{role} {name!r} is no latent variable of the model",
    "not_quadratic": "a turning point belongs to a quadratic term",
    "unknown_example": "example data {name!r} are unknown; there are {known}",
    # the command
    "no_data_file": "no data file {path!r}",
    "no_model_file": "no model file {path!r}",
    "unknown_suffix": "cannot read {suffix}; known: {known}",
    "no_suffix": "cannot read a file without suffix; known: {known}",
    "needs_package": "reading {suffix} needs {package}: pip install 'semfit[files]'",
    "file_empty": "{file} is empty",
    "file_not_text": "{file} is not text in UTF-8, UTF-16 or Windows-1252",
    "file_fields": "{file} has {fields} fields in its first row under a heading of {columns}",
    "no_sheet": "{file} has no sheet {sheet!r}; it has {known}",
    "file_unreadable": "cannot read {file}: {reason}",
    "no_memory": "not enough memory",
    "model_file_large": "the model file has {bytes:,} bytes; at most a million",
    "model_file_encoding": "the model file {file} is not UTF-8 text",
}

Parameter = bool | int | float | str


class Message(str):
    """A sentence, or a part of one, that knows its code and its parameters.

    ``code`` names the template in `MESSAGES` or `USAGE`; ``parameters`` are numbers, names, pieces
    of a model's text, or messages themselves. Made by `message`.

    Examples
    --------
    >>> from semfit.messages import message
    >>> said = message("not_in_data", name="x9")
    >>> said, said.code, said.parameters
    ("variable 'x9' is not in the data", 'not_in_data', {'name': 'x9'})
    """

    code: str
    parameters: dict[str, Parameter]


def message(code: str, /, **parameters: Any) -> Message:
    """The message of a code; NumPy's numbers become Python's, other values their text.

    Raises ``KeyError`` for an unknown code or a parameter that is left out.
    """
    plain = {name: _plain(value) for name, value in parameters.items()}
    template = MESSAGES[code] if code in MESSAGES else USAGE[code]
    made = Message(template.format(**plain))
    made.code, made.parameters = code, plain
    return made


def listed(names: Sequence[str]) -> str:
    """Names (one at least) as one parameter."""
    return reduce(lambda rest, name: message("listed", first=name, rest=rest), reversed(names))


def in_group(label: Any) -> str:
    """Where something is: in a group, or nowhere in particular (no label)."""
    return "" if label is None else message("in_group", group=label)


def _plain(value: Any) -> Parameter:
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, (bool, int, float, str)) else str(value)
