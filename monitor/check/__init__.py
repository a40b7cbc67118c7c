"""Check a user's own code: the names that it uses, and the hardware that it can run on.

`name_uses` reads a Python file, and `hardware_rules` finds code that ties it to one kind of hardware. `name_rules`
compares its names with the newest builds, `verdict_lookup` with the verdicts on targets. `report` joins the
problems to an answer. Nothing here runs the code.
"""
