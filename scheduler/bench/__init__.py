"""A benchmark for planners: made towns of several sizes, tightnesses and seeds, planned for several times.

Its file names them; each combination is a cell, measured in a process of its own, and its row is kept at once.
"""
