"""A roll-out: from a planned week to many more citizens, week by week, with the least supply that keeps every KPI.

The people are counted first (`people`). Some weeks are really planned (`search`), with as little as keeps what must be
kept (`kept`); the weeks between them are interpolated (`weeks`). What it all takes is told in people and hours, then in
kroner by dated unit costs (`needs`, `costs`).
"""
