"""What works for whom: from what citizens say helped them to the points and limits of the week to come.

`evidence` weighs answers by their age, `model` turns them into expected help, `exploration` picks what to try,
`progress` turns help and need into points, `ramp` moves hours and energy, `ledger` keeps what the centre owes each
citizen. They take and give arrays and read nothing. Axes as in `solver.problem`, and X indicators, C columns of what
citizens share (target groups, indicators of open sub-goals).

No personal attribute but target group, goals and own history goes in. Attendance is no input: whoever was absent has
said nothing, and nothing moves.
"""
