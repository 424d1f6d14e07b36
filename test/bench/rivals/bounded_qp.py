"""GEM's dual problem, solved exactly with numpy alone (no quadprog package needed)."""

import numpy as np


def solve_bounded_qp(P, q, margin):
    """min_v 1/2 v'Pv + q'v subject to v >= margin; P [t, t] positive semidefinite, q [t]; returns v [t].

    Lawson & Hanson's active-set method on z = v - margin >= 0.
    """
    t = len(q)
    H = P.astype(np.float64) + np.eye(t) * 1e-10 * (np.trace(P) / t or 1.0)
    c = q.astype(np.float64) + margin * H.sum(axis=1)
    z = np.zeros(t)
    free = np.zeros(t, bool)
    tolerance = 1e-12 * max(np.trace(H) / t, np.abs(c).max())
    for _ in range(10 * t + 10):
        gradient = np.where(free, np.inf, H @ z + c)
        entering = int(gradient.argmin())
        if gradient[entering] >= -tolerance:
            break
        free[entering] = True
        while free.any():
            target = np.zeros(t)
            target[free] = np.linalg.solve(H[np.ix_(free, free)], -c[free])
            leaving = free & (target <= 0)
            if not leaving.any():
                z = target
                break
            step = (z[leaving] / (z[leaving] - target[leaving])).min()
            z = z + step * (target - z)
            free &= ~(leaving & (z <= 1e-15))
            z[~free] = 0
    return z + margin
