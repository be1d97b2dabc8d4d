"""Texts: which themes and words go with praise or complaint, and clusters with their stability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    IntArray,
    Result,
    check_level,
    normal_quantile,
)


# --- themes ----------------------------------------------------------------------------------
def theme_contrasts(
    mentions: pd.DataFrame, praise: pd.Series, *, least: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Of each theme, how much more often it stands in praise than in complaint.

    Args:
        mentions: (n, themes) whether the text mentions the theme.
        praise: (n,) whether the text is praise.
        least: themes in fewer texts, or without a text of either kind beside them, get NaN.
        level: of all intervals together (Bonferroni over the themes that are compared).

    Returns:
        Index theme; ``n``, ``n_praise``, ``n_complaint``; ``praise``, ``complaint``: shares of the
        texts that mention it; ``difference`` of the shares with the interval of Newcombe's
        method 10 (``difference_low``, ``difference_high``); ``log_odds_ratio`` with half a count
        added to each cell (Haldane-Anscombe) and ``low``, ``high``; ``p``, ``p_holm``.

    Raises:
        CannotCompute: no praise or no complaint.

    Sources: Newcombe (1998), Statistics in Medicine 17, 873-890; Agresti (2013), Categorical Data
    Analysis, section 3.1; Holm (1979).
    """
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep

    check_level(level)
    good = praise.to_numpy(dtype=bool)
    of_good, of_bad = int(good.sum()), int((~good).sum())
    if not of_good or not of_bad:
        raise CannotCompute("one_kind_of_text")
    rows = []
    for theme in mentions.columns:
        there = mentions[theme].to_numpy(dtype=bool)
        a, c = int((there & good).sum()), int((there & ~good).sum())
        rows.append({"theme": theme, "n": a + c, "n_praise": a, "n_complaint": c})
    table = pd.DataFrame(rows).set_index("theme")
    table["praise"] = table["n_praise"] / of_good
    table["complaint"] = table["n_complaint"] / of_bad
    compared = table.index[(table["n"] >= least) & (len(good) - table["n"] >= least)]
    each = 1.0 - (1.0 - level) / max(len(compared), 1)
    z = normal_quantile(each)
    columns = ["difference", "difference_low", "difference_high", "log_odds_ratio", "low", "high"]
    table[[*columns, "p", "p_holm"]] = np.nan
    for theme in compared:
        a, c = map(int, table.loc[theme, ["n_praise", "n_complaint"]])
        bounds = confint_proportions_2indep(
            a, of_good, c, of_bad, method="newcomb", compare="diff", alpha=1.0 - each
        )
        cells = np.array([a, of_good - a, c, of_bad - c]) + 0.5
        log_or = float(np.log(cells) @ [1, -1, -1, 1])
        se = float(np.sqrt((1.0 / cells).sum()))
        table.loc[theme, columns] = [
            a / of_good - c / of_bad,
            *map(float, bounds),
            log_or,
            log_or - z * se,
            log_or + z * se,
        ]
        table.loc[theme, "p"] = 2.0 * norm.sf(abs(log_or) / se)
    if len(compared):
        table.loc[compared, "p_holm"] = multipletests(table.loc[compared, "p"], method="holm")[1]
    return table


def adjusted_contrasts(
    mentions: pd.DataFrame,
    praise: pd.Series,
    subject: pd.Series,
    length: pd.Series,
    *,
    least: int = 10,
    level: float = 0.95,
) -> pd.DataFrame:
    """Log odds of praise with a theme against without it, all other things in the model equal.

    Logistic regression of praise on all themes, the subject and the logarithm of the length
    (robust HC1 errors): a long text mentions more of everything, and subjects differ in both.

    Args:
        mentions, praise, least, level: as in :func:`theme_contrasts`.
        subject: (n,) what was bought, as categories.
        length: (n,) characters, positive.

    Returns:
        Index theme; ``log_odds_ratio``, ``low``, ``high`` (simultaneous, Bonferroni).

    Raises:
        CannotCompute: the model does not converge or separates.
    """
    import warnings

    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    n = mentions.sum()
    used = [t for t in mentions.columns if least <= n[t] <= len(mentions) - least]
    if not used:
        raise CannotCompute("no_frequent_theme")
    dummies = pd.get_dummies(subject.astype(str), drop_first=True, dtype=float)
    design = pd.concat([mentions[used].astype(float), dummies], axis=1)
    design.insert(0, "intercept", 1.0)
    design["log length"] = np.log(length.to_numpy(dtype=float))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = sm.Logit(praise.to_numpy(dtype=float), design.to_numpy()).fit(
                disp=0, cov_type="HC1", maxiter=100
            )
    except (PerfectSeparationError, np.linalg.LinAlgError, Warning):
        raise CannotCompute("no_logistic_solution") from None
    z = normal_quantile(1.0 - (1.0 - level) / len(used))
    estimate = np.asarray(fit.params)[1 : len(used) + 1]
    se = np.asarray(fit.bse)[1 : len(used) + 1]
    return pd.DataFrame(
        {"log_odds_ratio": estimate, "low": estimate - z * se, "high": estimate + z * se},
        index=pd.Index(used, name="theme"),
    )


def overlap(mentions: pd.DataFrame, *, least: int = 10) -> pd.DataFrame:
    """How far two themes are mentioned together: ``a, b, n, jaccard``, the closest first.

    ``n`` texts mention both; Jaccard's index is their share of those that mention either. Pairs
    with fewer than ``least`` common texts are left out.
    """
    rows = []
    for a, b in combinations(mentions.columns, 2):
        both = int((mentions[a] & mentions[b]).sum())
        if both >= least:
            either = int((mentions[a] | mentions[b]).sum())
            rows.append({"a": a, "b": b, "n": both, "jaccard": both / either})
    table = pd.DataFrame(rows, columns=["a", "b", "n", "jaccard"])
    return table.sort_values(["jaccard", "a", "b"], ascending=[False, True, True]).reset_index(
        drop=True
    )


# --- words -----------------------------------------------------------------------------------
def distinguishing_words(
    praise: pd.Series, complaint: pd.Series, *, prior: float = 1000.0
) -> pd.DataFrame:
    """Weighted log-odds ratio of each word with an informative Dirichlet prior.

    With counts y in the two kinds, the prior a_w = ``prior`` times the word's share of all words,
    delta_w = ln[(y1 + a_w) / (n1 + a0 - y1 - a_w)] - ln[(y2 + a_w) / (n2 + a0 - y2 - a_w)],
    variance 1/(y1 + a_w) + 1/(y2 + a_w), z = delta / sd.

    Args:
        praise, complaint: counts by word (an absent word counts 0).
        prior: a0, the words that the prior is worth.

    Returns:
        Index word (sorted by z, praise first, then by word); ``praise``, ``complaint``, ``delta``,
        ``se``, ``z``.

    Raises:
        CannotCompute: no word in one of the kinds.

    Source: Monroe, Colaresi & Quinn (2008), Political Analysis 16, 372-403, equations 15-22.
    """
    table = pd.DataFrame({"praise": praise, "complaint": complaint}).fillna(0.0).sort_index()
    y1, y2 = (table[c].to_numpy(dtype=float) for c in ("praise", "complaint"))
    n1, n2 = y1.sum(), y2.sum()
    if not n1 or not n2:
        raise CannotCompute("kind_without_words")
    a = prior * (y1 + y2) / (n1 + n2)
    table["delta"] = np.log((y1 + a) / (n1 + prior - y1 - a)) - np.log(
        (y2 + a) / (n2 + prior - y2 - a)
    )
    table["se"] = np.sqrt(1.0 / (y1 + a) + 1.0 / (y2 + a))
    table["z"] = table["delta"] / table["se"]
    table.index.name = "word"
    order = np.lexsort((np.arange(len(table)), -table["z"].to_numpy()))
    return table.iloc[order]


# --- clusters --------------------------------------------------------------------------------
def _k_means(points: FloatArray, k: int, *, seed: int, starts: int) -> Any:
    """A fitted k-means, in one thread: the order in which threads add up shows in the last digits,
    and small problems side by side only wait for one another.
    """
    from sklearn.cluster import KMeans

    with threadpool_limits(1):  # after the import: it does not reach libraries loaded later
        return KMeans(k, n_init=starts, random_state=seed).fit(points)


def text_space(
    words: Sequence[Sequence[str]], *, dimensions: int = 50, least: int = 20, seed: int = 1
) -> tuple[FloatArray, IntArray, Any, list[str]]:
    """Texts as points of length one: latent semantic analysis of their tf-idf weights.

    Args:
        words: the words of each text.
        dimensions: of the truncated singular value decomposition.
        least: texts in which a word must stand.
        seed: of the randomized decomposition.

    Returns:
        The m texts with at least one such word as (m, dimensions) points, their positions among all
        texts, their (m, v) tf-idf weights as a sparse matrix, the v words.

    Raises:
        CannotCompute: too few texts or words for so many dimensions.

    Source: Deerwester et al. (1990), JASIS 41, 391-407.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    vectorizer = TfidfVectorizer(
        analyzer=lambda given: given, min_df=least, max_df=0.25, sublinear_tf=True
    )
    try:
        weights = vectorizer.fit_transform(words)
    except ValueError:
        raise CannotCompute("no_frequent_word", least=least) from None
    kept = np.flatnonzero(np.diff(weights.indptr))
    weights = weights[kept]
    if min(weights.shape) <= dimensions:
        raise CannotCompute(
            "few_texts_or_words", texts=weights.shape[0], words=weights.shape[1], least=dimensions
        )
    with threadpool_limits(1):
        reduced = TruncatedSVD(dimensions, random_state=seed).fit_transform(weights)
    return normalize(reduced), kept, weights, list(vectorizer.get_feature_names_out())


def k_means(points: FloatArray, k: int, *, seed: int, starts: int = 5) -> IntArray:
    """Cluster of each point, numbered from the largest cluster on."""
    found = _k_means(points, k, seed=seed, starts=starts).labels_
    order = np.argsort(-np.bincount(found, minlength=k), kind="stable")
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    numbered: IntArray = rank[found]
    return numbered


def nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """The nearest centre of each point."""
    # |x - c|^2 without |x|^2, which is the same for all centres
    found: IntArray = ((centres**2).sum(axis=1) - 2.0 * points @ centres.T).argmin(axis=1)
    return found


@dataclass(frozen=True, eq=False)
class ClusterChoice(Result):
    """How many clusters.

    Attributes:
        k: the smallest number whose stability is within one standard error of the highest.
        table: index k; ``stability`` (mean adjusted Rand index of pairs of bootstrap solutions),
            ``se`` of that mean, ``silhouette``, ``within`` (sum of squares within clusters, as a
            share of the total).
        draws: pairs of bootstrap samples for each k.
        n: points in a bootstrap sample.
    """

    k: int
    table: pd.DataFrame
    draws: int
    n: int


def choose_k(
    points: FloatArray,
    ks: Sequence[int],
    *,
    seed: int,
    draws: int = 20,
    sample: int = 3000,
) -> ClusterChoice:
    """The number of clusters whose solution comes out again from other samples.

    For each k, pairs of bootstrap samples are clustered, every point of the whole is given to the
    nearest centre of each solution, and the two partitions are compared by the adjusted Rand
    index. Of the most stable the smallest k within one standard error is chosen. Silhouettes rest
    on the first of the samples.

    Raises:
        CannotCompute: fewer distinct points than three times the largest k.

    Sources: Fang & Wang (2012), Computational Statistics & Data Analysis 56, 468-477; Hubert &
    Arabie (1985), Journal of Classification 2, 193-218.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    n = len(points)
    if len(np.unique(points, axis=0)) < 3 * max(ks):
        raise CannotCompute("few_points", least=3 * max(ks))
    size = min(n, sample)
    rng = np.random.default_rng(seed)
    pairs = [(rng.integers(0, n, size), rng.integers(0, n, size)) for _ in range(draws)]
    shown = np.sort(rng.permutation(n)[:size])
    total = float(((points - points.mean(axis=0)) ** 2).sum())
    rows = []
    for k in ks:
        agreement = []
        for first, second in pairs:
            a, b = (
                nearest(points, _k_means(points[drawn], k, seed=seed, starts=3).cluster_centers_)
                for drawn in (first, second)
            )
            agreement.append(adjusted_rand_score(a, b))
        whole = _k_means(points, k, seed=seed, starts=5)
        rows.append(
            {
                "k": k,
                "stability": float(np.mean(agreement)),
                "se": float(np.std(agreement, ddof=1) / np.sqrt(draws)),
                "silhouette": float(silhouette_score(points[shown], whole.labels_[shown])),
                "within": float(whole.inertia_) / total,
            }
        )
    table = pd.DataFrame(rows).set_index("k")
    stability, se = (table[c].to_numpy(dtype=float) for c in ("stability", "se"))
    best = int(stability.argmax())
    chosen = int(np.asarray(ks)[stability >= stability[best] - se[best]].min())
    return ClusterChoice(k=chosen, table=table, draws=draws, n=size)


def cluster_stability(
    points: FloatArray, labels: IntArray, *, seed: int, draws: int = 50, sample: int = 3000
) -> FloatArray:
    """Mean Jaccard index of each cluster with the most alike cluster of bootstrap solutions.

    Args:
        points: (n, d). labels: (n,) clusters 0 to k - 1. draws: bootstrap samples.

    Returns:
        (k,) means over the draws; a cluster below .5 has dissolved, one of .75 or more is valid
        and stable.

    Source: Hennig (2007), Computational Statistics & Data Analysis 52, 258-271.
    """
    n, k = len(points), int(labels.max()) + 1
    size = min(n, sample)
    rng = np.random.default_rng(seed)
    found = np.full((draws, k), np.nan)
    for draw in range(draws):
        drawn = np.unique(rng.integers(0, n, size))
        again = _k_means(points[drawn], k, seed=seed, starts=3).labels_
        common = np.zeros((k, k))
        np.add.at(common, (labels[drawn], again), 1.0)
        either = common.sum(axis=1)[:, None] + common.sum(axis=0)[None, :] - common
        there = common.sum(axis=1) > 0
        found[draw, there] = (common / either).max(axis=1)[there]
    means: FloatArray = np.nanmean(found, axis=0)
    return means


def top_words(weights: Any, labels: IntArray, names: Sequence[str], n: int) -> list[list[str]]:
    """Of each cluster, the words whose mean tf-idf weight most exceeds that of all other texts."""
    found = []
    for cluster in range(int(labels.max()) + 1):
        inside = labels == cluster
        excess = (
            np.asarray(weights[inside].mean(axis=0)).ravel()
            - np.asarray(weights[~inside].mean(axis=0)).ravel()
        )
        best = np.lexsort((np.arange(len(names)), -excess))[:n]
        found.append([names[i] for i in best])
    return found
