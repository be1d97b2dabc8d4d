"""Themes, words and clusters against their formulas, written out a second time."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, text


def newcombe(a: int, n1: int, c: int, n2: int, z: float) -> tuple[float, float]:
    """Method 10 of Newcombe (1998) from Wilson's limits (1927)."""

    def wilson(x: int, n: int) -> tuple[float, float]:
        middle = (x + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * math.sqrt(x * (n - x) / n + z**2 / 4)
        return middle - half, middle + half

    (l1, u1), (l2, u2) = wilson(a, n1), wilson(c, n2)
    p1, p2 = a / n1, c / n2
    low = p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    return low, p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def made(*cells: tuple[int, int, int, int]) -> tuple[pd.DataFrame, pd.Series]:
    """Mentions of themes by their fourfold tables (all of the same two totals)."""
    a, b, c, d = cells[0]
    praise = pd.Series([True] * (a + b) + [False] * (c + d))
    columns = {
        f"t{k}": [True] * w + [False] * x + [True] * y + [False] * z
        for k, (w, x, y, z) in enumerate(cells)
    }
    return pd.DataFrame(columns), praise


def test_a_theme_by_hand() -> None:
    mentions, praise = made((30, 470, 60, 340), (40, 460, 30, 370), (5, 495, 2, 398))
    got = text.theme_contrasts(mentions, praise, least=10)
    z = 2.241402727604947  # of 1 - .05 / 2 / 2: two themes are compared
    for name, (a, b, c, d) in {"t0": (30, 470, 60, 340), "t1": (40, 460, 30, 370)}.items():
        row = got.loc[name]
        low, high = newcombe(a, a + b, c, c + d, z)
        assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high))
        log_or = math.log((a + 0.5) * (d + 0.5) / (b + 0.5) / (c + 0.5))
        se = math.sqrt(sum(1 / (x + 0.5) for x in (a, b, c, d)))
        assert row["log_odds_ratio"] == pytest.approx(log_or)
        assert (row["low"], row["high"]) == pytest.approx((log_or - z * se, log_or + z * se))
        assert row["p"] == pytest.approx(math.erfc(abs(log_or) / se / math.sqrt(2)))
    assert got.loc["t0", "p_holm"] == pytest.approx(2 * got.loc["t0", "p"])
    assert got.loc["t1", "p_holm"] == pytest.approx(got.loc["t1", "p"])
    rare = got.loc["t2"]
    assert rare["n"] == 7 and rare[["low", "p", "p_holm", "difference"]].isna().all()


def test_themes_need_both_kinds() -> None:
    mentions, praise = made((30, 470, 60, 340))
    with pytest.raises(CannotCompute, match="no texts of the other kind"):
        text.theme_contrasts(mentions[praise], praise[praise])


def reviews(n: int = 4000) -> tuple[pd.DataFrame, pd.Series, pd.Series, pd.Series]:
    """Praise depends on the subject and on theme b; theme a only follows the subject."""
    rng = np.random.default_rng(5)
    hotel = rng.random(n) < 0.5
    a = rng.random(n) < np.where(hotel, 0.30, 0.05)
    b = rng.random(n) < 0.1
    length = pd.Series(rng.integers(5, 200, n))
    odds = np.where(hotel, -0.8, 0.8) + 1.5 * b
    praise = pd.Series(rng.random(n) < 1 / (1 + np.exp(-odds)))
    subject = pd.Series(np.where(hotel, "hotel", "book"))
    return pd.DataFrame({"a": a, "b": b}), praise, subject, length


def test_the_subject_is_held_constant() -> None:
    mentions, praise, subject, length = reviews()
    raw = text.theme_contrasts(mentions, praise)
    held = text.adjusted_contrasts(mentions, praise, subject, length)
    assert raw.loc["a", "high"] < 0
    assert held.loc["a", "low"] < 0 < held.loc["a", "high"]
    assert held.loc["b", "low"] < 1.5 < held.loc["b", "high"]


def test_the_adjusted_odds_by_newton_steps() -> None:
    mentions, praise, subject, length = reviews()
    x = np.column_stack(
        [np.ones(len(praise)), mentions, subject == "hotel", np.log(length)]
    ).astype(float)
    y, beta = praise.to_numpy(float), np.zeros(5)
    for _ in range(25):
        p = 1 / (1 + np.exp(-x @ beta))
        bread = np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)
        beta = beta + bread @ x.T @ (y - p)
    score = x * (y - p)[:, None]
    robust = bread @ (score.T @ score) @ bread * len(y) / (len(y) - 5)
    se = np.sqrt(np.diag(robust))[1:3]
    got = text.adjusted_contrasts(mentions, praise, subject, length)
    np.testing.assert_allclose(got["log_odds_ratio"], beta[1:3], rtol=1e-6)
    width = (got["high"] - got["low"]).to_numpy() / 2
    np.testing.assert_allclose(width, 2.241402727604947 * se, rtol=2e-3)


def test_overlap_by_counting() -> None:
    frame = pd.DataFrame(
        {
            "a": [True] * 30 + [False] * 30,
            "b": [False] * 15 + [True] * 30 + [False] * 15,
            "c": [True] * 5 + [False] * 55,
        }
    )
    got = text.overlap(frame, least=10)
    assert got.to_dict("records") == [{"a": "a", "b": "b", "n": 15, "jaccard": 15 / 45}]


def test_words_by_the_formula() -> None:
    praise, complaint = pd.Series({"good": 30.0, "it": 70.0}), pd.Series({"bad": 20.0, "it": 60.0})
    got = text.distinguishing_words(praise, complaint, prior=10.0)
    for word, y1, y2 in [("good", 30, 0), ("it", 70, 60), ("bad", 0, 20)]:
        a = 10 * (y1 + y2) / 180
        delta = math.log((y1 + a) / (110 - y1 - a)) - math.log((y2 + a) / (90 - y2 - a))
        z = delta / math.sqrt(1 / (y1 + a) + 1 / (y2 + a))
        assert got.loc[word, ["delta", "z"]].tolist() == pytest.approx([delta, z])
    assert list(got.index) == ["good", "it", "bad"]


def test_words_swap_sides_with_the_kinds() -> None:
    praise, complaint = pd.Series({"x": 30.0, "y": 7.0}), pd.Series({"x": 10.0, "y": 22.0})
    there = text.distinguishing_words(praise, complaint)["z"]
    back = text.distinguishing_words(complaint, praise)["z"]
    np.testing.assert_allclose(there[["x", "y"]], -back[["x", "y"]])


def blobs(k: int, n: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """k clouds on a circle, far apart, of falling size."""
    rng = np.random.default_rng(2)
    sizes = [n - 20 * i for i in range(k)]
    angle = 2 * np.pi * np.repeat(np.arange(k), sizes) / k
    centre = 10 * np.column_stack([np.cos(angle), np.sin(angle)])
    return centre + rng.normal(size=centre.shape), np.repeat(np.arange(k), sizes)


@pytest.mark.parametrize("k", [3, 5])
def test_clouds_are_counted_and_found_again(k: int) -> None:
    points, truth = blobs(k)
    choice = text.choose_k(points, range(2, 8), seed=1, draws=8)
    assert choice.k == k
    assert choice.table.loc[k, "stability"] == pytest.approx(1.0)
    assert choice.table["within"].is_monotonic_decreasing
    labels = text.k_means(points, k, seed=1)
    np.testing.assert_array_equal(labels, truth)  # numbered from the largest on
    np.testing.assert_allclose(text.cluster_stability(points, labels, seed=1, draws=10), 1.0)


def test_noise_has_no_stable_clusters() -> None:
    points = np.random.default_rng(4).normal(size=(600, 5))
    choice = text.choose_k(points, range(3, 7), seed=1, draws=8)
    assert choice.table["stability"].max() < 0.6
    labels = text.k_means(points, 5, seed=1)
    assert text.cluster_stability(points, labels, seed=1, draws=20).min() < 0.75
    with pytest.raises(CannotCompute, match="fewer than 21 different points"):
        text.choose_k(np.repeat(points[:20], 5, axis=0), range(2, 8), seed=1)


def test_the_nearest_centre_by_distances() -> None:
    rng = np.random.default_rng(3)
    points, centres = rng.normal(size=(200, 4)), rng.normal(size=(6, 4))
    far = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(text.nearest(points, centres), far.argmin(axis=1))


def test_texts_as_points_and_their_words() -> None:
    rng = np.random.default_rng(1)
    vocabulary = {0: [f"h{i}" for i in range(30)], 1: [f"b{i}" for i in range(30)]}
    of = np.repeat([0, 1], [90, 60])
    texts = [list(rng.choice(vocabulary[k], 8)) for k in of] + [["unique"], []]
    points, kept, weights, names = text.text_space(texts, dimensions=5, least=5)
    np.testing.assert_array_equal(kept, np.arange(150))
    np.testing.assert_allclose((points**2).sum(axis=1), 1.0)
    assert names == sorted(names) and "unique" not in names
    labels = text.k_means(points, 2, seed=1)
    np.testing.assert_array_equal(labels, of)
    first, second = text.top_words(weights, labels, names, 4)
    assert all(w.startswith("h") for w in first) and all(w.startswith("b") for w in second)
    with pytest.raises(CannotCompute, match="no word stands in 20 texts"):
        text.text_space([["a"], ["b"]])
    with pytest.raises(CannotCompute, match="more than 50 of each"):
        text.text_space([["a"], ["b"], ["c"], ["d"], ["e"]] * 30)
