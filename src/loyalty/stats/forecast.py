"""Forecast of a series by exponential smoothing, judged on weeks it has not seen."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute, Result, check_level


@dataclass(frozen=True, eq=False)
class Forecast(Result):
    """A forecast of held-out periods.

    Attributes:
        series: one row a period: ``date``, ``value``, and in the hold-out ``forecast``, ``low``,
            ``high`` (prediction interval) and ``naive`` (the last value seen).
        errors: one row a method (``smoothing``, ``naive``): ``mape``, ``mase`` (Hyndman & Koehler
            2006: below 1, better than the mean one-step naive error while training), ``mae``.
        covered: share of held-out values inside the prediction interval.
        train, test: periods. level: of the prediction interval.
    """

    series: pd.DataFrame
    errors: pd.DataFrame
    covered: float
    train: int
    test: int
    level: float


def weekly(rows: pd.DataFrame) -> pd.Series:
    """Totals of whole weeks (amounts where known, else purchases), from the first day on."""
    start, end = rows["date"].min(), rows["date"].max()
    number = (rows["date"] - start).dt.days // 7
    whole = ((end - start).days + 1) // 7
    amount = rows["amount"] if "amount" in rows.columns else pd.Series(1.0, index=rows.index)
    totals = amount.groupby(number).sum().reindex(range(whole), fill_value=0.0)
    return totals.set_axis(start + pd.to_timedelta(7 * np.arange(whole), unit="D")).astype(float)


def smooth(series: pd.Series, hold_out: int, *, level: float = 0.95) -> Forecast:
    """Fit exponential smoothing with a damped trend and forecast the last `hold_out` periods.

    Errors are additive, on the logarithm where all values are positive (the forecast is then a
    median); there is no season, for which weekly totals of less than two years are too short.

    Raises:
        CannotCompute: fewer than ten periods to train on, or a constant series.
    """
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    check_level(level)
    train, test = series.iloc[:-hold_out], series.iloc[-hold_out:]
    if hold_out < 1 or len(train) < 10:
        raise CannotCompute("few_periods", n=len(train), least=10)
    steps = np.abs(np.diff(train.to_numpy()))
    if steps.max() == 0:
        raise CannotCompute("constant_series")
    logs = bool((train > 0).all())
    unit = 1.0 if logs else float(np.abs(train).mean())
    scaled = np.log(train) if logs else train / unit
    model = ETSModel(scaled.reset_index(drop=True), error="add", trend="add", damped_trend=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = model.fit(disp=False, maxiter=2000)
    predicted = fitted.get_prediction(start=len(train), end=len(series) - 1)
    frame = predicted.summary_frame(alpha=1 - level)
    frame = np.exp(frame) if logs else frame * unit
    actual = test.to_numpy()
    forecast = frame["mean"].to_numpy()
    low, high = frame["pi_lower"].to_numpy(), frame["pi_upper"].to_numpy()
    naive = np.full(hold_out, float(train.iloc[-1]))
    blank = np.full(len(train), np.nan)
    errors = []
    for name, guess in (("smoothing", forecast), ("naive", naive)):
        gap = np.abs(actual - guess)
        mape = float((gap / np.abs(actual)).mean()) if (actual != 0).all() else float("nan")
        errors.append((name, mape, float(gap.mean() / steps.mean()), float(gap.mean())))
    return Forecast(
        series=pd.DataFrame(
            {
                "date": series.index,
                "value": series.to_numpy(),
                "forecast": np.r_[blank, forecast],
                "low": np.r_[blank, low],
                "high": np.r_[blank, high],
                "naive": np.r_[blank, naive],
            }
        ),
        errors=pd.DataFrame(errors, columns=["method", "mape", "mase", "mae"]),
        covered=float(((actual >= low) & (actual <= high)).mean()),
        train=len(train),
        test=hold_out,
        level=level,
    )
