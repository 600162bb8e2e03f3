"""Makes negative_binomial.json: both tails of the negative binomial law by mean and dispersion.

Values are sums of the probabilities in 60 digits (mpmath), rounded to doubles. scipy.stats.nbinom and poisson are
computed at the same points; how far they lie from the sums is printed and kept under `scipy`.

    pip install scipy mpmath && python make_negative_binomial.py
"""
import json
import os
import sys

import mpmath
import scipy
from scipy import stats

mpmath.mp.dps = 60
LEAST = mpmath.mpf(10) ** -300
SMALL = mpmath.mpf(10) ** -25
MEANS = (0.05, 0.7, 6.0, 48.5, 400.0, 5000.0, 120000.0, 4e6)
DISPERSIONS = (0.0, 1e-9, 1e-6, 1e-4, 0.003, 0.04, 0.5, 3.0)
STEPS = (-33, -20, -9, -5, -3, -1.5, -0.3, 0, 0.4, 1.7, 3, 5, 8, 13, 21, 34)


def mass(k, mean, kappa):
    mu, kap = mpmath.mpf(mean), mpmath.mpf(kappa)
    if kappa == 0:
        return mpmath.exp(k * mpmath.log(mu) - mu - mpmath.loggamma(k + 1))
    r = 1 / kap
    grow = mpmath.loggamma(k + r) - mpmath.loggamma(r) - mpmath.loggamma(k + 1)
    return mpmath.exp(grow + k * mpmath.log(kap * mu / (1 + kap * mu)) - r * mpmath.log(1 + kap * mu))


def ratio(mean, kappa):
    """k -> P(k + 1) / P(k)"""
    mu, kap = mpmath.mpf(mean), mpmath.mpf(kappa)
    odds = mu / (1 + kap * mu)
    return lambda k: odds * (1 + kap * k) / (k + 1)


def lower(k, mean, kappa):
    term = total = mass(k, mean, kappa)
    step = ratio(mean, kappa)
    while k > 0 and term > total * SMALL:
        k -= 1
        term /= step(k)
        total += term
    return total


def upper(k, mean, kappa):
    k += 1
    term = total = mass(k, mean, kappa)
    step = ratio(mean, kappa)
    while term > total * SMALL:
        term *= step(k)
        k += 1
        total += term
    return total


def tails(k, mean, kappa):
    """The tail on the near side is summed, the other is what is left of 1."""
    if k <= mean:
        below = lower(k, mean, kappa)
        return below, 1 - below
    above = upper(k, mean, kappa)
    return 1 - above, above


def scipy_tails(k, mean, kappa):
    law = stats.poisson(mean) if kappa == 0 else stats.nbinom(1 / kappa, 1 / (1 + kappa * mean))
    return float(law.cdf(k)), float(law.sf(k))


def main():
    points, below, above, worst = [], [], [], []
    for mean in MEANS:
        for kappa in DISPERSIONS:
            sd = (mean + kappa * mean * mean) ** 0.5
            if sd > 3000:
                continue  # the sums would run over millions of terms
            for k in sorted({max(0, round(mean + step * sd)) for step in STEPS}):
                low, high = tails(k, mean, kappa)
                if min(low, high) < LEAST:
                    continue
                points.append([k, mean, kappa])
                below.append(float(low))
                above.append(float(high))
                theirs = scipy_tails(k, mean, kappa)
                for exact, found in zip((low, high), theirs):
                    worst.append((float(abs(found - exact) / exact), points[-1]))
    worst.sort(reverse=True)
    apart = sum(1 for error, _ in worst if error > 1e-10)
    note = f"{len(worst) - apart} of {len(worst)} values agree to 1e-10, largest difference {worst[0][0]:.1e}"
    print(note, worst[:5])
    cases = [
        {"id": f"nb-{i}", "function": name, "args": ["k", "mean", "kappa"], "note": "",
         "inputs": {"points": points}, "expected": {"values": values}}
        for i, (name, values) in enumerate((("negative_binomial_cdf", below), ("negative_binomial_sf", above)))
    ]
    head = {
        "family": "negative_binomial",
        "seed": None,
        "versions": {"python": sys.version.split()[0], "scipy": scipy.__version__, "mpmath": mpmath.__version__},
        "script": "make_negative_binomial.py",
        "description": "P(X <= k) and P(X > k), X negative binomial with variance mean + kappa mean^2 (kappa 0: Poisson); "
        "the smaller tail summed in 60 digits with mpmath, rounded to double.",
        "scipy": f"scipy.stats.nbinom(1 / kappa, 1 / (1 + kappa mean)) and poisson: {note}",
        "encoding": "numbers are IEEE doubles",
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "negative_binomial.json")
    with open(path, "w") as file:
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
        body = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        file.write("{\n" + lines + ",\n\"cases\": [\n" + body + "\n]}\n")


main()
