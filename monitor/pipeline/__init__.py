"""Do the work of the commands: plan, run, record, compare, bisect, publish. Prints no answer and parses no option."""
