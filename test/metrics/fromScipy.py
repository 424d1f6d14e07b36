"""Writes fromScipy.json: values that src/metrics has to agree with, computed by SciPy
and (for Holm's correction) statsmodels. Run once, with a Python that has both:

    python test/metrics/fromScipy.py
"""

import json
import pathlib
import sys

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

random = numpy.random.default_rng(1)


def differences(n):
    return [round(float(x), 4) for x in random.normal(0.02, 0.03, n)]


def paired(values):
    t = stats.ttest_1samp(values, 0)
    interval = t.confidence_interval(0.95)
    return {
        "differences": values,
        "p": t.pvalue,
        "low": interval.low,
        "high": interval.high,
        "wilcoxon": stats.wilcoxon(values, method="exact").pvalue,
    }


def friedman(n, k, digits):
    table = numpy.round(random.uniform(0.5, 1, (n, k)) + numpy.linspace(0, 0.2, k), digits)
    result = stats.friedmanchisquare(*table.T)
    return {"table": table.tolist(), "statistic": result.statistic, "p": result.pvalue}


def holm(n):
    p = random.uniform(0, 0.1, n)
    return {"p": p.tolist(), "corrected": multipletests(p, method="holm")[1].tolist()}


values = {
    "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]},
    "tTail": [
        {"t": t, "degrees": d, "p": 2 * stats.t.sf(t, d)} for t in (0.1, 1, 2.776, 8) for d in (1, 2, 3, 4, 9, 30)
    ],
    "chiSquaredTail": [
        {"x": x, "degrees": d, "p": stats.chi2.sf(x, d)} for x in (0.01, 1, 5.99, 20, 60) for d in (1, 2, 3, 4, 9, 29)
    ],
    "paired": [paired(differences(n)) for n in (5, 8, 12, 20)],
    "friedman": [friedman(5, 3, 6), friedman(12, 5, 6), friedman(8, 4, 1)],
    "holm": [holm(4), holm(9)],
    "nemenyi": [
        {"methods": k, "q": float(stats.studentized_range.ppf(0.95, k, numpy.inf)) / 2**0.5} for k in range(2, 31)
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(values, default=float) + "\n")
