r"""Issues on regressions: which there should be, against which there are; their texts; and the way to GitHub.

    history -> reports -> plan (against what is filed) -> board
                             \-> texts, in Markdown

`reports`, `plan` and the texts are pure: the same history and the same issues give the same steps. Only `board` knows
GitHub. `docs/issues.md` tells what people see of it.
"""
