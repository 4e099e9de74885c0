"""Every metric: one file each, as cases that add up.

A metric is a query of *cases*, the things it counts (a hire, an offer, a member, a cost), each
with a numerator and a denominator; its value is the sum of the one over the sum of the other. So
every figure can be grouped, opened down to its people, and its change explained exactly.
"""
