"""The capacity lab: a planned week with something changed, and what that means for people, hours and money.

Nothing here writes to the database. A scenario changes the week's facts (`scheduler.facts`), never its rows; from there
on it is planned as any week is.
"""
