"""The demo town: citizens, series and promises made from a seed by the rules in `scheduler/data/town.yaml`.

The same seed and week give the same town on any machine: every draw is a whole number of PCG64.
"""
